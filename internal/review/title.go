package review

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// title says the verdict and the worst of what happens, by name. Names of the
// pull request stand between backticks, and nothing else does.
func title(d Decision, rep Report) string {
	return cut(verdict(d, rep), TitleLimit)
}

func verdict(d Decision, rep Report) string {
	switch d.Basis {
	case Clear:
		return "Clear: " + Compared(rep.Plan).Sentence()
	case Released:
		return "Approved by " + names(d.Releases) + ": " + headline(rep.Holding())
	case Overridden:
		return "Overridden by " + names(d.Releases) + ": " + headline(rep.Holding())
	case Held:
		return "Held: " + headline(rep.Holding())
	default:
		return "Held: " + d.Why
	}
}

// headline names the worst finding and counts the others.
func headline(holding []rules.Finding) string {
	if len(holding) == 0 {
		return "something has to be approved first"
	}
	worst := slices.MinFunc(holding, Graver)
	text := happening(worst)
	others := slices.DeleteFunc(slices.Clone(holding), func(f rules.Finding) bool {
		return f.Fingerprint == worst.Fingerprint || summary(f)
	})
	data := slices.DeleteFunc(slices.Clone(others), func(f rules.Finding) bool { return !losesData(f) })
	objects := destroyed(holding)
	switch {
	case len(data) > 0:
		text += fmt.Sprintf(" and %s %d more that %s data", verbs(data), len(data), hold(len(data)))
		if objects > len(data)+1 {
			text += fmt.Sprintf(" (%d resources)", objects)
		}
	case objects > 1:
		text += fmt.Sprintf(" (%d resources are deleted or replaced)", objects)
	case len(others) > 0:
		text += " and " + plural(len(others), "more finding")
	}
	return text
}

func hold(n int) string {
	if n == 1 {
		return "holds"
	}
	return "hold"
}

// summary reports whether a finding sums up others.
func summary(f rules.Finding) bool { return f.Change != nil && f.Change.Effect == plan.Mass }

// destroyed counts the objects that findings delete or replace.
func destroyed(findings []rules.Finding) int {
	seen := map[plan.Address]bool{}
	for _, f := range findings {
		if f.Change != nil && f.Change.Action.Destroys() {
			seen[f.Change.Previous] = true
		}
	}
	return len(seen)
}

// verbs say what happens to objects that lose data.
func verbs(findings []rules.Finding) string {
	var found []string
	for _, f := range findings {
		word := "may destroy"
		switch {
		case f.Change.Effect == plan.DataLoss && !f.Change.Action.Destroys():
			word = "changes"
		case f.Change.Certain:
			word = f.Change.Action.Verb()
		}
		if !slices.Contains(found, word) {
			found = append(found, word)
		}
	}
	slices.Sort(found)
	return or(found)
}

// happening says what one finding does, with the name of its object.
func happening(f rules.Finding) string {
	name := "`" + strings.ReplaceAll(shortName(f), "`", "'") + "`"
	switch {
	case f.Gap != nil:
		return "the effect on " + name + " could not be determined"
	case f.File != nil:
		return fileVerb(*f.File) + " " + name
	case f.Change == nil:
		return name
	case summary(f):
		return "destroys most of " + name
	case len(f.Change.Left) > 0:
		return "leaves the objects of " + name + " behind"
	}
	object := strings.TrimSpace("the " + cmp.Or(f.Object, f.Change.Address.Type))
	switch {
	case f.Change.Private.Repository != "":
		object = "objects of the private module"
	case object == "the":
		object = "the module"
	}
	return effectVerb(*f.Change) + " " + object + " " + name
}

func fileVerb(f plan.File) string {
	switch f.Status {
	case plan.Added:
		return "adds"
	case plan.Removed:
		return "deletes"
	default:
		return "changes"
	}
}

// effectVerb is what a change does to its object, as a verb that takes it.
func effectVerb(c plan.Change) string {
	if c.Action.Destroys() {
		if c.Effect == plan.Reject {
			return "replaces or fails on"
		}
		if !c.Certain {
			return "may " + string(c.Action)
		}
		return c.Action.Verb()
	}
	switch c.Effect {
	case plan.DataLoss:
		return "deletes data of"
	case plan.Disarm:
		return "removes a safeguard of"
	case plan.Reject:
		return "makes the API server refuse"
	case plan.Detach:
		return "detaches"
	case plan.Race:
		return "gives two owners to"
	case plan.ScaleToZero:
		return "scales to zero"
	case plan.Exposure:
		return "exposes"
	case plan.RouteLost:
		return "cuts off traffic to"
	case plan.RunsCode:
		return "runs other code in"
	default:
		return c.Action.Verb()
	}
}

// shortName is the name by which people call what a finding is about.
func shortName(f rules.Finding) string {
	if f.Change == nil || summary(f) || len(f.Change.Left) > 0 {
		return f.Subject()
	}
	a := f.Change.Address
	switch {
	case a.Engine == plan.Kubernetes && a.Module != "":
		return a.Module + "/" + a.Name
	case a.Name == "":
		return a.String()
	default:
		return a.Name + a.Key
	}
}

// gravest are words for what holds most, the worst first: a database is named
// before the bucket beside it, and that before its policy.
var gravest = []string{"database", "RDS", "SQL", "DynamoDB", "table", "cluster", "bucket", "volume", "disk", "storage", "file system",
	"PersistentVolumeClaim", "StatefulSet", "backup", "snapshot", "vault", "key", "namespace", "queue", "topic", "secret"}

func gravity(f *rules.Finding) int {
	i := slices.IndexFunc(gravest, func(word string) bool { return strings.Contains(f.Object, word) })
	if i < 0 {
		return len(gravest)
	}
	return i
}

// Graver orders findings by what a reader has to see first: by what is lost,
// what is certain before what is possible, then by what the object is.
func Graver(a, b rules.Finding) int {
	return cmp.Or(
		cmp.Compare(sortOf(&a), sortOf(&b)),
		-cmp.Compare(number(losesData(a)), number(losesData(b))),
		cmp.Compare(number(summary(a)), number(summary(b))),
		-cmp.Compare(number(certain(a)), number(certain(b))),
		cmp.Compare(gravity(&a), gravity(&b)),
	)
}

func certain(f rules.Finding) bool { return f.Change == nil || f.Change.Certain }
