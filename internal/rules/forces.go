package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

const (
	// shownForces bounds how many attributes a message names.
	shownForces = 3
	// longestValue is how many characters a shown value may have.
	longestValue = 60
)

// forces names the attributes that force a replacement, with both values where
// they are known and short: `engine "mysql" -> "postgres" forces replacement`.
// The API server calls an attribute of a built-in kind immutable.
func (c judgedChange) forces() string {
	var named []string
	for i, p := range c.Because[:min(len(c.Because), shownForces)] {
		named = append(named, c.because[i]+valuesText(p, c.Before, c.After))
	}
	if more := len(c.Because) - len(named); more > 0 {
		named = append(named, fmt.Sprintf("%d more", more))
	}
	switch {
	case c.Address.Engine == plan.Terraform && len(c.Because) == 1:
		return named[0] + " forces replacement"
	case c.Address.Engine == plan.Terraform:
		return and(named) + " force replacement"
	case c.onlyGrows():
		return and(named) + ": field can only grow"
	case builtIn(c.Address.Type):
		return and(named) + ": field is immutable"
	}
	return and(named) + ": rejected by the API server"
}

// onlyGrows reports whether what the API server refuses is a smaller volume.
func (c judgedChange) onlyGrows() bool {
	return c.Address.Type == "core/PersistentVolumeClaim" &&
		!slices.ContainsFunc(c.because, func(p string) bool { return p != "spec.resources.requests.storage" })
}

// builtIn reports whether a Kubernetes type is not a custom resource.
func builtIn(name string) bool {
	group, _, _ := strings.Cut(name, "/")
	return !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
}

// kept names the attributes that have to stay as they are, for advice.
func (c judgedChange) kept() string {
	if len(c.because) == 0 {
		return "the attribute that forces replacement"
	}
	var named []string
	for _, p := range c.because[:min(len(c.because), shownForces)] {
		named = append(named, "`"+p+"`")
	}
	if more := len(c.because) - len(named); more > 0 {
		named = append(named, fmt.Sprintf("%d more", more))
	}
	return and(named)
}

func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// secretName fits names of attributes whose values are never shown, whether
// they are marked as sensitive or not.
var secretName = regexp.MustCompile(`(?i)passw|secret|token|credential|private|certificate|(^|_)(key|auth|user_data|pem)($|_)`)

// valuesText is ` "old" -> "new"`, and empty where one of the two is not known,
// sensitive, long or no scalar.
func valuesText(at plan.Path, before, after map[string]any) string {
	if slices.ContainsFunc(at, func(step any) bool { name, ok := step.(string); return ok && secretName.MatchString(name) }) {
		return ""
	}
	was, known := scalar(valueAt(before, at))
	is, stillKnown := scalar(valueAt(after, at))
	if !known || !stillKnown || was == is {
		return ""
	}
	return " " + was + " -> " + is
}

// valueAt is what stands at a path; ok is false where nothing is known of it.
func valueAt(in any, at plan.Path) (v any, ok bool) {
	for _, step := range at {
		switch step := step.(type) {
		case string:
			object, _ := in.(map[string]any)
			if in, ok = object[step]; !ok {
				return nil, false
			}
		case int:
			list, _ := in.([]any)
			if step < 0 || step >= len(list) {
				return nil, false
			}
			in = list[step]
		default:
			return nil, false
		}
	}
	return in, len(at) > 0
}

func scalar(v any, ok bool) (string, bool) {
	if !ok {
		return "", false
	}
	switch v := v.(type) {
	case nil:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case int:
		return strconv.Itoa(v), true
	case string:
		return strconv.Quote(v), utf8.RuneCountInString(v) <= longestValue
	}
	return "", false
}
