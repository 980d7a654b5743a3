package github

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/pull"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Limits of check runs (docs.github.com, REST "Check runs").
const (
	annotationBatch = 50
	maxAnnotations  = 300
)

// checkBody is what a check run is created or updated with. It is always
// completed: one that stays in progress becomes stale, and nothing holds but
// failure and what was cancelled.
type checkBody struct {
	Name       string       `json:"name,omitempty"`
	HeadSHA    string       `json:"head_sha,omitempty"`
	Status     string       `json:"status,omitempty"`
	Conclusion string       `json:"conclusion,omitempty"`
	ExternalID string       `json:"external_id,omitempty"`
	Output     *checkOutput `json:"output,omitempty"`
}

type checkOutput struct {
	Title       string            `json:"title"`
	Summary     string            `json:"summary"`
	Text        string            `json:"text,omitempty"`
	Annotations []checkAnnotation `json:"annotations,omitempty"`
}

type checkAnnotation struct {
	Path      string `json:"path"`
	StartLine int    `json:"start_line"`
	EndLine   int    `json:"end_line"`
	Level     string `json:"annotation_level"`
	Title     string `json:"title,omitempty"`
	Message   string `json:"message"`
}

// writeCheck makes the check run on head say what the decision is: one run a
// head, made once and updated in place. It returns false where it said so
// already.
func (c *client) writeCheck(ctx context.Context, head string, old *pull.Check, name string, conclusion review.Conclusion,
	text publish.Check) (bool, error) {
	if conclusion != review.Success && conclusion != cancelled {
		conclusion = review.Failure // neutral, skipped and the like count as success
	}
	notes := annotationsOf(text)
	id := externalID(notes)
	if old != nil && same(old, conclusion, text) && old.ExternalID == id {
		return false, nil
	}
	body := checkBody{Name: name, Status: "completed", Conclusion: string(conclusion), ExternalID: id,
		Output: &checkOutput{Title: text.Title, Summary: text.Summary, Text: text.Text}}
	// Annotations add up on GitHub, so only those that are not there yet go
	// along.
	if old != nil && old.ExternalID != id {
		known, err := c.annotations(ctx, old.DatabaseID)
		if err != nil {
			return false, err
		}
		notes = slices.DeleteFunc(notes, func(n checkAnnotation) bool { return slices.Contains(known, n) })
	} else if old != nil {
		notes = nil
	}
	first := min(annotationBatch, len(notes))
	body.Output.Annotations = notes[:first]
	number, err := c.sendCheck(ctx, head, old, body)
	if err != nil {
		return false, err
	}
	for rest := notes[first:]; len(rest) > 0; {
		n := min(annotationBatch, len(rest))
		more := checkBody{Output: &checkOutput{Title: text.Title, Summary: text.Summary, Text: text.Text, Annotations: rest[:n]}}
		if _, err := c.sendCheck(ctx, head, &pull.Check{DatabaseID: number}, more); err != nil {
			return true, err
		}
		rest = rest[n:]
	}
	return true, nil
}

// same reports whether a run says it already.
func same(old *pull.Check, conclusion review.Conclusion, text publish.Check) bool {
	return old.Status == "COMPLETED" && strings.EqualFold(old.Conclusion, string(conclusion)) &&
		old.Title == text.Title && old.Summary == text.Summary && old.Text == text.Text
}

// sendCheck creates the run, or updates it where there is one, and returns its
// number.
func (c *client) sendCheck(ctx context.Context, head string, old *pull.Check, body checkBody) (int64, error) {
	method, path := http.MethodPost, c.RepoPath("/check-runs")
	if old != nil {
		method, path = http.MethodPatch, c.RepoPath("/check-runs/%d", old.DatabaseID)
	} else {
		body.HeadSHA = head
	}
	var answer struct {
		ID         int64  `json:"id"`
		Conclusion string `json:"conclusion"`
		HeadSHA    string `json:"head_sha"`
	}
	if _, err := c.Do(ctx, method, path, body, &answer); err != nil {
		return 0, fmt.Errorf("write check run on %.12s: %w", head, err)
	}
	if answer.ID == 0 || (body.Conclusion != "" && answer.Conclusion != body.Conclusion) || answer.HeadSHA != head {
		return 0, fmt.Errorf("write check run on %.12s: %w", head, errors.New("GitHub's answer does not say what was written"))
	}
	if body.Name != "" {
		c.Wrote(head, body.Name, answer.ID)
	}
	return answer.ID, nil
}

// annotationsOf are the annotations in GitHub's form, few enough to be read.
func annotationsOf(text publish.Check) []checkAnnotation {
	var out []checkAnnotation
	for _, a := range text.Annotations[:min(maxAnnotations, len(text.Annotations))] {
		out = append(out, checkAnnotation{Path: a.Path, StartLine: a.StartLine, EndLine: a.EndLine, Level: string(a.Level), Title: a.Title,
			Message: a.Message})
	}
	return out
}

// externalID names the set of annotations that a run carries.
func externalID(notes []checkAnnotation) string {
	h := sha256.New()
	for _, n := range notes {
		fmt.Fprintf(h, "%+v\n", n)
	}
	return "annotations:" + hex.EncodeToString(h.Sum(nil))[:16]
}

// annotations reads those a run carries.
func (c *client) annotations(ctx context.Context, run int64) ([]checkAnnotation, error) {
	list, err := api.ListAll[checkAnnotation](ctx, c.Client, c.RepoPath("/check-runs/%d/annotations?per_page=100", run))
	if err != nil {
		return nil, fmt.Errorf("read annotations: %w", err)
	}
	return list, nil
}
