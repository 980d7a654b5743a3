package lines_test

import (
	"slices"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/lines"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

func diffOf(before, after string) *lines.Diff {
	return lines.New(plantest.Tree(map[string]string{"f.tf": before}), plantest.Tree(map[string]string{"f.tf": after}))
}

func TestChanged(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		gone, come          []int
	}{
		{"equal", "a\nb\n", "a\nb\n", nil, nil},
		{"a line in the middle", "a\nb\nc\n", "a\nx\nc\n", []int{2}, []int{2}},
		{"a line more", "a\nc\n", "a\nb\nc\n", nil, []int{2}},
		{"a line less", "a\nb\nc\n", "a\nc\n", []int{2}, nil},
		{"a line elsewhere", "a\nb\nc\n", "c\na\nb\n", []int{3}, []int{1}},
		{"no newline at the end", "a\nb\n", "a\nb", []int{2}, []int{2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := diffOf(c.before, c.after)
			if got := l.Changed(plan.Range{File: "f.tf", Side: plan.Before}); !slices.Equal(got, c.gone) {
				t.Errorf("gone %v, want %v", got, c.gone)
			}
			if got := l.Changed(plan.Range{File: "f.tf", Side: plan.After}); !slices.Equal(got, c.come) {
				t.Errorf("come %v, want %v", got, c.come)
			}
		})
	}
}

func TestDiffer(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		want                bool
	}{
		{"a comment", "a = 1 # one\n", "a = 1 # two\n", false},
		{"an empty line", "a = 1\nb = 2\n", "a = 1\n\nb = 2\n", false},
		{"a value", "a = 1\n", "a = 2\n", true},
		{"a line joined", "a = 1\nb = 2\n", "a = 1 b = 2\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := diffOf(c.before, c.after).Differ("f.tf"); got != c.want {
				t.Errorf("differ: %v, want %v", got, c.want)
			}
		})
	}
}
