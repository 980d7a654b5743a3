package impact

import (
	"bytes"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Limits of one search. They are counted, so that the same change gives the same
// answer on any machine.
const (
	maxEntries = 60_000   // of folders that are listed
	maxFiles   = 12_000   // that are read
	maxBytes   = 64 << 20 // of those
	maxFile    = 1 << 20  // of one: larger ones are left out
	maxFollow  = 500_000  // references that are followed, and names that are held against others
)

// budget is what a search has used up.
type budget struct {
	entries, files, bytes, followed int
	// short: something was left out.
	short bool
}

// spend takes from the budget, and reports whether there was enough.
func (b *budget) spend(used *int, n, most int) bool {
	if *used+n > most {
		b.short = true
		return false
	}
	*used += n
	return true
}

// vendored are folders of others' code, and those that no one writes by hand.
var vendored = []string{".git", ".terraform", ".terragrunt-cache", "node_modules", "vendor", "__pycache__", ".venv", "dist", "target"}

// binary are endings of files that hold no text, or none that somebody wrote.
var binary = []string{".png", ".jpg", ".jpeg", ".gif", ".ico", ".pdf", ".zip", ".gz", ".tgz", ".tar", ".jar", ".woff", ".woff2", ".ttf",
	".mp4", ".exe", ".so", ".dll", ".bin", ".wasm", ".pyc", ".tfstate", ".lock", ".sum", ".min.js", ".svg", ".map"}

// list are the files that are worth reading: those of the roots that lose something
// first, each in the order of names.
func (s *search) list() []string {
	var near, far []string
	roots := map[string]bool{}
	for _, l := range s.lost {
		roots[l.change.Address.Root] = true
	}
	folders := []string{"."}
	for len(folders) > 0 {
		dir := folders[0]
		folders = folders[1:]
		if !plan.Here(s.tree, dir) {
			s.budget.short = true
			continue
		}
		entries, err := fs.ReadDir(s.tree, dir)
		if err != nil {
			s.budget.short = true
			continue
		}
		for _, e := range entries {
			if !s.budget.spend(&s.budget.entries, 1, maxEntries) {
				return append(near, far...)
			}
			name := path.Join(dir, e.Name())
			switch {
			case e.IsDir():
				if !slices.Contains(vendored, e.Name()) {
					folders = append(folders, name)
				}
			case e.Type() == 0 && isText(e.Name()) && roots[dir]:
				near = append(near, name)
			case e.Type() == 0 && isText(e.Name()):
				far = append(far, name)
			}
		}
	}
	return append(near, far...)
}

func isText(name string) bool {
	lower := strings.ToLower(name)
	return lower != "package-lock.json" && lower != "pnpm-lock.yaml" &&
		!slices.ContainsFunc(binary, func(ending string) bool { return strings.HasSuffix(lower, ending) })
}

// read gives the text of a file that is at hand and not too large.
func (b *budget) read(tree fs.FS, name string) (string, bool) {
	info, err := fs.Lstat(tree, name)
	if err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	if info.Size() > maxFile {
		b.short = true
		return "", false
	}
	if !plan.Here(tree, name) {
		b.short = true
		return "", false
	}
	if !b.spend(&b.bytes, int(info.Size()), maxBytes) || !b.spend(&b.files, 1, maxFiles) {
		return "", false
	}
	content, err := fs.ReadFile(tree, name)
	if err != nil || len(content) > maxFile || plan.IsLFSPointer(content) {
		b.short = true
		return "", false
	}
	if bytes.IndexByte(content, 0) >= 0 || !utf8.Valid(content) {
		return "", false // no text
	}
	return string(content), true
}

// file searches one file.
func (s *search) file(name string) {
	content, ok := s.budget.read(s.tree, name)
	if !ok {
		return
	}
	switch ext := path.Ext(name); {
	case ext == ".tf" || ext == ".tofu" || path.Base(name) == "terragrunt.hcl":
		blocks := s.after.add(name, content)
		s.literals(name, blocks)
	case ext == ".yaml" || ext == ".yml":
		s.names(name, content)
		s.objects(name, content)
	default:
		s.names(name, content)
	}
}
