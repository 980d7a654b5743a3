package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"go/parser"
	"go/token"
)

// How much processor time the tests of one process may take together: little at
// first, since most mutations are noticed by the tests that come first.
const (
	first  = 300 * time.Millisecond
	longer = 6 * time.Second
)

// run mutates a package and reports which mutations survive.
func (p part) run(out io.Writer, dir string, o options, survivors known, pattern *regexp.Regexp) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	all, tests, err := p.build(dir, o.cache)
	if err != nil {
		return err
	}
	if err := prefer(tests, o.first); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s: %d mutations, %d tests\n", p.Package, len(all), len(tests))
	var survived []mutation
	var unknown int
	for _, m := range all {
		if !pattern.MatchString(m.name) {
			continue
		}
		lives, err := m.survives(tests, o.quick)
		if err != nil {
			return err
		}
		if !lives {
			continue
		}
		survived = append(survived, m)
		word := "survives"
		if !survivors.has(m) {
			unknown++
			word = "SURVIVES"
		}
		fmt.Fprintf(out, "%s  %s:%d  %s\n", word, m.file, m.line, m.name)
	}
	fmt.Fprintf(out, "%s: %d survive, %d of them without a reason in survivors.yaml\n", p.Package, len(survived), unknown)
	if pattern.String() == "" && o.quick == 0 {
		for _, s := range survivors.stale(p, survived) {
			fmt.Fprintf(out, "STALE     %s does not survive any more: take it out of survivors.yaml\n", s)
			unknown++
		}
	}
	if unknown > 0 {
		return fmt.Errorf("%s: %w", p.Package, errSurvived)
	}
	return nil
}

// build builds test binaries with all mutations of the part in them, and finds
// out which test reaches which mutation.
func (p part) build(dir, cache string) ([]mutation, []covering, error) {
	o := newOverlay(dir)
	var all []mutation
	for _, name := range p.Files {
		file := filepath.Join(p.Package, name)
		src, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		text, found, err := instrument(file, src, len(all)+1)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
		if err := o.put(file, text); err != nil {
			return nil, nil, err
		}
		all = append(all, found...)
	}
	name, err := p.name()
	if err != nil {
		return nil, nil, err
	}
	if err := o.put(filepath.Join(p.Package, "mutation_switches.go"), fmt.Appendf(nil, switches, name, len(all)+1)); err != nil {
		return nil, nil, err
	}
	var tests []covering
	for _, pkg := range p.Tests {
		b := binary{path: filepath.Join(dir, "tests-"+filepath.Base(pkg)), pkg: pkg}
		if err := o.build(pkg, b.path); err != nil {
			return nil, nil, err
		}
		reach, err := b.trace(dir, cache)
		if err != nil {
			return nil, nil, err
		}
		tests = append(tests, reach...)
	}
	return all, tests, nil
}

// name is what the package's clause says.
func (p part) name() (string, error) {
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Package, p.Files[0]), nil, parser.PackageClauseOnly)
	if err != nil {
		return "", err
	}
	return f.Name.Name, nil
}

// survives runs the tests that reach a mutation: first those that noticed others
// like it, then those that reach little else. Most is how much time they may take together,
// zero for as much as they need.
func (m mutation) survives(tests []covering, most time.Duration) (bool, error) {
	reach := slices.DeleteFunc(slices.Clone(tests), func(t covering) bool { return !t.ids[m.id] })
	slices.SortStableFunc(reach, func(a, b covering) int {
		return cmp.Or(cmp.Compare(m.score(b), m.score(a)), cmp.Compare(len(a.ids), len(b.ids)))
	})
	var total time.Duration
	limit := first
	for len(reach) > 0 && (most == 0 || total < most) {
		group, rest := reach[:1], reach[1:]
		took := group[0].took
		for len(rest) > 0 && rest[0].in == group[0].in && took+rest[0].took < limit {
			took += rest[0].took
			group, rest = reach[:len(group)+1], rest[1:]
		}
		var names []string
		for _, t := range group {
			names = append(names, t.test)
		}
		r, err := group[0].in.run(only(names...), deadMan(took), fmt.Sprintf("%s=%d", onVariable, m.id))
		if err != nil {
			return false, err
		}
		if !r.passed {
			m.noticedBy(r.failed, group)
			return false, nil
		}
		reach, total, limit = rest, total+took, min(2*limit, longer)
	}
	return true, nil
}

// prefer has the tests that fit a pattern, if there is one, run before all others.
func prefer(tests []covering, pattern string) error {
	fits, err := regexp.Compile(pattern)
	if err != nil {
		return fmt.Errorf("-first: %w", err)
	}
	for i, t := range tests {
		tests[i].preferred = pattern != "" && fits.MatchString(t.test)
	}
	return nil
}

// likeness are what makes two mutations alike: one function, or one thing done
// to one condition.
func (m mutation) likeness() []string {
	fn, what, _ := strings.Cut(m.name, ": ")
	return []string{m.file + " " + fn, what}
}

// score is how promising a test is for a mutation.
func (m mutation) score(t covering) (n int) {
	if t.preferred {
		n++
	}
	for _, like := range m.likeness() {
		n += t.kills[like]
	}
	return n
}

func (m mutation) noticedBy(test string, group []covering) {
	for _, t := range group {
		if t.test == test {
			for _, like := range m.likeness() {
				t.kills[like]++
			}
		}
	}
}

// run builds the tests with the named mutation and reports whether they fail,
// and with which words.
func (n named) run(dir string) (noticed bool, output string, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, "", err
	}
	o := newOverlay(dir)
	if err := n.apply(".", o); err != nil {
		return false, "", err
	}
	b := binary{path: filepath.Join(dir, "tests"), pkg: n.Package}
	if err := o.build(n.Package, b.path); err != nil {
		return false, "", fmt.Errorf("%s: %w", n.Name, err)
	}
	r, err := b.run(n.Test, longest)
	return !r.passed, strings.TrimSpace(r.output), err
}
