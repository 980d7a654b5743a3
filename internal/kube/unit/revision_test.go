package unit

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/gobwas/glob"
)

func TestThisRevision(t *testing.T) {
	for _, c := range []struct {
		branch, standard, yes, no string
	}{
		{"main", "main", "main refs/heads/main HEAD -", "trunk master develop Main refs/heads/master refs/tags/main refs/remotes/origin/main heads/main main~1 v1.2 1.x * 0123456789abcdef0123456789abcdef01234567"},
		{"release/1", "main", "release/1 refs/heads/release/1", "main HEAD - release 1"},
		{"trunk", "", "trunk HEAD -", "main master"},
		{"", "", "main trunk feature/x HEAD - refs/heads/live", "refs/tags/v1 v1.2.3 1.* >=1 0123456 refs/pull/1/head"},
	} {
		s := &Scan{settings: Settings{Branch: c.branch, DefaultBranch: c.standard}}
		for want, list := range map[bool]string{true: c.yes, false: c.no} {
			for _, revision := range strings.Fields(list) {
				if got := s.isThisRevision(strings.TrimPrefix(revision, "-")); got != want {
					t.Errorf("base %q, default %q: %q is this tree: %v", c.branch, c.standard, revision, got)
				}
			}
		}
	}
}

// The patterns of directory.include and exclude match what the library of Argo
// CD matches, where that keeps to its own description: it fails or panics over
// choices with wildcards in them beside other wildcards, choices that are not
// closed, and what is not ASCII. It may take long over many stars as well.
func TestGlobIsGobwas(t *testing.T) {
	const pieces = "a b . / * ? [ab] [!a] [a-c] [!b-c] {a,b} \\* ** [a-] [] [ ] , } - [ab-c]"
	parts := append(strings.Fields(pieces), "")
	random := rand.New(rand.NewSource(1))
	text := func(alphabet []string, n int) string {
		var b strings.Builder
		for range random.Intn(n) + 1 {
			b.WriteString(alphabet[random.Intn(len(alphabet))])
		}
		return b.String()
	}
	for pattern, names := range map[string][]string{"{*.yml,*.yaml}": {"a.yml", "x/b.yaml", "c.json"},
		"{config.json,env-usw2/*}": {"config.json", "env-usw2/a.yaml", "env/a.yaml"}, "**/pvc.yaml": {"pvc.yaml", "a/pvc.yaml"}} {
		for _, name := range names {
			if want, _ := gobwas(pattern, name); globbed(pattern).MatchString(name) != want {
				t.Errorf("%q matches %q: the library says %v", pattern, name, want)
			}
		}
	}
	agreed := 0
	for range 20_000 {
		pattern, name := text(parts, 4), text([]string{"a", "b", "c", ".", "/", "-", "*"}, 4)
		want, sound := gobwas(pattern, name)
		if !sound || len(name) < len(strings.ReplaceAll(pattern, "*", "")) {
			continue // what is before and after a star may overlap in the library
		}
		if got := globbed(pattern).MatchString(name); got != want {
			t.Errorf("%q matches %q: %v, the library says %v", pattern, name, got, want)
		} else if want {
			agreed++
		}
	}
	if agreed < 300 {
		t.Errorf("only %d matches", agreed)
	}
}

// gobwas asks the library, which panics over some texts that are not ASCII.
func gobwas(pattern, name string) (matches, sound bool) {
	defer func() { sound = recover() == nil }()
	compiled, err := glob.Compile(pattern)
	return err == nil && compiled.Match(name), true
}
