package address

import (
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	tfaddr "github.com/hashicorp/terraform-registry-address"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Default registries of the two runtimes.
const (
	terraformRegistry = "registry.terraform.io"
	openTofuRegistry  = "registry.opentofu.org"
)

// IsLocal reports whether the source of a module call is a folder of the
// package that the call is in.
func IsLocal(source string) bool {
	for _, prefix := range []string{"./", "../", `.\`, `..\`} {
		if strings.HasPrefix(source, prefix) {
			return true
		}
	}
	return false
}

// module reads the source of a module call. The order is Terraform's: a local
// folder, then a module of a registry, then what go-getter makes of it
// (terraform internal/addrs/module_source.go, go-getter detect.go).
func module(s plan.Source) (Address, error) {
	if IsLocal(s.Address) {
		return Address{}, invalid(s.Address, "is a folder of the package that names it")
	}
	if m, err := tfaddr.ParseModuleSource(s.Address); err == nil {
		return registryModule(m, s)
	}
	if s.Ref.Text != "" {
		return Address{}, invalid(s.Address, "a version constraint is for modules of a registry alone; write it as ?ref=")
	}
	return Location(s.Address, s.OpenTofu)
}

func registryModule(m tfaddr.Module, s plan.Source) (Address, error) {
	host := m.Package.Host.String()
	if host == terraformRegistry && s.OpenTofu && strings.Count(strings.Split(s.Address, "//")[0], "/") == 2 {
		host = openTofuRegistry
	}
	if i := strings.IndexByte(host, ':'); i >= 0 {
		return Address{}, &plan.SourceError{Why: plan.SourceNotListed, Subject: host, Text: "only port 443 is asked"}
	}
	dir, err := folder(m.Subdir)
	if err != nil {
		return Address{}, err
	}
	return Address{Kind: Registry, Host: host, Path: m.Package.Namespace + "/" + m.Package.Name + "/" + m.Package.TargetSystem,
		Dir: dir, Ref: s.Ref}, nil
}

var forced = regexp.MustCompile(`^([A-Za-z0-9]+)::(.+)$`)

// splitForced takes the getter that an address forces from it: git::https://.
func splitForced(text string) (getter, rest string) {
	if m := forced.FindStringSubmatch(text); m != nil {
		return m[1], m[2]
	}
	return "", text
}

// splitDir takes the folder from an address: what follows the first // that is
// not the scheme's, before the query.
func splitDir(text string) (rest, dir string) {
	stop := len(text)
	if i := strings.IndexByte(text, '?'); i >= 0 {
		stop = i
	}
	from := 0
	if i := strings.Index(text[:stop], "://"); i >= 0 {
		from = i + 3
	}
	i := strings.Index(text[from:stop], "//")
	if i < 0 {
		return text, ""
	}
	dir, rest = text[from+i+2:], text[:from+i]
	if i := strings.IndexByte(dir, '?'); i >= 0 {
		dir, rest = dir[:i], rest+dir[i:]
	}
	return rest, dir
}

// Location reads an address that is no module of a registry: what a call says,
// or what a registry answers with.
func Location(text string, openTofu bool) (Address, error) {
	given, dir := splitDir(text)
	getter, rest := splitForced(given)
	u, err := url.Parse(rest)
	if err != nil || u.Scheme == "" {
		var more string
		if getter, rest, more, err = detect(getter, rest); err != nil {
			return Address{}, err
		}
		if more != "" {
			dir = path.Join(more, dir)
		}
		if u, err = url.Parse(rest); err != nil {
			return Address{}, invalid(text, "is not an address")
		}
	}
	if getter == "" {
		getter = strings.ToLower(u.Scheme)
	}
	cleaned, err := folder(dir)
	if err != nil {
		return Address{}, err
	}
	a, err := followed(getter, u, text, openTofu)
	if err != nil {
		return Address{}, err
	}
	a.Dir, a.Glob = cleaned, strings.ContainsAny(cleaned, "*?[")
	return a, nil
}

var scp = regexp.MustCompile(`^(?:([^@]+)@)?([^:]+):/?(.+)$`)

// detect makes an address of a shorthand, as go-getter's detectors do in the
// order in which Terraform has them.
func detect(getter, text string) (string, string, string, error) {
	use := func(by, address, dir string) (string, string, string, error) {
		if getter != "" {
			by = getter
		}
		return by, address, dir, nil
	}
	switch bare, query, _ := strings.Cut(text, "?"); {
	case strings.HasPrefix(text, "github.com/"):
		parts := strings.Split(bare, "/")
		if len(parts) < 3 {
			return "", "", "", invalid(text, "want github.com/owner/repository")
		}
		address := "https://" + strings.Join(parts[:3], "/")
		if !strings.HasSuffix(address, ".git") {
			address += ".git"
		}
		if query != "" {
			address += "?" + query
		}
		return use("git", address, strings.Join(parts[3:], "/"))
	case strings.HasPrefix(text, "bitbucket.org/"):
		return "", "", "", otherGit("bitbucket.org")
	case strings.HasPrefix(text, "/"), strings.HasPrefix(text, "./"), strings.HasPrefix(text, "../"):
		return "", "", "", unsupported(text, "is a folder of the machine that runs it")
	}
	if m := scp.FindStringSubmatch(text); m != nil && m[1] == "git" {
		repo, query, _ := strings.Cut(m[3], "?")
		u := url.URL{Scheme: "ssh", User: url.User(m[1]), Host: m[2], Path: "/" + repo, RawQuery: query}
		return use("git", u.String(), "")
	}
	if strings.Contains(text, ".amazonaws.com/") || strings.HasPrefix(text, "www.googleapis.com/") {
		return "", "", "", bucket(text)
	}
	return "", "", "", invalid(text, "is neither a module of a registry nor an address")
}

func bucket(subject string) error {
	return unsupported(subject, "buckets are not read; publish the module in a registry or a repository, or vendor it")
}

// followed turns an address and the getter for it into what we fetch.
func followed(getter string, u *url.URL, text string, openTofu bool) (Address, error) {
	switch strings.ToLower(getter) {
	case "git":
		return gitModule(u)
	case "https":
		return archive(u, text)
	case "http":
		return Address{}, &plan.SourceError{Why: plan.SourceNotListed, Subject: u.Host, Text: "only https addresses are fetched"}
	case "oci":
		if !openTofu {
			return Address{}, invalid(text, "Terraform has no oci:// modules")
		}
		return ociModule(u)
	case "s3", "gcs":
		return Address{}, bucket(text)
	case "hg":
		return Address{}, unsupported(text, "Mercurial repositories are not read; vendor the module")
	case "file":
		return Address{}, unsupported(text, "is a folder of the machine that runs it")
	}
	return Address{}, invalid(text, "has the unknown scheme "+strconv.Quote(getter))
}

// gitModule reads the arguments that go-getter takes from the address of a
// repository (get_git.go); git itself would get any other.
func gitModule(u *url.URL) (Address, error) {
	if !isGitHub(strings.ToLower(u.Scheme), u.Hostname(), u.Port()) {
		return Address{}, otherGit(u.Host)
	}
	a, err := github(u.Path)
	if err != nil {
		return Address{}, err
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Address{}, invalid(u.RawQuery, "is not a query")
	}
	for name := range query {
		if name != "ref" && name != "depth" && name != "sshkey" {
			return Address{}, unsupported(a.Host+"/"+a.Path, "has the argument "+strconv.Quote(name)+", which git would be given")
		}
	}
	if ref := query.Get("ref"); ref != "" {
		if !refName(ref) {
			return Address{}, unsupported(a.Host+"/"+a.Path, strconv.Quote(ref)+" is not the name of a branch, a tag or a commit")
		}
		if len(ref) == 40 && strings.Trim(ref, "0123456789abcdefABCDEF") == "" {
			ref = strings.ToLower(ref)
		}
		a.Ref = plan.Ref{Kind: plan.RefAny, Text: ref}
	}
	if n, err := strconv.Atoi(query.Get("depth")); err == nil {
		a.Depth = n
	}
	a.Submodules = true // git submodule update --init --recursive, where there are any
	return a, nil
}

// formats are the archives that go-getter unpacks by the end of the path.
var formats = []string{"tar.bz2", "tar.tbz2", "tar.gz", "tar.xz", "tgz", "txz", "zip", "bz2", "gz", "xz"}

// archive reads an https address: an archive by its name or by the argument
// that says so. What is not an archive would be asked where the module is.
func archive(u *url.URL, text string) (Address, error) {
	if !strings.EqualFold(u.Scheme, "https") {
		return Address{}, invalid(text, "forces https on another scheme")
	}
	a := Address{Kind: Archive, Host: strings.ToLower(u.Hostname()), Dir: "."}
	query := u.Query()
	switch given := query.Get("archive"); {
	case given == "false" || given == "0":
		return Address{}, unsupported(text, "with archive=false it is no module")
	case given != "":
		a.Format = given
		if !contains(formats, given) {
			return Address{}, invalid(text, "has the unknown archive format "+strconv.Quote(given))
		}
	default:
		for _, f := range formats {
			if strings.HasSuffix(u.Path, "."+f) {
				a.Format = f
				break
			}
		}
	}
	query.Del("archive")
	if query.Has("checksum") {
		query.Del("checksum")
	}
	if a.Format == "" {
		return Address{}, unsupported(text, "is not an archive by its name; a git repository is written as git::https://")
	}
	to := *u
	to.RawQuery = query.Encode()
	a.URL = to.String()
	return a, nil
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

var ociName = regexp.MustCompile(`^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$`)
var ociTag = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$`)
var ociDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// ociModule reads OpenTofu's oci:// (internal/getmodules/oci_getter.go).
func ociModule(u *url.URL) (Address, error) {
	if strings.ToLower(u.Scheme) != "oci" {
		return Address{}, invalid(u.String(), "the oci getter takes oci:// addresses alone")
	}
	a, err := ociRepository(u.Host, u.Path)
	if err != nil {
		return Address{}, err
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return Address{}, invalid(u.RawQuery, "is not a query")
	}
	for name, values := range query {
		if name != "tag" && name != "digest" || len(values) > 1 {
			return Address{}, invalid(u.String(), "takes one tag or one digest")
		}
	}
	if query.Has("tag") && query.Has("digest") {
		return Address{}, invalid(u.String(), "has a tag and a digest")
	}
	a.Ref = plan.Ref{Kind: plan.RefTag, Text: "latest"}
	if query.Has("digest") {
		a.Ref = plan.Ref{Kind: plan.RefDigest, Text: query.Get("digest")}
	} else if query.Has("tag") {
		a.Ref.Text = query.Get("tag")
	}
	return a, checkOCIRef(a)
}

func ociRepository(host, repo string) (Address, error) {
	repo = strings.Trim(repo, "/")
	name, port, hasPort := strings.Cut(strings.ToLower(host), ":")
	if hasPort && port != "443" {
		return Address{}, &plan.SourceError{Why: plan.SourceNotListed, Subject: host, Text: "only port 443 is asked"}
	}
	if !ociName.MatchString(repo) || len(repo) > 255 {
		return Address{}, invalid(host+"/"+repo, "is not a repository of an OCI registry")
	}
	return Address{Kind: OCI, Host: dockerHub(name), Path: repo, Dir: "."}, nil
}

// dockerHub is the registry behind docker.io.
func dockerHub(host string) string {
	if host == "docker.io" || host == "index.docker.io" {
		return "registry-1.docker.io"
	}
	return host
}

func checkOCIRef(a Address) error {
	switch a.Ref.Kind {
	case plan.RefDigest:
		if !ociDigest.MatchString(a.Ref.Text) {
			return invalid(a.Host+"/"+a.Path, strconv.Quote(a.Ref.Text)+" is not a digest")
		}
	case plan.RefTag:
		if !ociTag.MatchString(a.Ref.Text) {
			return invalid(a.Host+"/"+a.Path, strconv.Quote(a.Ref.Text)+" is not a tag")
		}
	}
	return nil
}
