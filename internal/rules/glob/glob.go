// Package glob matches paths and branches against the patterns that settings and
// rules are written with.
package glob

import (
	"fmt"
	"path"
	"strings"
)

// A pattern names paths or branches: `*` and `?` stay within one element,
// `**` stands for any number of elements, a pattern that ends in `/` for
// everything below a folder. Case matters, as it does to git.

// Check reports what is wrong with a pattern.
func Check(pattern string) error {
	switch {
	case pattern == "":
		return fmt.Errorf("an empty pattern matches nothing")
	case strings.HasPrefix(pattern, "/"):
		return fmt.Errorf("pattern %q starts with a slash: paths count from the top of the repository", pattern)
	case len(pattern) > 512:
		return fmt.Errorf("pattern is longer than 512 characters")
	}
	for element := range strings.SplitSeq(strings.TrimSuffix(pattern, "/"), "/") {
		if element == ".." || element == "." {
			return fmt.Errorf("pattern %q holds %q: paths count from the top of the repository", pattern, element)
		}
		if element != "**" && strings.Contains(element, "**") {
			return fmt.Errorf("pattern %q: ** must stand alone between slashes", pattern)
		}
		if _, err := path.Match(element, ""); err != nil {
			return fmt.Errorf("pattern %q: %w", pattern, err)
		}
	}
	return nil
}

// Match reports whether name fits the pattern. A pattern that Check refuses fits
// nothing.
func Match(pattern, name string) bool {
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	return matchElements(strings.Split(pattern, "/"), strings.Split(name, "/"))
}

// matchElements fills a table by rows instead of trying every split, so that
// many ** cost no more than len(pattern)·len(name).
func matchElements(pattern, name []string) bool {
	fits := make([]bool, len(name)+1)
	fits[0] = true
	for _, element := range pattern {
		next := make([]bool, len(name)+1)
		if element == "**" {
			open := false
			for i := range fits {
				open = open || fits[i]
				next[i] = open
			}
			fits = next
			continue
		}
		for i, part := range name {
			if fits[i] {
				ok, err := path.Match(element, part)
				next[i+1] = ok && err == nil
			}
		}
		fits = next
	}
	return fits[len(name)]
}

// MatchAny reports whether name fits one of the patterns.
func MatchAny(patterns []string, name string) bool {
	for _, p := range patterns {
		if Match(p, name) {
			return true
		}
	}
	return false
}
