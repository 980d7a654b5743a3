package githubtest

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// query is the root of GraphQL.
func (s *Server) query(t token) object {
	return object{"repository": func(args map[string]any) any {
		name := fmt.Sprintf("%v/%v", args["owner"], args["name"])
		r := s.repos[strings.ToLower(name)]
		if r == nil || !t.sees(r) {
			return refusal("Could not resolve to a Repository with the name '" + name + "'.")
		}
		return r.graph()
	}}
}

func (r *Repo) graph() object {
	s := r.server
	o := object{
		"databaseId": r.ID, "name": r.name, "nameWithOwner": r.Name(), "isPrivate": r.Private, "isFork": r.Fork != nil,
		"owner": r.owner.actor(),
		"object": func(args map[string]any) any {
			id, _ := args["oid"].(string)
			if e, ok := args["expression"].(string); ok {
				id = r.resolve(e)
			}
			return r.gitObject(id)
		},
		"ref": func(args map[string]any) any {
			name, _ := args["qualifiedName"].(string)
			return r.ref(strings.TrimPrefix(name, "refs/heads/"))
		},
		"defaultBranchRef": r.ref(r.DefaultBranch),
		"refs": func(args map[string]any) any {
			like, _ := args["query"].(string)
			var all []any
			for _, name := range slices.Sorted(maps.Keys(r.branches)) {
				if strings.Contains(strings.ToLower(name), strings.ToLower(like)) {
					all = append(all, r.ref(name))
				}
			}
			return s.connection(all)(args)
		},
		"pullRequest": func(args map[string]any) any {
			if p := r.pulls[number(args["number"])]; p != nil {
				return p.graph()
			}
			return refusal(fmt.Sprintf("Could not resolve to a PullRequest with the number of %v.", args["number"]))
		},
		"pullRequests": func(args map[string]any) any {
			var all []any
			for _, p := range r.sorted() {
				states, _ := args["states"].([]any)
				if b, ok := args["baseRefName"].(string); ok && b != p.baseRef {
					continue
				}
				if ls, ok := args["labels"].([]any); ok &&
					!slices.ContainsFunc(p.labels, func(l *Label) bool { return slices.Contains(ls, any(l.Name)) }) {
					continue
				}
				if len(states) == 0 || slices.Contains(states, any(p.graphState())) {
					all = append(all, p.graph())
				}
			}
			return s.connection(all)(args)
		},
		"mergeQueue": func(args map[string]any) any {
			if b, _ := args["branch"].(string); r.queue == nil || (b != "" && b != r.queueBase) {
				return nil
			}
			var all []any
			for i, q := range r.queue {
				all = append(all, object{"position": i + 1, "state": "AWAITING_CHECKS", "pullRequest": q.pull.graph(),
					"headCommit": r.gitObject(q.head), "baseCommit": r.gitObject(q.base)})
			}
			return object{"entries": s.connection(all)}
		},
	}
	return o
}

// resolve finds a commit-ish: an id, a branch, HEAD, or one of these with a path.
func (r *Repo) resolve(expression string) string {
	rev, path, hasPath := strings.Cut(expression, ":")
	rev = strings.TrimPrefix(rev, "refs/heads/")
	if rev == "HEAD" {
		rev = r.DefaultBranch
	}
	if sha := r.branches[rev]; sha != "" {
		rev = sha
	}
	if !hasPath {
		return rev
	}
	for _, e := range r.server.git.list(r.server.git.treeOf(rev), "", true) {
		if e.path == path {
			return e.id
		}
	}
	return ""
}

func (r *Repo) ref(name string) any {
	if r.branches[name] == "" {
		return nil
	}
	return object{"name": name, "prefix": "refs/heads/", "target": r.gitObject(r.branches[name])}
}

// maxText is where GraphQL cuts the text of a blob.
const maxText = 512_000

func (r *Repo) gitObject(id string) any {
	s := r.server
	kind, content := s.git.read(id)
	switch kind {
	case "blob":
		o := object{"__typename": "Blob", "oid": id, "byteSize": len(content), "isBinary": false, "isTruncated": false, "text": string(content)}
		switch {
		case slices.Contains(content, 0):
			o["isBinary"], o["text"] = true, nil
		case !utf8.Valid(content):
			// Text in another encoding is shown converted.
			o["text"] = strings.ToValidUTF8(string(content), "\uFFFD")
		case len(content) > maxText:
			o["isTruncated"], o["text"] = true, string(content[:maxText])
		}
		return o
	case "tree":
		return object{"__typename": "Tree", "oid": id}
	case "commit":
		return r.graphCommit(id)
	}
	return nil
}

var coAuthor = regexp.MustCompile(`(?mi)^co-authored-by: *(.*?) *<(.*)>$`)

func (r *Repo) graphCommit(id string) object {
	s := r.server
	c := s.git.commit(id)
	actor := func(p Person) object {
		var user any
		if u := s.byEmail(p.Email); u != nil && u.Type == "User" {
			user = object{"__typename": "User", "databaseId": u.ID, "login": u.Login}
		}
		return object{"name": p.Name, "email": p.Email, "date": "2023-11-14T22:13:20Z", "user": user}
	}
	authors := []any{actor(c.author)}
	for _, m := range coAuthor.FindAllStringSubmatch(c.message, -1) {
		authors = append(authors, actor(Person{m[1], m[2]}))
	}
	return object{"__typename": "Commit", "oid": id, "message": c.message, "committedDate": "2023-11-14T22:13:20Z",
		"tree": object{"__typename": "Tree", "oid": c.tree}, "author": actor(c.author), "committer": actor(c.committer),
		"authors": s.connection(authors), "signature": nil,
		"parents": func(args map[string]any) any {
			var all []any
			for _, p := range c.parents {
				all = append(all, r.graphCommit(p))
			}
			return s.connection(all)(args)
		},
		"associatedPullRequests": func(args map[string]any) any {
			var all []any
			for _, p := range r.associated(id) {
				all = append(all, p.graph())
			}
			return s.connection(all)(args)
		},
		"checkSuites": func(args map[string]any) any {
			filter, _ := args["filterBy"].(map[string]any)
			var runs []any
			for _, x := range r.checks {
				if x.HeadSHA == id && (filter["appId"] == nil || int64(number(filter["appId"])) == x.App) {
					runs = append(runs, x.graph())
				}
			}
			if len(runs) == 0 {
				return s.connection(nil)(args)
			}
			suite := object{"databaseId": 77, "app": object{"databaseId": AppID, "slug": AppSlug}, "checkRuns": func(args map[string]any) any {
				f, _ := args["filterBy"].(map[string]any)
				kept := slices.DeleteFunc(slices.Clone(runs), func(v any) bool { return f["checkName"] != nil && v.(object)["name"] != f["checkName"] })
				return s.connection(kept)(args)
			}}
			return s.connection([]any{suite})(args)
		},
	}
}

func (c *Check) graph() object {
	conclusion := any(nil)
	if c.Conclusion != "" {
		conclusion = strings.ToUpper(c.Conclusion)
	}
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	return object{"databaseId": c.ID, "name": c.Name, "status": strings.ToUpper(c.Status), "conclusion": conclusion,
		"externalId": null(c.ExternalID),
		"title":      null(c.Title), "summary": null(c.Summary), "text": null(c.Text), "startedAt": stamp(c.Started),
		"completedAt": stamp(c.Started)}
}

func (p *Pull) graphState() string {
	switch {
	case p.merged:
		return "MERGED"
	case p.closed:
		return "CLOSED"
	}
	return "OPEN"
}

// errNull makes a connection null, as partial answers do.
const errNull = refusal("Something went wrong while executing your query.")

func (p *Pull) graph() object {
	s, r := p.repo.server, p.repo
	var labels, assignees, reviews, requests, comments, items, threads []any
	for _, l := range p.labels {
		labels = append(labels, object{"id": fmt.Sprintf("LA_%d", l.ID), "name": l.Name, "createdAt": stamp(l.Created),
			"updatedAt": stamp(l.Updated)})
	}
	for _, u := range p.assigned {
		assignees = append(assignees, object{"__typename": "User", "databaseId": u.ID, "login": u.Login})
	}
	for _, x := range p.reviews {
		if x.State == "PENDING" && x.Author != s.bot {
			continue
		}
		reviews = append(reviews, p.graphReview(x))
	}
	for _, q := range p.requests {
		requests = append(requests, object{"requestedReviewer": q.of.actor(), "asCodeOwner": false})
	}
	for _, c := range p.comments {
		var edited any
		if c.Edits > 0 {
			edited = stamp(c.Updated)
		}
		comments = append(comments, object{"databaseId": c.ID, "fullDatabaseId": fmt.Sprint(c.ID), "author": c.Author.actor(), "body": c.Body,
			"createdAt": stamp(c.At), "lastEditedAt": edited, "viewerDidAuthor": c.Author == s.bot})
	}
	for _, e := range p.timeline {
		if o := e.graph(p); o != nil {
			items = append(items, o)
		}
	}
	for _, x := range p.inline {
		side := "RIGHT"
		if x.Side == "LEFT" {
			side = "LEFT"
		}
		comment := object{"databaseId": x.ID, "fullDatabaseId": fmt.Sprint(x.ID), "author": x.Author.actor(), "body": x.Body, "path": x.Path,
			"line": x.Line, "outdated": x.Commit != p.headSHA, "viewerDidAuthor": x.Author == s.bot}
		threads = append(threads, object{"path": x.Path, "diffSide": side, "line": x.Line, "isResolved": false,
			"isOutdated": x.Commit != p.headSHA, "comments": s.connection([]any{comment})})
	}
	head := any(nil)
	if p.Head != nil {
		head = object{"databaseId": p.Head.ID, "nameWithOwner": p.Head.Name(), "name": p.Head.name, "owner": p.Head.owner.actor(),
			"isPrivate": p.Head.Private}
	}
	commits := func(args map[string]any) any {
		var list []any
		ids := p.commits()
		for i, id := range ids {
			if i < maxCommits {
				list = append(list, object{"commit": r.graphCommit(id)})
			}
		}
		return s.capped(list, len(ids))(args)
	}
	body := p.body
	sha, mergeable := "", ""
	test := func() {
		if mergeable == "" {
			sha, mergeable = p.merge()
		}
	}
	return object{
		"__typename": "PullRequest", "number": p.Number, "fullDatabaseId": fmt.Sprint(r.ID*1000 +
			int64(p.Number)), "title": p.title, "body": body, "state": p.graphState(),
		"isDraft": p.draft, "merged": p.merged, "createdAt": stamp(p.created), "updatedAt": stamp(p.updated), "author": p.Author.actor(),
		"headRefName": p.headRef, "headRefOid": p.headSHA, "headRepository": head, "isCrossRepository": p.Head != r,
		"baseRefName": p.baseRef, "baseRefOid": p.baseSHA, "baseRef": r.ref(p.baseRef),
		"changedFiles": func(map[string]any) any { return len(p.files()) },
		"mergeable":    func(map[string]any) any { test(); return mergeable },
		"potentialMergeCommit": func(map[string]any) any {
			if test(); sha == "" {
				return nil
			}
			return r.graphCommit(sha)
		},
		"mergeCommit": nil,
		"assignees":   s.connection(assignees),
		"labels":      s.connection(labels),
		"commits":     commits,
		"reviews": func(args map[string]any) any {
			states, _ := args["states"].([]any)
			return s.connection(slices.DeleteFunc(slices.Clone(reviews), func(v any) bool {
				return len(states) > 0 && !slices.Contains(states, v.(object)["state"])
			}))(args)
		},
		"reviewRequests": s.connection(requests),
		"comments":       s.connection(comments),
		"reviewThreads":  s.connection(threads),
		"timelineItems": func(args map[string]any) any {
			types, _ := args["itemTypes"].([]any)
			kept := slices.DeleteFunc(slices.Clone(items),
				func(v any) bool { return len(types) > 0 && !slices.Contains(types, any(itemType(v.(object)))) })
			o, _ := s.connection(kept)(args).(object)
			from := 0
			if after, _ := args["after"].(string); after != "" {
				_, _ = fmt.Sscanf(after, "cursor%d", &from)
			}
			o["totalCount"], o["filteredCount"] = len(items), len(kept)-from
			return o
		},
	}
}

// capped is a connection that counts more than it lists.
func (s *Server) capped(all []any, count int) resolver {
	list := s.connection(all)
	return func(args map[string]any) any {
		o, _ := list(args).(object)
		o["totalCount"] = count
		return o
	}
}

func (p *Pull) graphReview(x *Review) object {
	s := p.repo.server
	var at any
	if x.State != "PENDING" {
		at = stamp(x.Submitted)
	}
	var commit any
	if s.git.commit(x.Commit) != nil {
		commit = p.repo.graphCommit(x.Commit)
	}
	return object{"__typename": "PullRequestReview", "databaseId": x.ID, "fullDatabaseId": fmt.Sprint(x.ID), "state": x.State,
		"author": x.Author.actor(), "body": x.Body,
		"submittedAt": at, "commit": commit, "lastEditedAt": nil, "authorCanPushToRepository": false, "viewerDidAuthor": x.Author == s.bot}
}

func itemType(o object) string {
	return map[string]string{"LabeledEvent": "LABELED_EVENT", "UnlabeledEvent": "UNLABELED_EVENT",
		"ReviewDismissedEvent": "REVIEW_DISMISSED_EVENT",
		"ReviewRequestedEvent": "REVIEW_REQUESTED_EVENT", "HeadRefForcePushedEvent": "HEAD_REF_FORCE_PUSHED_EVENT",
		"BaseRefChangedEvent": "BASE_REF_CHANGED_EVENT"}[o["__typename"].(string)]
}

func (e event) graph(p *Pull) any {
	o := object{"createdAt": stamp(e.at), "actor": nil, "id": fmt.Sprintf("EV_%d", e.id)}
	if e.actor != nil {
		o["actor"] = e.actor.actor()
	}
	commit := func(id string) any {
		if p.repo.server.git.commit(id) == nil {
			return nil
		}
		return p.repo.graphCommit(id)
	}
	switch e.kind {
	case "labeled", "unlabeled":
		o["__typename"] = map[string]string{"labeled": "LabeledEvent", "unlabeled": "UnlabeledEvent"}[e.kind]
		o["label"] = object{"id": fmt.Sprintf("LA_%d", e.label.ID), "name": e.label.Name, "createdAt": stamp(e.label.Created),
			"updatedAt": stamp(e.label.Updated)}
	case "review_dismissed":
		o["__typename"], o["previousReviewState"], o["review"] = "ReviewDismissedEvent", e.was, p.graphReview(e.review)
	case "review_requested":
		o["__typename"], o["requestedReviewer"] = "ReviewRequestedEvent", e.reviewer.actor()
	case "head_ref_force_pushed":
		o["__typename"], o["beforeCommit"], o["afterCommit"] = "HeadRefForcePushedEvent", commit(e.before), commit(e.after)
	case "base_ref_changed":
		o["__typename"], o["previousRefName"], o["currentRefName"] = "BaseRefChangedEvent", e.before, e.after
	default:
		return nil
	}
	return o
}
