package origin_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/origin"
)

func TestRemote(t *testing.T) {
	same := []string{
		"https://github.com/acme/shop", "https://github.com/acme/shop.git", "https://github.com/Acme/Shop/", "http://github.com:80/acme/shop",
		"https://user:word@github.com:443/acme/shop.git/", "git@github.com:acme/shop.git", "github.com:acme/shop", "git@github.com:/acme/shop",
		"ssh://git@github.com/acme/shop", "ssh://git@github.com:22/acme/shop.git", "ssh://git@ssh.github.com:443/acme/shop.git",
		"org-1@github.com:acme/shop", " HTTPS://GitHub.com/acme/shop ",
	}
	for _, address := range same {
		if got := origin.Remote(address); got != "github.com/acme/shop" {
			t.Errorf("origin.Remote(%q) = %q", address, got)
		}
	}
	for _, address := range []string{
		"https://github.com.example.org/acme/shop", "https://example.org/github.com/acme/shop", "https://github.com@example.org/acme/shop",
		"https://example.org/acme/shop", "https://github.com/acme/shop2", "https://github.com/acme/shop/x", "https://github.com/acme/shop?x",
		"https://github.com/acme/shop#x", "https://github.com//acme/shop", "https://github.com/acme%2Fshop", "https://github.com/acme/../acme/shop",
		"https://github.com:8443/acme/shop", "https://ssh.github.com/acme/shop", "https://www.github.com/acme/shop", "https://gist.github.com/acme/shop",
		"file:///github.com/acme/shop", "/github.com/acme/shop", "git@github.com:evil/acme/shop", "https://example.org\\@github.com/acme/shop",
		"https://github.com/acme/shop.git.git", "", "acme/shop", "ssh://git@github.com:acme/shop",
	} {
		if got := origin.Remote(address); got == "github.com/acme/shop" {
			t.Errorf("origin.Remote(%q) is the repository", address)
		}
	}
}

func TestFluxRevision(t *testing.T) {
	for ref, want := range map[string]string{
		"": "refs/heads/master", "branch: main": "refs/heads/main", "branch: main, tag: v1": "refs/tags/v1", "tag: v1, semver: 1.x": "semver 1.x",
		"semver: 1.x, name: refs/heads/a": "refs/heads/a", "name: refs/heads/a, branch: b, commit: c0ffee": "c0ffee",
	} {
		file, err := object.Parse("s.yaml", []byte("apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\nmetadata: {name: x}\nspec: {ref: {"+ref+"}}\n"), object.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		if got := origin.FluxRevision(file.Objects[0]); got != want {
			t.Errorf("{%s} is %s, want %s", ref, got, want)
		}
	}
}

func FuzzRemote(f *testing.F) {
	f.Add("git@github.com:acme/shop.git")
	f.Fuzz(func(t *testing.T, address string) {
		if again := origin.Remote(origin.Remote(address)); strings.Count(again, "/") > 0 && origin.Remote(again) != again {
			t.Errorf("origin.Remote(%q) is not stable", address)
		}
	})
}
