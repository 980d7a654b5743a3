package review

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// Described is a pull request and what people did on it, in their own words:
// the way to try settings before they are in force.
type Described struct {
	// Author, Branch, Title and Body are the pull request's. Logins may carry
	// an id, renovate[bot]#29139614; a login that ends in [bot] is a bot's.
	Author, Branch, Title, Body string
	// Pushed are who pushed; without any it is the author.
	Pushed []string
	// Assignees are whom the work is assigned to.
	Assignees []string
	// Approved and Objected are who reviewed this head, in this order.
	Approved, Objected []string
	// Label is who set the override label, empty for nobody.
	Label string
	// People are the permissions, by login. Who is not there has none.
	People map[string]DescribedPerson
}

// DescribedPerson is a person's permission, and the addresses that their commits
// carry.
type DescribedPerson struct {
	Role string
	// Base is the permission behind a custom role: read, write or admin.
	Base   string
	Teams  []string
	Emails []string
}

// Explain reviews a change as if everything described had happened after the
// check first listed its findings.
func Explain(req Request, set *rules.Set, predictors []Predictor, d Described) (Report, Decision, error) {
	if req.Ref.HeadSHA == "" {
		req.Ref.HeadSHA = "head"
	}
	d.fill(&req)
	rep, err := Run(req, set, predictors)
	if err != nil {
		return Report{}, Decision{}, err
	}
	first := Decide(rep, req)
	req.Evidence.Ledger = Record{Text: first.Ledger, Conclusion: first.Conclusion}
	start := req.Now
	d.act(&req, rep.Settings, start.Add(time.Minute))
	req.Now = start.Add(2 * time.Minute)
	return rep, Decide(rep, req), nil
}

// fill says who made the change.
func (d Described) fill(req *Request) {
	s := &req.Signals
	s.Author, s.Title, s.Body = described(d.Author), d.Title, d.Body
	if d.Branch != "" {
		s.Branch = d.Branch
	}
	for _, login := range d.Assignees {
		s.Assignees = append(s.Assignees, described(login))
	}
	for i := range s.Commits {
		d.attribute(&s.Commits[i].Author)
		d.attribute(&s.Commits[i].Committer)
	}
	pushed := d.Pushed
	if len(pushed) == 0 {
		pushed = []string{d.Author}
	}
	for i, login := range pushed {
		kind := "push"
		if i == 0 {
			kind = branchCreation
		}
		req.Evidence.Pushes = append(req.Evidence.Pushes, Push{By: described(login), Ref: s.Branch, After: req.Ref.HeadSHA, At: req.Now,
			Kind: kind})
	}
	for login, p := range d.People {
		permission := Permission{Account: described(login), Role: p.Role, Base: p.Base}
		for _, t := range p.Teams {
			permission.Teams = append(permission.Teams, strings.ToLower(t))
		}
		req.Evidence.Permissions = append(req.Evidence.Permissions, permission)
	}
}

// attribute gives a commit's author the account whose address it carries.
func (d Described) attribute(p *rules.Person) {
	for login, person := range d.People {
		for _, email := range person.Emails {
			if strings.EqualFold(email, p.Email) {
				p.Account = described(login)
				return
			}
		}
	}
	if login, id := rules.NoreplyAccount(p.Email); login != "" && p.Account.ID == 0 {
		p.Account = described(login)
		if id != 0 {
			p.Account.ID = id
		}
	}
}

// act lets the people review and label.
func (d Described) act(req *Request, settings rules.Settings, at time.Time) {
	e := &req.Evidence
	review := func(login string, state ReviewState) {
		at = at.Add(time.Second)
		e.Reviews = append(e.Reviews, PullReview{
			ID: int64(len(e.Reviews) + 1), By: described(login), State: state, Commit: req.Ref.HeadSHA, Submitted: at,
			Objection: state == ChangesRequested,
		})
	}
	for _, login := range d.Approved {
		review(login, Approved)
	}
	for _, login := range d.Objected {
		review(login, ChangesRequested)
	}
	if d.Label == "" {
		return
	}
	by, name := described(d.Label), settings.Override.Label
	e.Labels = append(e.Labels, Label{ID: 1, Name: name})
	e.LabelEvents = append(e.LabelEvents, LabelEvent{Added: true, Name: name, By: by, At: at})
	e.Deliveries = append(e.Deliveries, Delivery{Kind: LabelAdded, By: by, Head: req.Ref.HeadSHA, BaseRef: req.Ref.BaseRef, Label: name,
		LabelID: 1, At: at})
}

// described makes an account of a login. Where no id is given one is made of
// the login, so that equal logins are equal accounts.
func described(text string) rules.Account {
	if text == "" {
		return rules.Account{}
	}
	login, number, pinned := strings.Cut(text, "#")
	a := rules.Account{Login: login, Type: "User"}
	if strings.HasSuffix(login, "[bot]") {
		a.Type = "Bot"
	}
	if id, err := strconv.ParseInt(number, 10, 64); pinned && err == nil && id > 0 {
		a.ID = id
		return a
	}
	h := fnv.New32a()
	h.Write([]byte(strings.ToLower(login)))
	a.ID = int64(h.Sum32()) + 1<<33 // apart from GitHub's own numbers
	return a
}
