package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// github notes what it is asked.
type github struct {
	readers map[string]bool
	minted  []string
	asked   []string
	broken  error
}

func (g *github) Mint(_ context.Context, repositories []string) (string, error) {
	if len(repositories) == 0 {
		panic("a token for all repositories")
	}
	g.minted = append(g.minted, strings.Join(repositories, ","))
	return "token-" + strings.Join(repositories, ","), g.broken
}

func (g *github) CanRead(_ context.Context, owner, name, user string) (bool, error) {
	g.asked = append(g.asked, user)
	return g.readers[user+" "+owner+"/"+name], g.broken
}

func rules(g *github) Rules {
	return Rules{GitHub: g, Repository: "acme/a", DefaultBranch: true, Named: []string{"Acme/B", "other/x"}, People: []string{"ann", "ben"},
		OnDefault: func(s plan.Source) bool { return s.Address == "known" }}
}

func TestPrivateRepositories(t *testing.T) {
	readers := map[string]bool{"ann acme/b": true, "ben acme/b": true}
	for name, c := range map[string]struct {
		change  func(*Rules)
		repo    string
		source  string
		readers map[string]bool
		want    string // the token, or a part of the refusal
	}{
		"named, and both may read it":  {nil, "acme/b", "", readers, "token-b"},
		"one pusher may not read it":   {nil, "acme/b", "", map[string]bool{"ann acme/b": true}, "may not read it"},
		"nobody may, default has it":   {nil, "acme/b", "known", nil, "token-b"},
		"not named":                    {nil, "acme/c", "", readers, "settings on the default branch"},
		"another owner's, named":       {nil, "other/x", "", readers, "another owner's"},
		"another owner's":              {nil, "evil/b", "", readers, "another owner's"},
		"from a fork":                  {func(r *Rules) { r.Fork = true }, "acme/b", "", readers, "from a fork"},
		"from a fork, default has it":  {func(r *Rules) { r.Fork = true }, "acme/b", "known", readers, "from a fork"},
		"another base":                 {func(r *Rules) { r.DefaultBranch = false }, "acme/b", "", readers, "other than the default branch"},
		"nobody is known to have made": {func(r *Rules) { r.People = nil }, "acme/b", "", readers, "not known"},
		"no name":                      {nil, "acme/", "", readers, "no repository"},
		"no owner":                     {nil, "/b", "", readers, "no repository"},
		"two names":                    {nil, "acme/b/c", "", readers, "no repository"},
		"named of the wrong owner only": {func(r *Rules) { r.Named = []string{"evil/b"} }, "acme/b", "", readers,
			"settings on the default branch"},
	} {
		g := &github{readers: c.readers}
		r := rules(g)
		if c.change != nil {
			c.change(&r)
		}
		token, err := New(r).Private(t.Context(), c.repo, plan.Source{Address: c.source})
		if err != nil {
			var why *plan.SourceError
			if !errors.As(err, &why) || why.Why != plan.SourcePrivate || !strings.Contains(why.Text, c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
			if len(g.minted) > 0 {
				t.Errorf("%s: refused, and a token was made for %v", name, g.minted)
			}
			continue
		}
		if token != c.want || !slices.Equal(g.minted, []string{"b"}) {
			t.Errorf("%s: %s for %v, want %s", name, token, g.minted, c.want)
		}
	}
}

// The token of the review is for its own repository, and for no other.
func TestOwnToken(t *testing.T) {
	g := &github{}
	a := New(rules(g))
	for range 3 {
		name, token, err := a.Own(t.Context())
		if err != nil || name != "acme/a" || token != "token-a" {
			t.Errorf("%s %s %v", name, token, err)
		}
	}
	if !slices.Equal(g.minted, []string{"a"}) {
		t.Errorf("minted for %v", g.minted)
	}
	for _, nothing := range []string{"", "acme", "acme/"} {
		g := &github{}
		r := rules(g)
		r.Repository = nothing
		if _, _, err := New(r).Own(t.Context()); err == nil || len(g.minted) > 0 {
			t.Errorf("%q: %v, minted for %v", nothing, err, g.minted)
		}
	}
}

// When GitHub does not answer, nothing is allowed, and it is no refusal.
func TestBroken(t *testing.T) {
	g := &github{broken: fmt.Errorf("down"), readers: map[string]bool{"ann acme/b": true, "ben acme/b": true}}
	_, err := New(rules(g)).Private(t.Context(), "acme/b", plan.Source{})
	var why *plan.SourceError
	if err == nil || errors.As(err, &why) {
		t.Errorf("broken: %v", err)
	}
}
