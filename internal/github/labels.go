package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// eventPages is how many pages of a pull request's events are read for the one
// that set the override label. It is among the last of them, unless somebody
// makes thousands; then it counts as not known, and the label can be set again.
const eventPages = 10

// issueEvent is an event of a pull request's history. GraphQL tells neither a
// label's number nor the app that acted for a person.
type issueEvent struct {
	Event string    `json:"event"`
	Actor *restUser `json:"actor"`
	App   *restApp  `json:"performed_via_github_app"`
	At    time.Time `json:"created_at"`
	Label *struct {
		Name string `json:"name"`
	} `json:"label"`
}

// readLabels reads the labels and how the override label came, where it
// stands. Other labels mean nothing.
func (r *Reading) readLabels(ctx context.Context, override string) error {
	r.override = override
	if r.conversation == nil || !r.stands(r.conversation.Labels) {
		return nil
	}
	c := r.client
	labels, err := api.ListAll[review.Label](ctx, c.Client, c.RepoPath("/issues/%d/labels?per_page=100", r.job.Number))
	if err != nil {
		return err
	}
	r.Request.Evidence.Labels = labels
	return r.readLabelEvents(ctx)
}

// stands reports whether the override label is among the names.
func (r *Reading) stands(labels []string) bool {
	return r.override != "" && slices.ContainsFunc(labels, func(l string) bool { return strings.EqualFold(l, r.override) })
}

// readLabelEvents reads the events from the last page back to the one with the
// override label's last event.
func (r *Reading) readLabelEvents(ctx context.Context) error {
	first, last, err := r.events(ctx, 1)
	if err != nil {
		return err
	}
	for page := last; page >= 1 && last-page < eventPages; page-- {
		events := first
		if page > 1 {
			if events, _, err = r.events(ctx, page); err != nil {
				return err
			}
		}
		if r.takeEvents(events) {
			return nil
		}
	}
	return nil
}

// takeEvents takes over the override label's events, and reports whether there
// were any.
func (r *Reading) takeEvents(events []issueEvent) (found bool) {
	e := &r.Request.Evidence
	for _, v := range events {
		if (v.Event == "labeled" || v.Event == "unlabeled") && v.Label != nil && strings.EqualFold(v.Label.Name, r.override) {
			e.LabelEvents = append(e.LabelEvents,
				review.LabelEvent{Added: v.Event == "labeled", Name: v.Label.Name, By: v.Actor.account(v.App), At: v.At})
			found = true
		}
	}
	return found
}

// events reads one page of the pull request's events, oldest first, and tells
// the number of the last page.
func (r *Reading) events(ctx context.Context, page int) (events []issueEvent, last int, err error) {
	path := r.client.RepoPath("/issues/%d/events?per_page=100&page=%d", r.job.Number, page)
	resp, err := r.client.Do(ctx, http.MethodGet, path, nil, &events)
	switch {
	case err != nil:
		return nil, 0, err
	case events == nil:
		return nil, 0, fmt.Errorf("GET %s: answer is null", path)
	}
	link := resp.Header.Get("Link")
	if address := api.Linked(link, "last"); address != "" {
		if last, err = pageNumber(address); err != nil {
			return nil, 0, fmt.Errorf("GET %s: the last page: %w", path, err)
		}
		return events, last, nil
	}
	if api.Linked(link, "next") != "" {
		return nil, 0, fmt.Errorf("GET %s: GitHub says there are more pages, and not how many", path)
	}
	return events, page, nil
}

// pageNumber is the number of the page that an address names.
func pageNumber(address string) (int, error) {
	u, err := url.Parse(address)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(u.Query().Get("page"))
}
