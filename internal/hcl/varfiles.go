package hcl

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/varfile"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
)

// renames notes the variable files that went elsewhere, changed or not.
func (p *prediction) renames(files []plan.File) {
	moved := slices.DeleteFunc(slices.Clone(files), func(f plan.File) bool { return !isVarFile(f.Path) })
	p.renamed = map[string]string{}
	for _, f := range treediff.Similar(p.before, p.after, moved) {
		if f.Status == plan.Renamed {
			p.renamed[f.Path], p.left = f.From, append(p.left, f.From)
		}
	}
}

// set is variable files that a root is applied with together, the last one
// winning, by their names on each side.
type set struct {
	before, after []string
	// guessed: nothing says that these files are used.
	guessed bool
	// label names the set where its files do not.
	label string
}

func (s set) name() string {
	if s.label != "" {
		return s.label
	}
	return strings.Join(s.after, ",")
}

// setOf is a set of files by their names on the after side.
func (p *prediction) setOf(files []string, guessed bool) set {
	s := set{after: files, guessed: guessed}
	for _, name := range files {
		if from, ok := p.renamed[name]; ok {
			name = from
		}
		s.before = append(s.before, name)
	}
	return s
}

// varFiles finds the variable files a root is applied with: as settings say,
// as a pipeline passes them, or by convention where the root cannot do without.
func (p *prediction) varFiles(root string, before, after side) []set {
	if _, ok := p.opt.VarFiles[root]; ok {
		return p.listed(root)
	}
	sets := p.passed(root, before, after)
	if len(sets) == 0 {
		for _, name := range p.conventional(root, before, after) {
			sets = append(sets, p.setOf([]string{name}, true))
		}
	}
	for _, name := range p.unread().readers[root] {
		sets = append(sets, p.setOf([]string{name}, true))
	}
	return sets
}

func (p *prediction) listed(root string) []set {
	var out []set
	for _, entry := range p.opt.VarFiles[root] {
		out = append(out, p.setOf(strings.Split(entry, ","), false))
	}
	return out
}

// passing is what scripts of both sides say of variable files.
type passing struct {
	files   []string // those that no root reads by itself, old names of renamed ones left out
	scripts []passer
}

// from reports whether a script passes variable files.
func (p passing) from(name string) bool {
	return slices.ContainsFunc(p.scripts, func(s passer) bool { return s.name == name && len(s.says.Uses) > 0 })
}

// passer is a script that passes variable files.
type passer struct {
	name string
	says varfile.Script
	// roots are those whose folder it names.
	roots []string
}

// maxScripts bounds the scripts that are searched for variable files.
const maxScripts = 300

// findPassing reads the scripts, where there are variable files to be passed.
func (p *prediction) findPassing() passing {
	var out passing
	names := map[plan.Side][]string{}
	for which, tree := range p.trees() {
		scripts, files := p.walk(tree)
		names[which] = scripts
		out.files = append(out.files, files...)
	}
	slices.Sort(out.files)
	out.files = slices.DeleteFunc(slices.Compact(out.files), func(name string) bool { return slices.Contains(p.left, name) })
	if len(out.files) == 0 {
		return out
	}
	told := map[[2]string]bool{}
	for which, tree := range p.trees() {
		for _, name := range names[which] {
			text := script(tree, name)
			if key := [2]string{name, text}; !told[key] && strings.Contains(strings.ToLower(text), "var") {
				told[key] = true
				out.scripts = append(out.scripts, p.readScript(name, text))
			}
		}
	}
	return out
}

func (p *prediction) readScript(name, text string) passer {
	s := passer{name: name, says: varfile.Read(text)}
	for _, root := range p.applied {
		if names(s.says.Dirs, name, root) {
			s.roots = append(s.roots, root)
		}
	}
	return s
}

// names reports whether one of the folders that a script names is a root, read
// from the top or from the script's own folder.
func names(dirs []varfile.Name, from, root string) bool {
	return slices.ContainsFunc(dirs, func(d varfile.Name) bool {
		return len(d.In(".", []string{root})) > 0 || len(d.In(path.Dir(from), []string{root})) > 0
	})
}

// walk finds the scripts of a tree, those nearest to the top first, and its
// variable files.
func (p *prediction) walk(tree fs.FS) (scripts, files []string) {
	_ = fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return nil //nolint:nilerr // what cannot be listed shows up where it is needed
		case e.IsDir():
			if base == ".git" || base == ".terraform" || base == "node_modules" {
				return fs.SkipDir
			}
		case isPipeline(name):
			scripts = append(scripts, name)
		case isVarFile(name) && !isExample(path.Dir(name)) && !p.readByItself(tree, name):
			files = append(files, name)
		}
		return nil
	})
	slices.SortStableFunc(scripts, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") })
	return scripts[:min(len(scripts), maxScripts)], files
}

// isVarFile leaves out patterns for people to copy.
func isVarFile(name string) bool {
	base := path.Base(name)
	return (strings.HasSuffix(base, ".tfvars") || strings.HasSuffix(base, ".tfvars.json")) && !strings.HasPrefix(base, ".") &&
		!strings.Contains(base, "example") && !strings.Contains(base, "sample")
}

// readByItself: a folder's configuration is always applied with this file.
func (p *prediction) readByItself(tree fs.FS, name string) bool {
	if !slices.Contains(config.AutoFiles(tree, path.Dir(name)), name) {
		return false
	}
	entries, _ := fs.ReadDir(tree, path.Dir(name))
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return config.IsConfig(e.Name()) })
}

// isPipeline names files in which people write how a root is applied.
func isPipeline(name string) bool {
	base := path.Base(name)
	switch strings.ToLower(path.Ext(base)) {
	case ".sh", ".bash", ".zsh", ".ps1", ".cmd", ".bat", ".mk", ".groovy":
		return true
	case ".yml", ".yaml":
		return isPipelineFile(name, strings.TrimSuffix(strings.TrimSuffix(base, ".yml"), ".yaml"))
	}
	switch base {
	case "Makefile", "makefile", "GNUmakefile", "terragrunt.hcl", "justfile", "Justfile", ".envrc":
		return true
	}
	return strings.HasPrefix(base, "Jenkinsfile")
}

func isPipelineFile(name, stem string) bool {
	switch stem {
	case "atlantis", "Taskfile", ".gitlab-ci", "digger", "bitbucket-pipelines", ".drone", ".travis":
		return true
	}
	for _, start := range []string{"azure-pipelines", "cloudbuild", "buildspec"} {
		if strings.HasPrefix(stem, start) {
			return true
		}
	}
	for _, dir := range strings.Split(path.Dir(name), "/") {
		switch dir {
		case ".github", ".gitlab", ".gitlab-ci", ".circleci", ".azuredevops", ".azure-pipelines", "azure-pipelines", ".azure", ".pipelines", "pipelines",
			".buildkite", ".spacelift", ".digger", ".tekton", ".ci", "ci":
			return true
		}
	}
	return false
}

// passed are the variable files that scripts of the repository pass to this
// root. One that only may be meant for it counts where it gives values of its
// variables, and is guessed.
func (p *prediction) passed(root string, before, after side) []set {
	all := p.passing()
	var out []set
	told := map[string]bool{}
	for _, s := range all.scripts {
		for _, use := range s.says.Uses {
			for _, files := range use.Sets([]string{root, ".", path.Dir(s.name)}, all.files) {
				key := strings.Join(files, ",")
				meant, sure := p.meant(s, use, root, files)
				if told[key] || !meant || !sure && !slices.ContainsFunc(files, func(f string) bool { return p.gives(f, declared(before, after)) }) {
					continue
				}
				told[key] = true
				out = append(out, p.setOf(files, !sure))
			}
		}
	}
	slices.SortFunc(out, func(a, b set) int { return strings.Compare(a.name(), b.name()) })
	return out
}

// meant tells whether a command line may be about a root, and whether it can be
// about no other: it names the root's folder, its script lies there, or its
// files do.
func (p *prediction) meant(s passer, use varfile.Use, root string, files []string) (meant, sure bool) {
	own := slices.DeleteFunc(slices.Clone(p.applied), func(r string) bool { return !names(use.Dirs, s.name, r) })
	for _, roots := range [][]string{own, s.roots} {
		if len(roots) > 0 {
			return slices.Contains(roots, root), len(roots) == 1
		}
	}
	if at := p.above(path.Dir(s.name)); at != "" && at != "." {
		return at == root, true
	}
	if at := p.above(path.Dir(files[len(files)-1])); at != "" && at != "." {
		return at == root, true
	}
	return true, len(p.applied) == 1 || root == "."
}

// above is the root that a folder is or lies in, the nearest; empty for none.
func (p *prediction) above(dir string) string {
	for {
		if slices.Contains(p.applied, dir) {
			return dir
		}
		if dir == "." {
			return ""
		}
		dir = path.Dir(dir)
	}
}

// pipelines are the scripts of the after side at the usual places of a root.
func (p *prediction) pipelines(root string) []string {
	var out []string
	for _, dir := range []string{".", root, ".github/workflows"} {
		entries, err := fs.ReadDir(p.after, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if name := path.Join(dir, e.Name()); !e.IsDir() && isPipeline(name) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}
