package rules

import (
	"slices"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Each class is held for those the settings say, an environment's before the
// others. A class that is not known, and settings that are not sound, hold.
func TestEnforced(t *testing.T) {
	settings := Strict()
	settings.Enforce = Enforce{Data: ByEveryone, Identity: ByAgents, Traffic: ByNobody, Capacity: ByAgents, None: ByNobody}
	settings.Environments = []Environment{
		{Name: "plain"},
		{Name: "lax", Enforce: &Enforce{Data: ByNobody}},
		{Name: "prod", Enforce: &Enforce{Identity: ByEveryone, Traffic: ByAgents, Capacity: ByNobody, None: ByEveryone}},
	}
	for _, c := range []struct {
		class       Loss
		environment string
		person, bot bool
	}{
		{Data, "", true, true}, {Identity, "", false, true}, {Traffic, "", false, false}, {Capacity, "", false, true}, {NoLoss, "", false, false},
		{Data, "plain", true, true}, {Traffic, "plain", false, false}, {Data, "lax", false, false}, {Identity, "lax", false, true},
		{Data, "prod", true, true}, {Identity, "prod", true, true}, {Traffic, "prod", false, true}, {Capacity, "prod", false, false}, {NoLoss,
			"prod", true, true},
		{Data, "unheard-of", true, true}, {Loss("new"), "", true, true},
	} {
		for _, agent := range []*Agent{nil, {Name: "devin", Kind: CodingAgent}} {
			want := c.person
			if agent != nil {
				want = c.bot
			}
			if got := settings.enforced(c.class, c.environment, agent); got != want {
				t.Errorf("%s in %q by %v: %t, want %t", c.class, c.environment, agent, got, want)
			}
		}
	}
	for what, s := range map[string]Settings{"none at all": {}, "of another version": {Version: 2, Enforce: settings.Enforce},
		"with a problem": settings.unsound("x")} {
		if s.Sound() || !s.enforced(Traffic, "", nil) {
			t.Errorf("settings %s count", what)
		}
	}
}

// A place is in the first environment that names its root, else its file.
func TestEnvironmentOf(t *testing.T) {
	s := Settings{Environments: []Environment{
		{Name: "file", Paths: []string{"prod/special.tf"}}, {Name: "prod", Paths: []string{"prod"}}, {Name: "below", Paths: []string{"stage/*"}},
		{Name: "tree", Paths: []string{"dev/**"}},
	}}
	for _, c := range []struct{ file, root, want string }{
		{"prod/special.tf", "", "file"}, {"prod/special.tf", "prod", "prod"}, {"prod/main.tf", "prod", "prod"}, {"prod/main.tf", "", ""},
		{"stage/main.tf", "stage", "below"}, {"stage/main.tf", "", "below"}, {"stage/a/main.tf", "stage/a", "below"}, {"", "stage", "below"},
		{"dev/a/main.tf", "dev/a", "tree"}, {"prod/special.tf", "dev", "tree"}, {"main.tf", ".", ""}, {"", "", ""},
	} {
		if got := s.EnvironmentOf(c.file, c.root); got != c.want {
			t.Errorf("%q of %q is in %q, want %q", c.file, c.root, got, c.want)
		}
	}
	everywhere := Settings{Environments: []Environment{{Name: "all", Paths: []string{"**"}}}}
	if got := everywhere.EnvironmentOf("", ""); got != "" {
		t.Errorf("no place is in %q", got)
	}
}

// An approval is for a finding where each of its lists is left out or names it.
func TestApprovalFits(t *testing.T) {
	at := func(file string) Finding { return Finding{Loss: Data, Environment: "prod", At: plan.Range{File: file}} }
	renamed, change := at("new/x.tf"), at("modules/x.tf")
	renamed.File = &plan.File{Path: "new/x.tf", From: "old/x.tf"}
	added := at("new/x.tf")
	added.File = &plan.File{Path: "new/x.tf"}
	change.Change = &plan.Change{Address: plan.Address{Root: "prod"}}
	for what, c := range map[string]struct {
		entry   Approval
		finding Finding
		fits    bool
	}{
		"everything":          {Approval{}, at("a.tf"), true},
		"its loss":            {Approval{Loss: []Loss{Traffic, Data}}, at("a.tf"), true},
		"another loss":        {Approval{Loss: []Loss{Traffic}}, at("a.tf"), false},
		"its environment":     {Approval{Environments: []string{"prod"}}, at("a.tf"), true},
		"another environment": {Approval{Environments: []string{"dev"}}, at("a.tf"), false},
		"its file":            {Approval{Paths: []string{"a.tf"}}, at("a.tf"), true},
		"another file":        {Approval{Paths: []string{"b.tf"}}, at("a.tf"), false},
		"all of it": {Approval{Loss: []Loss{Data}, Environments: []string{"prod"}, Paths: []string{"*.tf"}}, at("a.tf"),
			true},
		"its loss elsewhere":             {Approval{Loss: []Loss{Data}, Paths: []string{"b.tf"}}, at("a.tf"), false},
		"its root":                       {Approval{Paths: []string{"prod"}}, change, true},
		"what is in its root":            {Approval{Paths: []string{"prod/*"}}, change, true},
		"another root":                   {Approval{Paths: []string{"dev"}}, change, false},
		"the old name":                   {Approval{Paths: []string{"old/**"}}, renamed, true},
		"the new name":                   {Approval{Paths: []string{"new/**"}}, renamed, true},
		"another name":                   {Approval{Paths: []string{"older/**"}}, renamed, false},
		"no old name":                    {Approval{Paths: []string{"old/**"}}, added, false},
		"every place, and there is none": {Approval{Paths: []string{"**"}}, Finding{Loss: Data, File: &plan.File{}}, false},
	} {
		if got := c.entry.Fits(&c.finding); got != c.fits {
			t.Errorf("%s: %t", what, got)
		}
	}
}

// Every origin has words of its own.
func TestOriginsInWords(t *testing.T) {
	var seen []string
	for _, o := range []Origin{FromBase, FromOrganisation, FromTrial, FromDefault} {
		if words := o.Words(); slices.Contains(seen, words) {
			t.Errorf("%s is called %q as another is", o, words)
		} else {
			seen = append(seen, words)
		}
	}
}
