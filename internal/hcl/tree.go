package hcl

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// maxFolders bounds the search for roots.
const maxFolders = 100_000

// configFolders are the folders that hold configuration, links to folders not
// entered.
func configFolders(tree fs.FS) ([]string, error) {
	var out []string
	count := 0
	err := fs.WalkDir(tree, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be listed shows up where it is needed
		}
		if e.IsDir() {
			if base := path.Base(name); base == ".git" || base == ".terraform" || base == "node_modules" {
				return fs.SkipDir
			}
			if count++; count > maxFolders {
				return fmt.Errorf("more than %d folders", maxFolders)
			}
			return nil
		}
		if dir := path.Dir(name); config.IsConfig(name) && (len(out) == 0 || out[len(out)-1] != dir) {
			out = append(out, dir)
		}
		return nil
	})
	slices.Sort(out)
	return slices.Compact(out), err
}

// isExample names folders that nobody applies for keeps, unless they say where
// their state is.
func isExample(dir string) bool {
	for _, part := range strings.Split(dir, "/") {
		switch part {
		case "examples", "example", "tests", "test", "testdata", "fixtures", "test-fixtures", "node_modules", ".terraform", "vendor":
			return true
		}
	}
	return false
}

func exists(tree fs.FS, name string) bool {
	if name == ".." || strings.HasPrefix(name, "../") {
		return false
	}
	return len(present(tree, []string{name})) == 1
}

func present(tree fs.FS, names []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		real, err := plan.Resolve(tree, name)
		if err != nil {
			return true
		}
		info, err := fs.Stat(tree, real)
		return err != nil || info.IsDir()
	})
}

// maxScript bounds a script that is searched, in bytes.
const maxScript = 1 << 20

// readText is the text of a file, empty for one that is not there or too long.
func readText(tree fs.FS, name string) string {
	real, err := plan.Resolve(tree, name)
	if err != nil {
		return ""
	}
	if info, err := fs.Stat(tree, real); err != nil || !info.Mode().IsRegular() || info.Size() > maxScript {
		return ""
	}
	b, err := fs.ReadFile(tree, real)
	if err != nil {
		return ""
	}
	return string(b)
}

// isVarFile leaves out patterns for people to copy.
func isVarFile(name string) bool {
	base := path.Base(name)
	return (strings.HasSuffix(base, ".tfvars") || strings.HasSuffix(base, ".tfvars.json")) && !strings.HasPrefix(base, ".") &&
		!strings.Contains(base, "example") && !strings.Contains(base, "sample")
}

// tfvarsIn are the variable files in a folder that no tool reads by itself.
func tfvarsIn(tree fs.FS, dir string) []string {
	entries, err := fs.ReadDir(tree, dir)
	if err != nil {
		return nil
	}
	auto := config.AutoFiles(tree, dir)
	var out []string
	for _, e := range entries {
		if name := path.Join(dir, e.Name()); !e.IsDir() && isVarFile(name) && !slices.Contains(auto, name) {
			out = append(out, name)
		}
	}
	return out
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
		case ".github", ".gitlab", ".gitlab-ci", ".circleci", ".azuredevops", ".azure-pipelines", "azure-pipelines", ".azure",
			".pipelines", "pipelines", ".buildkite", ".spacelift", ".digger", ".tekton", ".ci", "ci":
			return true
		}
	}
	return false
}

func rangeOn(r hcl.Range, s plan.Side) plan.Range {
	return plan.Range{File: r.Filename, Line: r.Start.Line, EndLine: r.End.Line, Side: s}
}

func gapOf(root string, s plan.Side, problem config.Problem) plan.Gap {
	return plan.Gap{At: rangeOn(problem.Range, s), Root: root, Kind: problem.Kind, Subject: problem.Subject, Why: problem.Text}
}
