package unit

import (
	"cmp"
	"encoding/json"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// gitSource is what a controller reads of a Git repository: which one, and at
// which revision. An empty revision is HEAD.
type gitSource struct{ url, revision string }

// identity is the form in which two sources are compared: host, owner, name
// and revision.
func (g gitSource) identity() string { return remote(g.url) + " at " + shortRevision(g.revision) }

// shortRevision drops what may be written or left out: argo-cd v3.5 resolves
// `main` and `refs/heads/main` alike, and nothing like HEAD (util/git/client.go,
// lsRemote).
func shortRevision(revision string) string {
	return cmp.Or(strings.TrimPrefix(strings.TrimSpace(revision), "refs/heads/"), "HEAD")
}

// scp is git's short form of an SSH address, which holds no `://` and a colon
// before its first slash (git-clone(1), GIT URLS).
var scp = regexp.MustCompile(`^(?:[^/@:]+@)?([^/@:]+):(.*)$`)

// defaultPorts are those that a URL need not name.
var defaultPorts = map[string]string{"https": "443", "http": "80", "ssh": "22", "git+ssh": "22", "git": "9418"}

// remote is the address of a Git repository as `host/owner/name`, so that the
// ways to write one are equal: with a user or none, over SSH or HTTPS, with
// .git or a slash behind it, in any case. Argo CD folds case and .git too
// (argo-cd v3.5 util/git/git.go, NormalizeGitURL). What is no address of a
// server stays as it is, and equals itself alone.
func remote(address string) string {
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

// isHere reports whether the URL of a Git repository means this one. Where it
// is not known which one this is, a path that is here decides.
func (s *Scan) isHere(address, dir string) bool {
	if s.settings.Repository != "" {
		return remote(address) == strings.ToLower(cmp.Or(s.settings.Host, "github.com")+"/"+s.settings.Repository)
	}
	return s.Tree.HasDir(dir) || s.Other != nil && s.Other.HasDir(dir)
}

// pinned are revisions that no branch is meant by: an object id, a tag, a range
// of versions.
var pinned = regexp.MustCompile(`^([0-9a-fA-F]{7,64}|refs/.*|v?\d+(\.\d+)*([-+].*)?|.*[*<>=~^ |,].*|\d+(\.\d+)*\.[xX].*)$`)

// isThisRevision reports whether a Git revision means the tree at hand: it is
// the branch that is merged into, or HEAD where that is the default branch.
// Another branch of this repository has its own tree, which this change does
// not touch. Where the branch is not known any branch counts.
func (s *Scan) isThisRevision(revision string) bool {
	switch short := shortRevision(revision); {
	case s.settings.Branch == "":
		return !pinned.MatchString(short)
	case short == "HEAD":
		return s.settings.DefaultBranch == "" || s.settings.DefaultBranch == s.settings.Branch
	default:
		return short == s.settings.Branch
	}
}

// fluxRevision is what a GitRepository checks out, by the precedence of its
// fields; master where it names nothing (source-controller v1.9
// api/v1/gitrepository_types.go; fluxcd/pkg git/gogit/client.go, clone).
func fluxRevision(src object.Object) string {
	at := func(field string) string { return src.String("spec", "ref", field) }
	switch {
	case at("commit") != "":
		return at("commit")
	case at("name") != "":
		return at("name")
	case at("semver") != "":
		return "semver " + at("semver")
	case at("tag") != "":
		return "refs/tags/" + at("tag")
	}
	return "refs/heads/" + cmp.Or(at("branch"), "master")
}

// gitRepository is the GitRepository of Flux that an owner names: of several
// with that name the one that is written nearest to the owner, since each
// cluster has its own flux-system.
func (s *Scan) gitRepository(o object.Object, name, namespace string) (object.Object, bool) {
	namespace = cmp.Or(namespace, o.Namespace)
	best, found := object.Object{}, false
	for _, src := range s.Sources["GitRepository/"+name] {
		if src.Namespace != "" && namespace != "" && src.Namespace != namespace {
			continue
		}
		if !found || common(src.File, o.File) >= common(best.File, o.File) {
			best, found = src, true
		}
	}
	return best, found
}

// common is how many folders two files lie in together.
func common(a, b string) int {
	x, y := strings.Split(path.Dir(a), "/"), strings.Split(path.Dir(b), "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

// fluxSource says why a source is not the tree at hand, "" where it is, and
// whether it is another revision of this repository. A GitRepository that is
// not written down counts as this repository where the path is here, as `flux
// bootstrap` has it.
func (s *Scan) fluxSource(o object.Object, ref fluxSourceRef, dir string) (why string, otherRevision bool) {
	if ref.Kind != "GitRepository" {
		return "its source is the " + ref.Kind + " " + ref.Name, false
	}
	src, known := s.gitRepository(o, ref.Name, ref.Namespace)
	address, revision := src.String("spec", "url"), fluxRevision(src)
	switch {
	case known && address != "" && !s.isHere(address, dir):
		return "its source is " + address, false
	case known && !s.isThisRevision(revision):
		return "its source is the revision " + revision + ", which is not the branch at hand", true
	case known, s.Tree.HasDir(dir), s.Other != nil && s.Other.HasDir(dir):
		return "", false
	}
	return "the GitRepository " + ref.Name + " is not known", false
}

// fluxSourceRef is spec.sourceRef of an object of Flux.
type fluxSourceRef struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

// readFrom notes what an owner reads. Two sources of this very tree are the
// same however they are written.
func (s *Scan) readFrom(o object.Object, ref fluxSourceRef) Source {
	name := ref.Kind + "/" + cmp.Or(ref.Namespace, o.Namespace) + "/" + ref.Name
	out := Source{Name: name, At: o.At(s.Tree.Side, plan.Path{"spec", "sourceRef"})}
	if src, ok := s.gitRepository(o, ref.Name, ref.Namespace); ok && ref.Kind == "GitRepository" {
		out.Text = s.sourceText(gitSource{src.String("spec", "url"), fluxRevision(src)}, included(src))
		out.At = src.At(s.Tree.Side, plan.Path{"spec"})
	}
	return out
}

// sourceText is a source in the form in which both sides are compared, with
// what else it brings in.
func (s *Scan) sourceText(g gitSource, included any) string {
	id := g.identity()
	if s.settings.Repository != "" && s.settings.Branch != "" && s.isHere(g.url, ".") && s.isThisRevision(g.revision) {
		id = "this tree"
	}
	text, err := json.Marshal([]any{id, included})
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// included is what a GitRepository adds to its artifact from elsewhere.
func included(src object.Object) any {
	include, _ := src.Get("spec", "include")
	submodules, _ := src.Get("spec", "recurseSubmodules")
	return []any{include, submodules == true}
}

// sourceFields are those of a source of Flux that decide what it holds.
var sourceFields = []string{
	"chart", "version", "valuesFiles", "ref", "type", "provider", "bucketName", "endpoint", "region", "prefix", "ignore", "include", "recurseSubmodules", "sparseCheckout",
	"layerSelector",
}

// sourceContent is what decides the content of a source that is elsewhere, nil
// where it is not written down.
func (s *Scan) sourceContent(o object.Object, ref fluxSourceRef) map[string]any {
	src, ok := s.gitRepository(o, ref.Name, ref.Namespace)
	if ref.Kind != "GitRepository" {
		src, ok = s.source(ref.Kind, ref.Name, o.File)
	}
	if !ok {
		return nil
	}
	out := map[string]any{"url": remote(src.String("spec", "url"))}
	for _, field := range sourceFields {
		if value, ok := src.Get("spec", field); ok {
			out[field] = value
		}
	}
	switch ref.Kind {
	case "GitRepository":
		out["ref"] = shortRevision(fluxRevision(src))
	case "HelmChart":
		chart, _ := chartObject(src)
		out["source"] = s.sourceContent(src, chart.SourceRef)
	}
	return out
}
