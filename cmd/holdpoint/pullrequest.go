package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// maxPullRequest is the size of a pull request's JSON above which it is none.
const maxPullRequest = 1 << 20

// pullRequest is what is read of GitHub's pull request object (REST, "Get a
// pull request"), which has many fields more.
type pullRequest struct {
	Number    int       `json:"number"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	Draft     bool      `json:"draft"`
	User      account   `json:"user"`
	Assignees []account `json:"assignees"`
	Labels    []struct {
		Name string `json:"name"`
	} `json:"labels"`
	Head, Base branch
}

type account struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"`
}

type branch struct {
	Ref  string `json:"ref"`
	Repo struct {
		FullName      string `json:"full_name"`
		DefaultBranch string `json:"default_branch"`
		HTMLURL       string `json:"html_url"`
	} `json:"repo"`
}

func (a account) account() rules.Account {
	return rules.Account{ID: a.ID, Login: a.Login, Type: a.Type}
}

// where says which repository the branch is of, as far as the object tells: a
// clone may be that of a fork.
func (b branch) where(ref *review.Ref) {
	if owner, name, ok := strings.Cut(b.Repo.FullName, "/"); ok {
		ref.Owner, ref.Repo = owner, name
	}
	if u, err := url.Parse(b.Repo.HTMLURL); err == nil && u.Host != "" {
		ref.Host = u.Host
	}
	ref.DefaultBranch = cmp.Or(b.Repo.DefaultBranch, ref.DefaultBranch)
}

// readPullRequest tells the request who made the change, and where it goes to.
// Commits stay those of the clone.
func readPullRequest(stdin io.Reader, name string, req *review.Request) error {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("read the pull request: %w", err)
		}
		defer f.Close()
		in = f
	}
	var pr pullRequest
	if err := json.NewDecoder(io.LimitReader(in, maxPullRequest)).Decode(&pr); err != nil {
		return fmt.Errorf("read the pull request in %s: %w: want the JSON of `gh api repos/OWNER/REPO/pulls/NUMBER`", name, err)
	}
	if pr.User.Login == "" || pr.Head.Ref == "" || pr.Base.Ref == "" {
		return fmt.Errorf("read the pull request in %s: user.login, head.ref and base.ref must be there: want the JSON of `gh api "+
			"repos/OWNER/REPO/pulls/NUMBER`", name)
	}
	req.Ref.Number, req.Ref.Title, req.Ref.Draft = pr.Number, pr.Title, pr.Draft
	req.Ref.BaseRef, req.Ref.HeadRef = pr.Base.Ref, pr.Head.Ref
	pr.Base.where(&req.Ref)
	req.Signals.Author, req.Signals.Branch = pr.User.account(), pr.Head.Ref
	req.Signals.Title, req.Signals.Body = pr.Title, pr.Body
	for _, l := range pr.Labels {
		req.Signals.Labels = append(req.Signals.Labels, l.Name)
	}
	for _, a := range pr.Assignees {
		req.Signals.Assignees = append(req.Signals.Assignees, a.account())
	}
	return nil
}
