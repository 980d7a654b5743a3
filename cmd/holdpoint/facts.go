package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

type factsCommand struct {
	Show   factsShowCommand   `cmd:"" default:"withargs" help:"Show what is known of a Terraform resource type."`
	Import factsImportCommand `cmd:"" help:"Generate facts of a provider from its source."`
}

type factsShowCommand struct {
	Type string `arg:"" help:"Resource type, for example aws_db_instance."`
	At   string `placeholder:"VERSION" help:"Provider version; the nearest one known answers. Default: the newest."`
	All  bool   `help:"List every attribute, not only those whose change is more than an update in place."`
}

// Run prints what is known of a resource type: what a change of each attribute
// does.
func (c factsShowCommand) Run(a *app) error {
	packs, err := a.packs()
	if err != nil {
		return err
	}
	known := packs.TypeFacts(c.Type)
	if len(known) == 0 {
		return fmt.Errorf("%w: nothing is known of resource type %q: a change of its attributes is predicted as possible", errUsage, c.Type)
	}
	t := known[len(known)-1]
	if c.At != "" {
		t = packs.Load()(t.Provider, c.At, c.Type)
	}
	if err := c.print(a.stdout, t); err != nil {
		return fmt.Errorf("print facts: %w", err)
	}
	return nil
}

func (c factsShowCommand) print(w io.Writer, t *plan.TypeFacts) error {
	sdk := "Plugin SDK v2"
	if t.Framework {
		sdk = "Plugin Framework"
	}
	fmt.Fprintf(w, "%s: %s %s, %s\n", t.Type, t.Provider, t.Version, sdk)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	c.attributes(table, "", t.Attributes)
	if err := table.Flush(); err != nil {
		return err
	}
	for _, row := range t.Logic {
		paths := slices.DeleteFunc(slices.Clone(row.Paths), func(path string) bool { return !has(t, path) })
		if row.Rule.Decides() && len(paths) > 0 {
			fmt.Fprintf(w, "decided by %s: %s\n", row.Source, strings.Join(paths, ", "))
		}
	}
	_, err := fmt.Fprintln(w, "Everything else is updated in place.")
	return err
}

// has reports whether the type has the attribute at a path in this version.
func has(t *plan.TypeFacts, path string) bool {
	attrs := t.Attributes
	for name := range strings.SplitSeq(path, ".") {
		a, ok := attrs[name]
		if !ok {
			return false
		}
		attrs = a.Nested
	}
	return true
}

func (c factsShowCommand) attributes(w io.Writer, prefix string, attrs map[string]*plan.AttrFacts) {
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		a := attrs[name]
		if effect := effectOf(a); effect != "" || c.All {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", prefix+name, a.Type, modeOf(a), effect)
		}
		c.attributes(w, prefix+name+".", a.Nested)
	}
}

func modeOf(a *plan.AttrFacts) string {
	switch {
	case a.Required:
		return "required"
	case a.Optional && a.Computed:
		return "optional, computed"
	case a.Optional:
		return "optional"
	}
	return "computed"
}

// effectOf says what a change of the attribute does, empty for an update.
func effectOf(a *plan.AttrFacts) string {
	switch a.Force {
	case plan.ForceAlways:
		return "forces replacement"
	case plan.ForceIf:
		return "may force replacement"
	case plan.ForceConfigured:
		return "forces replacement where it is set"
	}
	return ""
}
