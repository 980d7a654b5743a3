// Package facts reads what is known of providers' resource types: which
// attributes there are, and what a change of each does.
//
// The data is rules/facts; it is embedded. A provider is unpacked when it is
// first asked for, and a type is decoded when that is. More packs can be added:
// beside the program by whoever runs it, and by a repository.
package facts

import (
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/facts/logic"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	data "github.com/holdpoint-dev/holdpoint/rules/facts"
)

// Load returns the embedded facts and those of Terraform's built-in provider.
// It reads nothing yet. Which version answers: see nearest.
func Load() plan.Facts { return embedded().facts }

// TypeFacts lists a resource type in every provider version that is known, in
// the order of provider and version. name is the type (`aws_db_instance`).
func TypeFacts(name string) []*plan.TypeFacts { return embedded().every(name) }

// Versions lists what is embedded.
func Versions() []Header { return embedded().headers() }

// Types lists the resource types of one embedded provider version.
func Types(h Header) []string {
	for _, f := range embedded().files {
		if p := f.open(); p.Provider == h.Provider && p.Version == h.Version {
			return p.Names()
		}
	}
	return nil
}

// library is a set of packed files.
type library struct {
	files []*file
	// extra are files of the repository under review. They answer for types that
	// no other file has, so that they never loosen what is known.
	extra []*file
	types sync.Map // typeKey -> *plan.TypeFacts
}

// file is one packed file, opened when first needed. Its name says what it is,
// so that the others stay closed.
type file struct {
	provider string // namespace/name
	version  version
	header   func() Header
	open     func() *File
}

type typeKey struct {
	file *file
	name string
}

// embedded is the library that is part of the program. If it does not open, the
// program is broken, and a test would have failed.
func embedded() *library {
	names, err := fs.Glob(data.Files, "*.facts")
	if err != nil {
		panic(fmt.Sprintf("list facts: %v", err))
	}
	l := &library{}
	for _, name := range names {
		provider, version := splitName(name)
		l.files = append(l.files, &file{
			provider: provider,
			version:  parseVersion(version),
			header:   sync.OnceValue(func() Header { return mustPeek(data.Files, name) }),
			open:     sync.OnceValue(func() *File { return mustOpen(data.Files, name) }),
		})
	}
	l.sort()
	return l
}

// splitName reads `<namespace>_<name>@<version>.facts`.
func splitName(name string) (provider, version string) {
	provider, version, _ = strings.Cut(strings.TrimSuffix(path.Base(name), path.Ext(name)), "@")
	return strings.Replace(provider, "_", "/", 1), version
}

// sort orders files by provider and version. Preview builds of the Google
// provider come before it, so that the last of a type is that of the provider.
func (l *library) sort() {
	sort.SliceStable(l.files, func(i, j int) bool {
		a, b := l.files[i], l.files[j]
		if a.provider != b.provider {
			if a.provider == stableGoogle && b.provider == previewGoogle || a.provider == previewGoogle && b.provider == stableGoogle {
				return a.provider == previewGoogle
			}
			return a.provider < b.provider
		}
		return a.version.less(b.version)
	})
}

func mustPeek(files fs.FS, name string) Header {
	bytes, err := fs.ReadFile(files, name)
	if err != nil {
		panic(fmt.Sprintf("read facts %s: %v", name, err))
	}
	h, err := Peek(bytes)
	if err != nil {
		panic(fmt.Sprintf("facts %s: %v", name, err))
	}
	return h
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
	for _, files := range [][]*file{l.files, l.extra} {
		for _, f := range nearest(files, name, version) {
			if t := l.find(f, resourceType); t != nil {
				return t
			}
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
	kept, _ := l.types.LoadOrStore(key, complete(t, f.version))
	return kept.(*plan.TypeFacts)
}

// complete adds to the schema what is known beside it.
func complete(t *plan.TypeFacts, v version) *plan.TypeFacts {
	if t != nil {
		t.Logic = logic.Of(t.Type, v.major())
	}
	return withID(t)
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
	for _, f := range l.extra {
		if t := l.find(f, name); t != nil && len(out) == 0 {
			out = append(out, t)
		}
	}
	return out
}

func (l *library) headers() []Header {
	out := make([]Header, len(l.files))
	for i, f := range l.files {
		out[i] = f.header()
	}
	return out
}

// shortProvider is namespace and name of a provider's source address, which
// may be short (`aws`, `hashicorp/aws`) or of another registry. Providers that
// moved are known under their old addresses as well, and namespaces are read
// without regard to case.
func shortProvider(source string) string {
	parts := strings.Split(source, "/")
	name := parts[len(parts)-1]
	namespace := "hashicorp"
	if len(parts) > 1 {
		namespace = parts[len(parts)-2]
	}
	if namespace == "hashicorp" || namespace == "opentofu" {
		namespace = "hashicorp"
	}
	short := strings.ToLower(namespace + "/" + name)
	if now, ok := moved[short]; ok {
		return now
	}
	return short
}

// moved are providers that have an older address or a fork with the same types.
var moved = map[string]string{
	"mrparkers/keycloak":          "keycloak/keycloak",
	"snowflake-labs/snowflake":    "snowflakedb/snowflake",
	"hashicorp/vsphere":           "vmware/vsphere",
	"oboukili/argocd":             "argoproj-labs/argocd",
	"hashicorp/datadog":           "datadog/datadog",
	"hashicorp/cloudflare":        "cloudflare/cloudflare",
	"hashicorp/github":            "integrations/github",
	"hashicorp/oci":               "oracle/oci",
	"hashicorp/alicloud":          "aliyun/alicloud",
	"hashicorp/azuredevops":       "microsoft/azuredevops",
	"hashicorp/databricks":        "databricks/databricks",
	"databrickslabs/databricks":   "databricks/databricks",
	"hashicorp/mongodbatlas":      "mongodb/mongodbatlas",
	"hashicorp/pagerduty":         "pagerduty/pagerduty",
	"hashicorp/newrelic":          "newrelic/newrelic",
	"hashicorp/fastly":            "fastly/fastly",
	"hashicorp/okta":              "okta/okta",
	"oktadeveloper/okta":          "okta/okta",
	"hashicorp/linode":            "linode/linode",
	"hashicorp/digitalocean":      "digitalocean/digitalocean",
	"hashicorp/hcloud":            "hetznercloud/hcloud",
	"hashicorp/scaleway":          "scaleway/scaleway",
	"hashicorp/openstack":         "terraform-provider-openstack/openstack",
	"hashicorp/postgresql":        "cyrilgdn/postgresql",
	"hashicorp/grafana":           "grafana/grafana",
	"hashicorp/auth0":             "auth0/auth0",
	"hashicorp/gitlab":            "gitlabhq/gitlab",
	"confluentinc/confluentcloud": "confluentinc/confluent",
}
