package githubtest

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Check is a check run.
type Check struct {
	ID          int64
	App         int64
	Name        string
	HeadSHA     string
	Status      string
	Conclusion  string
	ExternalID  string
	DetailsURL  string
	Title       string
	Summary     string
	Text        string
	Annotations []Annotation
	Started     time.Time
	// Conclusions are all it ever had, in order.
	Conclusions []string
}

// Annotation is a remark of a check run.
type Annotation struct {
	Path      string `json:"path"`
	StartLine int    `json:"start_line"`
	EndLine   int    `json:"end_line"`
	Level     string `json:"annotation_level"`
	Message   string `json:"message"`
	Title     string `json:"title,omitempty"`
}

// Checks returns copies of the check runs of a commit.
func (r *Repo) Checks(sha string) (out []Check) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	for _, c := range r.checks {
		if c.HeadSHA == sha {
			out = append(out, *c)
		}
	}
	return out
}

// Mergeable says what GitHub's merge button would: every required check of the
// branch has a good conclusion, by the app it is pinned to.
func (r *Repo) Mergeable(p *Pull) bool {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	for _, q := range r.required {
		if q.branch != p.baseRef {
			continue
		}
		good := false
		for _, c := range r.checks {
			if c.HeadSHA == p.headSHA && c.Name == q.name && (q.app == 0 || q.app == c.App) {
				good = slices.Contains([]string{"success", "neutral", "skipped"}, c.Conclusion)
			}
		}
		if !good {
			return false
		}
	}
	return true
}

// ForgeCheck makes a check run of another app.
func (r *Repo) ForgeCheck(sha, name, conclusion string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.checks = append(r.checks, &Check{ID: r.server.id(), App: 15368, Name: name, HeadSHA: sha, Status: "completed", Conclusion: conclusion,
		Started: r.server.tick()})
}

// Conclude makes our check run of a name say something else, and leaves its
// text.
func (r *Repo) Conclude(sha, name, conclusion string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	for _, c := range r.checks {
		if c.HeadSHA == sha && c.Name == name && c.App == AppID {
			c.Conclusion = conclusion
		}
	}
}

func (c *Check) json(r *Repo) object {
	web := fmt.Sprintf("%s%s/runs/%d", r.server.web(), r.Name(), c.ID)
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	o := object{"id": c.ID, "node_id": fmt.Sprintf("CR_%d", c.ID), "head_sha": c.HeadSHA, "name": c.Name,
		"url":      r.url(fmt.Sprintf("/check-runs/%d", c.ID)),
		"html_url": web, "details_url": cmp.Or(c.DetailsURL,
			web), "status": c.Status, "conclusion": null(c.Conclusion), "started_at": stamp(c.Started),
		"completed_at": nil, "external_id": null(c.ExternalID), "check_suite": object{"id": 77}, "app": appJSON(r.server, c.App, AppSlug),
		"pull_requests": []any{}, "output": object{"title": null(c.Title), "summary": null(c.Summary), "text": null(c.Text),
			"annotations_count": len(c.Annotations), "annotations_url": r.url(fmt.Sprintf("/check-runs/%d/annotations", c.ID))}}
	if c.Status == "completed" {
		o["completed_at"] = stamp(c.Started)
	}
	return o
}

type checkInput struct {
	Name       string `json:"name"`
	HeadSHA    string `json:"head_sha"`
	Status     string `json:"status"`
	Conclusion string `json:"conclusion"`
	ExternalID string `json:"external_id"`
	DetailsURL string `json:"details_url"`
	Output     *struct {
		Title, Summary, Text string
		Annotations          []Annotation
	} `json:"output"`
}

// apply takes an input over; an answer other than zero refuses it.
func (in checkInput) apply(c *Check) answer {
	if in.Output != nil {
		for _, text := range []string{in.Output.Summary, in.Output.Text} {
			if utf8.RuneCountInString(text) > 65535 {
				return fail(http.StatusUnprocessableEntity, "Invalid request.\n\nOnly 65535 characters are allowed; too many were supplied.")
			}
		}
		if utf8.RuneCountInString(in.Output.Title) > 255 {
			return fail(http.StatusUnprocessableEntity, "Invalid request.\n\nOnly 255 characters are allowed for the title.")
		}
		c.Title, c.Summary, c.Text = in.Output.Title, in.Output.Summary, in.Output.Text
		c.Annotations = append(c.Annotations, in.Output.Annotations...)
	}
	if in.Conclusion != "" {
		c.Status, c.Conclusion = "completed", in.Conclusion
		c.Conclusions = append(slices.Clone(c.Conclusions), in.Conclusion)
	} else if in.Status != "" {
		c.Status, c.Conclusion = in.Status, ""
	}
	c.Name = cmp.Or(in.Name, c.Name)
	c.ExternalID, c.DetailsURL = cmp.Or(in.ExternalID, c.ExternalID), cmp.Or(in.DetailsURL, c.DetailsURL)
	return answer{}
}

func (s *Server) createCheck(c call) answer {
	r := s.repo(c)
	var in checkInput
	if err := c.decode(&in); err != nil {
		return fail(http.StatusUnprocessableEntity, err.Error())
	}
	if s.git.commit(in.HeadSHA) == nil {
		return fail(http.StatusUnprocessableEntity, "No commit found for SHA: "+in.HeadSHA)
	}
	check := &Check{ID: s.id(), App: AppID, HeadSHA: in.HeadSHA, Status: "queued", Started: s.tick()}
	if a := in.apply(check); a.status != 0 {
		return a
	}
	r.checks = append(r.checks, check)
	return answer{status: http.StatusCreated, value: check.json(r)}
}

func (s *Server) check(c call) *Check {
	id, _ := strconv.ParseInt(c.PathValue("check_run_id"), 10, 64)
	for _, x := range s.repo(c).checks {
		if x.ID == id {
			return x
		}
	}
	return nil
}

func (s *Server) getCheck(c call) answer {
	if x := s.check(c); x != nil {
		return ok(x.json(s.repo(c)))
	}
	return notFound()
}

func (s *Server) updateCheck(c call) answer {
	x := s.check(c)
	if x == nil {
		return notFound()
	}
	if x.App != AppID {
		return fail(http.StatusForbidden, "Invalid app_id - check run can only be modified by the GitHub App that created it.")
	}
	var in checkInput
	if err := c.decode(&in); err != nil {
		return fail(http.StatusUnprocessableEntity, err.Error())
	}
	next := *x
	if a := in.apply(&next); a.status != 0 {
		return a
	}
	*x = next
	return ok(x.json(s.repo(c)))
}

func (s *Server) listAnnotations(c call) answer {
	x := s.check(c)
	if x == nil {
		return notFound()
	}
	var all []any
	for _, a := range x.Annotations {
		all = append(all, object{"path": a.Path, "start_line": a.StartLine, "end_line": a.EndLine, "start_column": nil, "end_column": nil,
			"annotation_level": a.Level, "title": a.Title, "message": a.Message, "raw_details": nil, "blob_href": ""})
	}
	return s.page(c, all)
}

func (s *Server) listChecks(c call) answer {
	r, q := s.repo(c), c.URL.Query()
	all := []any{}
	for _, x := range r.checks {
		if x.HeadSHA != c.PathValue("ref") || (q.Get("check_name") != "" && q.Get("check_name") != x.Name) ||
			(q.Get("app_id") != "" && q.Get("app_id") != strconv.FormatInt(x.App, 10)) {
			continue
		}
		all = append(all, x.json(r))
	}
	a := s.page(c, all)
	a.value = object{"total_count": len(all), "check_runs": a.value}
	return a
}
