package githubtest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// routes lists every operation that is simulated.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	handlers := map[string]func(call) answer{
		"GET /app":               s.getApp,
		"GET /app/hook/config":   s.getHook,
		"GET /app/installations": s.listInstallations,
		"POST /app/installations/{installation_id}/access_tokens":                      s.createToken,
		"GET /app/hook/deliveries":                                                     s.listDeliveries,
		"POST /app-manifests/{code}/conversions":                                       s.convertManifest,
		"GET /repos/{owner}/{repo}/labels/{name}":                                      s.getLabel,
		"POST /app/hook/deliveries/{delivery_id}/attempts":                             s.redeliver,
		"GET /installation/repositories":                                               s.listInstalled,
		"GET /users/{username}":                                                        s.getUser,
		"GET /orgs/{org}/teams/{team_slug}":                                            s.getTeam,
		"GET /orgs/{org}/teams/{team_slug}/members":                                    s.listMembers,
		"GET /orgs/{org}/teams/{team_slug}/memberships/{username}":                     s.getMembership,
		"GET /repos/{owner}/{repo}":                                                    s.getRepo,
		"GET /repos/{owner}/{repo}/activity":                                           s.listActivity,
		"GET /repos/{owner}/{repo}/branches/{branch}":                                  s.getBranch,
		"GET /repos/{owner}/{repo}/rules/branches/{branch}":                            s.branchRules,
		"GET /repos/{owner}/{repo}/collaborators/{username}/permission":                s.getPermission,
		"GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls":                         s.commitPulls,
		"GET /repos/{owner}/{repo}/commits/{ref}/check-runs":                           s.listChecks,
		"GET /repos/{owner}/{repo}/compare/{basehead}":                                 s.compare,
		"GET /repos/{owner}/{repo}/contents/{path}":                                    s.getContents,
		"GET /repos/{owner}/{repo}/git/trees/{tree_sha}":                               s.getTree,
		"GET /repos/{owner}/{repo}/git/blobs/{file_sha}":                               s.getBlob,
		"GET /repos/{owner}/{repo}/pulls":                                              s.listPulls,
		"GET /repos/{owner}/{repo}/pulls/{pull_number}":                                s.getPull,
		"GET /repos/{owner}/{repo}/pulls/{pull_number}/files":                          s.listFiles,
		"GET /repos/{owner}/{repo}/pulls/{pull_number}/commits":                        s.listCommits,
		"GET /repos/{owner}/{repo}/pulls/{pull_number}/comments":                       s.listInline,
		"POST /repos/{owner}/{repo}/pulls/{pull_number}/comments":                      s.createInline,
		"PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}":                      s.updateInline,
		"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews":                        s.listReviews,
		"POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews":                       s.createReview,
		"GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}":            s.getReview,
		"PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}":            s.updateReview,
		"DELETE /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}":         s.deleteReview,
		"PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/dismissals": s.dismissReview,
		"POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers":           s.requestReviewers,
		"GET /repos/{owner}/{repo}/issues/{issue_number}":                              s.getIssue,
		"GET /repos/{owner}/{repo}/issues/{issue_number}/comments":                     s.listComments,
		"POST /repos/{owner}/{repo}/issues/{issue_number}/comments":                    s.createComment,
		"PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}":                     s.updateComment,
		"GET /repos/{owner}/{repo}/issues/{issue_number}/events":                       s.listEvents,
		"GET /repos/{owner}/{repo}/issues/{issue_number}/labels":                       s.listLabels,
		"DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}":             s.removeLabel,
		"POST /repos/{owner}/{repo}/check-runs":                                        s.createCheck,
		"GET /repos/{owner}/{repo}/check-runs/{check_run_id}":                          s.getCheck,
		"PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}":                        s.updateCheck,
		"GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations":              s.listAnnotations,
	}
	for pattern, handler := range handlers {
		method, template, _ := strings.Cut(pattern, " ")
		var params []string
		for _, part := range strings.Split(template, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				params = append(params, strings.TrimSuffix(name, "}"))
			}
		}
		mux.HandleFunc(method+" "+s.prefix+strings.Replace(template, "{path}", "{path...}", 1), s.serve(pattern, params, handler))
	}
	mux.HandleFunc("POST "+s.GraphQLPath(), s.graphql)
	mux.HandleFunc("GET /favicon.ico", http.NotFound) // a browser asks for it
	mux.HandleFunc("POST /settings/apps/new", s.newAppPage)
	mux.HandleFunc("POST /organizations/{org}/settings/apps/new", s.newAppPage)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.t.Errorf("githubtest: %s %s is not simulated", r.Method, r.URL)
		http.Error(w, `{"message":"Not Found"}`, http.StatusNotFound)
	})
	return mux
}

// GraphQLPath is the path of GraphQL on this server.
func (s *Server) GraphQLPath() string {
	if s.prefix == "" {
		return "/graphql"
	}
	return "/api/graphql"
}

// page answers one page of a list, with the Link header.
func (s *Server) page(c call, all []any) answer {
	per, _ := strconv.Atoi(c.URL.Query().Get("per_page"))
	if per <= 0 || per > 100 {
		per = 30
	}
	if s.forcePer > 0 {
		per = s.forcePer
	}
	page, _ := strconv.Atoi(c.URL.Query().Get("page"))
	page = max(page, 1)
	from := min((page-1)*per, len(all))
	to := min(from+per, len(all))
	a := ok(append([]any{}, all[from:to]...))
	if to < len(all) {
		q := c.URL.Query()
		address := strings.TrimSuffix(s.WebURL(), "/") + c.URL.EscapedPath() + "?"
		q.Set("page", strconv.Itoa(page+1))
		next := address + q.Encode()
		q.Set("page", strconv.Itoa((len(all)+per-1)/per))
		a.header = http.Header{"Link": {fmt.Sprintf(`<%s>; rel="next", <%s>; rel="last"`, next, address+q.Encode())}}
	}
	return a
}

// cursorPage answers one page of a list that is paged by cursors.
func (s *Server) cursorPage(c call, all []any) answer {
	per, _ := strconv.Atoi(c.URL.Query().Get("per_page"))
	if per <= 0 || per > 100 {
		per = 30
	}
	if s.forcePer > 0 {
		per = s.forcePer
	}
	from, _ := strconv.Atoi(strings.TrimPrefix(c.URL.Query().Get("after"), "cursor"))
	from = min(from, len(all))
	to := min(from+per, len(all))
	a := ok(append([]any{}, all[from:to]...))
	if to < len(all) {
		q := c.URL.Query()
		q.Set("after", fmt.Sprintf("cursor%d", to))
		a.header = http.Header{
			"Link": {fmt.Sprintf(`<%s%s?%s>; rel="next"`, strings.TrimSuffix(s.WebURL(), "/"), c.URL.EscapedPath(), q.Encode())},
		}
	}
	return a
}

// PageSize makes lists come in small pages, so that paging is tested without
// hundreds of entries.
func (s *Server) PageSize(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forcePer = n
}

func (s *Server) compare(c call) answer {
	r := s.repo(c)
	base, head, ok3 := strings.Cut(c.PathValue("basehead"), "...")
	if !ok3 || s.git.commit(base) == nil || s.git.commit(head) == nil {
		return notFound()
	}
	mb := s.git.mergeBase(base, head)
	if mb == "" {
		return fail(http.StatusNotFound, "No common ancestor between "+base+" and "+head+".")
	}
	ahead, behind := s.git.between(base, head), s.git.between(head, base)
	status := "diverged"
	switch {
	case len(ahead) == 0 && len(behind) == 0:
		status = "identical"
	case len(behind) == 0:
		status = "ahead"
	case len(ahead) == 0:
		status = "behind"
	}
	commits := []any{}
	for _, id := range ahead {
		commits = append(commits, r.commitJSON(id))
	}
	web := s.web() + r.Name() + "/compare/" + c.PathValue("basehead")
	files := []any{}
	for i, f := range s.git.diff(mb, head) {
		if i < 300 {
			files = append(files, f.json(r, head))
		}
	}
	return ok(object{"url": r.url("/compare/" + c.PathValue("basehead")), "html_url": web, "permalink_url": web, "diff_url": web + ".diff",
		"patch_url": web + ".patch", "base_commit": r.commitJSON(base), "merge_base_commit": r.commitJSON(mb), "status": status,
		"ahead_by": len(ahead), "behind_by": len(behind), "total_commits": len(ahead), "commits": commits, "files": files})
}

func (s *Server) getTree(c call) answer {
	r := s.repo(c)
	tree := s.git.treeOf(c.PathValue("tree_sha"))
	if tree == "" {
		return notFound()
	}
	recursive := c.URL.Query().Get("recursive") != ""
	entries, truncated := []any{}, false
	for _, e := range s.git.list(tree, "", recursive) {
		if recursive && r.server.forcePer > 0 && len(entries) >= treeCap(r.server) {
			truncated = true
			break
		}
		o := object{"path": e.path, "mode": e.mode, "type": e.kind, "sha": e.id}
		if e.kind == "blob" {
			o["size"] = e.size
		}
		if e.kind != "commit" {
			o["url"] = r.url("/git/" + e.kind + "s/" + e.id)
		}
		entries = append(entries, o)
	}
	return ok(object{"sha": tree, "url": r.url("/git/trees/" + tree), "tree": entries, "truncated": truncated})
}

// treeCap is where a recursive tree is cut: far off by default, near where
// lists come in small pages.
func treeCap(s *Server) int { return s.forcePer * 4 }

func (s *Server) getBlob(c call) answer {
	kind, content := s.git.read(c.PathValue("file_sha"))
	if kind != "blob" {
		return notFound()
	}
	if strings.Contains(c.Header.Get("Accept"), "raw") {
		return answer{status: http.StatusOK, raw: content, header: http.Header{"Content-Type": {"application/vnd.github.raw; charset=utf-8"}}}
	}
	return ok(object{"sha": c.PathValue("file_sha"), "node_id": "B_1", "size": len(content), "encoding": "base64",
		"content": wrap(base64.StdEncoding.EncodeToString(content)), "url": s.repo(c).url("/git/blobs/" + c.PathValue("file_sha"))})
}

// wrap breaks base64 as GitHub does, after 60 characters.
func wrap(text string) string {
	var b strings.Builder
	for len(text) > 60 {
		b.WriteString(text[:60] + "\n")
		text = text[60:]
	}
	return b.String() + text + "\n"
}

func (s *Server) getContents(c call) answer {
	r, name := s.repo(c), c.PathValue("path")
	ref := c.URL.Query().Get("ref")
	if ref == "" {
		ref = r.DefaultBranch
	}
	if sha := r.branches[ref]; sha != "" {
		ref = sha
	}
	for _, e := range s.git.list(s.git.treeOf(ref), "", true) {
		if e.path != name || e.kind != "blob" {
			continue
		}
		_, content := s.git.read(e.id)
		web := s.web() + r.Name() + "/blob/" + ref + "/" + name
		return ok(object{"type": "file", "encoding": "base64", "size": len(content), "name": path.Base(name), "path": name, "sha": e.id,
			"content": wrap(base64.StdEncoding.EncodeToString(content)), "url": r.url("/contents/" + name), "git_url": r.url("/git/blobs/" + e.id),
			"html_url": web, "download_url": web, "_links": object{"git": r.url("/git/blobs/" + e.id), "self": r.url("/contents/" + name),
				"html": web}})
	}
	return notFound()
}
