package pull

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Record is what the run says, as the decision reads it.
func (k Check) Record() review.Record {
	return review.Record{Text: k.Text, Conclusion: review.Conclusion(strings.ToLower(k.Conclusion))}
}

// Passed reports whether the run concluded with success.
func (k Check) Passed() bool { return k.Record().Conclusion == review.Success }

// Own finds our check run of a name: the latest, which is the one that counts.
func Own(checks []Check, name string) *Check {
	var found *Check
	for i := range checks {
		if checks[i].Name == name && (found == nil || checks[i].DatabaseID > found.DatabaseID) {
			found = &checks[i]
		}
	}
	return found
}

// Verdict reports whether a run let a pull request through. That which marks the
// installation has no record.
func (k Check) Verdict() bool { return k.Passed() && k.Text != "" }

// Checks are our check runs on a commit, oldest first.
func (h *Head) Checks() ([]Check, error) {
	suites, cursor, err := h.CheckSuites.Page("check suites")
	if err != nil {
		return nil, err
	}
	if cursor != "" {
		return nil, fmt.Errorf("more than %d check suites of this app on %s", len(suites), h.OID)
	}
	var out []Check
	for _, s := range suites {
		runs, cursor, err := s.CheckRuns.Page("check runs")
		if err != nil {
			return nil, err
		}
		if cursor != "" {
			return nil, fmt.Errorf("more than %d check runs of this app on %s", len(runs), h.OID)
		}
		out = append(out, runs...)
	}
	return out, nil
}

// ChecksOf adds our check runs on some commits to found, by commit. A commit
// that GitHub does not have is left out.
func (c Reader) ChecksOf(ctx context.Context, heads []string, found map[string][]Check) error {
	if len(heads) == 0 {
		return nil
	}
	var q strings.Builder
	q.WriteString("query Checks($owner:String!,$name:String!,$app:Int!){repository(owner:$owner,name:$name){")
	for i, sha := range heads {
		if !api.IsObjectID(sha) {
			return fmt.Errorf("read checks: %q is no commit id", sha)
		}
		fmt.Fprintf(&q, "o%d:object(oid:%q){__typename ...on Commit{oid %s}}", i, sha, ChecksField)
	}
	q.WriteString("}}")
	var out struct{ Repository map[string]*Head }
	if err := c.GraphQL(ctx, q.String(), map[string]any{"owner": c.Owner, "name": c.Repo, "app": c.App.Config.AppID}, &out); err != nil {
		return fmt.Errorf("read checks: %w", err)
	}
	if out.Repository == nil {
		return errors.New("read checks: GitHub did not answer")
	}
	for i, sha := range heads {
		head := out.Repository[fmt.Sprintf("o%d", i)]
		if head == nil {
			continue
		}
		checks, err := head.Checks()
		if err != nil {
			return err
		}
		found[sha] = checks
	}
	return nil
}

// MaxEarlier is how many earlier heads are looked at for the ledger they hold.
const MaxEarlier = 10

// ChecksOfAll reads our check runs on the heads of pull requests.
func (c Reader) ChecksOfAll(ctx context.Context, open []Open) (map[string][]Check, error) {
	checked := map[string][]Check{}
	for batch := range slices.Chunk(open, MaxEarlier) {
		var heads []string
		for _, p := range batch {
			heads = append(heads, p.HeadRefOid)
		}
		if err := c.ChecksOf(ctx, heads, checked); err != nil {
			return nil, err
		}
	}
	return checked, nil
}

// ChecksAt are our check runs on a commit, read without anything else.
func (c Reader) ChecksAt(ctx context.Context, sha string) ([]Check, error) {
	app := c.App.Config.AppID
	var page struct {
		CheckRuns []struct {
			ID         int64  `json:"id"`
			Name       string `json:"name"`
			Status     string `json:"status"`
			Conclusion string `json:"conclusion"`
			ExternalID string `json:"external_id"`
			Output     struct {
				Title   string `json:"title"`
				Summary string `json:"summary"`
				Text    string `json:"text"`
			} `json:"output"`
			App struct {
				ID int64 `json:"id"`
			} `json:"app"`
		} `json:"check_runs"`
	}
	path := c.RepoPath("/commits/%s/check-runs?app_id=%d&per_page=100", sha, app)
	if _, err := c.Do(ctx, http.MethodGet, path, nil, &page); err != nil {
		return nil, fmt.Errorf("list checks of %s/%s at %.12s: %w", c.Owner, c.Repo, sha, err)
	}
	var out []Check
	for _, run := range page.CheckRuns {
		if run.App.ID == app {
			out = append(out, Check{DatabaseID: run.ID, Name: run.Name, Status: run.Status, Conclusion: run.Conclusion, ExternalID: run.ExternalID,
				Title: run.Output.Title, Summary: run.Output.Summary, Text: run.Output.Text})
		}
	}
	return out, nil
}
