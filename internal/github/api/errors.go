package api

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v60/github"
)

// Outcomes of asking GitHub that are no failure of the network.
var (
	// ErrGone: the pull request, repository or installation is not there any
	// more, or not ours to see. There is nothing to do.
	ErrGone = errors.New("gone from GitHub")
	// ErrRepository: the repository that GitHub has under this name is not
	// the one of the delivery.
	ErrRepository = errors.New("the repository is not the one of the delivery")
	// ErrTooLarge: the change needs more of the repository than is read.
	ErrTooLarge = errors.New("too large to be judged")
)

// LaterError asks to try the job again after a pause: a rate limit, or
// something that moved while it was read. The check run holds meanwhile.
type LaterError struct {
	After time.Duration
	// Limited is true for GitHub's rate limits and our own budget: the try
	// does not count.
	Limited bool
	Why     string
}

func (e *LaterError) Error() string { return fmt.Sprintf("%s; again in %s", e.Why, e.After) }

var _ error = (*LaterError)(nil)

// plain names the request in an error, once.
func plain(method, path string, err error) error {
	var later *LaterError
	if errors.As(err, &later) {
		return later
	}
	var response *github.ErrorResponse
	if errors.As(err, &response) {
		return response // it names the request
	}
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	return fmt.Errorf("%s %s: %w", method, path, err)
}

// Status is the HTTP status behind an error, 0 where there was no answer.
func Status(err error) int {
	var response *github.ErrorResponse
	if errors.As(err, &response) && response.Response != nil {
		return response.Response.StatusCode
	}
	var token *ghinstallation.HTTPError
	if errors.As(err, &token) && token.Response != nil {
		return token.Response.StatusCode
	}
	return 0
}

// Gone reports whether an error says that there is nothing to do: the pull request,
// the repository or the installation is not there any more, or not for us.
func Gone(err error) bool {
	return errors.Is(err, ErrGone) || errors.Is(err, ErrRepository) || NoAccess(err)
}

// NoAccess reports whether the error says that the thing is not there for us: the
// installation was removed or suspended, or no longer has the repository.
func NoAccess(err error) bool {
	var token *ghinstallation.HTTPError
	if errors.As(err, &token) {
		switch Status(err) {
		case http.StatusNotFound, http.StatusForbidden, http.StatusUnprocessableEntity:
			return true
		}
	}
	return false
}
