// Package access decides which repositories of GitHub a review may read. A pull
// request names what it likes; what is read for it with credentials, it cannot
// widen. It is pure but for the questions that it asks of a GitHub that is
// handed in.
package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// GitHub answers what the rules ask. Errors end the review.
type GitHub interface {
	// Mint makes an installation token that may read the contents of the given
	// repositories of the installation's owner and nothing else. GitHub takes
	// an empty list as all of them, so it is never called with one. An error that
	// wraps ErrNotInstalled refuses.
	Mint(ctx context.Context, repositories []string) (token string, err error)
	// CanRead reports whether a user may read a repository (GET
	// /repos/OWNER/NAME/collaborators/USER/permission).
	CanRead(ctx context.Context, owner, name, user string) (bool, error)
}

// Rules are what is known of one review. All of it comes from GitHub and from
// the default branch, nothing from the pull request but who made it.
type Rules struct {
	GitHub GitHub
	// Repository is the reviewed one, `owner/name`.
	Repository string
	// Fork: the head is in another repository than the base.
	Fork bool
	// DefaultBranch: the base of the pull request is the default branch. What
	// another base says allows nothing.
	DefaultBranch bool
	// Named are repositories, `owner/name`, that the tree or the settings of
	// the default branch, or the organization's settings, name.
	Named []string
	// People are the author and every pusher of the head.
	People []string
	// OnDefault reports whether the tree of the default branch has this very
	// source. That is read for everybody who may read the reviewed repository.
	OnDefault func(plan.Source) bool
}

// Access applies the rules of one review. It is safe for concurrent use.
type Access struct {
	rules Rules

	mu     sync.Mutex
	tokens map[string]string // by repository in lower case
	named  []string          // repositories that turned out to be named
}

// New begins a review.
func New(r Rules) *Access { return &Access{rules: r, tokens: map[string]string{}} }

// Names notes that a source lies in a repository, `owner/name`, so that the
// repository is named where the tree of the default branch has the source.
func (a *Access) Names(name string, s plan.Source) {
	if a.rules.OnDefault == nil || !a.rules.OnDefault(s) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.named = append(a.named, name)
}

// isNamed reports whether a repository is named by what a pull request cannot write.
func (a *Access) isNamed(name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.ContainsFunc(slices.Concat(a.rules.Named, a.named), func(n string) bool { return strings.EqualFold(n, name) })
}

// ErrNotInstalled: there is no such repository, or the App is not installed on it.
var ErrNotInstalled = errors.New("there is no such repository, or the App is not installed on it")

var errEmpty = errors.New("a token for no repository would be one for all")

// mint makes a token for one repository, once.
func (a *Access) mint(ctx context.Context, name string) (string, error) {
	_, short, ok := strings.Cut(name, "/")
	if !ok || short == "" {
		return "", errEmpty
	}
	key := strings.ToLower(name)
	a.mu.Lock()
	defer a.mu.Unlock()
	if token := a.tokens[key]; token != "" {
		return token, nil
	}
	token, err := a.rules.GitHub.Mint(ctx, []string{short})
	if err != nil {
		return "", fmt.Errorf("token for %s: %w", name, err)
	}
	a.tokens[key] = token
	return token, nil
}

// Own is the reviewed repository and a token for it alone. Public repositories
// are read with it.
func (a *Access) Own(ctx context.Context) (string, string, error) {
	token, err := a.mint(ctx, a.rules.Repository)
	return a.rules.Repository, token, err
}

// Private gives a token for one repository that is not public, or refuses.
func (a *Access) Private(ctx context.Context, name string, s plan.Source) (string, error) {
	if why := a.refuses(name); why != "" {
		return "", refuse(name, why)
	}
	owner, short, _ := strings.Cut(name, "/")
	if a.rules.OnDefault == nil || !a.rules.OnDefault(s) {
		for _, user := range a.rules.People {
			can, err := a.rules.GitHub.CanRead(ctx, owner, short, user)
			if err != nil {
				return "", fmt.Errorf("whether a user may read %s: %w", name, err)
			}
			if !can {
				return "", refuse(name, "who made the change may not read it, and the default branch does not have this very reference")
			}
		}
		if len(a.rules.People) == 0 {
			return "", refuse(name, "who made the change is not known, and the default branch does not have this very reference")
		}
	}
	token, err := a.mint(ctx, name)
	if errors.Is(err, ErrNotInstalled) {
		return "", refuse(name, ErrNotInstalled.Error())
	}
	return token, err
}

// refuses says why a private repository is out of reach whoever asks.
func (a *Access) refuses(name string) string {
	owner, short, ok := strings.Cut(name, "/")
	ours, _, _ := strings.Cut(a.rules.Repository, "/")
	switch {
	case !ok || owner == "" || short == "" || strings.Contains(short, "/"):
		return "it is no repository"
	case !strings.EqualFold(owner, ours):
		return "there is no such repository, or it is private and another owner's"
	case a.rules.Fork:
		return "there is no such repository, or it is private: for a pull request from a fork, private repositories are not read"
	case !a.rules.DefaultBranch:
		return "there is no such repository, or it is private: for a base other than the default branch, private repositories are not read"
	case !a.isNamed(name):
		return "there is no such repository, or it is private: settings on the default branch can name it (sources.repositories)"
	}
	return ""
}

func refuse(name, why string) error {
	return &plan.SourceError{Why: plan.SourcePrivate, Subject: "github.com/" + name, Text: why}
}
