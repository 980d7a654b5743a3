package sources_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// moduleWorld has repositories and registries with every shape of versions and
// references that Terraform's choice depends on.
func moduleWorld(t testing.TB) (w *world, gitRoot string) {
	t.Helper()
	w = newWorld(t, fetch.HostRules{Listed: []string{"tf.example.com", "plain.example.com"}}, nil)
	gitRoot = t.TempDir()
	net := newRepo(t, "acme/net")
	commits := map[string]string{}
	for _, v := range strings.Fields("0.9.0 1.0.0 1.0.1 1.1.0-rc.1 1.1.0 1.2.0 2.0.0-beta1 2.0.0-beta2 2.0.0 2.1.3 10.0.0 11.0.0-alpha") {
		commits[v] = net.commit(t, v, "modules/a", "modules/b/deep")
		net.git(t, "tag", "v"+v)
	}
	net.git(t, "tag", "-a", "annotated", "-m", "x", "v1.0.0")
	net.git(t, "tag", "main", "v1.0.1") // a tag with the name of the default branch
	net.git(t, "tag", "both", "v1.1.0")
	net.git(t, "branch", "both", "v1.2.0")
	net.git(t, "branch", "slashed/branch", "v2.0.0")
	net.git(t, "branch", "dotted.branch-1_x", "v2.1.3")
	net.git(t, "tag", "slashed/tag", "v1.0.0")
	net.git(t, "symbolic-ref", "HEAD", "refs/heads/main")
	net.publish(t, w, gitRoot)
	second := newRepo(t, "acme/terraform-x-y")
	second.commit(t, "only", "sub")
	second.publish(t, w, gitRoot)
	w.n.Host("registry.terraform.io", moduleRegistry(t, "/v1/modules/", sourcestest.NoContent, commits))
	w.n.Host("tf.example.com", moduleRegistry(t, "/api/registry/", sourcestest.Header, commits))
	w.n.Host("plain.example.com", moduleRegistry(t, "/m/", sourcestest.JSON, commits))
	return w, gitRoot
}

func moduleRegistry(t testing.TB, base string, form sourcestest.Form, commits map[string]string) *sourcestest.Registry {
	r := &sourcestest.Registry{Base: base, Form: form, Modules: map[string]sourcestest.Module{}, Files: map[string][]byte{}}
	module := func(name string, location func(v string) string, versions ...string) {
		var m sourcestest.Module
		for _, v := range versions {
			m.Versions = append(m.Versions, sourcestest.ModuleVersion{Version: v, Location: location(v)})
		}
		r.Modules[name] = m
	}
	all := strings.Fields("1.0.0 0.9.0 1.0.1 1.1.0-rc.1 1.1.0 2.0.0-beta1 1.2.0 2.0.0 2.0.0-beta2 2.1.3 10.0.0 11.0.0-alpha")
	module("acme/net/aws", func(v string) string { return "git::https://github.com/acme/net?ref=" + commits[v] }, all...)
	module("acme/tags/aws", func(v string) string { return "git::https://github.com/acme/net.git?ref=v" + v }, all...)
	module("acme/short/aws", func(v string) string { return "github.com/acme/net?ref=v" + v }, "1.0.0", "2.0.0")
	module("acme/subdir/aws", func(v string) string { return "git::https://github.com/acme/net.git//modules?ref=v" + v }, "1.0.0", "1.2.0")
	module("acme/ssh/aws", func(v string) string { return "git::ssh://git@github.com/acme/net.git?ref=v" + v }, "1.0.0")
	module("acme/prefixed/aws", func(v string) string {
		return "git::https://github.com/acme/net?ref=" + commits[strings.TrimPrefix(v, "v")]
	}, "v1.0.0", "v1.1.0", "v2.0.0-beta1")
	module("acme/odd/aws", func(v string) string { return "git::https://github.com/acme/net?ref=v1.0.0" }, "1.0", "1.0.0.1", "nonsense",
		"1.0.0+build.1", "1.0.0+build.2", "0.1")
	module("acme/pre/aws", func(v string) string { return "git::https://github.com/acme/net?ref=v" + v }, "2.0.0-beta1", "2.0.0-beta2",
		"11.0.0-alpha")
	module("acme/none/aws", func(string) string { return "" })
	module("acme/nowhere/aws", func(string) string { return "" }, "1.0.0")
	module("acme/local/aws", func(string) string { return "acme/net/aws" }, "1.0.0")
	for i, location := range []string{"./net.tgz", "../../../../files/net.tgz?archive=tgz", base + "files/net.tar.gz",
		base + "files/net.tar.gz//net-1.0.0", base + "files/net.tar.gz//*", base + "files/net.tar.gz//net-*/modules"} {
		module(fmt.Sprintf("acme/archive%d/aws", i), func(string) string { return location }, "1.0.0")
		archive := tgz(t, "net-1.0.0/marker.tf", "# archive top\n", "net-1.0.0/modules/marker.tf", "# archive modules\n", "marker.tf",
			"# archive root\n")
		r.Files[fmt.Sprintf("acme/archive%d/aws/1.0.0/net.tgz", i)], r.Files["files/net.tar.gz"], r.Files["files/net.tgz"] = archive, archive,
			archive
	}
	return r
}

// calls are all that are compared. They are made, not written down: constraints
// with every operator over every list of versions, and references in every
// form of address.
func calls() []call {
	var out []call
	constraints := strings.Split(`|1.0.0|= 1.0.0|v1.0.0|=1.0.0|1.0|1|~> 1.0|~> 1.0.0|~> 1|~> 2.0|~>2.1.0|>= 1.0|>= 1.0, < 2.0|>= 1.0.0, != 1.2.0, < 2|> 1.0.0, <= 1.1.0|< 1|<= 0.9|!= 10.0.0|>= 10|> 10|> 11|9.9.9|2.0.0-beta1|= 2.0.0-beta2|v2.0.0-beta1|~> 2.0.0-beta1|>= 2.0.0-beta1|>= 2.0.0-beta1, < 3|> 1.0, 2.0.0-beta1|11.0.0-alpha|~> 11.0-alpha|1.1.0-rc.1|>= 1.1.0-rc.1, < 1.1.0|= 1.0.0, = 1.0.0|>= 1.0.0 < 2.0.0|1.x|*|latest|^1.0|>= v1.0, < v2|  ~> 1.0  |1.0.0+build.1|~> 1.0, ~> 1.1|>= 0.9, ~> 1.0.0|!= 1.2.0, ~> 1.0|1.0.0.0|01.0.0|>= 2.0.0-0|< 2.0.0|< 2.0.0-beta2|<= 2.0.0-beta2|> 2.0.0-beta1|>= 1.0.0-beta|~> 2.0-beta1`, "|")
	for _, m := range []string{"acme/net/aws", "acme/tags/aws", "tf.example.com/acme/net/aws"} {
		for i, c := range constraints {
			if m == "acme/net/aws" || i%3 == len(m)%3 {
				out = append(out, call{Source: m, Version: c})
			}
		}
	}
	for _, m := range []string{"acme/prefixed/aws", "acme/odd/aws", "acme/pre/aws", "tf.example.com/acme/prefixed/aws"} {
		for _, c := range []string{"", "1.0.0", "~> 1.0", ">= 1.0", "v1.0.0", "2.0.0-beta1", "v2.0.0-beta1", "1.0", "1.0.0+build.2", "0.1"} {
			out = append(out, call{Source: m, Version: c})
		}
	}
	for _, m := range strings.Fields("acme/net/aws//modules/a acme/net/aws//modules/b/deep acme/net/aws//missing acme/net/aws//../x acme/net/aws//modules/../modules/a acme/subdir/aws acme/subdir/aws//a " +
		"acme/subdir/aws//b/deep acme/subdir/aws//missing acme/short/aws acme/ssh/aws acme/none/aws acme/nowhere/aws acme/missing/aws acme/local/aws acme/archive0/aws acme/archive0/aws//net-1.0.0 " +
		"acme/archive1/aws acme/archive2/aws acme/archive3/aws acme/archive3/aws//modules acme/archive4/aws acme/archive4/aws//modules acme/archive5/aws tf.example.com/acme/archive0/aws " +
		"tf.example.com/acme/archive4/aws//modules tf.example.com/acme/subdir/aws//a TF.example.com/acme/net/aws acme/net acme/net/aws/x plain.example.com/acme/net/aws acme/Net/aws ACME/net/aws acme/net/AWS") {
		out = append(out, call{Source: m})
	}
	refs := strings.Fields("- v1.0.0 v1.1.0-rc.1 annotated main both slashed/branch slashed/tag dotted.branch-1_x missing origin/both origin/main tags/v1.0.0 refs/tags/v1.0.0 heads/both heads/main refs/heads/main refs/heads/both HEAD SHA SHORT SHAUP")
	for _, form := range []string{"git::https://github.com/acme/net.git?ref=%s", "git::https://github.com/acme/net?ref=%s&depth=1",
		"github.com/acme/net?ref=%s", "git::ssh://git@github.com/acme/net.git//modules/a?ref=%s"} {
		for _, ref := range refs {
			if ref == "-" {
				out = append(out, call{Source: strings.NewReplacer("?ref=%s&", "?", "?ref=%s", "").Replace(form)})
				continue
			}
			out = append(out, call{Source: fmt.Sprintf(form, ref)})
		}
	}
	for _, s := range strings.Fields("github.com/acme/net//modules/a github.com/acme/net/modules/a github.com/acme/net.git//modules/a?ref=v1.0.0 github.com/acme/net//modules/a?ref=v1.0.0 git@github.com:acme/net.git " +
		"git@github.com:acme/net git@github.com:acme/net.git//modules/a?ref=v1.0.0 git@github.com:/acme/net.git git::git@github.com:acme/net.git?ref=v1.0.0 git::ssh://git@github.com/acme/net.git?ref=v1.0.0 " +
		"git::github.com/acme/net?ref=v1.0.0 git::https://user@github.com/acme/net.git?ref=v1.0.0 git::https://github.com/acme/net.git//missing git::https://github.com/acme/net.git//modules/*?ref=v1.0.0 " +
		"git::https://github.com/acme/net.git//modules/b/*?ref=v1.0.0 git::https://github.com/acme/net.git//../x https://github.com/acme/net.git https://github.com/acme/net ssh://git@github.com/acme/net.git " +
		"github.com/acme/missing github.com/acme git::https://github.com/acme/net.git?ref= git::https://github.com/acme/net.git?depth=1 git::https://github.com/acme/net.git?ref=v1.0.0&ref=v1.2.0 " +
		"git::https://github.com/acme/net.git?ref=HEAD~1 git::https://github.com/acme/net.git?ref=v1.0.0^0 git::https://github.com/acme/net.git//modules/a//x github.com/acme/terraform-x-y github.com/acme/terraform-x-y//sub " +
		"github.com/ACME/net git::https://github.com/acme/net.git/?ref=v1.0.0 github.com/acme/net/ oci://ghcr.io/acme/net vpc git::https://github.com/acme/net.git?ref=v1.0.0&other=x") {
		out = append(out, call{Source: s})
	}
	return append(out, call{Source: "github.com/acme/net", Version: "1.0.0"},
		call{Source: "git::https://github.com/acme/net.git", Version: ">= 1.0"})
}
