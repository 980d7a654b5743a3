package webhooks

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// payload holds the few fields of a delivery that are used. GitHub adds
// fields at will, so unknown ones are passed over; a missing one that is
// needed is an error.
type payload struct {
	Action string `json:"action"`
	// Before is the head that a push replaced.
	Before       string `json:"before"`
	Installation *struct {
		ID int64 `json:"id"`
	} `json:"installation"`
	Repository *struct {
		ID            int64  `json:"id"`
		Name          string `json:"name"`
		DefaultBranch string `json:"default_branch"`
		Owner         struct {
			Login string `json:"login"`
			// Name stands for the login in push events of old.
			Name string `json:"name"`
		} `json:"owner"`
	} `json:"repository"`
	Sender      *payloadUser `json:"sender"`
	Number      int          `json:"number"`
	PullRequest *struct {
		Number  int       `json:"number"`
		Merged  bool      `json:"merged"`
		State   string    `json:"state"`
		Updated time.Time `json:"updated_at"`
		Head    Tip       `json:"head"`
		Base    Tip       `json:"base"`
	} `json:"pull_request"`
	Changes struct {
		Base *json.RawMessage `json:"base"`
		Name *struct {
			From string `json:"from"`
		} `json:"name"`
	} `json:"changes"`
	Review *struct {
		ID        int64        `json:"id"`
		State     string       `json:"state"`
		CommitID  string       `json:"commit_id"`
		User      *payloadUser `json:"user"`
		Submitted *time.Time   `json:"submitted_at"`
	} `json:"review"`
	Label *struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	} `json:"label"`
	MergeGroup *struct {
		HeadSHA string `json:"head_sha"`
		HeadRef string `json:"head_ref"`
		BaseSHA string `json:"base_sha"`
		BaseRef string `json:"base_ref"`
	} `json:"merge_group"`
	// Reason says why a merge group is no more: merged, invalidated, dequeued.
	Reason   string `json:"reason"`
	CheckRun *struct {
		HeadSHA string `json:"head_sha"`
	} `json:"check_run"`
	CheckSuite *struct {
		HeadSHA string `json:"head_sha"`
	} `json:"check_suite"`
	Ref               string       `json:"ref"`
	After             string       `json:"after"`
	Deleted           bool         `json:"deleted"`
	Created           bool         `json:"created"`
	Repositories      []Repository `json:"repositories"`
	RepositoriesAdded []Repository `json:"repositories_added"`
}

// Tip is a branch and the commit it has.
type Tip struct {
	SHA string `json:"sha"`
	Ref string `json:"ref"`
}

type payloadUser struct {
	ID    int64  `json:"id"`
	Login string `json:"login"`
	Type  string `json:"type"`
}

// Repository is one of an installation.
type Repository struct {
	FullName string `json:"full_name"`
}

func (u *payloadUser) actor() Actor {
	if u == nil {
		return Actor{}
	}
	return NewActor(u.ID, u.Login, u.Type)
}

// parseEvent reads the body of a delivery. Events and actions that ask for
// no work wrap ErrIgnored.
func parseEvent(event string, body []byte) (Job, error) {
	read, ok := map[string]func(payload) (Job, error){
		"pull_request":              parsePull,
		"pull_request_review":       parseReview,
		"merge_group":               parseGroup,
		"check_run":                 parseRerun,
		"check_suite":               parseRerun,
		"label":                     parseLabel,
		"push":                      parsePush,
		"installation":              parseInstall,
		"installation_repositories": parseInstall,
	}[event]
	if !ok {
		return Job{}, ErrIgnored
	}
	var p payload
	if err := json.Unmarshal(body, &p); err != nil {
		return Job{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	job, err := read(p)
	if err != nil {
		return Job{}, err
	}
	job.Action, job.Sender = p.Action, p.Sender.actor()
	if p.Installation == nil || p.Installation.ID == 0 {
		return Job{}, fmt.Errorf("%w: no installation; deliver the webhook of the app, not of the repository", ErrMalformed)
	}
	job.Installation = p.Installation.ID
	if job.Kind == KindInstall || job.Kind == KindUninstall {
		return job, nil
	}
	if p.Repository == nil || p.Repository.ID == 0 || p.Repository.Name == "" {
		return Job{}, fmt.Errorf("%w: no repository", ErrMalformed)
	}
	job.RepoID, job.Repo, job.Owner = p.Repository.ID, p.Repository.Name, p.Repository.Owner.Login
	if job.Owner == "" {
		job.Owner = p.Repository.Owner.Name
	}
	if job.Owner == "" {
		return Job{}, fmt.Errorf("%w: no owner of the repository", ErrMalformed)
	}
	return job, nil
}

// pullActions are the actions of pull_request that can change a verdict.
var pullActions = []string{"opened", "reopened", "synchronize", "edited", "ready_for_review", "converted_to_draft",
	"labeled", "unlabeled", "enqueued", "dequeued", "closed", "review_requested", "review_request_removed"}

func parsePull(p payload) (Job, error) {
	if !slices.Contains(pullActions, p.Action) {
		return Job{}, fmt.Errorf("%w: action %q", ErrIgnored, p.Action)
	}
	job, err := pullJob(p)
	if err != nil {
		return Job{}, err
	}
	if p.Action == "closed" {
		job.Kind, job.Merged = KindClosed, p.PullRequest.Merged
	}
	job.Retargeted = p.Changes.Base != nil
	if p.Action == "synchronize" {
		job.Replaced = p.Before
	}
	if p.Label != nil {
		job.Label = &LabelFact{ID: p.Label.ID, Name: p.Label.Name, At: p.PullRequest.Updated}
	}
	return job, nil
}

func pullJob(p payload) (Job, error) {
	if p.PullRequest == nil || p.PullRequest.Number == 0 {
		return Job{}, fmt.Errorf("%w: no pull request", ErrMalformed)
	}
	pr := p.PullRequest
	return Job{Kind: KindPull, Number: pr.Number, HeadSHA: pr.Head.SHA, BaseRef: pr.Base.Ref, BaseSHA: pr.Base.SHA}, nil
}

func parseReview(p payload) (Job, error) {
	if !slices.Contains([]string{"submitted", "edited", "dismissed"}, p.Action) {
		return Job{}, fmt.Errorf("%w: action %q", ErrIgnored, p.Action)
	}
	job, err := pullJob(p)
	if err != nil {
		return Job{}, err
	}
	if p.Review == nil || p.Review.ID == 0 {
		return Job{}, fmt.Errorf("%w: no review", ErrMalformed)
	}
	if p.Review.User.actor().Bot && p.Action != "dismissed" {
		// Bots never release anything, and one of them is this app itself.
		return Job{}, fmt.Errorf("%w: the review of a bot", ErrIgnored)
	}
	job.Review = &ReviewFact{ID: p.Review.ID, State: strings.ToUpper(p.Review.State), CommitID: p.Review.CommitID,
		HeadSHA: job.HeadSHA, BaseRef: job.BaseRef, Author: p.Review.User.actor()}
	if p.Review.Submitted != nil {
		job.Review.Submitted = *p.Review.Submitted
	}
	return job, nil
}

func parseGroup(p payload) (Job, error) {
	kind, known := map[string]Kind{"checks_requested": KindGroup, "destroyed": KindDestroyed}[p.Action]
	if !known {
		return Job{}, fmt.Errorf("%w: action %q", ErrIgnored, p.Action)
	}
	g := p.MergeGroup
	if g == nil || g.HeadSHA == "" || g.BaseSHA == "" {
		return Job{}, fmt.Errorf("%w: no merge group", ErrMalformed)
	}
	return Job{Kind: kind, HeadSHA: g.HeadSHA, BaseSHA: g.BaseSHA, Merged: kind == KindDestroyed && p.Reason == "merged",
		BaseRef: BranchName(g.BaseRef), GroupRef: BranchName(g.HeadRef)}, nil
}

// parseRerun takes the commit alone: the pull requests of a check run are
// empty where the head is in a fork.
func parseRerun(p payload) (Job, error) {
	if !slices.Contains([]string{"rerequested", "requested_action"}, p.Action) {
		return Job{}, fmt.Errorf("%w: action %q", ErrIgnored, p.Action)
	}
	switch {
	case p.CheckRun != nil && p.CheckRun.HeadSHA != "":
		return Job{Kind: KindCommit, HeadSHA: p.CheckRun.HeadSHA}, nil
	case p.CheckSuite != nil && p.CheckSuite.HeadSHA != "":
		return Job{Kind: KindCommit, HeadSHA: p.CheckSuite.HeadSHA}, nil
	}
	return Job{}, fmt.Errorf("%w: no commit", ErrMalformed)
}

func parseLabel(p payload) (Job, error) {
	if !slices.Contains([]string{"created", "edited", "deleted"}, p.Action) {
		return Job{}, fmt.Errorf("%w: action %q", ErrIgnored, p.Action)
	}
	if p.Label == nil {
		return Job{}, fmt.Errorf("%w: no label", ErrMalformed)
	}
	fact := &LabelFact{ID: p.Label.ID, Name: p.Label.Name}
	if p.Changes.Name != nil {
		fact.From = p.Changes.Name.From
	}
	return Job{Kind: KindLabel, Label: fact}, nil
}

func parsePush(p payload) (Job, error) {
	branch, ok := strings.CutPrefix(p.Ref, "refs/heads/")
	if !ok || p.Deleted || strings.HasPrefix(branch, QueuePrefix) {
		return Job{}, fmt.Errorf("%w: ref %q", ErrIgnored, p.Ref)
	}
	return Job{Kind: KindBase, BaseRef: branch, BaseSHA: p.After, Created: p.Created}, nil
}

func parseInstall(p payload) (Job, error) {
	if p.Action == "deleted" || p.Action == "removed" {
		return Job{Kind: KindUninstall}, nil
	}
	if !slices.Contains([]string{"created", "unsuspend", "new_permissions_accepted", "added"}, p.Action) {
		return Job{}, fmt.Errorf("%w: action %q", ErrIgnored, p.Action)
	}
	repos, err := RepoNames(append(p.Repositories, p.RepositoriesAdded...))
	if err != nil {
		return Job{}, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return Job{Kind: KindInstall, Repos: repos}, nil
}

// RepoNames takes full names apart. One that has no owner or no name is an error.
func RepoNames(list []Repository) ([]RepoName, error) {
	var names []RepoName
	for _, r := range list {
		owner, name, ok := strings.Cut(r.FullName, "/")
		if !ok || owner == "" || name == "" {
			return nil, fmt.Errorf("repository %q has no owner or no name", r.FullName)
		}
		names = append(names, RepoName{Owner: owner, Repo: name})
	}
	return names, nil
}

// QueuePrefix starts the branches of GitHub's merge queue.
const QueuePrefix = "gh-readonly-queue/"

// BranchName is a ref without refs/heads/.
func BranchName(ref string) string { return strings.TrimPrefix(ref, "refs/heads/") }

// NewActor makes one account of the spellings GitHub has for it: REST appends
// [bot] to the login of an app, GraphQL leaves it out and says Bot.
func NewActor(id int64, login, kind string) Actor {
	bot := kind == "Bot" || strings.HasSuffix(login, "[bot]")
	if bot && !strings.HasSuffix(login, "[bot]") && !strings.EqualFold(login, "Copilot") {
		login += "[bot]"
	}
	return Actor{ID: id, Login: login, Bot: bot}
}
