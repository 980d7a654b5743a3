package servicetest

import (
	"slices"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

const (
	databaseModule = "resource \"aws_db_instance\" \"this\" {\n  engine         = \"postgres\"\n  instance_class = \"db.m7g.large\"\n}\n"
	secondDatabase = "\nresource \"aws_db_instance\" \"replica\" {\n  engine         = \"postgres\"\n  instance_class = \"db.m7g.large\"\n}\n"
)

// The versions of the module that a Registry has, besides 1.0.0.
const (
	Destroys = "2.0.0"
	Harmless = "1.0.1"
	// Destroyed is what Destroys loses.
	Destroyed = "module.db.aws_db_instance.replica"
)

// Registry is a module registry on an internet with a module that loses a
// database in one version and gains a comment in another, and a repository
// whose root calls the first version.
type Registry struct {
	Hub  *githubtest.Server
	git  *githubtest.Git
	repo *githubtest.Repo
	base string
}

// NewRegistry puts the registry on an internet.
func NewRegistry(t testing.TB, n *sourcestest.Internet) *Registry {
	t.Helper()
	hosts := (&sourcestest.GitHub{Repos: map[string]string{}, Private: map[string]string{}, Activity: map[string]string{}}).On(n)
	ids := hosts.Publish(t, "acme/terraform-aws-db", map[string]string{"main.tf": databaseModule + secondDatabase},
		map[string]string{"main.tf": databaseModule}, map[string]string{"main.tf": "# Two of them.\n" + databaseModule + secondDatabase})
	var m sourcestest.Module
	for i, id := range ids {
		m.Versions = append(m.Versions, sourcestest.ModuleVersion{Version: []string{"1.0.0", Destroys, Harmless}[i],
			Location: "git::https://github.com/acme/terraform-aws-db?ref=" + id})
	}
	n.Host("registry.terraform.io", &sourcestest.Registry{Base: "/v1/modules/", Form: sourcestest.NoContent,
		Modules: map[string]sourcestest.Module{"acme/db/aws": m}})

	r := &Registry{git: githubtest.NewGit(t)}
	r.Hub = githubtest.NewEnterprise(t, r.git)
	r.Hub.Advance(time.Since(r.Hub.Now()))
	r.base = r.git.Commit(githubtest.CommitOf{Files: callOf("1.0.0"), Message: "Start"})
	r.repo = r.Hub.Repo("acme/infra", "main", r.base)
	return r
}

func callOf(version string) githubtest.Files {
	return githubtest.Files{"prod/main.tf": "module \"db\" {\n  source  = \"acme/db/aws\"\n  version = \"" + version + "\"\n}\n"}
}

// Open opens a pull request that raises the version, and returns what lists our
// check runs on it.
func (r *Registry) Open(by, version string) func() []githubtest.Check {
	u := r.Hub.User(by)
	r.repo.Grant(u, "write")
	branch := "bump-" + version
	r.repo.Push(branch, r.git.Commit(githubtest.CommitOf{Files: callOf(version), Parents: []string{r.base}, Message: "Bump",
		Author: githubtest.Person{Name: u.Login, Email: u.Email()}}), u)
	p := r.repo.Open(githubtest.PullOf{Author: u, Head: branch, Base: "main", Title: "Bump the module"})
	return func() []githubtest.Check {
		return slices.DeleteFunc(r.repo.Checks(p.HeadSHA()), func(c githubtest.Check) bool { return c.App != githubtest.AppID })
	}
}
