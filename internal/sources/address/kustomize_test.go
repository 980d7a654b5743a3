package address

import (
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Kustomize itself is asked what it would fetch: with a git on its path that
// writes down what it is told and makes the folder that is looked for, and with
// no way to the network.
func TestSameAsKustomize(t *testing.T) {
	bin := t.TempDir()
	script := "#!/bin/sh\nif [ \"$1\" = fetch ]; then echo \"$3 $4\" >> " + bin +
		"/log; fi\nif [ \"$1\" = submodule ]; then echo submodules >> " + bin + "/log; fi\n"
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	for _, proxy := range []string{"HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"} {
		t.Setenv(proxy, "http://127.0.0.1:1")
	}
	log.SetOutput(io.Discard) // it warns of git::
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	compared := 0
	for _, entry := range kustomizeEntries() {
		told := filepath.Join(bin, "log")
		_ = os.Remove(told)
		files := filesys.MakeFsOnDisk()
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte("resources:\n- "+fmt.Sprintf("%q", entry)+"\n"),
			0o600); err != nil {
			t.Fatal(err)
		}
		_, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(files, dir)
		fetched, _ := os.ReadFile(told)
		got, gotErr := kustomizeRepo(entry)
		theirs := strings.TrimSpace(string(fetched))
		if theirs == "" {
			var why *plan.SourceError
			if gotErr == nil || errors.As(gotErr, &why) && why.Why == plan.SourceUnsupported && !strings.HasPrefix(entry, "file:") {
				t.Errorf("%s: kustomize fetches nothing (%.200v), we %+v %v", entry, err, got, gotErr)
			}
			continue
		}
		compared++
		compareFetch(t, entry, theirs, err, got, gotErr)
	}
	if compared < 100 {
		t.Errorf("kustomize fetched only %d of the entries", compared)
	}
}

// compareFetch looks at what git was told, `URL REF` and perhaps submodules, and
// at the folder that kustomize looked for afterwards.
func compareFetch(t *testing.T, entry, theirs string, run error, got Address, gotErr error) {
	t.Helper()
	line, submodules, _ := strings.Cut(theirs, "\n")
	at, ref, _ := strings.Cut(line, " ")
	repo := strings.TrimSuffix(at, ".git")
	onGitHub := ""
	for _, prefix := range []string{"https://github.com/", "github.com:", "ssh://git@github.com/"} {
		if rest, ok := strings.CutPrefix(strings.ToLower(repo), prefix); ok {
			onGitHub = rest
		}
	}
	if i := strings.Index(repo, "@github.com:"); i >= 0 {
		onGitHub = strings.ToLower(repo[i+len("@github.com:"):])
	}
	if onGitHub == "" {
		var why *plan.SourceError
		if !errors.As(gotErr, &why) || why.Why != plan.SourceUnsupported {
			t.Errorf("%s: kustomize fetches %s, we say %+v %v", entry, at, got, gotErr)
		}
		return
	}
	if strings.Count(onGitHub, "/") != 1 {
		if gotErr == nil {
			t.Errorf("%s: kustomize fetches %s, which GitHub does not have; we %+v", entry, at, got)
		}
		return
	}
	if gotErr != nil {
		t.Errorf("%s: kustomize fetches %s, we say %v", entry, at, gotErr)
		return
	}
	want := got.Ref.Text
	if want == "" {
		want = "HEAD"
	}
	if got.Path != onGitHub || want != ref || got.Submodules != (submodules != "") {
		t.Errorf("%s: kustomize fetches %q, we %+v", entry, theirs, got)
	}
	if got.Dir != "." && run != nil && !strings.Contains(run.Error(), got.Dir) {
		t.Errorf("%s: kustomize looks elsewhere than in %s: %v", entry, got.Dir, run)
	}
}

func kustomizeEntries() []string {
	var out []string
	for _, head := range []string{"github.com/", "GitHub.com/", "https://github.com/", "hTTps://github.com/", "git::https://github.com/",
		"git@github.com:", "git::git@github.com:", "org-1@github.com:",
		"github.com:", "ssh://git@github.com/", "git@gitlab.example.com:", "ssh://git@gitlab.example.com/"} {
		for _, repo := range []string{"acme/app", "acme/app.git"} {
			for _, tail := range []string{"", "/base", "//base", "//base/sub", "/base//sub", "?ref=v1", "/base?ref=feature/x", "//base?version=v1",
				"//base?ref=v1&version=v2", "?submodules=false", "//base?submodules=no&ref=v1", "?timeout=5s&ref=v1", "//base?ref=&version=v3"} {
				out = append(out, head+repo+tail)
			}
		}
	}
	return append(out, "https://dev.azure.com/org/project/_git/repo/base?ref=v1", "github.com/acme", "https://github.com/acme.yaml",
		"ssh://github.com", "git::___", "htxxp://github.com/acme/app",
		"https://github.com/acme/app.git//x/../../y", "github.com!acme/app.git//x", "gh:acme/app", "git@scp://github.com/acme/app.git//x",
		"file:///no/such/dir", "acme/app", "https://github.com/acme/app/blob/main/x.yaml",
		"https://github.com/acme/app/tree/main/base?ref=v1", "github.com/acme/app.github.io/base")
}
