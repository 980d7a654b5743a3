package gitlocal_test

import (
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/gitlocal"
)

// Where a change goes to: the branch that --before is, else the default one.
func TestWhereItGoes(t *testing.T) {
	c := newClone(t, "--initial-branch=trunk")
	c.git("config", "init.defaultBranch", "trunk")
	twoCommits(c)
	c.git("branch", "release/1", "trunk")
	c.git("tag", "v1", "trunk")
	for _, test := range []struct{ remote, before, host, base string }{
		{"", "", "", "trunk"},
		{"", "trunk", "", "trunk"},
		{"https://git.example.org/acme/infra.git", "HEAD~1", "git.example.org", "trunk"},
		{"git@github.com:acme/infra.git", "release/1", "github.com", "release/1"},
		{"ssh://git@git.example.org:2222/acme/infra", "v1", "git.example.org", "trunk"},
		{"https://user:word@github.com/acme/infra", "trunk~0", "github.com", "trunk"},
		{"/srv/git/infra", "", "", "trunk"},
		{"file:///srv/git/infra", "", "", "trunk"},
	} {
		c.git("config", "remote.origin.url", test.remote)
		got := c.request(gitlocal.Options{Before: test.before}).Ref
		if got.Host != test.host || got.BaseRef != test.base || got.DefaultBranch != "trunk" {
			t.Errorf("--before %q of %s: host %q, base %q, default branch %q", test.before, test.remote, got.Host, got.BaseRef, got.DefaultBranch)
		}
	}
}
