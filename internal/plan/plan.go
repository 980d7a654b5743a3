// Package plan is Holdpoint's vocabulary: what an apply of a change would do,
// where that comes from, and what could not be determined. Read this file first.
//
// Every type is a plain value. Nothing here reads a file or decides anything;
// predictors build a Plan, rules judge it, publishers print it.
package plan

import (
	"errors"
	"fmt"
	"strings"
)

// Engine names the tool whose apply is predicted.
type Engine string

const (
	Terraform  Engine = "terraform" // Terraform and OpenTofu
	Kubernetes Engine = "kubernetes"
)

// Address identifies one object: a Terraform resource instance or a Kubernetes
// object. All fields are strings, so that == works and an Address is a map key.
type Address struct {
	Engine Engine
	// Root is the folder applied as one: a Terraform root module, a
	// kustomization, a chart or a plain folder of manifests. "." is the top.
	Root string
	// Module is the Terraform module instance (`module.a["x"].module.b`,
	// empty in the root module) or the Kubernetes namespace (empty where the
	// object has none).
	Module string
	// Type is the Terraform resource type or the Kubernetes `<group>/<Kind>`,
	// with `core` for the empty group.
	Type string
	Name string
	// Key is the instance key as Terraform writes it, brackets included
	// (`[0]`, `["a"]`), and empty where there is none.
	Key string
}

// String writes the address as `terraform show -json` does, or as
// `<group>/<Kind>/<namespace>/<name>` with `-` for no namespace. The root is
// not part of it.
func (a Address) String() string {
	if a.Engine == Kubernetes {
		ns := a.Module
		if ns == "" {
			ns = "-"
		}
		return a.Type + "/" + ns + "/" + a.Name
	}
	var b strings.Builder
	if a.Module != "" {
		b.WriteString(a.Module)
		if a.Type != "" {
			b.WriteByte('.')
		}
	}
	if a.Type != "" {
		b.WriteString(a.Type)
		b.WriteByte('.')
		b.WriteString(a.Name)
	}
	b.WriteString(a.Key)
	return b.String()
}

// Compare orders addresses by root, engine and then text.
func (a Address) Compare(b Address) int {
	if c := strings.Compare(a.Root, b.Root); c != 0 {
		return c
	}
	if c := strings.Compare(string(a.Engine), string(b.Engine)); c != 0 {
		return c
	}
	return strings.Compare(a.String(), b.String())
}

// Action is what an apply does to an object. The zero value is invalid.
type Action string

const (
	Create  Action = "create"
	Update  Action = "update"
	Replace Action = "replace" // destroyed and created anew, in either order
	Delete  Action = "delete"
	Forget  Action = "forget" // leaves the state, the real object stays
	Orphan  Action = "orphan" // no longer managed by anything, the real object stays
	None    Action = "none"   // nothing happens to the object itself; only an Effect is told
)

// Destroys reports whether the real object ceases to exist.
func (a Action) Destroys() bool { return a == Delete || a == Replace }

// Verb is the action as a verb: it `replaces` an object.
func (a Action) Verb() string {
	switch a {
	case Forget:
		return "stops managing"
	case Orphan:
		return "leaves behind"
	case None:
		return "affects"
	default:
		return strings.TrimSuffix(string(a), "e") + "es"
	}
}

// Effect is what a change does beside its action. Empty where there is nothing
// to add. Rules may test it.
type Effect string

const (
	Disarm      Effect = "disarm"        // a safeguard goes; nothing dies yet
	Reject      Effect = "reject"        // the API server refuses the update: replace it or be stuck
	Cascade     Effect = "cascade"       // dies because something it lives in or hangs on dies
	Detach      Effect = "detach"        // data stays but is cut off from its user
	Race        Effect = "race"          // two owners: the outcome depends on order
	ScaleToZero Effect = "scale-to-zero" // runs nowhere after the change
	Exposure    Effect = "exposure"      // reachable or exposed where it was not
	Mass        Effect = "mass"          // part of an unusually large destruction
	Blocked     Effect = "blocked"       // a safeguard makes the plan itself fail
	DataLoss    Effect = "data-loss"     // an update in place that cannot be taken back
	RunsCode    Effect = "runs-code"     // code of the repository's own that an apply runs is new or another one
	RouteLost   Effect = "route-lost"    // what came in by a name, address or route does not arrive any more
)

// Side says which of the two trees a place is in. The zero value is invalid.
type Side string

const (
	Before Side = "before"
	After  Side = "after"
)

// Range is a place in a file of one of the two trees. Lines count from 1; a
// Line of 0 means the whole file, an empty File the whole root.
type Range struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	EndLine int    `json:"end_line"`
	Side    Side   `json:"side"`
}

// Place is a range as people write it: `prod.tfvars:3`, a file alone where
// no line is known, empty for nowhere.
func (r Range) Place() string {
	if r.Line == 0 {
		return r.File
	}
	return fmt.Sprintf("%s:%d", r.File, r.Line)
}

// Cause is one link of the chain from the changed line to the instance. The
// first link of a chain is a line that changed, the last the instance itself.
type Cause struct {
	Range
	// Text is short and has no line break: `create_db true -> false`.
	// Sensitive values never appear in it.
	Text string `json:"text"`
}

// Path leads to an attribute as Terraform's replace_paths do: a string for an
// attribute or map key, an int for an index.
type Path []any

// Change is one predicted action on one object.
type Change struct {
	Address Address
	// Previous is the address before the change; equal to Address unless the
	// object moved.
	Previous Address
	Action   Action
	Effect   Effect
	// Reason explains the action. It is text for people and rules, never
	// used for logic in a predictor.
	Reason Reason
	// Certain is false where the action depends on something that the two
	// trees do not tell. The Reason or a Cause says on what.
	Certain bool
	// Because lists the attributes that force a replacement.
	Because []Path
	// Causes is the chain back to the changed line.
	Causes []Cause
	// Arguments are the chains of each changed argument, where an update changes
	// more than one: what is lost comes of one of them.
	Arguments map[string][]Cause
	// At is where the object is declared: on the before side for what goes
	// away, else on the after side.
	At Range
	// Sources are the digests of the packages from elsewhere that the change comes
	// of, sorted: with others it may be another one.
	Sources []string
	// Private says whose content the change lies in, where not everybody may read
	// that who may read the change.
	Private Private
	// Variant names the var-file, workspace, runtime or apply family under
	// which the change holds; empty where it holds under all.
	Variant string
	// Before and After hold the attributes whose values are known (string,
	// bool, float64, nil, []any, map[string]any). An unknown or sensitive
	// attribute is absent, never "".
	Before, After map[string]any
	// Derived are those of the attributes before that are computed from other
	// resources of the root alone, which stay as they are: what such an attribute
	// holds can be written again. Given are all that the configuration sets.
	Derived, Given []string
	// Losses are what an update in place or a creation takes away; Effect is
	// the worst of theirs.
	Losses []Loss
	// Left are the objects that a change of a whole root stands for: the root's
	// state is elsewhere from here on. Address names the root alone then.
	Left []Address
	// Runs is the command line that an apply runs, for Kubernetes objects with the
	// effect RunsCode. It is for rules and is never printed.
	Runs string
	// Hosts is what an object that applies others (a release, a manifest, a
	// stack) was told and is told; nil for all that do not.
	Hosts *Hosted
}

// Text is why, and why what would tell is not had.
func (g Gap) Text() string {
	if g.Refused == "" {
		return g.Why
	}
	return g.Why + " (it is not available: " + g.Refused + ")"
}

// Private is content that not everybody may read who may read the change. Whoever
// prints says Module and Repository, and nothing that is in the content.
type Private struct {
	Repository string // `owner/name`; empty where everybody may read it
	// Module is the instance of the call through which it is used, At that call.
	Module string
	At     Range
	// Salt is known to nobody who may not read the content. What is computed of its
	// names and is shown has it in it.
	Salt string
}

// Hosted is the content of an object that applies others, on both sides, with
// Unknown for what is not known. Another engine knows what becomes of it.
type Hosted struct{ Before, After map[string]any }

// GapKind groups gaps by what brought them about.
type GapKind string

const (
	GapParse       GapKind = "parse"       // the file is not valid in its language
	GapInvalid     GapKind = "invalid"     // the tool itself would refuse to plan or apply
	GapUnreadable  GapKind = "unreadable"  // missing, too large, not text, a submodule, an LFS pointer
	GapLimit       GapKind = "limit"       // one of our own limits was reached
	GapOpaque      GapKind = "opaque"      // defined outside the repository
	GapUnknown     GapKind = "unknown"     // a value that decides is not in the repository
	GapUnsupported GapKind = "unsupported" // a feature that is not modelled
	GapInternal    GapKind = "internal"    // a defect of ours, caught
	// GapUnfinished: the time or the memory of this machine came to an end. It
	// says nothing of the change, and nothing is judged beside it ([ErrUnfinished]).
	GapUnfinished GapKind = "unfinished"

	// Of a source from elsewhere that is not had: what changes of what the tree
	// says of it. GapOpaque is any other change.
	GapSourceVersion  GapKind = "source-version"  // another version
	GapSourcePatch    GapKind = "source-patch"    // another patch version
	GapSourceRemoval  GapKind = "source-removal"  // something leaves a map, a list, or the range of versions
	GapSourceAddition GapKind = "source-addition" // elements come, nothing else changes
	GapSourceLabels   GapKind = "source-labels"   // tags, labels and descriptions alone
	// GapSourceDrift: a reference to a source means something else now than before
	// the change, although nothing of the change says so.
	GapSourceDrift GapKind = "source-drift"
)

// ErrUnfinished: a prediction was not finished because the time or the memory of
// the machine came to an end, and not one of our limits of work. Another try may
// finish it.
var ErrUnfinished = errors.New("the time or the memory of the machine came to an end")

// Unfinished is an error that wraps [ErrUnfinished] where the plan was not
// finished, nil otherwise.
func (p Plan) Unfinished() error {
	for _, g := range p.Gaps {
		if g.Kind == GapUnfinished {
			return fmt.Errorf("the change could not be reviewed: %s: %s: %w", g.Subject, g.Why, ErrUnfinished)
		}
	}
	return nil
}

// Gap is something that could not be determined. It is part of the answer, never a
// log line, and as narrow as it can be.
type Gap struct {
	// At is the place; its File may be empty where the whole root is meant.
	At   Range
	Root string
	// Kind groups gaps in statistics and rules.
	Kind GapKind
	// Subject names the thing: an address, a file, a variable.
	Subject string
	// Why says what could not be determined, and the way out, in one line.
	Why string
	// Refused says why a source from elsewhere is not had, where that is known. It
	// is no part of what the gap is: another review may be refused otherwise.
	Refused string
	// Source is the address of the source from elsewhere, as the tree has it,
	// whose content would settle the gap; empty where none would.
	Source string
	// Private is as in Change: then the subject, the place and the reason are of
	// that content.
	Private Private
	// Variant is as in Change.
	Variant string
}
