package linediff

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// The after side can be put together from the before side and the hunks.
func TestDiffRebuilds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		lines := make([]string, random.IntN(12))
		for i := range lines {
			lines[i] = string(rune('a' + random.IntN(4)))
		}
		return strings.Join(lines, "\n")
	}
	for range 2000 {
		before, after := text(), text()
		lines := Split(before)
		var got []string
		next := 1
		for _, h := range Diff(before, after) {
			got = slices.Concat(got, lines[next-1:h.From-1], h.Added)
			next = h.To + 1
		}
		got = append(got, lines[next-1:]...)
		if strings.Join(got, "\n") != after {
			t.Fatalf("%q -> %q: got %q", before, after, strings.Join(got, "\n"))
		}
	}
}

func TestDiffOfVeryDifferentTexts(t *testing.T) {
	var before, after []string
	for i := range 3000 {
		before = append(before, strings.Repeat("a", i%7)+"x")
		after = append(after, strings.Repeat("b", i%7)+"y")
	}
	hunks := Diff(strings.Join(before, "\n"), strings.Join(after, "\n"))
	if len(hunks) != 1 || hunks[0].To != 3000 || hunks[0].NewTo != 3000 {
		t.Errorf("got %d hunks", len(hunks))
	}
}
