package address

import (
	"flag"
	"math/rand"
	"net/url"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

var long = flag.Int("grammar", 20_000, "number of addresses that the grammar is tried with")

// pieces are what addresses are made of, good and bad.
var pieces = []string{
	"github.com", "GitHub.com", "github.com.evil.net", "gitlab.com", "evil.net", "bitbucket.org", "ghcr.io", "docker.io", "127.0.0.1", "[::1]",
	"localhost",
	"registry.terraform.io", "xn--80ak6aa92e.com", "acme", "Acme", "vpc", "aws", "vpc.git", "..", ".", "...", ".git", "%2e%2e", "%2f", "_git",
	"a b", "é", "\x00", "\n",
	"/", "//", "///", "\\", ":", "::", "@", "?", "&", "=", "#", ";", "*", "[", "]", "{", "}", "$", "${", "~", "^", "-", "--", ":443", ":22",
	":8443",
	"git", "git@", "git::", "https://", "http://", "ssh://", "oci://", "s3::", "gcs::", "hg::", "file://", "file::", "https::", "user:pw@",
	"x-token@",
	"?ref=", "&ref=", "?version=", "?depth=1", "?archive=zip", "?archive=tar.gz", "?tag=", "?digest=sha256:", "?submodules=false",
	"?timeout=0", "?sshkey=",
	"v1.2.3", "main", "HEAD", "HEAD~1", "refs/heads/main", "--upload-pack=touch", "0123456789abcdef0123456789abcdef01234567", ".zip",
	".tar.gz", ".tgz", ".yaml",
	"raw.githubusercontent.com", "releases/download", "@sha256:", "latest",
}

var kinds = []plan.SourceKind{plan.ModuleSource, plan.BaseSource, plan.ChartSource, plan.RepositorySource, plan.ArtifactSource,
	plan.BucketSource}

// check says what is wrong with an answer of the grammar, whatever was asked.
func check(t *testing.T, s plan.Source) (ok bool) {
	t.Helper()
	a, err := Parse(s)
	if again, err2 := Parse(s); short(a, err) != short(again, err2) {
		t.Fatalf("%q: two answers", s.Address)
	}
	if err != nil {
		if strings.HasPrefix(short(a, err), "UNTYPED") {
			t.Fatalf("%q: %v", s.Address, err)
		}
		return false
	}
	for b := &a; b != nil; b = b.Or {
		checkAddress(t, s, *b)
	}
	return true
}

func checkAddress(t *testing.T, s plan.Source, a Address) {
	t.Helper()
	wrong := func(what string) { t.Fatalf("%s %q: %s: %+v", s.Kind, s.Address, what, a) }
	if a.Host != strings.ToLower(a.Host) || !plainHost(a.Host) {
		wrong("host")
	}
	if a.Dir == "" || strings.HasPrefix(a.Dir, "/") || a.Dir == ".." || strings.HasPrefix(a.Dir, "../") {
		wrong("folder leads out")
	}
	switch a.Kind {
	case GitHub:
		owner, name, ok := strings.Cut(a.Path, "/")
		if a.Host != GitHost || !ok || !plainName(owner) || !plainName(name) || a.Path != strings.ToLower(a.Path) {
			wrong("repository")
		}
		if a.Ref.Kind == plan.RefAny && !refName(a.Ref.Text) {
			wrong("reference")
		}
	case Archive, File, Repository:
		u, err := url.Parse(a.URL)
		if err != nil || u.Scheme != "https" || strings.ToLower(u.Hostname()) != a.Host {
			wrong("address")
		}
	case OCI:
		if !ociName.MatchString(a.Path) {
			wrong("repository")
		}
	case Registry:
		if strings.Count(a.Path, "/") != 2 {
			wrong("module")
		}
	default:
		wrong("kind")
	}
}

// seeds are addresses as people write them.
var seeds = []string{
	"terraform-aws-modules/vpc/aws//modules/a", "app.terraform.io/acme/vpc/aws", "github.com/acme/vpc//sub?ref=v1",
	"git::https://github.com/acme/vpc.git?ref=v1&depth=1",
	"git@github.com:acme/vpc.git//a?ref=v1", "git::ssh://git@github.com/acme/vpc.git", "https://example.com/vpc.zip//sub",
	"oci://ghcr.io/acme/vpc?tag=1.0",
	"https://charts.example.com/stable", "ghcr.io/acme/charts/redis:1.0", "https://github.com/acme/app//base?ref=main",
	"https://raw.githubusercontent.com/a/b/v1/x.yaml",
}

// made is one of the seeds with a few pieces in wrong places, or pieces alone.
func made(random *rand.Rand) string {
	text := ""
	if random.Intn(4) > 0 {
		text = seeds[random.Intn(len(seeds))]
	}
	for range random.Intn(4) + 4*min(1, max(0, 1-len(text))) {
		piece := pieces[random.Intn(len(pieces))]
		i := random.Intn(len(text) + 1)
		j := min(len(text), i+random.Intn(6)*random.Intn(2))
		text = text[:i] + piece + text[j:]
	}
	return text
}

// Whatever is made of the pieces gets one answer, and a good answer names a
// host, a repository and a folder that mean what they say. -grammar=10000000
// is the long run.
func TestGrammarProperties(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	taken := 0
	for range *long {
		s := plan.Source{Kind: kinds[random.Intn(len(kinds))], Address: made(random), OpenTofu: random.Intn(2) == 0}
		if random.Intn(2) == 0 {
			s.Name = pieces[random.Intn(len(pieces))]
		}
		if random.Intn(4) == 0 {
			s.Ref = plan.Ref{Kind: plan.RefTag, Text: pieces[random.Intn(len(pieces))]}
		}
		if check(t, s) {
			taken++
		}
	}
	if taken < *long/20 {
		t.Errorf("only %d of %d addresses were taken: nothing was tested", taken, *long)
	}
	t.Logf("%d of %d addresses were taken", taken, *long)
}

func FuzzParse(f *testing.F) {
	for _, p := range []string{"terraform-aws-modules/vpc/aws", "git::ssh://git@github.com/a/b.git//c?ref=v1", "oci://ghcr.io/a/b?tag=1",
		"https://a.example.com/x.zip//*", "git@github.com:a/b.git"} {
		f.Add(p, "name", "ref", byte(0))
	}
	f.Fuzz(func(t *testing.T, text, name, ref string, kind byte) {
		check(t, plan.Source{Kind: kinds[int(kind)%len(kinds)], Address: text, Name: name, Ref: plan.Ref{Kind: plan.RefTag, Text: ref},
			OpenTofu: kind > 127})
	})
}
