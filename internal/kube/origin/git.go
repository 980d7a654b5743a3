// Package origin compares what Argo CD, Flux and kapp name as the place that
// content comes from: repositories with their revisions, and sources of Flux.
package origin

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Git is what a controller reads of a Git repository: which one, and at
// which revision. An empty revision is HEAD.
type Git struct{ URL, Revision string }

// Identity is the form in which two sources are compared: host, owner, name
// and revision.
func (g Git) Identity() string { return Remote(g.URL) + " at " + Short(g.Revision) }

// Short drops what may be written or left out: argo-cd v3.5 resolves
// `main` and `refs/heads/main` alike, and nothing like HEAD (util/git/client.go,
// lsRemote).
func Short(revision string) string {
	return cmp.Or(strings.TrimPrefix(strings.TrimSpace(revision), "refs/heads/"), "HEAD")
}

// scp is git's short form of an SSH address, which holds no `://` and a colon
// before its first slash (git-clone(1), GIT URLS).
var scp = regexp.MustCompile(`^(?:[^/@:]+@)?([^/@:]+):(.*)$`)

// defaultPorts are those that a URL need not name.
var defaultPorts = map[string]string{"https": "443", "http": "80", "ssh": "22", "git+ssh": "22", "git": "9418"}

// Remote is the address of a Git repository as `host/owner/name`, so that the
// ways to write one are equal: with a user or none, over SSH or HTTPS, with
// .git or a slash behind it, in any case. Argo CD folds case and .git too
// (argo-cd v3.5 util/git/git.go, NormalizeGitURL). What is no address of a
// server stays as it is, and equals itself alone.
func Remote(address string) string {
	text := strings.ToLower(strings.TrimSpace(address))
	if m := scp.FindStringSubmatch(text); m != nil && !strings.Contains(text, "://") {
		text = "ssh://" + m[1] + "/" + strings.TrimPrefix(m[2], "/")
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return text
	}
	host := u.Host
	switch {
	case host == "ssh.github.com:443" && u.Scheme == "ssh":
		host = "github.com" // GitHub's SSH on the port of HTTPS
	case u.Port() == defaultPorts[u.Scheme]:
		host = u.Hostname()
	}
	name := strings.TrimSuffix(strings.TrimPrefix(u.EscapedPath(), "/"), "/")
	return host + "/" + strings.TrimSuffix(name, ".git")
}

// pinned are revisions that no branch is meant by: an object id, a tag, a range
// of versions.
var pinned = regexp.MustCompile(`^([0-9a-fA-F]{7,64}|refs/.*|v?\d+(\.\d+)*([-+].*)?|.*[*<>=~^ |,].*|\d+(\.\d+)*\.[xX].*)$`)

// ArgoRef is a revision as Argo CD reads it: a range of tags, or what git
// resolves.
func ArgoRef(revision string) plan.Ref {
	switch text := strings.TrimSpace(revision); {
	case text == "" || text == "HEAD":
		return plan.Ref{}
	case strings.HasPrefix(text, "refs/"):
		return plan.Ref{Kind: plan.RefName, Text: text}
	case strings.ContainsAny(text, "*<>=~^ |,"):
		return plan.Ref{Kind: plan.RefVersion, Text: text}
	default:
		return plan.Ref{Kind: plan.RefAny, Text: text}
	}
}

// From is the source in words: its address and the chart's name.
func From(s plan.Source) string {
	if s.Name != "" && s.Kind == plan.ChartSource {
		return "the chart " + s.Name + " of " + s.Address
	}
	return s.Address
}

// variableText is a variable of Flux, or an expression, in an address.
var variableText = regexp.MustCompile(`\$\{|\{\{`)

// Askable reports whether a source is written out.
func Askable(s plan.Source) bool {
	return s.Kind != "" && s.Address != "" && !variableText.MatchString(s.Address+s.Name+s.Ref.Text)
}

// IsPinned reports whether a revision is one that no branch is meant by.
func IsPinned(revision string) bool { return pinned.MatchString(revision) }
