package apply

import (
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/harm"
	"github.com/holdpoint-dev/holdpoint/internal/kube/apply/schema"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Family is a way of applying. The zero value is invalid.
type Family string

const (
	// Patch: kubectl apply, server-side apply, Argo CD, Flux, Helm. A field
	// in neither manifest keeps its live value.
	Patch Family = "patch"
	// Put: kubectl replace, Argo CD Replace=true, helm --force. The new
	// object is the manifest and its defaults.
	Put Family = "put"
)

// Verdict is what becomes of an update. The zero value is invalid.
type Verdict string

const (
	None     Verdict = "none"     // the stored object stays as it is
	Changes  Verdict = "update"   // it changes in place
	Rejected Verdict = "rejected" // the API server refuses the update
	// Possible: it changes in place or is refused, which depends on
	// something that the manifests do not tell; Refused says on what.
	Possible Verdict = "possible"
)

// Outcome is what an update does.
type Outcome struct {
	Verdict Verdict
	// Changed is what differs in the stored object, defaults filled in.
	Changed []schema.Difference
	// Refused lists the changes that the server refuses, or may refuse.
	Refused []Refusal
	// Notes are things worth saying that do not decide the verdict.
	Notes []Note
	// Effects is what the update does beside changing fields, if the server
	// accepts it. A stored object that stays as it is may have some too: its
	// new version may read it differently.
	Effects []Effect
	// Known is false for a custom resource whose definition is not among
	// the files: then its defaults and transition rules are not known.
	Known bool
}

// Refusal is a change that the API server does not accept.
type Refusal struct {
	// Paths lead to the parts that change and may not.
	Paths []plan.Path
	// Field is the field as the server's message names it.
	Field string
	// Why is one sentence without a final stop.
	Why string
	// Source names the rule: function, file and version, or the definition.
	Source string
	// Certain is false where it depends on what the manifests do not tell;
	// Why says on what.
	Certain bool
}

// Effect is a lesser harm of an update; see package harm.
type Effect = harm.Effect

// NoteKind groups notes. The zero value is invalid.
type NoteKind string

const (
	// Invalid: the new object is refused by itself, whatever was before.
	Invalid NoteKind = "invalid"
	// Ignored: the server keeps the old value without a word.
	Ignored NoteKind = "ignored"
	// Depends: the update also depends on something outside, such as the
	// version of the cluster.
	Depends NoteKind = "depends"
)

// Note is a remark on an update that does not decide its verdict.
type Note struct {
	Kind NoteKind
	Path plan.Path
	Text string
}

// Or is the outcome where it is open which of two holds, for a reason that is a
// clause: where only one of them refuses, the update may be refused.
func (o Outcome) Or(other Outcome, why string) Outcome {
	if (o.Verdict == Rejected) == (other.Verdict == Rejected) {
		return o
	}
	refused := o.Refused
	if other.Verdict == Rejected {
		refused = other.Refused
		o.Changed = other.Changed
	}
	o.Verdict, o.Refused = Possible, slices.Clone(refused)
	for i := range o.Refused {
		o.Refused[i].Certain = false
		o.Refused[i].Why += " (" + why + ")"
	}
	return o
}

func verdict(o Outcome) Verdict {
	if len(o.Changed) == 0 {
		return None
	}
	for _, r := range o.Refused {
		if r.Certain {
			return Rejected
		}
	}
	if len(o.Refused) > 0 {
		return Possible
	}
	return Changes
}
