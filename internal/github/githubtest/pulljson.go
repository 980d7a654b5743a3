package githubtest

import (
	"fmt"
	"strings"
)

func (l *Label) json(r *Repo) object {
	return object{"id": l.ID, "node_id": fmt.Sprintf("LA_%d", l.ID), "url": r.url("/labels/" + l.Name), "name": l.Name,
		"description": "Set by people", "color": "ededed", "default": false}
}

func (p *Pull) url(path string) string { return p.repo.url(fmt.Sprintf("/pulls/%d%s", p.Number, path)) }
func (p *Pull) web() string {
	return fmt.Sprintf("%s%s/pull/%d", p.repo.server.web(), p.repo.Name(), p.Number)
}

// side is the head or base of a pull request.
func side(r *Repo, ref, sha string) object {
	o := object{"label": ref, "ref": ref, "sha": sha, "repo": nil, "user": nil}
	if r != nil {
		o["label"], o["repo"], o["user"] = r.owner.Login+":"+ref, r.json(), r.owner.json()
	}
	return o
}

// json is the pull request as webhooks and lists write it.
func (p *Pull) json() object {
	issue := p.repo.url(fmt.Sprintf("/issues/%d", p.Number))
	labels, assignees, reviewers := []any{}, []any{}, []any{}
	for _, l := range p.labels {
		labels = append(labels, l.json(p.repo))
	}
	for _, u := range p.assigned {
		assignees = append(assignees, u.json())
	}
	for _, q := range p.requests {
		reviewers = append(reviewers, q.of.json())
	}
	var assignee, body, closed, merged any
	if len(assignees) > 0 {
		assignee = assignees[0]
	}
	if p.body != "" {
		body = p.body
	}
	if !p.open() {
		closed = stamp(p.updated)
	}
	if p.merged {
		merged = stamp(p.updated)
	}
	links := object{}
	for k, v := range map[string]string{"self": p.url(""), "html": p.web(), "issue": issue, "comments": issue + "/comments",
		"review_comments": p.url("/comments"), "review_comment": p.repo.url("/pulls/comments{/number}"), "commits": p.url("/commits"),
		"statuses": p.repo.url("/statuses/" + p.headSHA)} {
		links[k] = object{"href": v}
	}
	return object{
		"id": p.repo.ID*1000 + int64(p.Number), "node_id": fmt.Sprintf("PR_%d_%d", p.repo.ID,
			p.Number), "number": p.Number, "state": p.state(), "locked": false,
		"title": p.title, "user": p.Author.json(), "body": body, "created_at": stamp(p.created), "updated_at": stamp(p.updated),
		"closed_at": closed, "merged_at": merged, "merge_commit_sha": nil, "assignee": assignee, "assignees": assignees,
		"requested_reviewers": reviewers, "requested_teams": []any{}, "labels": labels, "milestone": nil, "draft": p.draft,
		"url": p.url(""), "html_url": p.web(), "diff_url": p.web() + ".diff", "patch_url": p.web() + ".patch", "issue_url": issue,
		"commits_url": p.url("/commits"), "review_comments_url": p.url("/comments"), "review_comment_url": p.repo.url("/pulls/comments{/number}"),
		"comments_url": issue + "/comments", "statuses_url": p.repo.url("/statuses/" + p.headSHA), "_links": links,
		"head": side(p.Head, p.headRef, p.headSHA), "base": side(p.repo, p.baseRef, p.baseSHA),
		"author_association": "NONE", "auto_merge": nil, "active_lock_reason": nil,
	}
}

// full is the pull request as a single GET and the webhooks write it.
func (p *Pull) full(asked bool) object {
	o := p.json()
	sha, mergeable := "", "UNKNOWN"
	if asked {
		sha, mergeable = p.merge()
	}
	o["mergeable"], o["mergeable_state"], o["rebaseable"] = nil, "unknown", nil
	if sha != "" {
		o["merge_commit_sha"] = sha
	}
	switch mergeable {
	case "MERGEABLE":
		o["mergeable"], o["mergeable_state"] = true, "blocked"
	case "CONFLICTING":
		o["mergeable"], o["mergeable_state"] = false, "dirty"
	}
	files, add, del := p.files(), 0, 0
	for _, f := range files {
		add, del = add+f.additions, del+f.deletions
	}
	o["merged"], o["merged_by"] = p.merged, nil
	o["comments"], o["review_comments"], o["commits"] = len(p.comments), len(p.inline), len(p.commits())
	o["additions"], o["deletions"], o["changed_files"] = add, del, len(files)
	o["maintainer_can_modify"] = false
	return o
}

func (r *Review) json(p *Pull) object {
	web := fmt.Sprintf("%s#pullrequestreview-%d", p.web(), r.ID)
	o := object{"id": r.ID, "node_id": fmt.Sprintf("PRR_%d", r.ID), "user": r.Author.json(), "body": r.Body, "state": r.State,
		"html_url": web, "pull_request_url": p.url(""), "author_association": "NONE", "commit_id": r.Commit,
		"_links": object{"html": object{"href": web}, "pull_request": object{"href": p.url("")}}}
	if r.State != "PENDING" {
		o["submitted_at"] = stamp(r.Submitted)
	}
	return o
}

func (c *Inline) json(p *Pull) object {
	web := fmt.Sprintf("%s#discussion_r%d", p.web(), c.ID)
	o := object{"id": c.ID, "node_id": fmt.Sprintf("PRRC_%d", c.ID), "url": p.repo.url(fmt.Sprintf("/pulls/comments/%d", c.ID)),
		"pull_request_review_id": nil, "diff_hunk": "@@ @@", "path": c.Path, "commit_id": p.headSHA, "original_commit_id": c.Commit,
		"user": c.Author.json(), "body": c.Body, "created_at": stamp(c.At), "updated_at": stamp(c.At), "html_url": web,
		"pull_request_url":   p.url(""),
		"author_association": "NONE", "_links": object{"self": object{"href": web}, "html": object{"href": web},
			"pull_request": object{"href": p.url("")}},
		"side": c.Side, "subject_type": "line", "original_line": c.Line}
	if c.Review != nil {
		o["pull_request_review_id"] = c.Review.ID
	}
	if c.FileLevel {
		o["subject_type"] = "file"
		delete(o, "side")
		delete(o, "original_line")
	} else if c.Commit == p.headSHA {
		o["line"] = c.Line
	}
	return o
}

func (c *Comment) json(p *Pull) object {
	return object{"id": c.ID, "node_id": fmt.Sprintf("IC_%d", c.ID), "url": p.repo.url(fmt.Sprintf("/issues/comments/%d", c.ID)),
		"html_url": fmt.Sprintf("%s#issuecomment-%d", p.web(), c.ID), "issue_url": p.repo.url(fmt.Sprintf("/issues/%d", p.Number)),
		"user": c.Author.json(), "body": c.Body, "created_at": stamp(c.At), "updated_at": stamp(c.Updated), "author_association": "NONE",
		"performed_via_github_app": nil}
}

// json of a timeline event, as the issue's events list it.
func (e event) json(p *Pull) object {
	var actor any
	if e.actor != nil {
		actor = e.actor.json()
	}
	o := object{"id": e.id, "node_id": fmt.Sprintf("EV_%d", e.id), "url": p.repo.url(fmt.Sprintf("/issues/events/%d", e.id)), "actor": actor,
		"event": e.kind, "commit_id": nil, "commit_url": nil, "created_at": stamp(e.at), "performed_via_github_app": nil}
	if e.app != "" {
		o["performed_via_github_app"] = appJSON(p.repo.server, 99, e.app)
	}
	switch e.kind {
	case "labeled", "unlabeled":
		o["label"] = object{"name": e.name, "color": "ededed"}
	case "review_dismissed":
		o["dismissed_review"] = object{"state": strings.ToLower(e.was), "review_id": e.review.ID, "dismissal_message": ""}
	case "review_requested":
		o["review_requester"], o["requested_reviewer"] = actor, e.reviewer.json()
	}
	return o
}

func appJSON(s *Server, id int64, slug string) object {
	owner := object{"login": "holdpoint-dev", "id": 5, "node_id": "O_5", "type": "Organization", "site_admin": false}
	for _, k := range []string{"avatar_url", "url", "html_url", "followers_url", "subscriptions_url", "organizations_url", "repos_url",
		"received_events_url"} {
		owner[k] = s.web() + "holdpoint-dev"
	}
	for _, k := range []string{"following_url", "gists_url", "starred_url", "events_url"} {
		owner[k] = s.web() + "holdpoint-dev"
	}
	owner["gravatar_id"] = ""
	return object{"id": id, "slug": slug, "node_id": fmt.Sprintf("A_%d", id), "client_id": "Iv1", "owner": owner, "name": slug,
		"description":  nil,
		"external_url": "https://example.com", "html_url": s.web() + "apps/" + slug, "created_at": stamp(s.now), "updated_at": stamp(s.now),
		"permissions": object{"contents": "read", "checks": "write", "pull_requests": "write",
			"metadata": "read"}, "events": []any{"pull_request"}}
}

// commitJSON is a commit as the commits of REST are.
func (r *Repo) commitJSON(sha string) object {
	c := r.server.git.commit(sha)
	if c == nil {
		return nil
	}
	parents := []any{}
	for _, p := range c.parents {
		parents = append(parents, object{"sha": p, "url": r.url("/commits/" + p), "html_url": r.server.web() + r.Name() + "/commit/" + p})
	}
	at := "2023-11-14T22:13:20Z"
	return object{"sha": sha, "node_id": "C_" + sha, "url": r.url("/commits/" + sha), "html_url": r.server.web() + r.Name() + "/commit/" + sha,
		"comments_url": r.url("/commits/" + sha + "/comments"), "parents": parents,
		"author": r.server.account(c.author.Email), "committer": r.server.account(c.committer.Email),
		"commit": object{"url": r.url("/git/commits/" + sha), "message": c.message, "comment_count": 0,
			"author":       object{"name": c.author.Name, "email": c.author.Email, "date": at},
			"committer":    object{"name": c.committer.Name, "email": c.committer.Email, "date": at},
			"tree":         object{"sha": c.tree, "url": r.url("/git/trees/" + c.tree)},
			"verification": object{"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil}},
	}
}

// account finds who GitHub maps an e-mail address to: login@users.noreply of
// an account that exists; nil for all others.
func (s *Server) account(email string) any {
	if u := s.byEmail(email); u != nil {
		return u.json()
	}
	return nil
}

// noreply ends the addresses that map to accounts.
const noreply = "@users.noreply.github.com"

func (s *Server) byEmail(email string) *User {
	login, ok := strings.CutSuffix(email, noreply)
	if !ok {
		return nil
	}
	if _, after, found := strings.Cut(login, "+"); found {
		login = after
	}
	return s.users[strings.ToLower(login)]
}

// Email is an address that GitHub maps to the account.
func (u *User) Email() string { return fmt.Sprintf("%d+%s%s", u.ID, u.Login, noreply) }
