package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

func (s *Server) pull(c call) *Pull {
	n, _ := strconv.Atoi(c.PathValue("pull_number"))
	if n == 0 {
		n, _ = strconv.Atoi(c.PathValue("issue_number"))
	}
	return s.repo(c).pulls[n]
}

// withPull runs a handler on the pull request of the path.
func (s *Server) withPull(c call, f func(*Pull) answer) answer {
	p := s.pull(c)
	if p == nil {
		return notFound()
	}
	return f(p)
}

func (s *Server) getPull(c call) answer {
	return s.withPull(c, func(p *Pull) answer { return ok(p.full(true)) })
}

func (s *Server) listPulls(c call) answer {
	q := c.URL.Query()
	var all []any
	for _, p := range s.repo(c).sorted() {
		if (q.Get("base") == "" || q.Get("base") == p.baseRef) && (q.Get("state") == "all" || p.state() == defaultTo(q.Get("state"), "open")) {
			all = append(all, p.json())
		}
	}
	return s.page(c, all)
}

func defaultTo(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// commitPulls lists the pull requests that a commit is part of, those of
// stacked branches too.
func (s *Server) commitPulls(c call) answer {
	sha := c.PathValue("commit_sha")
	if s.git.commit(sha) == nil {
		return fail(http.StatusUnprocessableEntity, "No commit found for SHA: "+sha)
	}
	var all []any
	for _, p := range s.repo(c).associated(sha) {
		all = append(all, p.json())
	}
	return s.page(c, all)
}

// associated are the pull requests that GitHub names for a commit: all that
// contain it, and once the default branch has it only those that were merged.
func (r *Repo) associated(sha string) (out []*Pull) {
	arrived := r.server.git.mergeBase(r.branches[r.DefaultBranch], sha) == sha
	for _, p := range r.sorted() {
		if (p.headSHA == sha || slices.Contains(p.commits(), sha)) && (p.merged || !arrived) {
			out = append(out, p)
		}
	}
	return out
}

// maxFiles and maxCommits are where GitHub's lists end (docs.github.com, REST
// "Pull requests").
const (
	maxFiles   = 3000
	maxCommits = 250
)

func (s *Server) listFiles(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var all []any
		for i, f := range p.files() {
			if i < maxFiles {
				all = append(all, f.json(p.repo, p.headSHA))
			}
		}
		return s.page(c, all)
	})
}

func (s *Server) listCommits(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var all []any
		for i, id := range p.commits() {
			if i < maxCommits {
				all = append(all, p.repo.commitJSON(id))
			}
		}
		return s.page(c, all)
	})
}

// getIssue is the issue behind a pull request: what an app opened for a person
// says so here alone.
func (s *Server) getIssue(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		full, o := p.json(), object{}
		for _, k := range []string{"number", "state", "locked", "title", "user", "body", "created_at", "updated_at", "closed_at",
			"assignee", "assignees", "labels", "milestone", "comments_url", "author_association", "active_lock_reason", "draft"} {
			o[k] = full[k]
		}
		url := p.repo.url(fmt.Sprintf("/issues/%d", p.Number))
		o["id"], o["node_id"], o["comments"] = 7_000_000+full["id"].(int64), full["node_id"], len(p.comments)
		o["url"], o["html_url"], o["repository_url"] = url, full["html_url"], p.repo.url("")
		o["labels_url"], o["events_url"], o["performed_via_github_app"] = url+"/labels{/name}", url+"/events", nil
		o["pull_request"] = object{"url": full["url"], "html_url": full["html_url"], "diff_url": full["diff_url"],
			"patch_url": full["patch_url"], "merged_at": full["merged_at"]}
		if p.via != "" {
			o["performed_via_github_app"] = appJSON(s, 98, p.via)
		}
		return ok(o)
	})
}

func (s *Server) listEvents(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var all []any
		for _, e := range p.timeline {
			all = append(all, e.json(p))
		}
		return s.page(c, all)
	})
}

func (s *Server) listLabels(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var all []any
		for _, l := range p.labels {
			all = append(all, l.json(p.repo))
		}
		return s.page(c, all)
	})
}

func (s *Server) removeLabel(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		if !p.unlabel(c.PathValue("name"), s.bot) {
			return fail(http.StatusNotFound, "Label does not exist")
		}
		out := []any{}
		for _, l := range p.labels {
			out = append(out, l.json(p.repo))
		}
		return ok(out)
	})
}

// maxBody is the longest body of a comment or review.
const maxBody = 65536

func tooLong(body string) (answer, bool) {
	if utf8.RuneCountInString(body) > maxBody {
		return fail(http.StatusUnprocessableEntity, "Validation Failed",
			object{"resource": "IssueComment", "code": "unprocessable", "field": "data",
				"message": "Body is too long (maximum is 65536 characters)"}), true
	}
	return answer{}, false
}

func (s *Server) listComments(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var all []any
		for _, x := range p.comments {
			all = append(all, x.json(p))
		}
		return s.page(c, all)
	})
}

func (s *Server) createComment(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var in struct{ Body string }
		_ = c.decode(&in)
		if a, long := tooLong(in.Body); long {
			return a
		}
		x := &Comment{ID: s.id(), Author: s.bot, Body: in.Body, At: p.touch(), Updated: s.now}
		p.comments = append(p.comments, x)
		return answer{status: http.StatusCreated, value: x.json(p)}
	})
}

func (s *Server) updateComment(c call) answer {
	id, _ := strconv.ParseInt(c.PathValue("comment_id"), 10, 64)
	var in struct{ Body string }
	_ = c.decode(&in)
	for _, p := range s.repo(c).sorted() {
		for _, x := range p.comments {
			if x.ID != id {
				continue
			}
			if x.Author != s.bot {
				return fail(http.StatusForbidden, "Must have admin rights to Repository.")
			}
			if a, long := tooLong(in.Body); long {
				return a
			}
			x.Body, x.Updated = in.Body, s.tick()
			x.Edits++
			return ok(x.json(p))
		}
	}
	return notFound()
}

func (s *Server) requestReviewers(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var in struct {
			Reviewers     []string `json:"reviewers"`
			TeamReviewers []string `json:"team_reviewers"`
		}
		_ = c.decode(&in)
		for _, login := range in.Reviewers {
			u := s.users[strings.ToLower(login)]
			if u == nil || p.repo.roles[u.ID] == "" {
				return fail(http.StatusUnprocessableEntity,
					"Reviews may only be requested from collaborators. One or more of the users or teams "+
						"you specified is not a collaborator of the "+p.repo.Name()+" repository.")
			}
			if u == p.Author {
				return fail(http.StatusUnprocessableEntity, "Review cannot be requested from pull request author.")
			}
			p.ask(u, s.bot)
		}
		return answer{status: http.StatusCreated, value: p.json()}
	})
}

// checkInline says why GitHub would refuse a review comment, "" where it
// takes it.
func (p *Pull) checkInline(path, side string, line, start int, startSide string) string {
	i := slices.IndexFunc(p.files(), func(f fileDiff) bool { return f.path == path })
	switch {
	case i < 0:
		return "Path could not be resolved"
	case line == 0:
		return "line must be part of the diff"
	case start != 0 && start >= line:
		return "start line must precede the end line"
	case start != 0 && startSide != "" && startSide != side:
		return "start side must be the side of the end"
	}
	patch := p.files()[i].patch
	if !commentable(patch, side, line) || (start != 0 && !commentable(patch, side, start)) {
		return "Line could not be resolved"
	}
	return ""
}

func (s *Server) listInline(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var all []any
		for _, x := range p.inline {
			all = append(all, x.json(p))
		}
		return s.page(c, all)
	})
}

func (s *Server) createInline(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var in struct {
			Body, Path, Side string
			Line             int    `json:"line"`
			StartLine        int    `json:"start_line"`
			StartSide        string `json:"start_side"`
			CommitID         string `json:"commit_id"`
			SubjectType      string `json:"subject_type"`
		}
		_ = c.decode(&in)
		if in.SubjectType != "file" {
			if why := p.checkInline(in.Path, defaultTo(in.Side, "RIGHT"), in.Line, in.StartLine, in.StartSide); why != "" {
				return fail(http.StatusUnprocessableEntity, "Validation Failed",
					object{"resource": "PullRequestReviewComment", "code": "custom", "field": "pull_request_review_thread.line", "message": why})
			}
		} else if !slices.ContainsFunc(p.files(), func(f fileDiff) bool { return f.path == in.Path }) {
			return fail(http.StatusUnprocessableEntity, "Validation Failed",
				object{"resource": "PullRequestReviewComment", "code": "invalid", "field": "path", "message": "path is not part of the diff"})
		}
		x := &Inline{ID: s.id(), Author: s.bot, Path: in.Path, Body: in.Body, Side: in.Side, Line: in.Line, FileLevel: in.SubjectType == "file",
			Commit: in.CommitID, At: p.touch()}
		p.inline = append(p.inline, x)
		return answer{status: http.StatusCreated, value: x.json(p)}
	})
}

func (s *Server) updateInline(c call) answer {
	id, _ := strconv.ParseInt(c.PathValue("comment_id"), 10, 64)
	var in struct{ Body string }
	_ = c.decode(&in)
	for _, p := range s.repo(c).sorted() {
		for _, x := range p.inline {
			if x.ID == id && x.Author == s.bot {
				x.Body = in.Body
				return ok(x.json(p))
			}
		}
	}
	return notFound()
}
