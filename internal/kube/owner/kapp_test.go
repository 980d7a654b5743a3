package owner_test

import (
	"fmt"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
)

// contents is what counts of the places that an App fetches from, by its
// templates.
var contents = []struct {
	name, fetch, template, want string
}{
	{"all", "[{git: {url: u}}]", "[{ytt: {}}]", "all"},
	{"first takes some", "[{git: {url: u}}]", "[{ytt: {paths: [a/, ./b]}}]", "[a b]"},
	{"the next adds some", "[{git: {url: u}}]", "[{ytt: {paths: [a]}}, {kbld: {paths: ['-', b]}}]", "[a b]"},
	{"the next adds some to all", "[{git: {url: u}}]", "[{ytt: {}}, {kbld: {paths: ['-', b]}}]", "all"},
	{"the next takes others", "[{git: {url: u}}]", "[{ytt: {paths: [a]}}, {kbld: {paths: [b]}}]", "[b]"},
	{"the next takes what comes", "[{git: {url: u}}]", "[{ytt: {paths: [a]}}, {kbld: {}}]", "[a]"},
	{"two places", "[{git: {url: u}}, {git: {url: v}}]", "[{kbld: {paths: [0/a, '1']}}]", "[a] / [.]"},
	{"one of two places", "[{git: {url: u}}, {git: {url: v}}]", "[{kbld: {paths: [1/b]}}]", "[] / [b]"},
	{"both places", "[{git: {url: u}}, {git: {url: v}}]", "[{kbld: {paths: [.]}}]", "[.] / [.]"},
	{"values", "[{git: {url: u}}]", "[{ytt: {valuesFrom: [{path: v.yaml}, {secretRef: {name: s}}]}}]", "all values [v.yaml] told 1"},
	{"not run", "[{git: {url: u}}]", "[{helmTemplate: {}}, {ytt: {}}]", "all (its template helmTemplate is not run)"},
	{"an image", "[{image: {url: u}}]", "[{ytt: {}}]", "all (the files it fetches are not in the repository)"},
}

func TestContents(t *testing.T) {
	for _, c := range contents {
		o := parse(t, "apiVersion: kappctrl.k14s.io/v1alpha1\nkind: App\nmetadata: {name: a, namespace: web}\n"+
			"spec: {fetch: "+c.fetch+", template: "+c.template+", deploy: [{kapp: {}}]}\n")
		got := ""
		all, ok := owner.ContentOf(o)
		for i, content := range all {
			if i > 0 {
				got += " / "
			}
			if content.Paths == nil {
				got += "all"
			} else {
				got += fmt.Sprint(content.Paths)
			}
			if len(content.Values)+len(content.Settings) > 0 {
				got += fmt.Sprintf(" values %v told %d", content.Values, len(content.Settings))
			}
			if content.Unread != "" {
				got += " (" + content.Unread + ")"
			}
		}
		if !ok || got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
