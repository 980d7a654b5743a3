package address

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// base reads an entry of a kustomization that is not in the tree. An https
// address is a file where the host has one there, and a repository otherwise;
// what it is on github.com, the path tells (kustomize api/internal/git/repospec.go,
// api/internal/loader/fileloader.go).
func base(text string) (Address, error) {
	repo, errRepo := kustomizeRepo(text)
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return repo, errRepo
	}
	if strings.EqualFold(u.Hostname(), GitHost) && !githubFile(u.Path) {
		return repo, errRepo
	}
	if u.Scheme == "http" {
		return Address{}, &plan.SourceError{Why: plan.SourceNotListed, Subject: u.Host, Text: "only https addresses are fetched"}
	}
	file := Address{Kind: File, Host: strings.ToLower(u.Hostname()), URL: text, Dir: path.Base(u.Path)}
	if file.Dir == "/" || file.Dir == "." || file.Dir == ".." {
		file.Dir = "file.yaml"
	}
	if errRepo == nil && repo.Kind == GitHub {
		file.Or = &repo
	}
	return file, nil
}

var githubFilePath = regexp.MustCompile(`^/[^/]+/[^/]+/(releases/(download|latest)|raw|archive)/`)

// githubFile reports whether github.com has a file at a path, where it has a
// page otherwise, which kustomize cannot read as one.
func githubFile(path string) bool { return githubFilePath.MatchString(path) }

var kustomizeUser = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9-]*)@`)

// kustomizeRepo is kustomize's grammar of git repositories.
func kustomizeRepo(text string) (Address, error) {
	if path.IsAbs(text) {
		return Address{}, invalid(text, "is a folder of the machine that runs it")
	}
	rest, query, _ := strings.Cut(text, "?")
	rest, _ = cutPrefixFold(rest, "git::")
	scheme := ""
	for _, s := range []string{"ssh://", "https://", "http://", "file://"} {
		if after, ok := cutPrefixFold(rest, s); ok {
			scheme, rest = s, after
			break
		}
	}
	user := kustomizeUser.FindString(rest)
	rest = rest[len(user):]
	lower := strings.ToLower(rest)
	onGitHub := strings.HasPrefix(lower, "github.com/") || strings.HasPrefix(lower, "github.com:")
	scpLike := scheme == "" && (user != "" || onGitHub)
	if scheme == "" && !scpLike {
		return Address{}, invalid(text, "is neither in the tree nor an address")
	}
	if scheme == "file://" {
		return Address{}, unsupported(text, "is a folder of the machine that runs it")
	}
	host, repoPath := cutHost(rest, scpLike)
	if host == "" {
		return Address{}, invalid(text, "has no host")
	}
	repoPath, dir, ok := kustomizePath(repoPath)
	if !ok {
		return Address{}, invalid(text, "has no repository")
	}
	if !onGitHub && !sshGitHub(scheme, host) {
		return Address{}, otherGit(host)
	}
	return kustomizeGitHub(repoPath, dir, query)
}

func sshGitHub(scheme, host string) bool {
	name, port, _ := strings.Cut(host, ":")
	if scheme == "" {
		return strings.EqualFold(name, GitHost) && port == ""
	}
	return isGitHub(strings.TrimSuffix(scheme, "://"), name, port)
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(prefix) <= len(s) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

func cutHost(text string, scpLike bool) (host, rest string) {
	i := strings.IndexByte(text, '/')
	if colon := strings.IndexByte(text, ':'); scpLike && (i < 0 || colon > 0 && colon < i) {
		i = colon
	}
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i+1:]
}

// kustomizePath splits a repository from the folder in it: after _git/NAME,
// else at //, else after .git, else after two segments.
func kustomizePath(text string) (repo, dir string, ok bool) {
	if i := strings.Index(text, "_git/"); i >= 0 {
		name, below, _ := strings.Cut(text[i+5:], "/")
		repo, dir = text[:i+5]+name, below
	} else if i := strings.Index(text, "//"); i >= 0 {
		repo, dir = text[:i], text[i+2:]
	} else if i := strings.Index(text, ".git"); i >= 0 {
		repo, dir = text[:i+4], text[i+4:]
	} else {
		parts := strings.SplitN(text, "/", 3)
		if len(parts) < 2 {
			return "", "", false
		}
		repo = parts[0] + "/" + parts[1]
		if len(parts) == 3 {
			dir = parts[2]
		}
	}
	return repo, strings.TrimPrefix(dir, "/"), repo != ""
}

func kustomizeGitHub(repoPath, dir, query string) (Address, error) {
	a, err := github(repoPath)
	if err != nil {
		return Address{}, err
	}
	if a.Dir, err = folder(dir); err != nil {
		return Address{}, err
	}
	a.Submodules = true
	values, err := url.ParseQuery(query)
	if err != nil {
		values = nil // kustomize goes by its defaults then
	}
	ref := values.Get("ref")
	if ref == "" {
		ref = values.Get("version")
	}
	if b, err := strconv.ParseBool(values.Get("submodules")); err == nil {
		a.Submodules = b
	}
	if ref != "" {
		if !refName(ref) {
			return Address{}, unsupported(a.Host+"/"+a.Path, strconv.Quote(ref)+" is not the name of a branch, a tag or a commit")
		}
		a.Ref = plan.Ref{Kind: plan.RefAny, Text: ref}
	}
	return a, nil
}
