package kube

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestDiffRebuilds puts the after side together from the before side and the
// hunks, for many small texts.
func TestDiffRebuilds(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		lines := make([]string, random.IntN(12))
		for i := range lines {
			lines[i] = string(rune('a' + random.IntN(4)))
		}
		return strings.Join(lines, "\n")
	}
	for range 3000 {
		before, after := text(), text()
		lines := strings.Split(before, "\n")
		var got []string
		next := 1
		for _, h := range diff("f", before, after) {
			got = append(got, lines[next-1:h.from-1]...)
			got = append(got, h.added...)
			if len(got) != h.newTo {
				t.Fatalf("%q -> %q: the hunk ends at line %d, want %d", before, after, len(got), h.newTo)
			}
			next = h.to + 1
		}
		got = append(got, lines[next-1:]...)
		if strings.Join(got, "\n") != after {
			t.Fatalf("%q -> %q: got %q", before, after, strings.Join(got, "\n"))
		}
	}
}

func TestDiffIsShort(t *testing.T) {
	hunks := diff("f", "a\nb\nc\nd", "a\nc\nd\ne")
	if len(hunks) != 2 || hunks[0].from != 2 || hunks[0].to != 2 || hunks[1].newFrom != 4 {
		t.Errorf("got %+v", hunks)
	}
}
