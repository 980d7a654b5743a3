package main

import (
	"flag"
	"fmt"
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
)

// runCompare measures facts against others that are held to be true.
func runCompare(args []string) error {
	fs := flag.NewFlagSet("compare", flag.ContinueOnError)
	got := fs.String("got", "", "JSON form to measure")
	want := fs.String("want", "", "JSON form to measure it against")
	verbose := fs.Bool("v", false, "list what differs")
	if err := fs.Parse(args); err != nil {
		return err
	}
	a, err := readSource(*got)
	if err != nil {
		return err
	}
	b, err := readSource(*want)
	if err != nil {
		return err
	}
	r := compareSources(a, b)
	fmt.Print(r.summary())
	if *verbose {
		for _, line := range r.lines {
			fmt.Println(line)
		}
	}
	return nil
}

// comparison counts attribute paths of the types that both sides have.
type comparison struct {
	types, missingTypes, extraTypes int
	paths, missing, extra           int // missing and extra attributes
	forced                          int // force-new on both sides
	forceMissing, forceExtra        int // force-new on one side only
	lines                           []string
}

func compareSources(got, want facts.Source) comparison {
	var c comparison
	for _, name := range slices.Sorted(maps.Keys(want.Resources)) {
		g, ok := got.Resources[name]
		if !ok {
			c.missingTypes++
			c.lines = append(c.lines, "missing type "+name)
			continue
		}
		c.types++
		c.attributes(name, g.Attributes, want.Resources[name].Attributes)
	}
	for name := range got.Resources {
		if _, ok := want.Resources[name]; !ok {
			c.extraTypes++
		}
	}
	return c
}

func (c *comparison) attributes(path string, got, want map[string]*facts.SourceAttr) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		w, g, at := want[name], got[name], path+"."+name
		if g == nil {
			c.missing++
			c.lines = append(c.lines, "missing "+at)
			continue
		}
		c.paths++
		c.force(at, g, w)
		c.attributes(at, g.Nested, w.Nested)
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if want[name] == nil {
			c.extra++
			c.lines = append(c.lines, "extra "+path+"."+name)
		}
	}
}

// force compares unconditional force-new: conditions are seen by static
// extraction alone.
func (c *comparison) force(at string, got, want *facts.SourceAttr) {
	g, w := always(got), always(want)
	switch {
	case g && w:
		c.forced++
	case w:
		c.forceMissing++
		c.lines = append(c.lines, "force-new missing "+at)
	case g:
		c.forceExtra++
		c.lines = append(c.lines, "force-new extra "+at)
	}
}

func always(a *facts.SourceAttr) bool { return a.Force == "always" || a.Force == "configured" }

func (c comparison) summary() string {
	share := func(n, other int) float64 { return 100 * float64(n) / float64(max(n+other, 1)) }
	return fmt.Sprintf("types: %d compared, %d missing, %d more\nattributes: %d compared, %d missing, %d more\nforce-new: %d agree, precision %.2f %%, recall %.2f %%\n",
		c.types, c.missingTypes, c.extraTypes, c.paths, c.missing, c.extra,
		c.forced, share(c.forced, c.forceExtra), share(c.forced, c.forceMissing))
}
