package sourcestest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// GitHub is GitHub's API, and the hosts it sends to, over bare git repositories.
type GitHub struct {
	// Repos are the bare repositories, by `owner/name` in lower case.
	Repos map[string]string
	// Private are the repositories that want a token, and which.
	Private map[string]string
	// MayRead decides by the token instead, where it is set; all are private then.
	MayRead func(token, repository string) bool
	// Activity is the log of pushes as GitHub would answer it, by repository.
	Activity map[string]string

	mu   sync.Mutex
	hook func(w http.ResponseWriter, r *http.Request) bool
}

// Hook sees every request first, and answers it where it returns true.
func (g *GitHub) Hook(f func(w http.ResponseWriter, r *http.Request) bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hook = f
}

// On makes the hosts of GitHub answer in an internet.
func (g *GitHub) On(n *Internet) *GitHub {
	n.Host("api.github.com", http.HandlerFunc(g.api))
	n.Host("codeload.github.com", http.HandlerFunc(g.codeload))
	return g
}

// Git runs git in a folder, with dates and names that are the same every time.
func Git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	c := exec.Command("git", append([]string{"-C", dir}, args...)...)
	c.Env = append(c.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com", "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z")
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	data, _ := json.Marshal(v)
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, len(data)))
	_, _ = w.Write(data)
}

func git(dir string, args ...string) (string, bool) {
	out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).Output()
	return strings.TrimSpace(string(out)), err == nil
}

func (g *GitHub) api(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	hook := g.hook
	g.mu.Unlock()
	if hook != nil && hook(w, r) {
		return
	}
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/repos/"), "/", 3)
	if len(parts) < 2 {
		http.NotFound(w, r)
		return
	}
	repo := strings.ToLower(parts[0] + "/" + parts[1])
	dir, ok := g.Repos[repo]
	want, private := g.Private[repo]
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	refused := private && token != want
	if g.MayRead != nil {
		private, refused = true, !g.MayRead(token, repo)
	}
	if !ok || refused {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	rest := ""
	if len(parts) == 3 {
		rest = parts[2]
	}
	if !g.object(w, r, repo, dir, rest, private) {
		w.WriteHeader(http.StatusNotFound)
		answer(w, map[string]string{"message": "Not Found"})
	}
}

func (g *GitHub) object(w http.ResponseWriter, r *http.Request, repo, dir, rest string, private bool) bool {
	name := rest[strings.LastIndexByte(rest, '/')+1:]
	switch {
	case rest == "":
		head, _ := git(dir, "symbolic-ref", "HEAD")
		answer(w, map[string]any{"private": private, "default_branch": strings.TrimPrefix(head, "refs/heads/"), "full_name": repo})
	case strings.HasPrefix(rest, "git/ref/"):
		ref := "refs/" + strings.TrimPrefix(rest, "git/ref/")
		id, ok := git(dir, "rev-parse", "--verify", "--quiet", ref)
		full, _ := git(dir, "for-each-ref", "--format=%(refname)", ref)
		if !ok || full != ref {
			return false
		}
		kind, _ := git(dir, "cat-file", "-t", id)
		answer(w, map[string]any{"ref": ref, "object": map[string]string{"sha": id, "type": kind}})
	case strings.HasPrefix(rest, "git/tags/"):
		text, ok := git(dir, "cat-file", "tag", name)
		if !ok {
			return false
		}
		fields := strings.Fields(text)
		answer(w, map[string]any{"sha": name, "object": map[string]string{"sha": fields[1], "type": fields[3]}})
	case strings.HasPrefix(rest, "git/commits/"), strings.HasPrefix(rest, "commits/"):
		id, ok := git(dir, "rev-parse", "--verify", "--quiet", name+"^{commit}")
		if !ok || strings.HasPrefix(rest, "git/") && id != name {
			return false
		}
		tree, _ := git(dir, "rev-parse", id+"^{tree}")
		date, _ := git(dir, "show", "-s", "--format=%cI", id)
		answer(w, map[string]any{"sha": id, "tree": map[string]string{"sha": tree}, "committer": map[string]string{"date": date}})
	case rest == "tags":
		g.tags(w, r, dir)
	case rest == "activity":
		if g.Activity[repo] == "" {
			return false
		}
		_, _ = w.Write([]byte(g.Activity[repo]))
	case strings.HasPrefix(rest, "git/trees/"):
		return g.tree(w, dir, name)
	case strings.HasPrefix(rest, "git/blobs/"):
		blob, err := exec.Command("git", "-C", dir, "cat-file", "blob", name).Output()
		if err != nil {
			return false
		}
		if strings.Contains(r.Header.Get("Accept"), "raw") {
			_, _ = w.Write(blob)
		} else {
			answer(w, map[string]string{"content": base64.StdEncoding.EncodeToString(blob), "encoding": "base64"})
		}
	case strings.HasPrefix(rest, "tarball/"):
		http.Redirect(w, r, "https://codeload.github.com/"+repo+"/legacy.tar.gz/"+name, http.StatusFound)
	default:
		return false
	}
	return true
}

// number is 0 where there is none.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}

func (g *GitHub) tags(w http.ResponseWriter, r *http.Request, dir string) {
	text, _ := git(dir, "tag", "--list")
	page := max(1, number(r.URL.Query().Get("page")))
	out := []map[string]string{}
	for i, name := range strings.Fields(text) {
		if i/100 == page-1 {
			out = append(out, map[string]string{"name": name})
		}
	}
	answer(w, out)
}

func (g *GitHub) tree(w http.ResponseWriter, dir, id string) bool {
	text, err := exec.Command("git", "-C", dir, "ls-tree", "-r", "-t", "-l", "-z", id).Output()
	if err != nil {
		return false
	}
	list := []map[string]any{}
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(text), "\x00"), "\x00") {
		meta, path, ok := strings.Cut(entry, "\t")
		if !ok {
			continue
		}
		f := strings.Fields(meta)
		e := map[string]any{"mode": f[0], "type": f[1], "sha": f[2], "path": path}
		if f[1] == "blob" {
			e["size"] = number(f[3])
		}
		list = append(list, e)
	}
	answer(w, map[string]any{"sha": id, "tree": list, "truncated": false})
	return true
}

func (g *GitHub) codeload(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if len(parts) != 4 {
		http.NotFound(w, r)
		return
	}
	dir, id := g.Repos[parts[0]+"/"+parts[1]], parts[3]
	out, err := exec.Command("git", "-C", dir, "archive", "--format=tar.gz", "--prefix="+parts[0]+"-"+parts[1]+"-"+id[:7]+"/", id).Output()
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/x-gzip")
	_, _ = w.Write(out)
}

// Bare makes a bare clone of a work tree, as a host has it.
func Bare(t testing.TB, work string) string {
	t.Helper()
	bare := filepath.Join(t.TempDir(), "repo.git")
	Git(t, ".", "clone", "-q", "--bare", work, bare)
	Git(t, bare, "config", "uploadpack.allowAnySHA1InWant", "true")
	return bare
}

// Publish makes a repository with one commit for each set of files, path to
// text, on its branch main, and returns the commits.
func (g *GitHub) Publish(t testing.TB, name string, commits ...map[string]string) (ids []string) {
	t.Helper()
	dir, bare := filepath.Join(t.TempDir(), "work"), filepath.Join(t.TempDir(), "bare.git")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	Git(t, dir, "init", "-q", "-b", "main")
	for _, files := range commits {
		Git(t, dir, "rm", "-rq", "--ignore-unmatch", ".")
		for file, text := range files {
			at := filepath.Join(dir, filepath.FromSlash(file))
			if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		Git(t, dir, "add", "-A")
		Git(t, dir, "commit", "-qm", "A commit")
		ids = append(ids, Git(t, dir, "rev-parse", "HEAD"))
	}
	Git(t, ".", "clone", "-q", "--bare", dir, bare)
	g.Repos[strings.ToLower(name)] = bare
	return ids
}
