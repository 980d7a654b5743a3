// Package address reads what repositories write where they name content from
// elsewhere, as the tools that would fetch it do. It is pure: no name is looked
// up, nothing is asked.
package address

import (
	"fmt"
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Kind says how an address is followed. The zero value is invalid.
type Kind string

const (
	Registry   Kind = "registry"   // a module of a Terraform registry
	GitHub     Kind = "github"     // a repository of github.com
	Archive    Kind = "archive"    // an archive over https
	File       Kind = "file"       // one file over https
	OCI        Kind = "oci"        // a repository of an OCI registry
	Repository Kind = "repository" // a chart repository with an index
)

// GitHost is the host whose repositories are read.
const GitHost = "github.com"

// Address is where something is.
type Address struct {
	Kind Kind
	// Host is in lower case and has no port.
	Host string
	// Path is `namespace/name/system` of a module, `owner/name` of a
	// repository of GitHub, the repository of an OCI registry.
	Path string
	// URL is what is asked, for Archive, File and Repository.
	URL string
	// Name is the chart, for Repository.
	Name string
	// Dir is the folder inside that is meant, "." for the top. It may be a
	// pattern where Glob says so.
	Dir  string
	Glob bool
	Ref  plan.Ref
	// Format is the kind of archive as it is written: tar.gz, zip and so on.
	Format string
	// Depth is the argument of a clone: with it, a commit cannot be picked.
	Depth int
	// Submodules: the tool checks them out too.
	Submodules bool
	// Or is what to try where a File turns out not to be there.
	Or *Address
}

// Parse reads a source. The error is a *plan.SourceError.
func Parse(s plan.Source) (Address, error) {
	if len(s.Address) > 4096 {
		return Address{}, invalid(s.Address[:60]+"...", "is longer than 4096 bytes")
	}
	if strings.ContainsFunc(s.Address, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return Address{}, invalid(s.Address, "has a control character")
	}
	a, err := parse(s)
	if err == nil && !plainHost(a.Host) {
		return Address{}, invalid(s.Address, "has no host name")
	}
	return a, err
}

// plainHost reports whether a text may be the name of a host. Whether it may be
// asked is for the list of hosts to say.
func plainHost(host string) bool {
	return host != "" && len(host) <= 253 && strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-._[]:") == ""
}

func parse(s plan.Source) (Address, error) {
	switch s.Kind {
	case plan.ModuleSource:
		return module(s)
	case plan.BaseSource:
		return base(s.Address)
	case plan.ChartSource:
		return chart(s)
	case plan.RepositorySource:
		return repository(s)
	case plan.ArtifactSource:
		return artifact(s)
	case plan.BucketSource:
		return Address{}, unsupported(s.Address, "buckets are not read; keep the manifests in a repository or an OCI registry")
	}
	return Address{}, invalid(s.Address, fmt.Sprintf("has the unknown kind %q", s.Kind))
}

func invalid(subject, text string) error {
	return &plan.SourceError{Why: plan.SourceInvalid, Subject: subject, Text: text}
}

func unsupported(subject, text string) error {
	return &plan.SourceError{Why: plan.SourceUnsupported, Subject: subject, Text: text}
}

// otherGit is the refusal of a git host that is not GitHub.
func otherGit(host string) error {
	return unsupported(host, "git is read from github.com alone; mirror the repository there, or vendor it")
}

// github makes the address of a repository from its path in a URL.
func github(repoPath string) (Address, error) {
	parts := strings.Split(strings.Trim(repoPath, "/"), "/")
	if len(parts) != 2 || parts[0] == "" {
		return Address{}, invalid("github.com/"+strings.Trim(repoPath, "/"), "is not owner/repository")
	}
	name := strings.TrimSuffix(parts[1], ".git")
	if !plainName(parts[0]) || !plainName(name) {
		return Address{}, invalid("github.com/"+parts[0]+"/"+name, "is not a name of GitHub")
	}
	// GitHub's names are equal in any case, so one case names one cache entry.
	return Address{Kind: GitHub, Host: GitHost, Path: strings.ToLower(parts[0] + "/" + name), Dir: "."}, nil
}

// plainName reports whether GitHub could have the name.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && len(name) <= 100 &&
		strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

// isGitHub reports whether a host of a git address is GitHub, in any of the
// ways that it can be reached. A port other than the usual one is another host.
func isGitHub(scheme, host, port string) bool {
	host = strings.ToLower(host)
	switch scheme {
	case "https":
		return (host == GitHost || host == "www.github.com") && (port == "" || port == "443")
	case "http":
		return (host == GitHost || host == "www.github.com") && (port == "" || port == "80")
	case "ssh":
		return host == GitHost && (port == "" || port == "22") || host == "ssh.github.com" && (port == "" || port == "443")
	}
	return false
}

// folder cleans the folder of an address, and refuses one that leads out.
func folder(dir string) (string, error) {
	cleaned := path.Clean(strings.TrimLeft(dir, "/"))
	if cleaned == ".." || strings.HasPrefix(cleaned, "../") {
		return "", invalid(dir, "leads out of the package")
	}
	return cleaned, nil
}

// refName reports whether git could have a reference of that name; see
// git-check-ref-format. Expressions such as HEAD~1 are none.
func refName(name string) bool {
	if name == "" || len(name) > 255 || name == "@" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, " ~^:?*[\\\x7f") {
		return false
	}
	if strings.Contains(name, "..") || strings.Contains(name, "@{") {
		return false
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") || strings.HasSuffix(part, ".") {
			return false
		}
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' })
}

// IsCommit reports whether a text is a whole commit id of git.
func IsCommit(text string) bool {
	return len(text) == 40 && strings.Trim(text, "0123456789abcdef") == ""
}
