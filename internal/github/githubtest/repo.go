package githubtest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Repo is a repository with its branches and pull requests.
type Repo struct {
	server *Server
	ID     int64
	owner  *User
	name   string
	// Private repositories give no role to strangers.
	Private bool
	// Installed: the app may see it.
	Installed     bool
	DefaultBranch string
	// Fork is what it was forked from.
	Fork *Repo

	branches map[string]string
	roles    map[int64]string
	// custom are the permissions behind custom roles.
	custom     map[string]string
	pulls      map[int]*Pull
	labels     map[string]*Label
	checks     []*Check
	activity   []activity
	noActivity bool
	required   []required
	queue      []*queueEntry
	queueBase  string
}

// required is a required check of a branch.
type required struct {
	branch, name string
	app          int64
}

// Label is a label of a repository.
type Label struct {
	ID               int64
	Name             string
	Created, Updated time.Time
}

// Repo makes a repository with one branch at a commit, installed.
func (s *Server) Repo(fullName, branch, sha string) *Repo {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner, name, _ := strings.Cut(fullName, "/")
	r := &Repo{server: s, ID: s.id(), owner: s.user(owner, "Organization"), name: name, Private: true, Installed: true, DefaultBranch: branch,
		branches: map[string]string{branch: sha}, roles: map[int64]string{}, custom: map[string]string{}, pulls: map[int]*Pull{},
		labels: map[string]*Label{}}
	s.repos[strings.ToLower(fullName)] = r
	return r
}

// ForkOf makes a fork. The app is not installed on it.
func (s *Server) ForkOf(r *Repo, owner string) *Repo {
	f := s.Repo(owner+"/"+r.name, r.DefaultBranch, r.branches[r.DefaultBranch])
	f.owner.Type, f.Installed, f.Fork = "User", false, r
	return f
}

// Name is owner/name.
func (r *Repo) Name() string { return r.owner.Login + "/" + r.name }

func (r *Repo) url(path string) string { return r.server.APIURL() + "repos/" + r.Name() + path }

// Grant gives an account a role: read, triage, write, maintain, admin or the
// name of a custom role.
func (r *Repo) Grant(u *User, role string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.roles[u.ID] = role
}

// GrantCustom gives an account a custom role with the permission behind it:
// read, write or admin.
func (r *Repo) GrantCustom(u *User, role, base string) {
	r.Grant(u, role)
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.custom[role] = base
}

// HideActivity makes the activity log unreadable.
func (r *Repo) HideActivity() {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.noActivity = true
}

// Require makes a check required on a branch, pinned to an app; 0 is any.
func (r *Repo) Require(branch, check string, app int64) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.required = append(r.required, required{branch, check, app})
}

// Branch is the commit of a branch.
func (r *Repo) Branch(name string) string {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.branches[name]
}

// Push moves a branch as a push of an account does; the open pull requests of
// the branch follow, and the deliveries are sent.
func (r *Repo) Push(branch, sha string, by *User) {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	r.push(branch, sha, by, "push")
}

func (r *Repo) push(branch, sha string, by *User, kind string) {
	s, before := r.server, r.branches[branch]
	a := activity{id: s.id(), kind: kind, ref: "refs/heads/" + branch, before: before, after: sha, actor: by, at: s.tick()}
	switch {
	case before == "":
		a.kind, a.before = "branch_creation", strings.Repeat("0", 40)
	case kind == "push" && r.server.git.mergeBase(before, sha) != before:
		a.kind = "force_push"
	}
	r.branches[branch] = sha
	r.activity = append(r.activity, a)
	s.deliver("push", r.pushPayload(a))
	for _, other := range s.repos {
		for _, p := range other.sorted() {
			if p.open() && p.Head == r && p.headRef == branch {
				p.moved(before, sha, by, a.kind == "force_push")
			}
		}
	}
}

func (r *Repo) sorted() []*Pull {
	numbers := slices.Sorted(maps.Keys(r.pulls))
	var out []*Pull
	for _, n := range numbers {
		out = append(out, r.pulls[n])
	}
	return out
}

func (s *Server) repo(c call) *Repo {
	return s.repos[strings.ToLower(c.PathValue("owner")+"/"+c.PathValue("repo"))]
}

func (s *Server) byID(id int64) *Repo {
	for _, r := range s.repos {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// json is the repository as REST and webhooks write it: a superset of all
// their forms.
func (r *Repo) json() object {
	api, web := r.url(""), r.server.web()+r.Name()
	o := object{
		"id": r.ID, "node_id": fmt.Sprintf("R_%d", r.ID), "name": r.name, "full_name": r.Name(), "private": r.Private,
		"owner": r.owner.json(), "html_url": web, "description": nil, "fork": r.Fork != nil, "url": api,
		"created_at": stamp(r.server.now), "updated_at": stamp(r.server.now), "pushed_at": stamp(r.server.now),
		"git_url": "git://example.test/" + r.Name() + ".git", "ssh_url": "git@example.test:" + r.Name() + ".git", "clone_url": web +
			".git", "svn_url": web,
		"homepage": nil, "size": 10, "stargazers_count": 0, "watchers_count": 0, "language": "HCL",
		"has_issues": true, "has_projects": false, "has_downloads": false, "has_wiki": false, "has_pages": false, "has_discussions": false,
		"forks_count": 0, "mirror_url": nil, "archived": false, "disabled": false, "open_issues_count": 0, "license": nil, "allow_forking": true,
		"is_template": false, "web_commit_signoff_required": false, "topics": []any{}, "visibility": "private", "forks": 0, "open_issues": 0,
		"watchers": 0, "default_branch": r.DefaultBranch, "subscribers_count": 0, "network_count": 0, "custom_properties": object{},
		"permissions": object{"admin": false, "maintain": false, "push": false, "triage": false, "pull": true},
	}
	if !r.Private {
		o["visibility"] = "public"
	}
	for k, v := range map[string]string{"archive": "{archive_format}{/ref}", "assignees": "{/user}", "branches": "{/branch}",
		"collaborators": "{/collaborator}",
		"comments":      "{/number}", "commits": "{/sha}", "contributors": "", "deployments": "", "downloads": "", "events": "", "forks": "",
		"hooks":  "",
		"issues": "{/number}", "keys": "{/key_id}", "labels": "{/name}", "languages": "", "merges": "", "milestones": "{/number}",
		"notifications": "{?since,all,participating}", "pulls": "{/number}", "releases": "{/id}", "stargazers": "", "statuses": "/{sha}",
		"subscribers": "", "subscription": "", "tags": "", "teams": ""} {
		o[k+"_url"] = api + "/" + k + v
	}
	for k, v := range map[string]string{"blobs_url": "/git/blobs{/sha}", "compare_url": "/compare/{base}...{head}",
		"contents_url":    "/contents/{+path}",
		"git_commits_url": "/git/commits{/sha}", "git_refs_url": "/git/refs{/sha}", "git_tags_url": "/git/tags{/sha}",
		"issue_comment_url": "/issues/comments{/number}", "issue_events_url": "/issues/events{/number}", "trees_url": "/git/trees{/sha}"} {
		o[k] = api + v
	}
	return o
}

func (s *Server) getRepo(c call) answer { return ok(s.repo(c).json()) }

func (s *Server) listInstalled(c call) answer {
	var all []any
	for _, name := range slices.Sorted(maps.Keys(s.repos)) {
		if r := s.repos[name]; c.token.sees(r) {
			all = append(all, r.json())
		}
	}
	a := s.page(c, all)
	a.value = object{"total_count": len(all), "repositories": a.value}
	return a
}

func (s *Server) getBranch(c call) answer {
	r, name := s.repo(c), c.PathValue("branch")
	sha := r.branches[name]
	if sha == "" {
		return fail(http.StatusNotFound, "Branch not found")
	}
	return ok(object{"name": name, "commit": r.commitJSON(sha), "protected": len(r.required) > 0,
		"_links":     object{"html": r.server.web() + r.Name() + "/tree/" + name, "self": r.url("/branches/" + name)},
		"protection": object{"enabled": len(r.required) > 0}, "protection_url": r.url("/branches/" + name + "/protection")})
}

// branchRules are the active rules of a branch.
func (s *Server) branchRules(c call) answer {
	r := s.repo(c)
	checks := []any{}
	for _, q := range r.required {
		if q.branch != c.PathValue("branch") {
			continue
		}
		check := object{"context": q.name}
		if q.app != 0 {
			check["integration_id"] = q.app
		}
		checks = append(checks, check)
	}
	rules := []any{}
	if len(checks) > 0 {
		rules = append(rules, object{"type": "required_status_checks", "ruleset_id": 7, "ruleset_source_type": "Repository",
			"ruleset_source": r.Name(),
			"parameters":     object{"required_status_checks": checks, "strict_required_status_checks_policy": false}},
			object{"type": "pull_request", "ruleset_id": 7, "ruleset_source_type": "Repository", "ruleset_source": r.Name(),
				"parameters": object{"dismiss_stale_reviews_on_push": false, "require_code_owner_review": false, "require_last_push_approval": false,
					"required_approving_review_count": 0, "required_review_thread_resolution": false}})
	}
	// A rule of a kind that older clients do not know.
	rules = append(rules, object{"type": "copilot_code_review", "ruleset_id": 7, "ruleset_source_type": "Repository",
		"ruleset_source": r.Name(),
		"parameters":     object{"review_on_push": false}})
	return ok(rules)
}
