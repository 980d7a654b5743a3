package github

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/trees"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// readFiles brings the trees, lists what differs, and brings the files that
// the predictors are known to want.
func (r *Reading) readFiles(ctx context.Context) error {
	for round := 0; ; round++ {
		again, err := r.compare()
		if err != nil {
			return err
		}
		if !again {
			break
		}
		if round == maxRounds {
			return fmt.Errorf("trees of %s: %w", r.job, api.ErrTooLarge)
		}
		if err := r.client.fetcher().Folders(ctx, r.objects); err != nil {
			return err
		}
	}
	if err := r.wantSettings(ctx); err != nil {
		return err
	}
	if err := r.wantFiles(); err != nil {
		return err
	}
	return api.Together(ctx, []func(context.Context) error{
		func(ctx context.Context) error { return r.client.fetcher().Blobs(ctx, r.objects) },
		r.readEarlier,
	}, func(ctx context.Context, f func(context.Context) error) error { return f(ctx) })
}

// maxRounds is how often a job goes back to GitHub for what a run asked for.
// Each round follows one more step from file to file.
const maxRounds = 12 + 2*plan.MaxSourceDepth

// compare lists the files that differ, and drops a second comparison that is
// the same as the first. It returns true where folders are missing.
func (r *Reading) compare() (again bool, err error) {
	for i := range r.Request.Comparisons {
		cmp := &r.Request.Comparisons[i]
		cmp.Files, err = treediff.Files(cmp.Before, cmp.After)
		if errors.Is(err, plan.ErrNotFetched) {
			again = true
			continue
		}
		if err != nil {
			return false, fmt.Errorf("compare trees: %w", err)
		}
	}
	if again {
		return true, nil
	}
	if _, err := fs.Lstat(r.Request.Base, "."); err != nil {
		return false, err
	}
	if _, err := fs.ReadDir(r.Request.Base, "."); errors.Is(err, plan.ErrNotFetched) {
		return true, nil
	}
	c := r.Request.Comparisons
	if len(c) == 2 && trees.RootID(c[0].Before) == trees.RootID(c[1].Before) && trees.RootID(c[0].After) == trees.RootID(c[1].After) {
		r.Request.Comparisons = c[:1]
	}
	return false, nil
}

// wantSettings notes the settings' files, of the base and of the default branch,
// and reads the organisation's where one of them has none.
func (r *Reading) wantSettings(ctx context.Context) error {
	lacking := false
	for _, side := range []fs.FS{r.Request.Base, r.Request.Default} {
		has, err := r.wantSettingsOf(ctx, side)
		if err != nil {
			return err
		}
		lacking = lacking || !has
	}
	if !lacking || r.repository().Owner.Typename != "Organization" {
		return nil
	}
	var err error
	r.Request.Organisation, err = r.client.organisation(ctx, r.job.Installation, r.objects)
	return err
}

// wantSettingsOf notes the settings' file of a tree, if there is one.
func (r *Reading) wantSettingsOf(ctx context.Context, side fs.FS) (has bool, err error) {
	t, ok := side.(*trees.Tree)
	if !ok {
		return true, nil
	}
	has, err = trees.WantFile(t, rules.SettingsPath)
	if !errors.Is(err, plan.ErrNotFetched) {
		return has, err
	}
	if err := r.client.fetcher().Folders(ctx, r.objects); err != nil {
		return false, err
	}
	return r.wantSettingsOf(ctx, side)
}

// fewFiles is how many wanted files are fetched ahead, whole tree, before the
// first run; in larger repositories those near the change are, and the rest
// when a run asks for it.
const fewFiles = 300

// wantFiles notes the files that are worth having before the first run.
func (r *Reading) wantFiles() error {
	wants := r.client.app.wants
	for _, c := range r.Request.Comparisons {
		if !slices.ContainsFunc(c.Files, func(f plan.File) bool { return wants(f.Path) || wants(f.From) }) {
			continue // nothing that a predictor reads has changed
		}
		near := map[string]bool{}
		for _, f := range c.Files {
			for _, name := range []string{f.Path, f.From} {
				near[path.Dir(name)] = true
			}
		}
		for _, side := range []fs.FS{c.Before, c.After} {
			t, ok := side.(*trees.Tree)
			if !ok {
				continue
			}
			if err := trees.WantFiles(t, wants, func(name string) bool { return near[path.Dir(name)] }, fewFiles); err != nil {
				return err
			}
		}
	}
	return nil
}

// Complete brings what the last run asked for and had not got: folders and
// content of files. It returns true where something came, so that the run is
// to be repeated.
func (r *Reading) Complete(ctx context.Context) (bool, error) {
	if !r.objects.Missing() {
		return false, nil
	}
	if err := r.client.fetcher().Folders(ctx, r.objects); err != nil {
		return false, fmt.Errorf("read %s: %w", r.job, err)
	}
	if err := r.client.fetcher().Blobs(ctx, r.objects); err != nil {
		return false, fmt.Errorf("read %s: %w", r.job, err)
	}
	return true, nil
}
