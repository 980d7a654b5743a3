package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// internetFile tells the child of a server under test of the internet that the
// test has. It lies in the data folder.
const internetFile = "internet.json"

type internet struct {
	Address   string
	Authority []byte
}

// testNetwork reaches that internet and nothing else.
func testNetwork() fetch.Network {
	var there internet
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(os.Getenv(sourcesDataVariable)), internetFile))
	if err == nil {
		err = json.Unmarshal(raw, &there)
	}
	if err != nil {
		return fetch.Network{Resolve: func(context.Context, string) ([]netip.Addr, error) { return nil, err }}
	}
	pool := x509.NewCertPool()
	if authority, err := x509.ParseCertificate(there.Authority); err == nil {
		pool.AddCert(authority)
	}
	return fetch.Network{Roots: pool,
		Resolve: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("93.184.216.34")}, nil
		},
		Connect: func(ctx context.Context, _ netip.AddrPort) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", there.Address)
		}}
}

const (
	databaseModule = "resource \"aws_db_instance\" \"this\" {\n  engine         = \"postgres\"\n  instance_class = \"db.m7g.large\"\n}\n"
	secondDatabase = "\nresource \"aws_db_instance\" \"replica\" {\n  engine         = \"postgres\"\n  instance_class = \"db.m7g.large\"\n}\n"
)

func callOf(version string) githubtest.Files {
	return githubtest.Files{"prod/main.tf": "module \"db\" {\n  source  = \"acme/db/aws\"\n  version = \"" + version + "\"\n}\n"}
}

// sourcesWorld is a registry with a module that loses a database in its second
// version and a comment in its third, and a repository that calls the first.
func sourcesWorld(t *testing.T, n *sourcestest.Internet) (*githubtest.Server, func(by, version string) func() []githubtest.Check) {
	t.Helper()
	hosts := (&sourcestest.GitHub{Repos: map[string]string{}, Private: map[string]string{}, Activity: map[string]string{}}).On(n)
	ids := hosts.Publish(t, "acme/terraform-aws-db", map[string]string{"main.tf": databaseModule + secondDatabase},
		map[string]string{"main.tf": databaseModule}, map[string]string{"main.tf": "# Two of them.\n" + databaseModule + secondDatabase})
	var m sourcestest.Module
	for i, id := range ids {
		m.Versions = append(m.Versions, sourcestest.ModuleVersion{Version: []string{"1.0.0", "2.0.0", "1.0.1"}[i], Location: "git::https://github.com/acme/terraform-aws-db?ref=" + id})
	}
	n.Host("registry.terraform.io", &sourcestest.Registry{Base: "/v1/modules/", Form: sourcestest.NoContent, Modules: map[string]sourcestest.Module{"acme/db/aws": m}})

	git := githubtest.NewGit(t)
	hub := githubtest.NewEnterprise(t, git)
	hub.Advance(time.Since(hub.Now()))
	base := git.Commit(githubtest.CommitOf{Files: callOf("1.0.0"), Message: "Start"})
	r := hub.Repo("acme/infra", "main", base)
	return hub, func(by, version string) func() []githubtest.Check {
		u := hub.User(by)
		r.Grant(u, "write")
		branch := "bump-" + version
		r.Push(branch, git.Commit(githubtest.CommitOf{Files: callOf(version), Parents: []string{base}, Message: "Bump", Author: githubtest.Person{Name: u.Login, Email: u.Email()}}), u)
		p := r.Open(githubtest.PullOf{Author: u, Head: branch, Base: "main", Title: "Bump the module"})
		return func() []githubtest.Check {
			return slices.DeleteFunc(r.Checks(p.HeadSHA()), func(c githubtest.Check) bool { return c.App != githubtest.AppID })
		}
	}
}

// TestServeFetchesSources: an agent raises the version of a module. The server
// has it fetched by its child and names what the new version destroys; the
// version that destroys nothing passes. With sources off neither is known.
func TestServeFetchesSources(t *testing.T) {
	for _, c := range []struct{ name, sources, destroys, harmless string }{
		{"on", "on", "module.db.aws_db_instance.replica", "success"},
		{"off", "off", "acme/db/aws", "failure"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := sourcestest.New(t)
			hub, open := sourcesWorld(t, n)
			s := newServed(t, hub)
			s.env = append(s.env, "HOLDPOINT_SOURCES="+c.sources)
			raw, err := json.Marshal(internet{n.Address, n.Authority.Raw})
			if err == nil {
				err = os.WriteFile(filepath.Join(s.data, internetFile), raw, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			s.start()
			destroys, harmless := open("devin-ai-integration[bot]", "2.0.0"), open("renovate[bot]", "1.0.1")
			for _, d := range hub.Deliveries() {
				if status := s.post(d); status != http.StatusAccepted {
					t.Errorf("delivery: %d", status)
				}
			}
			for !s.idle() || len(destroys()) == 0 || len(harmless()) == 0 {
				time.Sleep(20 * time.Millisecond) // until the test's own time is over
			}
			held, other := destroys()[0], harmless()[0]
			if held.Conclusion != "failure" || !strings.Contains(held.Summary+held.Text, c.destroys) {
				t.Errorf("2.0.0: %s without %s:\n%s", held.Conclusion, c.destroys, held.Summary)
			}
			if other.Conclusion != c.harmless {
				t.Errorf("1.0.1: %s, want %s:\n%s", other.Conclusion, c.harmless, other.Summary)
			}
			if text := s.log.String(); strings.Contains(text, "PRIVATE KEY") {
				t.Errorf("the log:\n%s", text)
			}
		})
	}
}
