package git

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/choose"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
)

// Style is how a tool makes a commit of a reference of no stated kind. The zero
// value is invalid.
type Style string

const (
	// Checkout: a clone and then a checkout, as Terraform does without depth.
	Checkout Style = "checkout"
	// Clone: a clone of one branch or tag, as Terraform does with depth.
	Clone Style = "clone"
	// Fetch: a fetch of one reference, as Kustomize does.
	Fetch Style = "fetch"
	// Track: a branch or a tag by its only name, as Argo CD does.
	Track Style = "track"
)

// Commit is one state of a repository.
type Commit struct {
	ID   string
	Tree plan.ObjectID
	// Date is the committer's, which is no proof of anything.
	Date   time.Time
	Moment plan.Moment
	// Version is the tag that a constraint chose.
	Version string
}

// Resolve finds the commit of a reference: as it is now, or, with a moment, as
// it was then where GitHub can tell.
func (g *GitHub) Resolve(ctx context.Context, grant Grant, repo string, ref plan.Ref, style Style, moment time.Time) (Commit, error) {
	if exactCommit(ref, style) {
		return g.Commit(ctx, grant, repo, ref.Text, plan.MomentExact)
	}
	version := ""
	if ref.Kind == plan.RefVersion {
		tag, err := g.tag(ctx, grant, repo, ref.Text)
		if err != nil {
			return Commit{}, err
		}
		version, ref = tag, plan.Ref{Kind: plan.RefTag, Text: tag}
	}
	full, id, err := g.find(ctx, grant, repo, ref, style)
	if err != nil {
		return Commit{}, err
	}
	at := plan.MomentAsked
	if !moment.IsZero() {
		at = plan.MomentNow
		if strings.HasPrefix(full, "heads/") {
			if then, ok := g.tipAt(ctx, grant, repo, full, moment); ok {
				id, at = then, plan.MomentAsked
			}
		}
	}
	c, err := g.Commit(ctx, grant, repo, id, at)
	c.Version = version
	return c, err
}

// exactCommit reports whether a reference is a commit for the tool that reads it.
func exactCommit(ref plan.Ref, style Style) bool {
	return ref.Kind == plan.RefCommit || ref.Kind == plan.RefAny && style != Clone && address.IsCommit(ref.Text)
}

type object struct {
	SHA  string `json:"sha"`
	Type string `json:"type"`
}

type target struct {
	Object object `json:"object"`
}

// find tries the references that a name can stand for, in the order of the tool.
// Full is the reference below refs/, empty for a commit.
func (g *GitHub) find(ctx context.Context, grant Grant, repo string, ref plan.Ref, style Style) (full, id string, err error) {
	if grant.Main == "" {
		info, err := g.Repo(ctx, grant, repo)
		if err != nil {
			return "", "", err
		}
		grant.Main = info.Default
	}
	var found []string
	for _, name := range candidates(ref, style, grant.Main) {
		commit, err := g.pointed(ctx, grant, repo, name)
		var why *plan.SourceError
		if errors.As(err, &why) && why.Why == plan.SourceGone {
			continue
		}
		if err != nil {
			return "", "", err
		}
		if style != Track {
			return name, commit, nil
		}
		if found = append(found, name); len(found) == 1 {
			full, id = name, commit
		} else if commit != id {
			return "", "", &plan.SourceError{Why: plan.SourceUnsupported, Subject: "github.com/" + repo,
				Text: fmt.Sprintf("%q is a branch and a tag", ref.Text)}
		}
	}
	if full != "" {
		return full, id, nil
	}
	if style == Checkout && abbreviated(ref.Text) {
		c, err := lookup[object](ctx, g, grant, repo, "/commits/"+ref.Text, false)
		if err == nil && strings.HasPrefix(c.SHA, ref.Text) {
			return "", c.SHA, nil
		}
	}
	return "", "", &plan.SourceError{Why: plan.SourceGone, Subject: "github.com/" + repo, Text: fmt.Sprintf("has no reference %q", ref.Text)}
}

func abbreviated(text string) bool {
	return len(text) >= 4 && len(text) < 40 && strings.Trim(text, "0123456789abcdef") == ""
}

// candidates are references below refs/, in the order in which they are tried:
// git's rules for names (gitrevisions(7)) on what the tool has of the repository.
func candidates(ref plan.Ref, style Style, main string) []string {
	name := ref.Text
	switch ref.Kind {
	case "":
		return []string{"heads/" + main}
	case plan.RefBranch:
		return []string{"heads/" + name}
	case plan.RefTag:
		return []string{"tags/" + name}
	case plan.RefName:
		below, ok := strings.CutPrefix(name, "refs/")
		if !ok {
			return nil
		}
		return []string{below}
	}
	if name == "HEAD" && style != Clone {
		return []string{"heads/" + main}
	}
	switch style {
	case Clone:
		return []string{"heads/" + name, "tags/" + name}
	case Fetch, Track:
		return append(qualified(name), "tags/"+name, "heads/"+name)
	}
	// A clone has the default branch, the tags, and the other branches below
	// refs/remotes/origin; a checkout makes a branch of one of these when no
	// other name fits.
	var out []string
	if name == main {
		out = append(out, "heads/"+name)
	}
	for _, q := range qualified(name) {
		if branch, ok := strings.CutPrefix(q, "heads/"); !ok || branch == main {
			out = append(out, q)
		}
	}
	out = append(out, "tags/"+name)
	if branch, ok := strings.CutPrefix(name, "origin/"); ok {
		out = append(out, "heads/"+branch)
	}
	if !abbreviated(name) {
		out = append(out, "heads/"+name)
	}
	return out
}

// qualified is a name that says of which kind it is: refs/tags/v1, tags/v1.
func qualified(name string) []string {
	name = strings.TrimPrefix(name, "refs/")
	if strings.HasPrefix(name, "heads/") || strings.HasPrefix(name, "tags/") {
		return []string{name}
	}
	return nil
}

// maxTagChain is how many tag objects may point to one another.
const maxTagChain = 5

// pointed is the commit that a reference points to, through annotated tags.
func (g *GitHub) pointed(ctx context.Context, grant Grant, repo, name string) (string, error) {
	t, err := lookup[target](ctx, g, grant, repo, "/git/ref/"+escape(name), false)
	for range maxTagChain {
		if err != nil {
			return "", err
		}
		if !address.IsCommit(t.Object.SHA) {
			return "", down(repo, "its answer names no object")
		}
		switch t.Object.Type {
		case "commit":
			return t.Object.SHA, nil
		case "tag":
			t, err = lookup[target](ctx, g, grant, repo, "/git/tags/"+t.Object.SHA, true)
		default:
			return "", &plan.SourceError{Why: plan.SourceUnsupported, Subject: "github.com/" + repo, Text: name + " does not point to a commit"}
		}
	}
	return "", &plan.SourceError{Why: plan.SourceLimit, Limit: "tags", Subject: "github.com/" + repo, Text: name + " is a tag of tags of tags"}
}

func escape(name string) string {
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

// Commit asks what a commit holds.
func (g *GitHub) Commit(ctx context.Context, grant Grant, repo, id string, moment plan.Moment) (Commit, error) {
	c, err := lookup[struct {
		SHA  string `json:"sha"`
		Tree struct {
			SHA string `json:"sha"`
		} `json:"tree"`
		Committer struct {
			Date time.Time `json:"date"`
		} `json:"committer"`
	}](ctx, g, grant, repo, "/git/commits/"+id, true)
	if err != nil {
		return Commit{}, err
	}
	if c.SHA != id || !address.IsCommit(c.Tree.SHA) {
		return Commit{}, &plan.SourceError{Why: plan.SourceUntrusted, Subject: "github.com/" + repo, Text: "another commit came than " + id}
	}
	return Commit{ID: id, Tree: plan.ObjectID(c.Tree.SHA), Date: c.Committer.Date, Moment: moment}, nil
}

// maxTagPages bounds the tags that a constraint chooses among, 100 a page.
const maxTagPages = 10

// tag chooses among the tags of a repository.
func (g *GitHub) tag(ctx context.Context, grant Grant, repo, constraint string) (string, error) {
	var all []string
	for page := 1; ; page++ {
		if page > maxTagPages {
			return "", content.Over("tags", "github.com/"+repo, 100*maxTagPages, "tags")
		}
		some, err := lookup[[]struct {
			Name string `json:"name"`
		}](ctx, g, grant, repo, fmt.Sprintf("/tags?per_page=100&page=%d", page), false)
		if err != nil {
			return "", err
		}
		for _, t := range some {
			all = append(all, t.Name)
		}
		if len(some) < 100 {
			break
		}
	}
	tag, err := choose.Tag(constraint, all)
	return tag, named(err, "github.com/"+repo)
}

// named puts a subject to an error that has none.
func named(err error, subject string) error {
	var why *plan.SourceError
	if errors.As(err, &why) && why.Subject == "" {
		with := *why
		with.Subject = subject
		return &with
	}
	return err
}

type push struct {
	Before string    `json:"before"`
	After  string    `json:"after"`
	At     time.Time `json:"timestamp"`
	Ref    string    `json:"ref"`
}

// tipAt is where a branch pointed at a moment, by GitHub's own log of pushes:
// the dates of commits are their author's. Unknown where the log does not reach
// back so far or may not be read.
func (g *GitHub) tipAt(ctx context.Context, grant Grant, repo, full string, moment time.Time) (string, bool) {
	log, err := lookup[[]push](ctx, g, grant, repo, "/activity?per_page=100&ref="+url.QueryEscape("refs/"+full), false)
	if err != nil {
		return "", false
	}
	earlier := ""
	for i, p := range log {
		if p.Ref != "refs/"+full || i > 0 && p.At.After(log[i-1].At) {
			return "", false // not the log that was asked for
		}
		if !p.At.After(moment) {
			return p.After, address.IsCommit(p.After) && strings.Trim(p.After, "0") != ""
		}
		earlier = p.Before
	}
	if len(log) >= 100 {
		return "", false
	}
	return earlier, address.IsCommit(earlier) && strings.Trim(earlier, "0") != ""
}
