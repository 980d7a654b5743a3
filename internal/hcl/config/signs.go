package config

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// Runtimes says which tool applies the roots of a tree, by the repository's own
// signs.
type Runtimes struct {
	tree  fs.FS
	top   *signs // what stands at the top, for all roots
	known map[string]Runtime
}

// NewRuntimes reads nothing yet.
func NewRuntimes(tree fs.FS) *Runtimes { return &Runtimes{tree: tree, known: map[string]Runtime{}} }

// Of is the tool of one root: Terraform where there is no sign, Either where the
// nearest disagree.
func (r *Runtimes) Of(root string) Runtime {
	rt, ok := r.known[root]
	if !ok {
		rt = r.find(root)
		r.known[root] = rt
	}
	return rt
}

// find asks the nearest and strongest signs first: a version file in the root,
// then what only one tool writes or runs there, then the top of the repository.
// Weakest are a lock file of Terraform's, which may be left from before a
// migration, and files kept for both tools.
func (r *Runtimes) find(root string) Runtime {
	var pinned, used, weak signs
	if pinned.pinned(r.tree, root); len(pinned) > 0 {
		return pinned.verdict()
	}
	used.wrapper(r.tree, path.Join(root, "terragrunt.hcl"))
	lock(r.tree, root, &used, &weak)
	folder(r.tree, root, &used, &weak)
	if len(used) > 0 {
		return used.verdict()
	}
	if r.top == nil {
		r.top = topSigns(r.tree)
	}
	if len(*r.top) > 0 {
		return r.top.verdict()
	}
	return weak.verdict()
}

// signs are what speaks for a tool, each with the version it names.
type signs []Runtime

// verdict is the tool that all signs name, and its version where those that name
// one agree.
func (s signs) verdict() Runtime {
	out := Runtime{Tool: Terraform, Minor: -1}
	for i, rt := range s {
		switch {
		case rt.Tool != s[0].Tool:
			return Runtime{Tool: Terraform, Either: true, Minor: -1}
		case i == 0 || out.Minor < 0:
			out = rt
		}
	}
	for _, rt := range s {
		if rt.Minor >= 0 && rt != out {
			return Runtime{Tool: out.Tool, Minor: -1}
		}
	}
	return out
}

func (s *signs) add(tool Tool, v string) { *s = append(*s, Runtime{Tool: tool, Minor: -1}.at(v)) }

func topSigns(tree fs.FS) *signs {
	var pinned, said signs
	if pinned.pinned(tree, "."); len(pinned) > 0 {
		return &pinned
	}
	entries, _ := fs.ReadDir(tree, ".github/workflows")
	for _, e := range entries {
		said.workflow(tree, path.Join(".github/workflows", e.Name()))
	}
	for _, name := range []string{"atlantis.yaml", "terragrunt.hcl", "root.hcl"} {
		said.wrapper(tree, name)
	}
	return &said
}

// PinsRuntime names the files by which people switch between versions of a tool.
func PinsRuntime(base string) bool {
	return base == ".terraform-version" || base == ".opentofu-version" || base == ".tool-versions"
}

// asdf and mise write `terraform 1.9.5` in .tool-versions.
var toolVersions = regexp.MustCompile(`(?m)^[ \t]*(terraform|opentofu)[ \t]+([^\s#]*)`)

// pinned reads the version files of a folder.
func (s *signs) pinned(tree fs.FS, dir string) {
	for name, tool := range map[string]Tool{".opentofu-version": OpenTofu, ".terraform-version": Terraform} {
		if b, problem := read(tree, path.Join(dir, name)); problem == nil {
			first, _, _ := strings.Cut(string(b), "\n")
			s.add(tool, first)
		}
	}
	s.mentions(tree, path.Join(dir, ".tool-versions"), toolVersions)
}

// The setup actions, which a workflow uses before it runs the tool.
var setupAction = regexp.MustCompile(`(?m)^[ \t-]*uses:[ \t]*["']?(?:hashicorp/setup-(terraform)|opentofu/setup-(opentofu))\b`)

func (s *signs) workflow(tree fs.FS, name string) { s.mentions(tree, name, setupAction) }

// Settings of Atlantis (`terraform_distribution`) and Terragrunt
// (`terraform_binary`) that name the tool.
var wrapperSetting = regexp.MustCompile(`(?m)^[ \t-]*terraform_(?:distribution|binary)[ \t]*[:=][ \t]*` +
	`["']?(?:[\w./-]*/)?(terraform|opentofu|tofu)\b`)

func (s *signs) wrapper(tree fs.FS, name string) { s.mentions(tree, name, wrapperSetting) }

// mentions adds a sign for each match: its first group names the tool, the last
// the version where there is one.
func (s *signs) mentions(tree fs.FS, name string, pattern *regexp.Regexp) {
	b, problem := read(tree, name)
	if problem != nil {
		return
	}
	for _, m := range pattern.FindAllStringSubmatch(string(b), -1) {
		tool := OpenTofu
		if m[1] == "terraform" {
			tool = Terraform
		}
		s.add(tool, m[len(m)-1])
	}
}

func lock(tree fs.FS, root string, used, weak *signs) {
	b, problem := read(tree, path.Join(root, ".terraform.lock.hcl"))
	if problem != nil {
		return
	}
	switch text := string(b); {
	case strings.Contains(text, `"registry.opentofu.org/`):
		used.add(OpenTofu, "")
	case strings.Contains(text, `"registry.terraform.io/`):
		weak.add(Terraform, "")
	}
}

// folder reads the names of the files: a folder of .tofu files alone is
// OpenTofu's; one in which they stand in for .tf files beside them is kept for
// both tools. A single stray .tofu file says nothing: Terraform passes over it.
func folder(tree fs.FS, root string, used, weak *signs) {
	entries, _ := fs.ReadDir(tree, root)
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	tofu, tf, paired := false, false, false
	for name := range names {
		ext, ok := extension(name)
		switch {
		case !ok:
		case strings.HasPrefix(ext, ".tofu"):
			tofu = true
			paired = paired || names[strings.TrimSuffix(name, ext)+strings.Replace(ext, ".tofu", ".tf", 1)]
		default:
			tf = true
		}
	}
	switch {
	case paired:
		weak.add(Terraform, "")
		weak.add(OpenTofu, "")
	case tofu && !tf:
		used.add(OpenTofu, "")
	}
}
