package githubtest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// User is an account.
type User struct {
	server *Server
	ID     int64
	Login  string
	// Type is User, Bot or Organization.
	Type string
}

// Team is a team of an organisation.
type Team struct {
	Org, Slug string
	ID        int64
	Members   map[int64]bool
	// Invited have not accepted yet.
	Invited map[int64]bool
}

// User returns the account of a login and makes it on first use: a bot where
// the login ends in [bot].
func (s *Server) User(login string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := "User"
	if strings.HasSuffix(login, "[bot]") {
		kind = "Bot"
	}
	return s.user(login, kind)
}

// Bot is the account of the app itself.
func (s *Server) Bot() *User { return s.bot }

func (s *Server) user(login, kind string) *User {
	if u := s.users[strings.ToLower(login)]; u != nil {
		return u
	}
	u := &User{server: s, ID: s.id() + 500000, Login: login, Type: kind}
	s.users[strings.ToLower(login)] = u
	return u
}

// SetTeam makes a team with its members.
func (s *Server) SetTeam(org, slug string, members ...*User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &Team{Org: org, Slug: slug, ID: s.id(), Members: map[int64]bool{}, Invited: map[int64]bool{}}
	for _, m := range members {
		t.Members[m.ID] = true
	}
	s.teams[strings.ToLower(org+"/"+slug)] = t
}

// Invite asks people into a team: their membership is pending.
func (s *Server) Invite(org, slug string, people ...*User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range people {
		s.teams[strings.ToLower(org+"/"+slug)].Invited[u.ID] = true
	}
}

// Rename gives an account another login. Whoever takes the old one is another
// account.
func (s *Server) Rename(u *User, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.users, strings.ToLower(u.Login))
	u.Login = login
	s.users[strings.ToLower(login)] = u
}

// json is the account as REST writes it.
func (u *User) json() object {
	if u == nil {
		return nil
	}
	api, web := u.server.APIURL()+"users/"+u.Login, u.server.web()+u.Login
	return object{
		"login": u.Login, "id": u.ID, "node_id": fmt.Sprintf("U_%d", u.ID), "type": u.Type, "site_admin": false,
		"avatar_url": web + ".png", "gravatar_id": "", "url": api, "html_url": web,
		"followers_url": api + "/followers", "following_url": api + "/following{/other_user}",
		"gists_url": api + "/gists{/gist_id}", "starred_url": api + "/starred{/owner}{/repo}",
		"subscriptions_url": api + "/subscriptions", "organizations_url": api + "/orgs", "repos_url": api + "/repos",
		"events_url": api + "/events{/privacy}", "received_events_url": api + "/received_events", "user_view_type": "public",
	}
}

// actor is the account as GraphQL writes it: the login of a bot has no suffix.
func (u *User) actor() any {
	if u == nil {
		return nil
	}
	return object{"__typename": u.Type, "login": strings.TrimSuffix(u.Login, "[bot]"), "databaseId": u.ID,
		"id": fmt.Sprintf("U_%d", u.ID), "url": u.server.web() + u.Login}
}

func (s *Server) getUser(c call) answer {
	u := s.users[strings.ToLower(c.PathValue("username"))]
	if u == nil {
		return notFound()
	}
	o := u.json()
	for _, k := range []string{"name", "company", "blog", "location", "email", "hireable", "bio"} {
		o[k] = nil
	}
	for _, k := range []string{"public_repos", "public_gists", "followers", "following"} {
		o[k] = 0
	}
	o["created_at"], o["updated_at"] = stamp(s.now), stamp(s.now)
	return ok(o)
}

func (s *Server) getPermission(c call) answer {
	repo, u := s.repo(c), s.users[strings.ToLower(c.PathValue("username"))]
	if u == nil {
		return notFound()
	}
	role := repo.roles[u.ID]
	if role == "" {
		role = "none"
		if !repo.Private {
			role = "read"
		}
	}
	base := map[string]string{"none": "none", "read": "read", "triage": "read", "write": "write", "maintain": "write", "admin": "admin"}[role]
	if base == "" {
		base = repo.custom[role]
	}
	user := u.json()
	user["permissions"] = object{"pull": base != "none", "triage": role != "read" && base != "none", "push": base == "write" ||
		base == "admin",
		"maintain": role == "maintain" || role == "admin", "admin": base == "admin"}
	user["role_name"] = role
	return ok(object{"permission": base, "role_name": role, "user": user})
}

func (s *Server) team(c call) *Team {
	return s.teams[strings.ToLower(c.PathValue("org")+"/"+c.PathValue("team_slug"))]
}

func (s *Server) getTeam(c call) answer {
	t := s.team(c)
	if t == nil {
		return notFound()
	}
	org := s.user(t.Org, "Organization")
	web, api := s.web()+"orgs/"+t.Org, s.APIURL()+"orgs/"+t.Org
	o := object{"id": t.ID, "node_id": fmt.Sprintf("T_%d", t.ID), "name": t.Slug, "slug": t.Slug, "description": nil,
		"privacy": "closed", "notification_setting": "notifications_enabled", "permission": "pull", "parent": nil,
		"url": fmt.Sprintf("%sorganizations/1/team/%d", s.APIURL(), t.ID), "html_url": web + "/teams/" + t.Slug,
		"members_url": fmt.Sprintf("%sorganizations/1/team/%d/members{/member}", s.APIURL(), t.ID), "type": "organization",
		"repositories_url": fmt.Sprintf("%sorganizations/1/team/%d/repos", s.APIURL(), t.ID), "members_count": len(t.Members), "repos_count": 0,
		"created_at": stamp(s.now), "updated_at": stamp(s.now),
		"organization": object{"login": t.Org, "id": org.ID, "node_id": "O_1", "url": api, "repos_url": api + "/repos",
			"events_url": api + "/events", "hooks_url": api + "/hooks", "issues_url": api + "/issues", "members_url": api + "/members{/member}",
			"public_members_url": api + "/public_members{/member}", "avatar_url": web + ".png", "description": nil, "public_repos": 0,
			"public_gists": 0, "followers": 0, "following": 0, "html_url": web, "has_organization_projects": true,
			"has_repository_projects": true, "created_at": stamp(s.now), "updated_at": stamp(s.now), "type": "Organization", "archived_at": nil},
	}
	return ok(o)
}

func (s *Server) getMembership(c call) answer {
	t, u := s.team(c), s.users[strings.ToLower(c.PathValue("username"))]
	if t == nil || u == nil || !t.Members[u.ID] && !t.Invited[u.ID] {
		return notFound()
	}
	state := "active"
	if !t.Members[u.ID] {
		state = "pending"
	}
	return ok(object{"url": fmt.Sprintf("%sorganizations/1/team/%d/memberships/%s", s.APIURL(), t.ID, u.Login), "role": "member",
		"state": state})
}

func (s *Server) listMembers(c call) answer {
	t := s.team(c)
	if t == nil {
		return notFound()
	}
	var all []any
	for _, u := range s.users {
		if t.Members[u.ID] {
			all = append(all, u.json())
		}
	}
	return s.page(c, all)
}

// activity is an entry of the repository's activity log.
type activity struct {
	id            int64
	kind          string
	ref           string
	before, after string
	actor         *User
	at            time.Time
}

func (s *Server) listActivity(c call) answer {
	repo := s.repo(c)
	if repo.noActivity {
		return fail(http.StatusForbidden, "Resource not accessible by integration")
	}
	ref := c.URL.Query().Get("ref")
	var all []any
	for i := len(repo.activity) - 1; i >= 0; i-- {
		a := repo.activity[i]
		if ref != "" && a.ref != ref && a.ref != "refs/heads/"+ref {
			continue
		}
		var actor any
		if a.actor != nil {
			actor = a.actor.json()
		}
		all = append(all, object{"id": a.id, "node_id": fmt.Sprintf("PUR_%d", a.id), "before": a.before, "after": a.after, "ref": a.ref,
			"timestamp": stamp(a.at), "activity_type": a.kind, "actor": actor})
	}
	return s.cursorPage(c, all)
}
