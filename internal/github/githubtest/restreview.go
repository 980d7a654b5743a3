package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func (s *Server) listReviews(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var all []any
		for _, x := range p.reviews {
			if x.State != "PENDING" || x.Author == s.bot {
				all = append(all, x.json(p))
			}
		}
		return s.page(c, all)
	})
}

// maxInline is where GitHub takes a review for abuse; reports name 36 to 60.
const maxInline = 36

func (s *Server) createReview(c call) answer {
	return s.withPull(c, func(p *Pull) answer {
		var in struct {
			CommitID, Body, Event string
			Commit                string `json:"commit_id"`
			Comments              []struct {
				Path, Body, Side string
				Line             int    `json:"line"`
				StartLine        int    `json:"start_line"`
				StartSide        string `json:"start_side"`
			} `json:"comments"`
		}
		_ = c.decode(&in)
		refuse := func(why string) answer {
			return answer{status: http.StatusUnprocessableEntity, value: object{"message": "Unprocessable Entity", "errors": []any{why},
				"documentation_url": "https://docs.github.com/rest/pulls/reviews#create-a-review-for-a-pull-request"}}
		}
		switch {
		case p.Author == s.bot && in.Event != "COMMENT":
			return refuse("Can not request changes on your own pull request")
		case slices.ContainsFunc(p.reviews, func(r *Review) bool { return r.State == "PENDING" && r.Author == s.bot }):
			return refuse("User can only have one pending review per pull request")
		case len(in.Comments) > maxInline:
			return refuse("was submitted too quickly")
		case in.Event == "REQUEST_CHANGES" && in.Body == "":
			return refuse("Review body can't be blank")
		case in.Commit != "" && in.Commit != p.headSHA && !slices.Contains(p.commits(), in.Commit):
			return refuse("The commit_id is not part of the pull request")
		}
		if a, long := tooLong(in.Body); long {
			return a
		}
		r := &Review{ID: s.id(), Author: s.bot, Body: in.Body, Commit: defaultTo(in.Commit, p.headSHA), Submitted: p.touch()}
		r.State = map[string]string{"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED",
			"": "PENDING"}[in.Event]
		for _, x := range in.Comments {
			side := defaultTo(x.Side, "RIGHT")
			if why := p.checkInline(x.Path, side, x.Line, x.StartLine, x.StartSide); why != "" {
				return refuse(why)
			}
			r.Inline = append(r.Inline, &Inline{ID: s.id(), Review: r, Author: s.bot, Path: x.Path, Body: x.Body, Side: side, Line: x.Line,
				StartLine: x.StartLine, Commit: r.Commit, At: s.now})
		}
		p.reviews = append(p.reviews, r)
		p.inline = append(p.inline, r.Inline...)
		s.deliver("pull_request_review", p.reviewPayload("submitted", s.bot, r))
		return ok(r.json(p))
	})
}

func (s *Server) withReview(c call, f func(*Pull, *Review) answer) answer {
	return s.withPull(c, func(p *Pull) answer {
		for _, r := range p.reviews {
			if fmt.Sprint(r.ID) == c.PathValue("review_id") {
				return f(p, r)
			}
		}
		return notFound()
	})
}

func (s *Server) getReview(c call) answer {
	return s.withReview(c, func(p *Pull, r *Review) answer { return ok(r.json(p)) })
}

func (s *Server) updateReview(c call) answer {
	return s.withReview(c, func(p *Pull, r *Review) answer {
		var in struct{ Body string }
		_ = c.decode(&in)
		if r.Author != s.bot {
			return fail(http.StatusForbidden, "Forbidden")
		}
		r.Body = in.Body
		return ok(r.json(p))
	})
}

func (s *Server) deleteReview(c call) answer {
	return s.withReview(c, func(p *Pull, r *Review) answer {
		if r.State != "PENDING" || r.Author != s.bot {
			return fail(http.StatusUnprocessableEntity, "Can not delete a non-pending pull request review")
		}
		p.reviews = slices.DeleteFunc(p.reviews, func(x *Review) bool { return x == r })
		return ok(r.json(p))
	})
}

func (s *Server) dismissReview(c call) answer {
	return s.withReview(c, func(p *Pull, r *Review) answer {
		if r.State != "CHANGES_REQUESTED" && r.State != "APPROVED" {
			return fail(http.StatusUnprocessableEntity, "Can not dismiss a "+strings.ToLower(r.State)+" pull request review")
		}
		p.dismiss(r, s.bot)
		return ok(r.json(p))
	})
}
