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
)

// followAtOnce is how many pull requests a job of KindBase leads to before what
// else came in has its turn. Another job follows for the rest.
const followAtOnce = 25

// Followed is what a job leads to that is not about one pull request.
type Followed struct {
	// More are the jobs for those that it concerns.
	More []Job
	// Bypassed is true where a pull request was merged past a failing check.
	Bypassed bool
}

// Follow turns a job that is not about one pull request into those that are.
func (a *App) Follow(ctx context.Context, job Job) (Followed, error) {
	c, err := a.client(job)
	if err != nil {
		return Followed{}, err
	}
	var jobs []Job
	switch job.Kind {
	case KindClosed:
		return c.followClosed(ctx, job)
	case KindCommit:
		jobs, err = c.followCommit(ctx, job, 0)
	case KindBase:
		jobs, err = c.followBranch(ctx, job)
	case KindLabel:
		jobs, err = c.followLabel(ctx, job)
	default:
		err = fmt.Errorf("job of kind %q is not known", job.Kind)
	}
	return Followed{More: jobs}, err
}

// followCommit leads to the open pull requests with a commit as their head,
// those of forks included.
func (c *client) followCommit(ctx context.Context, job Job, except int) (jobs []Job, err error) {
	open, err := c.openOf(ctx, job.HeadSHA)
	if code := status(err); code == http.StatusNotFound || code == http.StatusUnprocessableEntity {
		return nil, fmt.Errorf("pull requests of %.12s: %w: %w", job.HeadSHA, ErrGone, err)
	}
	if err != nil {
		return nil, err
	}
	for _, p := range open {
		if p.Number != except {
			jobs = append(jobs, job.pull(p.Number, job.HeadSHA))
		}
	}
	if len(jobs) > 0 {
		return jobs, nil
	}
	// GitHub's list has no open ones once the default branch has the commit.
	hidden, err := c.openWith(ctx, job.HeadSHA)
	for _, p := range hidden {
		if p.Number != except {
			jobs = append(jobs, job.pull(p.Number, job.HeadSHA))
		}
	}
	return jobs, err
}

// openOf are the open pull requests with a commit as their head, but for those
// of a commit that the default branch has.
func (c *client) openOf(ctx context.Context, sha string) ([]commitPull, error) {
	pulls, err := listAll[commitPull](ctx, c, c.repoPath("/commits/%s/pulls?per_page=100", sha))
	return slices.DeleteFunc(pulls, func(p commitPull) bool { return p.State != "open" || p.Head.SHA != sha }), err
}

// commitPull is a pull request in the list of those that have a commit.
type commitPull struct {
	Number int        `json:"number"`
	State  string     `json:"state"`
	Head   payloadRef `json:"head"`
	Base   payloadRef `json:"base"`
}

// openWith finds the open pull requests with a head among all that are open.
func (c *client) openWith(ctx context.Context, head string) (found []graphSibling, err error) {
	open, err := c.openPulls(ctx, "labels", "[String!]", nil)
	for _, p := range open {
		if p.HeadRefOid == head {
			found = append(found, graphSibling{Number: p.Number, State: "OPEN", HeadRefOid: head, BaseRefName: p.BaseRefName})
		}
	}
	return found, err
}

// bypassMarker starts the note on a merge past a failing check.
const bypassMarker = "<!-- holdpoint:merged -->"

const bypassNote = bypassMarker + "\n**Merged while held.** The check of Holdpoint on the last commit was not successful when this was merged. " +
	"What it found is in that check run. If this was not meant to be, look at what an apply would do before one runs.\n"

// followClosed leads to the other pull requests with the closed one's head,
// notes a merge that went past the check, and takes back what passed.
func (c *client) followClosed(ctx context.Context, job Job) (result Followed, err error) {
	result.More, err = c.followCommit(ctx, job, job.Number)
	if err != nil && !errors.Is(err, ErrGone) {
		return result, err
	}
	conversation, err := c.converse(ctx, job.Number, job.HeadSHA)
	if err != nil {
		return result, err
	}
	if conversation.repo.DatabaseID != job.RepoID || conversation.pull.State == "OPEN" {
		return result, nil
	}
	if conversation.pull.State == "MERGED" {
		if err := c.noteBypass(ctx, job, conversation, &result); err != nil {
			return result, err
		}
		job.BaseRef = conversation.pull.BaseRefName
		if shared, err := c.givesToOthers(ctx, job); err != nil || !shared {
			return result, err // its base has it, so it cannot be proposed again
		}
	}
	if len(result.More) > 0 {
		return result, nil // their reviews take back what none of them needs
	}
	for _, run := range conversation.checks {
		if run.verdict() {
			if err := c.retire(ctx, conversation.pull.HeadRefOid, run); err != nil {
				return result, err
			}
		}
	}
	return result, nil
}

// noteBypass notes a merge that went past the check.
func (c *client) noteBypass(ctx context.Context, job Job, conversation *conversation, result *Followed) error {
	if c.passed(conversation) {
		return nil
	}
	result.Bypassed = true
	c.app.config.Log.WarnContext(ctx, "merged while held", "job", job.String(), "by", job.Sender.Login)
	if slices.ContainsFunc(conversation.comments, func(v graphComment) bool { return v.ViewerDidAuthor && strings.HasPrefix(v.Body, bypassMarker) }) {
		return nil
	}
	_, err := c.do(ctx, http.MethodPost, c.repoPath("/issues/%d/comments", job.Number), map[string]string{"body": bypassNote}, nil)
	if code := status(err); code == http.StatusForbidden || code == http.StatusNotFound || code == http.StatusUnprocessableEntity {
		return nil // locked; the log has it
	}
	return err
}

// passed reports whether our check let the merged head through. A head can
// have checks for other bases too, from before it was retargeted: they count
// only where the name of this base's check is not known.
func (c *client) passed(conversation *conversation) bool {
	names := c.namesOf(conversation.pull.BaseRefName)
	passed := false
	for _, k := range conversation.checks {
		if slices.Contains(names, k.Name) {
			return own(conversation.checks, k.Name).let()
		}
		passed = passed || k.let()
	}
	return passed
}

// let reports whether a run let its commit through, also one that was taken back
// when that was merged.
func (k graphCheck) let() bool { return k.passed() || k.Title == retired }

// graphOpen is an open pull request in a list.
type graphOpen struct {
	Number      int
	HeadRefOid  string
	BaseRefName string
	Approved    *struct{ TotalCount int }
}

// openPulls lists the open pull requests that filter, a GraphQL argument,
// selects.
func (c *client) openPulls(ctx context.Context, filter, kind string, value any) ([]graphOpen, error) {
	query := "query Open($owner:String!,$name:String!,$after:String,$value:" + kind + "){repository(owner:$owner,name:$name){databaseId" +
		" pullRequests(first:100,after:$after,states:[OPEN]," + filter + ":$value){" + pageFields + " nodes{number headRefOid baseRefName approved:reviews(first:1,states:[APPROVED]){totalCount}}}}}"
	var found []graphOpen
	after := any(nil)
	for range pages {
		var out struct {
			Repository *struct {
				PullRequests *connection[graphOpen]
			}
		}
		if err := c.graphql(ctx, query, map[string]any{"owner": c.owner, "name": c.repo, "after": after, "value": value}, &out); err != nil {
			if missing(err) {
				return nil, fmt.Errorf("list pull requests: %w: %w", ErrGone, err)
			}
			return nil, fmt.Errorf("list pull requests: %w", err)
		}
		if out.Repository == nil {
			return nil, errors.New("list pull requests: GitHub did not answer")
		}
		list, cursor, err := out.Repository.PullRequests.page("open pull requests")
		if err != nil {
			return nil, err
		}
		found = append(found, list...)
		if cursor == "" {
			return found, nil
		}
		after = cursor
	}
	return nil, fmt.Errorf("list pull requests: %w", ErrTooLarge)
}

// followBase leads to the open pull requests of a branch that moved, as far as
// the move can change their verdict, those looked at longest ago first: some at
// a time, until it came to all of them.
func (c *client) followBase(ctx context.Context, job Job) (jobs []Job, err error) {
	rest := job.Rest
	if rest == nil {
		c.app.kept.moves.put(job.branch(), c.app.config.Now())
		if rest, err = c.concerned(ctx, job); err != nil {
			return nil, err
		}
	}
	for len(rest) > 0 && len(jobs) < followAtOnce {
		if !c.app.sawBase(job, rest[0]) {
			jobs = append(jobs, job.pull(rest[0], ""))
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
func (c *client) concerned(ctx context.Context, job Job) ([]int, error) {
	open, err := c.openPulls(ctx, "baseRefName", "String", job.BaseRef)
	if err != nil {
		return nil, err
	}
	checked, err := c.checksOfAll(ctx, open)
	if err != nil {
		return nil, err
	}
	type item struct {
		number int
		at     time.Time
	}
	var due []item
	for _, p := range open {
		var last *graphCheck
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
func (c *client) followLabel(ctx context.Context, job Job) (jobs []Job, err error) {
	if job.Action == "deleted" {
		return c.followRecorded(ctx, job)
	}
	for _, name := range []string{job.Label.Name, job.Label.From} {
		if name == "" {
			continue
		}
		open, err := c.openPulls(ctx, "labels", "[String!]", []string{name})
		if err != nil {
			return jobs, err
		}
		for _, p := range open {
			next := job.pull(p.Number, p.HeadRefOid)
			next.Label = job.Label
			jobs = append(jobs, next)
		}
	}
	return jobs, nil
}

// followRecorded leads to the pull requests that passed and whose ledger names
// the label.
func (c *client) followRecorded(ctx context.Context, job Job) (jobs []Job, err error) {
	open, err := c.openPulls(ctx, "labels", "[String!]", nil)
	if err != nil {
		return nil, err
	}
	checked, err := c.checksOfAll(ctx, open)
	if err != nil {
		return nil, err
	}
	quoted, err := json.Marshal(job.Label.Name) // as the ledger writes it
	if err != nil {
		return nil, fmt.Errorf("label of %s: %w", job, err)
	}
	for _, p := range open {
		if slices.ContainsFunc(checked[p.HeadRefOid], func(k graphCheck) bool {
			return k.Conclusion == "SUCCESS" && strings.Contains(k.Text, string(quoted))
		}) {
			next := job.pull(p.Number, p.HeadRefOid)
			next.Label = job.Label
			jobs = append(jobs, next)
		}
	}
	return jobs, nil
}

// checksOfAll reads our check runs on the heads of pull requests.
func (c *client) checksOfAll(ctx context.Context, open []graphOpen) (map[string][]graphCheck, error) {
	checked := map[string][]graphCheck{}
	for batch := range slices.Chunk(open, maxEarlier) {
		var heads []string
		for _, p := range batch {
			heads = append(heads, p.HeadRefOid)
		}
		if err := c.checksOf(ctx, heads, checked); err != nil {
			return nil, err
		}
	}
	return checked, nil
}
