package publish

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

const (
	// maxApart is how many instances of one resource stand one by one;
	// more stand as one.
	maxApart = 3
	// maxKeys is how many instance keys a bundle names.
	maxKeys = 6
)

// bundle is findings that a reader takes for one: the same rule on instances
// of the same resource, for the same reason.
type bundle []rules.Finding

// bundles puts findings together, in the order of the first of each.
func bundles(findings []rules.Finding) []bundle {
	type key struct {
		rule, operation, root, module, kind, name string
		cause                                     plan.Cause
	}
	var out []bundle
	at := map[key]int{}
	for _, f := range findings {
		if f.Change == nil || f.Change.Address.Key == "" {
			out = append(out, bundle{f})
			continue
		}
		a := f.Change.Address
		k := key{rule: f.Rule, operation: operation(f), root: a.Root, module: a.Module, kind: a.Type, name: a.Name}
		if chain := causes(f); len(chain) > 0 {
			k.cause = chain[0]
		}
		i, ok := at[k]
		if !ok {
			at[k] = len(out)
			out = append(out, bundle{f})
			continue
		}
		out[i] = append(out[i], f)
	}
	return apart(out)
}

// apart takes small bundles into single findings again.
func apart(in []bundle) []bundle {
	var out []bundle
	for _, b := range in {
		if len(b) > maxApart {
			out = append(out, b)
			continue
		}
		for _, f := range b {
			out = append(out, bundle{f})
		}
	}
	return out
}

// subject names the resource of the bundle without instance keys; it is
// foreign text.
func (b bundle) subject() string {
	if len(b) == 1 {
		return b[0].Subject()
	}
	a := b[0].Change.Address
	a.Key = ""
	return a.String()
}

// keys names the first instances; each key is written by escape.
func (b bundle) keys(escape func(string) string) string {
	if len(b) == 1 {
		return ""
	}
	var names []string
	for _, f := range b[:min(maxKeys, len(b))] {
		names = append(names, escape(f.Change.Address.Key))
	}
	text := fmt.Sprintf("%d instances: %s", len(b), strings.Join(names, ", "))
	if more := len(b) - maxKeys; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// everyName lists the subjects of bundles, one a line, in a fence; empty
// where each of them is named in the table already.
func everyName(findings []rules.Finding) string {
	if len(bundles(findings)) == len(findings) && len(findings) <= maxRows {
		return ""
	}
	var b strings.Builder
	b.WriteString("```text\n")
	for _, f := range findings {
		fmt.Fprintf(&b, "%s %s\n", operation(f), Escape(Fence, subject(f), maxName))
	}
	b.WriteString("```\n")
	return details("All "+count(len(findings), "held finding"), b.String())
}
