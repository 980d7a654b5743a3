package github_test

import (
	"io/fs"
	"os/exec"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// E11: a push after the approval meets a head without a check, then a failing
// one.
func TestE11PushAfterApproval(t *testing.T) {
	w := newWorld(t)
	w.repo.Require("main", "holdpoint: main", githubtest.AppID)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Submit(w.alice, "APPROVED", "")
	p.Submit(w.dana, "APPROVED", "")
	w.settle()
	w.concluded(p, "success")
	if !w.repo.Mergeable(p) {
		t.Error("an approved change cannot be merged")
	}
	p.Push(w.commit(p.HeadSHA(), githubtest.Files{"prod/db.tf": "", "README.md": "More.\n"}, w.agent), w.agent)
	if w.repo.Mergeable(p) {
		t.Error("the new head can be merged before it is reviewed")
	}
	w.settle()
	w.fine()
	w.concluded(p, "failure")
}

// E23: a check run of the same name by another app changes nothing: the rule
// is pinned, and ours is found by our app alone.
func TestE23ForgedCheck(t *testing.T) {
	w := newWorld(t)
	w.repo.Require("main", "holdpoint: main", githubtest.AppID)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.repo.ForgeCheck(p.HeadSHA(), "holdpoint: main", "success")
	w.settle()
	w.repo.ForgeCheck(p.HeadSHA(), "holdpoint: main", "success")
	p.Edit("Again", w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	if w.repo.Mergeable(p) {
		t.Error("a forged check lets it be merged")
	}
}

// E23, L10: where the base does not require the check, the summary says so.
func TestE23NotEnforced(t *testing.T) {
	for name, c := range map[string]struct {
		require func(w *world)
		told    bool
	}{
		"nothing required":    {func(*world) {}, true},
		"required of our app": {func(w *world) { w.repo.Require("main", "holdpoint: main", githubtest.AppID) }, false},
		"required of any app": {func(w *world) { w.repo.Require("main", "holdpoint: main", 0) }, false},
		"required of Actions": {func(w *world) { w.repo.Require("main", "holdpoint: main", 15368) }, true},
		"another check":       {func(w *world) { w.repo.Require("main", "build", 0) }, true},
		"rules are not readable": {func(w *world) {
			w.hub.Inject(&githubtest.Fault{Call: "GET /repos/{owner}/{repo}/rules/branches/{branch}", Status: 404})
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c.require(w)
			p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
			w.settle()
			w.fine()
			s := p.Comments(w.hub.Bot())
			if len(s) != 1 || strings.Contains(s[0].Body, "Not enforced") != c.told {
				t.Errorf("summary %+v, want it to tell: %t", s, c.told)
			}
		})
	}
}

// E24, F6: another pull request with the same head cannot make the check pass.
func TestE24SameHead(t *testing.T) {
	w := newWorld(t)
	gone := w.commit(w.base, githubtest.Files{"prod/db.tf": withoutOrders}, w.agent)
	head := w.commit(gone, githubtest.Files{"prod/db.tf": withoutOrders, "README.md": "Words.\n"}, w.agent)
	w.repo.Push("gone", gone, w.dana)
	w.repo.Push("one", head, w.agent)
	w.repo.Push("two", head, w.agent)
	p := w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "one", Base: "main", Title: "Clean up"})
	w.settle()
	// On its base the database is gone already: nothing is lost there.
	w.repo.Open(githubtest.PullOf{Author: w.agent, Head: "two", Base: "gone", Title: "Harmless"})
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	if c := w.check(head, "holdpoint: gone"); c == nil || c.Conclusion != "success" {
		t.Errorf("the harmless one's own check is %+v", c)
	}
}

// E26: files that guard the repository are held for agents.
func TestE26GuardRails(t *testing.T) {
	for _, name := range []string{".github/workflows/apply.yml", ".github/CODEOWNERS", ".github/holdpoint.yaml"} {
		w := newWorld(t)
		p := w.open(w.agent, githubtest.Files{name: "# changed by an agent\n"})
		w.settle()
		w.fine()
		w.concluded(p, "failure")
	}
}

// E27: a merge past a failing check is noted once, and told to the metrics.
func TestE27MergedPastTheCheck(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	p.Close(w.dana, true)
	all := w.hub.Deliveries()
	w.results = nil
	w.take(all)
	w.take(all)
	w.work()
	w.fine()
	notes, told := 0, 0
	for _, c := range p.Comments(w.hub.Bot()) {
		if strings.Contains(c.Body, "Merged while held") {
			notes++
		}
	}
	for _, r := range w.results {
		if r.Bypassed {
			told++
		}
	}
	if notes != 1 || told != 2 {
		t.Errorf("%d notes and %d results, want 1 and 2", notes, told)
	}
}

// A merge of what had passed is not noted.
func TestE27RightfulMergeIsNotNoted(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"README.md": "Words.\n"})
	w.settle()
	p.Close(w.dana, true)
	w.settle()
	w.fine()
	if n := len(p.Comments(w.hub.Bot())); n != 0 {
		t.Errorf("%d comments, want none", n)
	}
}

// fetch reads a pull request and completes it for some files.
func fetch(t *testing.T, w *world, files ...string) fs.FS {
	t.Helper()
	w.receive()
	var job webhooks.Job
	for _, j := range w.queue {
		if j.Kind == webhooks.KindPull {
			job = j
		}
	}
	r, err := w.app.Fetch(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	tree := r.Request.Comparisons[0].After
	for range 3 {
		for _, name := range files {
			_, _ = fs.ReadFile(tree, name)
			_, _ = fs.ReadLink(tree, name)
		}
		if more, err := r.Complete(t.Context()); err != nil {
			t.Fatal(err)
		} else if !more {
			return tree
		}
	}
	t.Fatal("the tree is never complete")
	return nil
}

// E36, E37, E38, E39, E40: links, submodules, LFS pointers and odd bytes reach
// the predictors as they are in git: no archive, no conversion, no following.
func TestE36E37E38E39E40TreesAreExact(t *testing.T) {
	git := githubtest.NewGit(t)
	sub := git.Commit(githubtest.CommitOf{Files: githubtest.Files{"x": "y"}, Message: "Elsewhere"})
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
	odd := githubtest.Files{
		"latin1.tf": "# caf\xe9\n", "utf16.tf": "\xff\xfe#\x00\n\x00", "nul.tf": "a\x00b\n", "bom.tf": "\xef\xbb\xbf# x\n", "cr.tf": "# a\r# b\r",
		"bidi.tf": "# \u202eabc\n", "empty.tf": "", "large.tf": strings.Repeat("# 0123456789\n", 60_000),
		"e\u0301.tf": "# decomposed\n", "\u00e9.tf": "# composed\n", "Case.tf": "# upper\n", "case.tf": "# lower\n", "exec.tf": githubtest.Executable("# x\n"),
		".gitattributes": "*.tf -diff export-ignore\n", "pointer.tf": pointer, "link.tf": githubtest.Link("prod/db.tf"), "out.tf": githubtest.Link("../../etc/passwd"),
		"module": githubtest.Submodule(sub),
	}
	w := worldOn(t, git, githubtest.New(t, git), infra)
	// An empty string removes in With; the empty file is made by hand.
	files := infra.With(odd)
	files["empty.tf"] = ""
	head := git.Commit(githubtest.CommitOf{Files: files, Parents: []string{w.base}, Message: "Odd"})
	w.repo.Push("odd", head, w.dana)
	w.repo.Open(githubtest.PullOf{Author: w.dana, Head: "odd", Base: "main", Title: "Odd"})
	var names []string
	for name := range odd {
		names = append(names, name)
	}
	tree := fetch(t, w, names...)
	for name, want := range odd {
		info, err := fs.Lstat(tree, name)
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		id, err := exec.Command("git", "-C", git.Dir(), "rev-parse", head+":"+name).Output()
		if got := string(plan.ID(tree, name)); err != nil || got != strings.TrimSpace(string(id)) {
			t.Errorf("%q has the id %s, git says %s (%v)", name, got, id, err)
		}
		switch name {
		case "module":
			if !plan.IsSubmodule(info) {
				t.Errorf("the submodule has the mode %s", info.Mode())
			}
			continue
		case "link.tf", "out.tf":
			if _, err := fs.ReadFile(tree, name); err == nil {
				t.Errorf("%s was followed", name)
			}
			target, err := fs.ReadLink(tree, name)
			if err != nil || !strings.HasSuffix(want, target) {
				t.Errorf("%s leads to %q, %v", name, target, err)
			}
			continue
		case "exec.tf":
			want = "# x\n"
			if info.Mode().Perm() != 0o755 {
				t.Errorf("%s has the mode %s", name, info.Mode())
			}
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil || string(content) != want {
			t.Errorf("%q reads %.40q, %v; want %.40q", name, content, err, want)
		}
	}
	if content, _ := fs.ReadFile(tree, "pointer.tf"); !plan.IsLFSPointer(content) {
		t.Error("the LFS pointer is not seen as one")
	}
	if _, err := plan.Resolve(tree, "out.tf"); err == nil {
		t.Error("a link leads out of the repository")
	}
}

// E42, E43: names from the pull request start no command of another bot and
// mention nobody, in any text of ours.
func TestE42E43TextsAreSafe(t *testing.T) {
	hostile := "prod/x\n/approve\n@mergifyio queue.tf"
	git := githubtest.NewGit(t)
	w := worldOn(t, git, githubtest.New(t, git), infra.With(githubtest.Files{hostile: "resource \"aws_db_instance\" \"@dana](http://evil.example) <!-- x -->\" {\n}\n"}))
	p := w.open(w.agent, githubtest.Files{hostile: ""})
	w.settle()
	w.fine()
	c := w.concluded(p, "failure")
	texts := []string{c.Title, c.Summary}
	for _, r := range p.Reviews(w.hub.Bot()) {
		texts = append(texts, r.Body)
	}
	for _, i := range p.Inline() {
		texts = append(texts, i.Body)
	}
	for _, s := range p.Comments(w.hub.Bot()) {
		texts = append(texts, s.Body)
	}
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if strings.HasPrefix(strings.TrimSpace(line), "/approve") {
				t.Errorf("a line starts with a command:\n%s", text)
			}
		}
		if strings.Contains(text, "@mergifyio") || strings.Contains(text, "@dana") {
			t.Errorf("a mention is live:\n%s", text)
		}
	}
}

// E44, E45: comments decide nothing. One of ours is known by GitHub's word,
// not by a marker that anybody can write.
func TestE44E45CommentsDecideNothing(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	forged := p.AddComment(w.agent, "<!-- holdpoint:summary -->\nAll clear. Approved by @alice.")
	p.AddComment(w.alice, "/approve\nApproved, override, lgtm")
	w.settle()
	p.Edit("Again", w.agent)
	w.settle()
	w.fine()
	w.concluded(p, "failure")
	if n := len(p.Comments(w.hub.Bot())); n != 1 {
		t.Errorf("%d summaries of ours, want 1", n)
	}
	for _, c := range p.Comments(w.agent) {
		if c.ID == forged.ID && c.Edits != 0 {
			t.Error("a comment of somebody else was edited")
		}
	}
}

// E46: dismissing our review changes nothing; it comes back once on a head.
func TestE46DismissedReview(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.agent, githubtest.Files{"prod/db.tf": withoutOrders})
	w.settle()
	for range 3 {
		p.DismissAll(w.hub.Bot(), w.agent)
		w.settle()
	}
	w.fine()
	w.concluded(p, "failure")
	if n := len(p.Reviews(w.hub.Bot())); n != 2 {
		t.Errorf("%d reviews of ours, want 2", n)
	}
}
