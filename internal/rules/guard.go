package rules

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// guard is an attribute whose value protects an object: losing it is a step
// towards a deletion that nothing will stop.
type guard struct {
	// Attribute is a path of names; lists in between are entered.
	Attribute string `yaml:"attribute"`
	// Types limits the guard to types, as patterns. Empty means all.
	Types []string `yaml:"types"`
	// Safe is the protecting value. Falls marks a number that protects by
	// its size.
	Safe  any  `yaml:"safe"`
	Falls bool `yaml:"falls"`
	// Assumed marks a Safe that also holds where the attribute is not set.
	Assumed bool `yaml:"assumed"`
	// Stops marks a Safe with which the provider or the API refuses to destroy the
	// object; Unless is an attribute that, true, lets it do so all the same.
	Stops  bool   `yaml:"stops"`
	Unless string `yaml:"unless"`
	Source string `yaml:"source"`
}

func (g guard) check() error {
	switch {
	case g.Attribute == "" || g.Source == "":
		return fmt.Errorf("guard %q: attribute and source must be given", g.Attribute)
	case (g.Safe == nil) == !g.Falls:
		return fmt.Errorf("guard %q: want either safe or falls", g.Attribute)
	case g.Stops && g.Safe == nil, g.Unless != "" && !g.Stops:
		return fmt.Errorf("guard %q: stops needs safe, and unless needs stops", g.Attribute)
	case g.Assumed && g.Safe == nil:
		return fmt.Errorf("guard %q: assumed needs safe", g.Attribute)
	}
	for _, t := range g.Types {
		if _, err := path.Match(t, ""); err != nil {
			return fmt.Errorf("guard %q: type %q: %w", g.Attribute, t, err)
		}
	}
	return nil
}

func (g guard) fits(resourceType string) bool {
	if len(g.Types) == 0 {
		return true
	}
	for _, t := range g.Types {
		if ok, _ := path.Match(t, resourceType); ok {
			return true
		}
	}
	return false
}

// lost reports whether the change takes the protection away. What was not
// known before is not lost; what was safe and is not known any more is.
func (g guard) lost(c plan.Change) bool {
	elements := strings.Split(g.Attribute, ".")
	before, after := values(c.Before, elements), values(c.After, elements)
	if g.Falls {
		low, ok := lowest(before)
		now, known := lowest(after)
		return ok && (!known || now < low)
	}
	wasSafe := allEqual(before, g.Safe) && (len(before) > 0 || g.Assumed)
	if !wasSafe {
		return false
	}
	return len(after) == 0 && !g.Assumed || !allEqual(after, g.Safe)
}

// restoreText is `: put a = true back`, for the guards that a change loses.
// What was set before is what to put back.
func (j *judging) restoreText(c judgedChange) string {
	var settings []string
	for _, g := range j.guards {
		if slices.Contains(c.disarmed, g.Attribute) && g.fits(c.Address.Type) && g.lost(*c.Change) {
			settings = append(settings, "`"+g.setting(*c.Change)+"`")
		}
	}
	if len(settings) == 0 && c.Reason == plan.GuardRemoved {
		settings = []string{"`prevent_destroy = true`"}
	}
	if len(settings) == 0 {
		return ""
	}
	return ": put " + and(settings) + " back"
}

// setting is the protecting value as the configuration writes it. Of names in
// a row the last alone is written: the others are blocks or folders around it.
func (g guard) setting(c plan.Change) string {
	value := g.Safe
	if g.Falls {
		value, _ = lowest(values(c.Before, strings.Split(g.Attribute, ".")))
	}
	text, _ := scalar(value, true)
	if c.Address.Engine == plan.Kubernetes {
		if plain, ok := value.(string); ok {
			text = plain
		}
		return g.Attribute + ": " + text
	}
	return g.Attribute[strings.LastIndex(g.Attribute, ".")+1:] + " = " + text
}

// stops reports whether the guard is known to make the destruction of an object fail.
func (g guard) stops(c plan.Change) bool {
	if !g.Stops {
		return false
	}
	on := values(c.Before, strings.Split(g.Attribute, "."))
	return len(on) > 0 && allEqual(on, g.Safe) && (g.Unless == "" || c.Before[g.Unless] == false)
}

// values collects what stands at a path, entering every list on the way.
func values(at any, elements []string) []any {
	if list, ok := at.([]any); ok {
		var out []any
		for _, item := range list {
			out = append(out, values(item, elements)...)
		}
		return out
	}
	if len(elements) == 0 {
		if at == nil {
			return nil
		}
		return []any{at}
	}
	object, ok := at.(map[string]any)
	if !ok {
		return nil
	}
	next, ok := object[elements[0]]
	if !ok {
		return nil
	}
	return values(next, elements[1:])
}

func allEqual(list []any, want any) bool {
	for _, v := range list {
		if fmt.Sprint(v) != fmt.Sprint(want) {
			return false
		}
	}
	return true
}

func lowest(list []any) (low float64, ok bool) {
	for i, v := range list {
		n, isNumber := v.(float64)
		if !isNumber {
			return 0, false
		}
		if i == 0 || n < low {
			low = n
		}
	}
	return low, len(list) > 0
}
