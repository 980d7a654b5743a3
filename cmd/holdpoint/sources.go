package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/modulesjson"
	"github.com/holdpoint-dev/holdpoint/internal/sources"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// sourceFlags say where modules, charts and bases come from that a tree names
// and does not hold. Without a flag nothing is fetched.
type sourceFlags struct {
	Sources string `help:"A mirror folder with external modules, charts and bases. See docs/operations.md." placeholder:"DIR"`
	Fetch   bool   `help:"Fetch external modules, charts and bases that are not available locally."`
}

// maxSourceRounds is how often a run is repeated for what it asked for: each
// round follows one more step from package to package.
const maxSourceRounds = 2 * plan.MaxSourceDepth

// cacheBytes is the size of the cache that --fetch keeps.
const cacheBytes = 1 << 30

// resolving is how the sources of one command are resolved.
type resolving struct {
	answer  func(context.Context, *plan.Answers) error
	offline map[string]bool // addresses that --fetch could bring
	close   func() error
}

// open finds what is at hand: what terraform init has put below the folders, the
// mirror folder, and with --fetch the internet.
func (f sourceFlags) open(a *app, folders ...string) (*resolving, error) {
	r := &resolving{offline: map[string]bool{}}
	var held []*os.Root
	r.close = func() error {
		var errs []error
		for _, root := range held {
			errs = append(errs, root.Close())
		}
		return errors.Join(errs...)
	}
	hold := func(dir string) (fs.FS, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		held = append(held, root)
		return root.FS(), nil
	}
	resolvers, err := installed(hold, folders)
	if err == nil && f.Sources != "" {
		var mirror sources.Resolver
		mirror, err = mirrorFolder(hold, f.Sources)
		resolvers = append(resolvers, mirror)
	}
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	if f.Fetch {
		session, err := fetching(a.env)
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
		r.answer = session.answering(resolvers)
		return r, nil
	}
	if f.Sources == "" {
		resolvers = append(resolvers, sources.Offline{})
	}
	r.answer = func(ctx context.Context, answers *plan.Answers) error {
		return sources.Answer(ctx, sources.First(resolvers...), answers, 1)
	}
	return r, nil
}

func mirrorFolder(hold func(string) (fs.FS, error), dir string) (sources.Resolver, error) {
	files, err := hold(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: --sources: %w", errUsage, err)
	}
	return sources.NewFolder(files, content.DefaultLimits(), time.Time{})
}

// session fetches, after what is at hand was asked.
type session struct{ *sources.Session }

func fetching(env []string) (session, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return session{}, fmt.Errorf("folder for what is fetched: %w", err)
	}
	store, err := cache.NewDisk(filepath.Join(dir, "holdpoint", "sources"), cacheBytes, time.Now)
	if err != nil {
		return session{}, err
	}
	hosts, err := fetch.NewHosts(fetch.HostRules{Listed: fetch.DefaultHosts()})
	if err != nil {
		return session{}, err
	}
	client := fetch.New(hosts, fetch.SystemNetwork(), fetch.SystemClock(), nil)
	f := sources.New(sources.Config{Client: client, Store: store, Limits: content.DefaultLimits(), Budget: sources.DefaultBudget()})
	return session{f.Review(sources.Review{Access: reader{token: variable(env, "GITHUB_TOKEN")}})}, nil
}

// answering asks what is at hand first.
func (s session) answering(first []sources.Resolver) func(context.Context, *plan.Answers) error {
	return func(ctx context.Context, answers *plan.Answers) error {
		for _, w := range answers.Wanted() {
			if p, err := sources.First(first...).Resolve(ctx, w); err == nil && p.Tree != nil {
				answers.Put(w, plan.Answer{Package: p})
			}
		}
		return s.Answer(ctx, answers)
	}
}

// reader reads public repositories, with the token of the environment where
// there is one: without any GitHub answers sixty times an hour.
type reader struct {
	sources.Public
	token string
}

// Own is no repository, and the token.
func (r reader) Own(context.Context) (string, string, error) { return "", r.token, nil }

func variable(env []string, name string) string {
	for _, kv := range slices.Backward(env) {
		if value, ok := strings.CutPrefix(kv, name+"="); ok {
			return value
		}
	}
	return ""
}

// rounds runs until nothing is asked for that has no answer.
func (r *resolving) rounds(ctx context.Context, run func(plan.Sources) error) error {
	var answers plan.Answers
	for range maxSourceRounds {
		err := run(&answers)
		if len(answers.Wanted()) == 0 {
			return err
		}
		wanted := answers.Wanted()
		if err := r.answer(ctx, &answers); err != nil {
			return fmt.Errorf("external sources: %w", err)
		}
		r.note(&answers, wanted)
	}
	return fmt.Errorf("external sources: more than %d steps lead from one to another", maxSourceRounds)
}

func (r *resolving) note(answers *plan.Answers, asked []plan.Source) {
	for _, s := range asked {
		_, err := answers.Package(s)
		var why *plan.SourceError
		if errors.As(err, &why) && why.Why == plan.SourceOffline {
			r.offline[s.Address] = true
		}
	}
}

// tell says how many gaps --fetch would look into.
func (r *resolving) tell(a *app, gaps []plan.Gap) {
	n := 0
	for _, g := range gaps {
		if r.offline[g.Source] {
			n++
		}
	}
	switch {
	case n == 1:
		fmt.Fprintln(a.stderr, "holdpoint: 1 gap is about an external source: --fetch would download it")
	case n > 1:
		fmt.Fprintf(a.stderr, "holdpoint: %d gaps are about external sources: --fetch would bring them\n", n)
	}
}

// Limits on the search for installed modules.
const (
	maxInstalled = 100
	maxSearched  = 50_000
)

// installed finds the modules that terraform init or get left below folders.
func installed(hold func(string) (fs.FS, error), folders []string) ([]sources.Resolver, error) {
	var out []sources.Resolver
	for _, folder := range folders {
		if info, err := os.Stat(folder); folder == "" || err != nil || !info.IsDir() {
			continue // a revision
		}
		files, err := hold(folder)
		if err != nil {
			return nil, err
		}
		for _, dir := range initialised(files) {
			root, err := fs.Sub(files, dir)
			if err != nil {
				return nil, err
			}
			i, err := sources.NewInstalled(root, content.DefaultLimits())
			if err != nil {
				continue // it is no record of Terraform's
			}
			if out = append(out, i); len(out) == maxInstalled {
				return out, nil
			}
		}
	}
	return out, nil
}

// initialised are the folders with a record of installed modules.
func initialised(files fs.FS) []string {
	var out []string
	searched := 0
	_ = fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fs.SkipDir
		case !e.IsDir():
			return nil
		case e.Name() == ".terraform":
			dir := path.Dir(name)
			if _, err := fs.Stat(files, path.Join(dir, modulesjson.Path)); err == nil {
				out = append(out, dir)
			}
			return fs.SkipDir
		case e.Name() == ".git" || e.Name() == "node_modules":
			return fs.SkipDir
		}
		if searched++; searched > maxSearched {
			return fs.SkipAll
		}
		return nil
	})
	return out
}
