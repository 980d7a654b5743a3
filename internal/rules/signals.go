package rules

import (
	"regexp"
	"strings"
	"time"
)

// Account is a GitHub account as the REST API writes it. Accounts are
// compared by ID alone where both sides have one: a login can be renamed and
// taken by another.
type Account struct {
	ID    int64
	Login string
	// Type is GitHub's: User, Bot, Organization, Mannequin. Empty where the
	// account is not known to GitHub (a local commit). A type without an ID is
	// an account that was deleted.
	Type string
	// App is the slug of the app that acted for the account
	// (performed_via_github_app), empty where there was none.
	App string
}

// Signals is the evidence of who made a change. Nothing of it but Author and Pushers
// is proof: titles, bodies, branch names, commit authors and trailers are the
// author's own words.
type Signals struct {
	// Author opened the pull request; on a laptop it is the zero Account.
	Author Account
	// Branch is the head branch without refs/heads/.
	Branch      string
	Title, Body string
	// Labels are the names of the labels that stand on the pull request.
	Labels []string
	// Assignees are the accounts the work is assigned to.
	Assignees []Account
	// Commits are all commits of the pull request, oldest first, those that
	// came in through a merge's second parent included.
	Commits []Commit
	// CommitsIncomplete is set when there are more commits than could be
	// read (GitHub lists 250).
	CommitsIncomplete bool
	// Pushers are the accounts that pushed to the head branch since it was
	// made, as GitHub's servers recorded them. Without PushersKnown somebody
	// else may have.
	Pushers      []Account
	PushersKnown bool
}

// Commit is one commit of the change.
type Commit struct {
	SHA               string
	Author, Committer Person
	// CoAuthors are the co-authors that the message names, with the accounts
	// that GitHub maps their addresses to.
	CoAuthors []Person
	// Message is the whole message; trailers are read from it.
	Message string
	// Verified is GitHub's verdict on the signature. Only then is the
	// committer (and for GitHub's own web-flow commits the author) who it
	// says.
	Verified bool
}

// Person is a commit's author or committer.
type Person struct {
	Name, Email string
	// Account is the account GitHub maps the e-mail address to; the zero
	// Account where it maps to none.
	Account Account
	// At is the date in the commit, which its author chooses freely. It is
	// shown and never used.
	At time.Time
}

// Trailer is one `Key: value` line of a commit message.
type Trailer struct{ Key, Value string }

var trailerLine = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.+?)[ \t]*$`)

// Trailers reads the trailers of a commit message. Git takes only the last
// paragraph; here every such line behind the subject counts, since squashed
// messages carry trailers in the middle, and evidence can only tighten.
func Trailers(message string) []Trailer {
	var out []Trailer
	lines := strings.Split(strings.ReplaceAll(message, "\r\n", "\n"), "\n")
	for _, line := range lines[1:] {
		if m := trailerLine.FindStringSubmatch(visible(line)); m != nil {
			out = append(out, Trailer{m[1], m[2]})
		}
	}
	return out
}

// ParsePerson reads `Name <address>`.
func ParsePerson(text string) Person {
	name, rest, found := strings.Cut(text, "<")
	if !found {
		return Person{Name: strings.TrimSpace(text)}
	}
	email, _, _ := strings.Cut(rest, ">")
	return Person{Name: strings.TrimSpace(name), Email: strings.TrimSpace(email)}
}
