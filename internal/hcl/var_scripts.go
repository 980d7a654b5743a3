package hcl

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/varfile"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

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
	read := map[[2]string]bool{}
	for which, tree := range p.trees() {
		for _, name := range names[which] {
			text := readText(tree, name)
			if key := [2]string{name, text}; !read[key] && strings.Contains(strings.ToLower(text), "var") {
				read[key] = true
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

// readByItself: a folder's configuration is always applied with this file.
func (p *prediction) readByItself(tree fs.FS, name string) bool {
	if !slices.Contains(config.AutoFiles(tree, path.Dir(name)), name) {
		return false
	}
	entries, _ := fs.ReadDir(tree, path.Dir(name))
	return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return config.IsConfig(e.Name()) })
}

// passed are the variable files that scripts of the repository pass to this
// root. One that only may be meant for it counts where it gives values of its
// variables, and is guessed.
func (p *prediction) passed(root string, before, after side) []set {
	all := p.passing()
	var out []set
	seen := map[string]bool{}
	for _, s := range all.scripts {
		for _, use := range s.says.Uses {
			for _, files := range use.Sets([]string{root, ".", path.Dir(s.name)}, all.files) {
				key := strings.Join(files, ",")
				meant, sure := p.meant(s, use, root, files)
				if seen[key] || !meant || !sure && !p.anyGives(files, declared(before, after)) {
					continue
				}
				seen[key] = true
				out = append(out, p.setOf(files, !sure))
			}
		}
	}
	slices.SortFunc(out, func(a, b set) int { return strings.Compare(a.name(), b.name()) })
	return out
}

// meant reports whether a command line may be about a root, and whether it can be
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
