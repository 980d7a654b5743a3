package review

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Counted is what a review compared, each object once, however many
// variants of its root there are.
type Counted struct {
	// Roots are Terraform roots with Resources resource instances before the
	// change, Folders the folders of Kubernetes manifests with Objects in them.
	Roots     int `json:"roots"`
	Resources int `json:"resources"`
	Folders   int `json:"folders"`
	Objects   int `json:"objects"`
	Created   int `json:"created"`
	Updated   int `json:"updated"`
	Destroyed int `json:"destroyed"`
}

// Compared counts what a prediction compared.
func Compared(p plan.Plan) Counted {
	var n Counted
	for root, objects := range p.Objects {
		if root.Engine == plan.Terraform {
			n.Roots, n.Resources = n.Roots+1, n.Resources+objects
		} else {
			n.Folders, n.Objects = n.Folders+1, n.Objects+objects
		}
	}
	seen := map[plan.Address]plan.Action{}
	for _, c := range p.Changes {
		if old, ok := seen[c.Previous]; !ok || c.Action.Destroys() && !old.Destroys() {
			seen[c.Previous] = c.Action
		}
	}
	for _, action := range seen {
		switch {
		case action == plan.Create:
			n.Created++
		case action == plan.Update:
			n.Updated++
		case action.Destroys():
			n.Destroyed++
		}
	}
	return n
}

// Sentence is `3 Terraform roots and 41 Kubernetes objects compared; 12 updated
// in place, none destroyed`.
func (n Counted) Sentence() string {
	var what []string
	if n.Roots > 0 {
		what = append(what, plural(n.Roots, "Terraform root"))
	}
	if n.Folders > 0 {
		what = append(what, plural(n.Objects, "Kubernetes object"))
	}
	if len(what) == 0 {
		return "the change touches no Terraform root and no Kubernetes object"
	}
	done := "none"
	if n.Destroyed > 0 {
		done = fmt.Sprint(n.Destroyed)
	}
	var does []string
	if n.Created > 0 {
		does = append(does, fmt.Sprintf("%d created", n.Created))
	}
	if n.Updated > 0 {
		does = append(does, fmt.Sprintf("%d updated in place", n.Updated))
	}
	does = append(does, done+" destroyed")
	return strings.Join(what, " and ") + " compared; " + cmp.Or(strings.Join(does, ", "), "no change")
}
