package main

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// installation finds the repository among those the App was given.
func (d *doctor) installation(ctx context.Context) {
	all, err := d.app.Installations(ctx)
	if d.failed(err, "the installations cannot be listed") {
		return
	}
	at := slices.IndexFunc(all, func(i api.Installation) bool { return strings.EqualFold(i.Account, d.owner) })
	if at < 0 {
		d.fail("install it from the App's page (Install App)", "the App is not installed for %s", d.owner)
		return
	}
	i := all[at]
	if i.Suspended {
		d.fail("unsuspend it on the installation's settings page: nothing is reviewed, and a required check blocks every merge",
			"the installation for %s is suspended", d.owner)
		return
	}
	d.compare("the installation for "+i.Account, i.Permissions, i.Events,
		"the owner of the account has to accept the App's new permissions, on the installation's settings page")
	repos, err := d.app.Repositories(ctx, i.ID)
	if d.failed(err, "the installation's repositories cannot be listed") {
		return
	}
	r := slices.IndexFunc(repos, func(r api.Repository) bool {
		return strings.EqualFold(r.Owner, d.owner) && strings.EqualFold(r.Name, d.repo)
	})
	if r < 0 {
		d.fail("add it on the installation's settings page", "the installation does not include %s/%s", d.owner, d.repo)
		return
	}
	d.ok("the App is installed on %s/%s", repos[r].Owner, repos[r].Name)
	inspector, err := d.app.Inspect(i.ID, repos[r])
	if d.failed(err, "the repository cannot be read") {
		return
	}
	d.repository(ctx, i.ID, repos, inspector)
}

func (d *doctor) repository(ctx context.Context, installation int64, repos []api.Repository, i api.Inspector) {
	if d.branch == "" {
		branch, err := i.DefaultBranch(ctx)
		if d.failed(err, "the default branch is not known") {
			return
		}
		d.branch = branch
	}
	settings, ok := d.settings(ctx, installation, repos, i)
	if !ok {
		return
	}
	d.rules(ctx, i, settings.Names().Of(d.branch))
	if label := settings.Override.Label; label != "" {
		has, err := i.HasLabel(ctx, label)
		switch {
		case d.failed(err, "the labels cannot be read"):
		case has:
			d.ok("the label %q for overrides exists", label)
		default:
			d.fail("create it now: in an emergency people would remove the required check instead", "the label %q for overrides does not exist", label)
		}
	}
}

// settings reads the repository's settings as a review does.
func (d *doctor) settings(ctx context.Context, installation int64, repos []api.Repository, i api.Inspector) (rules.Settings, bool) {
	set, err := rules.Load()
	if d.failed(err, "the built-in rules do not load") {
		return rules.Settings{}, false
	}
	own, err := i.File(ctx, rules.SettingsPath, d.branch)
	if d.failed(err, "the settings cannot be read") {
		return rules.Settings{}, false
	}
	organisation, err := d.organisation(ctx, installation, repos)
	if d.failed(err, "the organization's settings cannot be read") {
		return rules.Settings{}, false
	}
	settings := set.SettingsFor(treeOf(own), treeOf(organisation))
	switch {
	case settings.Problem != "":
		d.fail("correct them on the branch: until then everything is held", "the settings (%s) are invalid: %s", settings.Origin,
			settings.Problem)
	case settings.Origin == rules.FromDefault:
		d.ok("there are no settings in %s: the strict default is in force", rules.SettingsPath)
	default:
		d.ok("the settings (%s) are valid", settings.Origin)
	}
	return settings, true
}

// organisation reads the settings in the account's .github repository.
func (d *doctor) organisation(ctx context.Context, installation int64, repos []api.Repository) ([]byte, error) {
	at := slices.IndexFunc(repos, func(r api.Repository) bool { return strings.EqualFold(r.Owner, d.owner) && r.Name == ".github" })
	if at < 0 {
		return nil, nil
	}
	i, err := d.app.Inspect(installation, repos[at])
	if err != nil {
		return nil, err
	}
	branch, err := i.DefaultBranch(ctx)
	if err != nil {
		return nil, err
	}
	return i.File(ctx, rules.SettingsPath, branch)
}

// treeOf is a tree with the settings alone, nil without any.
func treeOf(settings []byte) fs.FS {
	if settings == nil {
		return nil
	}
	return fstest.MapFS{rules.SettingsPath: {Data: settings, Mode: 0o644}}
}

// rules checks that nothing merges without our check.
func (d *doctor) rules(ctx context.Context, i api.Inspector, check string) {
	found, err := i.Rules(ctx, d.branch)
	if d.failed(err, "the branch's rules cannot be read") {
		return
	}
	// Several rulesets may require it; one that pins it is enough, since all of
	// them must be content.
	named := slices.ContainsFunc(found.Checks, func(c api.RequiredCheck) bool { return c.Name == check })
	pinned := slices.Contains(found.Checks, api.RequiredCheck{Name: check, App: d.id})
	switch {
	case !named:
		d.fail(fmt.Sprintf("add a ruleset for %s that requires the status check %q with the App as its source (it can be chosen once a pull "+
			"request was reviewed)", d.branch, check),
			"%s does not require the check %q: a held pull request can be merged", d.branch, check)
	case !pinned:
		d.fail("choose the App as the source of the check in the ruleset; docs/install.md explains how if the page does not offer it",
			"the required check %q is not pinned to App %d: anyone who may write checks can report it", check, d.id)
	default:
		d.ok("%s requires the check %q, pinned to the App", d.branch, check)
	}
	if found.PullRequest {
		d.ok("%s changes by pull requests only", d.branch)
	} else {
		d.fail("require a pull request in the ruleset", "%s can be pushed to without a pull request", d.branch)
	}
	switch found.Queue {
	case "":
	case "ALLGREEN":
		d.ok("the merge queue requires every entry to pass")
	default:
		d.warn("turn on \"Require all queue entries to pass required checks\"",
			"the merge queue merges an entry that fails where a later one passes")
	}
}
