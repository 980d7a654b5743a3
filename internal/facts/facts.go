// Package facts reads what is known of providers' resource types: which
// attributes there are, and what a change of each does.
//
// The data is rules/facts; it is embedded, read in place, and decoded one type
// at a time when that type is first asked for.
package facts

import (
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	data "github.com/holdpoint-dev/holdpoint/rules/facts"
)

// Load returns the embedded facts and those of Terraform's built-in provider.
// It reads nothing yet. Which version answers is told at nearest.
func Load() plan.Facts { return load(data.Files).facts }

// TypeFacts lists a resource type in every provider version that is known, in
// the order of provider and version. name is the type (`aws_db_instance`).
func TypeFacts(name string) []*plan.TypeFacts { return load(data.Files).every(name) }

// Versions lists what is embedded.
func Versions() []Header { return load(data.Files).headers() }

// Types lists the resource types of one embedded provider version.
func Types(h Header) []string {
	for _, f := range load(data.Files).files {
		if p := f.open(); p.Provider == h.Provider && p.Version == h.Version {
			return p.Names()
		}
	}
	return nil
}

// library is a folder of packed files.
type library struct {
	files []*file
	types sync.Map // typeKey -> *plan.TypeFacts
}

// file is one packed file, opened when first needed. Its name says what it is,
// so that the others stay closed.
type file struct {
	provider string // namespace/name
	version  version
	open     func() *File
}

type typeKey struct {
	file *file
	name string
}

// load reads the names of a folder. The embedded data is part of the program:
// if it does not open, the program is broken, and a test would have failed.
func load(files fs.FS) *library {
	names, err := fs.Glob(files, "*.facts")
	if err != nil {
		panic(fmt.Sprintf("list facts: %v", err))
	}
	l := &library{}
	for _, name := range names {
		provider, version, _ := strings.Cut(strings.TrimSuffix(name, path.Ext(name)), "@")
		l.files = append(l.files, &file{
			provider: strings.Replace(provider, "_", "/", 1),
			version:  parseVersion(version),
			open:     sync.OnceValue(func() *File { return mustOpen(files, name) }),
		})
	}
	sort.SliceStable(l.files, func(i, j int) bool {
		a, b := l.files[i], l.files[j]
		if a.provider != b.provider {
			return a.provider < b.provider
		}
		return a.version.less(b.version)
	})
	return l
}

func mustOpen(files fs.FS, name string) *File {
	bytes, err := fs.ReadFile(files, name)
	if err != nil {
		panic(fmt.Sprintf("read facts %s: %v", name, err))
	}
	p, err := Open(bytes)
	if err != nil {
		panic(fmt.Sprintf("facts %s: %v", name, err))
	}
	return p
}

// facts is a plan.Facts.
func (l *library) facts(provider, version, resourceType string) *plan.TypeFacts {
	name := shortProvider(provider)
	if name == builtin {
		return builtinTypes(resourceType)
	}
	for _, f := range nearest(l.files, name, version) {
		if t := l.find(f, resourceType); t != nil {
			return t
		}
	}
	return nil
}

// find decodes a type once and keeps it.
func (l *library) find(f *file, name string) *plan.TypeFacts {
	key := typeKey{f, name}
	if t, ok := l.types.Load(key); ok {
		return t.(*plan.TypeFacts)
	}
	t, err := f.open().Find(name)
	if err != nil {
		panic(err.Error())
	}
	kept, _ := l.types.LoadOrStore(key, withID(t))
	return kept.(*plan.TypeFacts)
}

// withID adds the attribute that the SDK gives to every type by itself
// (helper/schema/core_schema.go: id is optional and computed).
func withID(t *plan.TypeFacts) *plan.TypeFacts {
	if t != nil && !t.Framework && t.Attributes["id"] == nil {
		t.Attributes["id"] = &plan.AttrFacts{Type: "string", Optional: true, Computed: true}
	}
	return t
}

func (l *library) every(name string) []*plan.TypeFacts {
	var out []*plan.TypeFacts
	if t := builtinTypes(name); t != nil {
		out = append(out, t)
	}
	for _, f := range l.files {
		if t := l.find(f, name); t != nil {
			out = append(out, t)
		}
	}
	return out
}

func (l *library) headers() []Header {
	out := make([]Header, len(l.files))
	for i, f := range l.files {
		out[i] = f.open().Header
	}
	return out
}

// shortProvider is namespace and name of a provider's source address, which
// may be short (`aws`, `hashicorp/aws`) or of another registry. Preview builds
// of the Google provider (google-beta) have the same types.
func shortProvider(source string) string {
	parts := strings.Split(source, "/")
	name := parts[len(parts)-1]
	namespace := "hashicorp"
	if len(parts) > 1 {
		namespace = parts[len(parts)-2]
	}
	if namespace == "hashicorp" || namespace == "opentofu" {
		namespace = "hashicorp"
		if name == "google-beta" {
			name = "google"
		}
	}
	return namespace + "/" + name
}
