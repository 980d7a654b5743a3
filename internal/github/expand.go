package github

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// followAtOnce is how many pull requests a job of KindBase leads to before what
// else came in has its turn. Another job follows for the rest.
const followAtOnce = 25

// Followed is what a job leads to that is not about one pull request.
type Followed struct {
	// More are the jobs for those that it concerns.
	More []webhooks.Job
	// Bypassed is true where a pull request was merged past a failing check.
	Bypassed bool
}

// Follow turns a job that is not about one pull request into those that are.
func (a *App) Follow(ctx context.Context, job webhooks.Job) (Followed, error) {
	c, err := a.client(job)
	if err != nil {
		return Followed{}, err
	}
	var jobs []webhooks.Job
	switch job.Kind {
	case webhooks.KindClosed:
		return c.followClosed(ctx, job)
	case webhooks.KindCommit:
		jobs, err = c.followCommit(ctx, job, 0)
	case webhooks.KindDestroyed:
		err = c.followDestroyed(ctx, job)
	case webhooks.KindBase:
		jobs, err = c.followBranch(ctx, job)
	case webhooks.KindLabel:
		jobs, err = c.followLabel(ctx, job)
	default:
		err = fmt.Errorf("job of kind %q is not known", job.Kind)
	}
	return Followed{More: jobs}, err
}

// followCommit leads to the open pull requests with a commit as their head,
// those of forks included.
func (c *client) followCommit(ctx context.Context, job webhooks.Job, except int) (jobs []webhooks.Job, err error) {
	open, err := c.Proposing(ctx, job.HeadSHA)
	for _, p := range open {
		if p.Number != except {
			jobs = append(jobs, job.Pull(p.Number, job.HeadSHA))
		}
	}
	return jobs, err
}

// bypassMarker starts the note on a merge past a failing check.
const bypassMarker = "<!-- holdpoint:merged -->"

const bypassNote = bypassMarker + "\n**Merged while held.** The check of Holdpoint on the last commit was not successful when this was " +
	"merged. " +
	"The findings are in that check run. If the merge was a mistake, check what an apply would do before one runs.\n"

// followClosed leads to the other pull requests with the closed one's head,
// notes a merge that went past the check, and takes back what passed.
func (c *client) followClosed(ctx context.Context, job webhooks.Job) (result Followed, err error) {
	result.More, err = c.followCommit(ctx, job, job.Number)
	if err != nil && !errors.Is(err, api.ErrGone) {
		return result, err
	}
	conversation, err := c.Converse(ctx, job.Number, job.HeadSHA)
	if err != nil {
		return result, err
	}
	if conversation.Repo.DatabaseID != job.RepoID || conversation.Pull.State == "OPEN" {
		return result, nil
	}
	// A push just before it may not have been reviewed.
	closed := &Reading{job: job, client: c, conversation: conversation}
	closed.Request.Ref.HeadSHA = conversation.Pull.HeadRefOid
	if err := closed.retireEarlier(ctx); err != nil {
		return result, err
	}
	if conversation.Pull.State == "MERGED" {
		if err := c.noteBypass(ctx, job, conversation, &result); err != nil {
			return result, err
		}
		job.BaseRef = conversation.Pull.BaseRefName
		if shared, err := c.givesToOthers(ctx, job); err != nil || !shared {
			return result, err // its base has it, so it cannot be proposed again
		}
	}
	if len(result.More) > 0 {
		return result, nil // their reviews take back what none of them needs
	}
	for _, run := range conversation.Checks {
		if run.Verdict() {
			if err := c.retire(ctx, conversation.Pull.HeadRefOid, run); err != nil {
				return result, err
			}
		}
	}
	return result, nil
}

// noteBypass notes a merge that went past the check.
func (c *client) noteBypass(ctx context.Context, job webhooks.Job, conversation *pull.Conversation, result *Followed) error {
	if c.passed(conversation) {
		return nil
	}
	result.Bypassed = true
	c.app.config.Log.WarnContext(ctx, "merged while held", "job", job.String(), "by", job.Sender.Login)
	if slices.ContainsFunc(conversation.Comments,
		func(v pull.Comment) bool { return v.ViewerDidAuthor && strings.HasPrefix(v.Body, bypassMarker) }) {
		return nil
	}
	_, err := c.Do(ctx, http.MethodPost, c.RepoPath("/issues/%d/comments", job.Number), map[string]string{"body": bypassNote}, nil)
	if code := api.Status(err); code == http.StatusForbidden || code == http.StatusNotFound || code == http.StatusUnprocessableEntity {
		return nil // locked; the log has it
	}
	return err
}

// passed reports whether our check let the merged head through. A head can
// have checks for other bases too, from before it was retargeted: they count
// only where the name of this base's check is not known.
func (c *client) passed(conversation *pull.Conversation) bool {
	names := c.NamesOf(conversation.Pull.BaseRefName)
	passed := false
	for _, k := range conversation.Checks {
		if slices.Contains(names, k.Name) {
			return letThrough(*pull.Own(conversation.Checks, k.Name))
		}
		passed = passed || letThrough(k)
	}
	return passed
}

// letThrough reports whether a run let its commit through, also one that was taken
// back when that was merged.
func letThrough(k pull.Check) bool { return k.Passed() || k.Title == retired }

// followBase leads to the open pull requests of a branch that moved, as far as
// the move can change their verdict, those looked at longest ago first: some at
// a time, until it came to all of them.
func (c *client) followBase(ctx context.Context, job webhooks.Job) (jobs []webhooks.Job, err error) {
	rest := job.Rest
	if rest == nil {
		c.app.kept.moves.Put(job.Branch(), c.app.config.Now())
		if rest, err = c.concerned(ctx, job); err != nil {
			return nil, err
		}
	}
	for len(rest) > 0 && len(jobs) < followAtOnce {
		if !c.app.sawBase(job, rest[0]) {
			jobs = append(jobs, job.Pull(rest[0], ""))
		}
		rest = rest[1:]
	}
	if len(rest) > 0 {
		next := job
		next.Rest = rest
		jobs = append(jobs, next)
	}
	return jobs, nil
}

// concerned are the open pull requests whose verdict a move of their base can
// change, those looked at longest ago first: those that passed, were approved,
// or have no check yet. What is held and nobody approved stays held.
func (c *client) concerned(ctx context.Context, job webhooks.Job) ([]int, error) {
	open, err := c.OpenPulls(ctx, "baseRefName", "String", job.BaseRef)
	if err != nil {
		return nil, err
	}
	checked, err := c.ChecksOfAll(ctx, open)
	if err != nil {
		return nil, err
	}
	type item struct {
		number int
		at     time.Time
	}
	var due []item
	for _, p := range open {
		var last *pull.Check
		passed := false
		for _, k := range checked[p.HeadRefOid] {
			passed = passed || k.Conclusion == "SUCCESS"
			if last == nil || k.DatabaseID > last.DatabaseID {
				last = &k
			}
		}
		switch {
		case last == nil:
			due = append(due, item{p.Number, time.Time{}})
		case passed || p.Approved == nil || p.Approved.TotalCount > 0:
			due = append(due, item{p.Number, c.app.lookedAt(job, p.Number, last.Started)})
		}
	}
	slices.SortStableFunc(due, func(a, b item) int { return cmp.Or(a.at.Compare(b.at), a.number-b.number) })
	numbers := make([]int, 0, len(due))
	for _, d := range due {
		numbers = append(numbers, d.number)
	}
	return numbers, nil
}

// followLabel leads to the pull requests that carry a label whose definition
// changed: what it released is void. A deleted label stands nowhere any more;
// the ledgers still name it.
func (c *client) followLabel(ctx context.Context, job webhooks.Job) (jobs []webhooks.Job, err error) {
	if job.Action == "deleted" {
		return c.followRecorded(ctx, job)
	}
	for _, name := range []string{job.Label.Name, job.Label.From} {
		if name == "" {
			continue
		}
		open, err := c.OpenPulls(ctx, "labels", "[String!]", []string{name})
		if err != nil {
			return jobs, err
		}
		for _, p := range open {
			next := job.Pull(p.Number, p.HeadRefOid)
			next.Label = job.Label
			jobs = append(jobs, next)
		}
	}
	return jobs, nil
}

// followRecorded leads to the pull requests that passed and whose ledger names
// the label.
func (c *client) followRecorded(ctx context.Context, job webhooks.Job) (jobs []webhooks.Job, err error) {
	open, err := c.OpenPulls(ctx, "labels", "[String!]", nil)
	if err != nil {
		return nil, err
	}
	checked, err := c.ChecksOfAll(ctx, open)
	if err != nil {
		return nil, err
	}
	quoted, err := json.Marshal(job.Label.Name) // as the ledger writes it
	if err != nil {
		return nil, fmt.Errorf("label of %s: %w", job, err)
	}
	for _, p := range open {
		if slices.ContainsFunc(checked[p.HeadRefOid], func(k pull.Check) bool {
			return k.Conclusion == "SUCCESS" && strings.Contains(k.Text, string(quoted))
		}) {
			next := job.Pull(p.Number, p.HeadRefOid)
			next.Label = job.Label
			jobs = append(jobs, next)
		}
	}
	return jobs, nil
}
