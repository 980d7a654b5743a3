package review

import (
	"slices"
	"strconv"
)

// decided are what a line of a script compares of a decision: `released alice`
// says that alice released it, and nobody else did.
var decided = map[string]func(Decision) []string{
	"missing":    func(d Decision) []string { return each(d.Missing, Missing.String) },
	"discounted": func(d Decision) []string { return each(d.Discounted, func(d Discounted) string { return d.Login }) },
	"released":   func(d Decision) []string { return each(d.Releases, func(r Release) string { return r.Login }) },
	"reviews":    func(d Decision) []string { return each(d.Review, strconv.Itoa) },
	"against":    func(d Decision) []string { return each(d.Against, Against.told) },
}

func (a Against) told() string {
	if a.Passes {
		return a.BaseRef + " passes"
	}
	return a.BaseRef
}

func each[T any](all []T, name func(T) string) (out []string) {
	for _, v := range all {
		out = append(out, name(v))
	}
	return out
}

func (s *scripted) same(what string, got, want []string) {
	if !slices.Equal(got, want) {
		s.t.Errorf("%s %q, want %q", what, got, want)
	}
}
