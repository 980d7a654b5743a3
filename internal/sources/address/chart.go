package address

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// chart reads where a Helm chart is: a repository with an index and a name in
// it, an OCI repository, or an archive over https.
func chart(s plan.Source) (Address, error) {
	text := s.Address
	switch {
	case text == "":
		return Address{}, invalid(s.Name, "has no repository")
	case strings.HasPrefix(text, "@"), strings.HasPrefix(text, "alias:"):
		return Address{}, unsupported(text, "is the name of a repository on the machine that runs it; write its address")
	case strings.HasPrefix(text, "oci://"):
		return ociChart(strings.TrimPrefix(text, "oci://"), s)
	case !strings.Contains(text, "://") && !strings.HasPrefix(text, "/") && !strings.HasPrefix(text, ".") && strings.Contains(text, "/"):
		return ociChart(text, s) // Argo CD writes OCI registries without a scheme
	}
	u, err := url.Parse(text)
	if err != nil {
		return Address{}, invalid(text, "is not an address")
	}
	switch strings.ToLower(u.Scheme) {
	case "https":
	case "http":
		return Address{}, &plan.SourceError{Why: plan.SourceNotListed, Subject: u.Host, Text: "only https addresses are fetched"}
	case "file", "":
		return Address{}, unsupported(text, "is a folder of the machine that runs it")
	default:
		return Address{}, unsupported(text, "has the scheme "+strconv.Quote(u.Scheme)+", which needs a plugin of Helm's")
	}
	host := strings.ToLower(u.Hostname())
	if s.Name == "" {
		if !strings.HasSuffix(u.Path, ".tgz") && !strings.HasSuffix(u.Path, ".tar.gz") {
			return Address{}, invalid(text, "has no name of a chart and is no archive")
		}
		return Address{Kind: Archive, Host: host, URL: text, Format: "tgz", Dir: "."}, nil
	}
	if !chartName(s.Name) {
		return Address{}, invalid(s.Name, "is not the name of a chart")
	}
	return Address{Kind: Repository, Host: host, URL: strings.TrimSuffix(text, "/"), Name: s.Name, Dir: ".", Ref: s.Ref}, nil
}

// chartName reports whether a chart may have the name. A slash is in it where
// Flux and Argo CD name a chart below the path of an OCI registry.
func chartName(name string) bool {
	return len(name) <= 250 && path.Clean(name) == name && !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "..") &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == ""
}

func ociChart(text string, s plan.Source) (Address, error) {
	ref := s.Ref
	if at, digest, ok := strings.Cut(text, "@"); ok && s.Name == "" {
		text, ref = at, plan.Ref{Kind: plan.RefDigest, Text: digest}
	} else if i := strings.LastIndexByte(text, ':'); i > strings.LastIndexByte(text, '/') && s.Name == "" {
		text, ref = text[:i], plan.Ref{Kind: plan.RefTag, Text: text[i+1:]}
	}
	host, repo, _ := strings.Cut(text, "/")
	if s.Name != "" {
		if !chartName(s.Name) {
			return Address{}, invalid(s.Name, "is not the name of a chart")
		}
		repo = path.Join(repo, s.Name)
	}
	a, err := ociRepository(host, repo)
	if err != nil {
		return Address{}, err
	}
	a.Ref = ref
	return a, checkOCIRef(a)
}

// artifact reads an OCI artifact of manifests.
func artifact(s plan.Source) (Address, error) {
	text, ok := strings.CutPrefix(s.Address, "oci://")
	if !ok {
		return Address{}, invalid(s.Address, "want oci://")
	}
	host, repo, _ := strings.Cut(text, "/")
	a, err := ociRepository(host, repo)
	if err != nil {
		return Address{}, err
	}
	if a.Ref = s.Ref; s.Ref.Text == "" {
		a.Ref = plan.Ref{Kind: plan.RefTag, Text: "latest"}
	}
	return a, checkOCIRef(a)
}

// repository reads the address of a git repository as Flux and Argo CD take it:
// https, ssh or the short form of ssh.
func repository(s plan.Source) (Address, error) {
	text := s.Address
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" {
		m := scp.FindStringSubmatch(text)
		if m == nil || strings.Contains(m[2], "/") {
			return Address{}, invalid(text, "is not the address of a repository")
		}
		u = &url.URL{Scheme: "ssh", Host: m[2], Path: "/" + m[3]}
	}
	if !isGitHub(strings.ToLower(u.Scheme), u.Hostname(), u.Port()) {
		return Address{}, otherGit(u.Host)
	}
	a, err := github(u.Path)
	if err != nil {
		return Address{}, err
	}
	a.Ref = s.Ref
	switch s.Ref.Kind {
	case plan.RefBranch, plan.RefTag, plan.RefAny, plan.RefName:
		if !refName(s.Ref.Text) {
			return Address{}, unsupported(a.Host+"/"+a.Path, strconv.Quote(s.Ref.Text)+" is not the name of a branch or a tag")
		}
	case plan.RefCommit:
		if !IsCommit(s.Ref.Text) {
			return Address{}, invalid(a.Host+"/"+a.Path, strconv.Quote(s.Ref.Text)+" is not a commit")
		}
	}
	return a, nil
}
