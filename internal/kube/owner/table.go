package owner

import (
	"bytes"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Row is what is known of one owner. A column that has no meaning for it is
// named in Without: the others are never empty.
type Row struct {
	Kind Kind
	// Tool is its name in messages.
	Tool string
	// Group and Object are the API group and kind of the object that makes the
	// tool apply others.
	Group, Object string
	// Read is what the object says of itself, beside its name and place.
	Read func(object.Object) Owner
	// Content is what the owner applies, where its object alone says it; of the
	// others internal/kube/unit knows how to find it.
	Content func(object.Object) []Content
	// Pruned is what becomes of an object that the owner applied and no longer
	// does.
	Pruned func(Leaving) Outcome
	// Deleted is what becomes of an object when the owner is deleted.
	Deleted func(Leaving) Outcome
	// Puts reports whether an update sends the whole object, and does not merge.
	Puts func(Update) bool
	// Recreates says when an update deletes the object and creates it anew.
	Recreates func(Update) Recreation
	// Skips reports whether an object is not written at all; of an update, whether
	// it is never made.
	Skips func(Update) bool
	// Keeps are the annotations and labels of an object that keep it from being
	// deleted, Forces those that have it deleted and made anew, Freezes those that
	// keep it from being written: when they go, all comes that changed meanwhile.
	Keeps, Forces, Freezes []Mark
	// Hook reports whether the tool runs an object as a hook, and so neither
	// updates nor prunes it.
	Hook func(object.Object) bool

	Without []string
}

// Table has a row for each owner.
var Table = []Row{argoApplication, argoApplicationSet, fluxKustomization, helmRelease, kubectlPrune, kappApp, unowned}

// Content is manifests that an owner applies as they stand.
type Content struct {
	// Files are manifests in the owner's object, by their names; FilesAt leads to
	// them from At.
	Files   map[string]string
	FilesAt plan.Path
	// Repository is the URL of a Git repository, at a Revision, HEAD where it is
	// empty; of it the folder Path is applied with all below.
	Repository, Revision, Path string
	// Paths are the files and folders of it that count, nil for all.
	Paths []string
	// Ytt: what has marks of ytt is a template and not read. Values are files and
	// folders that ytt puts in, Settings, which stand at SettingsAt, what else it is
	// told. As long as all this stays as it is the other manifests are judged as
	// they stand.
	Ytt        bool
	Values     []string
	Settings   []any
	SettingsAt plan.Path
	// Rules are what an object among the manifests says of how the others are
	// applied, nil for any other object.
	Rules func(object.Object) any
	// Namespace is where objects go that name none.
	Namespace string
	// Said is all that decides what is applied, as the owner's object says it: it is
	// compared where nothing is read.
	Said any
	// Unread says why what is applied is not known, "" where it is.
	Unread string
	// At is where the owner's object says so.
	At plan.Path
}

// ContentOf is what an owner applies by the word of its object alone; false where
// that does not say it.
func ContentOf(o object.Object) ([]Content, bool) {
	r, ok := rowOf(o)
	if !ok || r.Content == nil {
		return nil, false
	}
	return r.Content(o), true
}

// Leaving is an object that its owner does not apply any more.
type Leaving struct {
	Object object.Object
	// Owner is the owner as it is after the change, or as it was where it is
	// deleted itself.
	Owner Owner
	// Empty: the owner applies nothing at all any more.
	Empty bool
	// Visited: the owner still applies something in its namespace.
	Visited bool
	// CRDsFolder: it comes from a chart's crds folder. InList: it is an item of a
	// List.
	CRDsFolder, InList bool
}

// Outcome is what becomes of an object that is no longer applied.
type Outcome struct {
	Action  plan.Action
	Effect  plan.Effect
	Reason  plan.Reason
	Certain bool
}

// Update is an object that is applied before and after. Without a value Before is
// one that is created.
type Update struct {
	Owner         Owner
	Before, After object.Object
}

func (u Update) creates() bool { return u.Before.Value == nil }

// Recreation says when an update deletes an object first. The zero value is
// never.
type Recreation string

const (
	NeverRecreated Recreation = ""
	// WhenRefused: where the API server does not take the update.
	WhenRefused Recreation = "when-refused"
	// AlwaysRecreated: whenever something of it changes.
	AlwaysRecreated Recreation = "always"
	// EverySync: whenever anything changes of what its owner applies.
	EverySync Recreation = "every-sync"
)

// Beyond reports whether an object is deleted on more occasions than by another
// recreation.
func (r Recreation) Beyond(other Recreation) bool {
	order := []Recreation{NeverRecreated, WhenRefused, AlwaysRecreated, EverySync}
	return slices.Index(order, r) > slices.Index(order, other)
}

// unsure: what keeps it stands on an object that the tool does not write, so that
// the live one, which decides, may lack it.
func unsure(effect plan.Effect) Outcome { return Outcome{plan.Delete, effect, plan.MarkNotLive, false} }

func deleted(reason plan.Reason) Outcome { return Outcome{plan.Delete, "", reason, true} }
func kept(reason plan.Reason) Outcome    { return Outcome{plan.Orphan, "", reason, true} }

// blocked: the tool stops there, and the object stays managed.
func blocked(reason plan.Reason) Outcome { return Outcome{plan.None, plan.Blocked, reason, true} }

// withOwner: it goes because its owner goes.
func withOwner() Outcome { return Outcome{plan.Delete, plan.Cascade, plan.OwnerRemoved, true} }

// Pruned is what becomes of an object that its owner no longer applies.
func Pruned(l Leaving) Outcome { return l.Owner.row().Pruned(l) }

// Deleted is what becomes of an object whose owner is deleted.
func Deleted(l Leaving) Outcome { return l.Owner.row().Deleted(l) }

// Puts reports whether an owner sends an update as a whole object.
func Puts(u Update) bool { return u.Owner.row().Puts(u) }

// Recreates says when an owner deletes an object to update it.
func Recreates(u Update) Recreation { return u.Owner.row().Recreates(u) }

// Skips reports whether an owner does not write an object.
func Skips(u Update) bool { return u.Owner.row().Skips(u) }

// Forced is how often an object is deleted and made anew by what it says itself,
// and where it says so, if that is more often than before.
func (r Row) Forced(before, after object.Object) (how Recreation, at plan.Path, value string) {
	how = r.Recreates(Update{Before: after, After: after})
	if !how.Beyond(r.Recreates(Update{Before: before, After: before})) {
		return NeverRecreated, nil, ""
	}
	for _, m := range r.Forces {
		_, was, _ := m.Find(before.Value)
		if at, is, ok := m.Find(after.Value); ok && is != was {
			return how, at, is
		}
	}
	return NeverRecreated, nil, ""
}

// IsHook reports whether an owner treats an object as a hook.
func IsHook(o object.Object, kind Kind) bool { return Owner{Kind: kind}.row().Hook(o) }

// Of is the owner that an object stands for, false where it stands for none.
func Of(o object.Object, side plan.Side) (Owner, bool) {
	r, ok := rowOf(o)
	if !ok {
		return Owner{}, false
	}
	out := r.Read(o)
	out.Kind, out.Object, out.Namespace, out.Name, out.At = r.Kind, r.Object, o.Namespace, o.Name, o.At(side, nil)
	return out, true
}

// KindOf is the kind of owner that an object stands for, Unowned where it
// stands for none.
func KindOf(o object.Object) Kind {
	r, _ := rowOf(o)
	return r.Kind
}

// Is reports whether an object makes a tool apply other objects.
func Is(o object.Object) bool { return KindOf(o) != Unowned }

func rowOf(o object.Object) (Row, bool) {
	for _, r := range Table {
		if r.Object != "" && r.Object == o.Kind && r.Group == o.Group {
			return r, true
		}
	}
	return Row{}, false
}

// Mentioned reports whether a text may hold an owner.
func Mentioned(text []byte) bool {
	return slices.ContainsFunc(Table, func(r Row) bool { return r.Group != "" && bytes.Contains(text, []byte(r.Group+"/")) })
}

// Objects are the kinds of objects that stand for owners, in the order of the
// table.
func Objects() []string {
	var out []string
	for _, r := range Table {
		if r.Object != "" {
			out = append(out, r.Object)
		}
	}
	return out
}

// finalized reports whether an object has a finalizer that begins so.
func finalized(o object.Object, prefix string) bool {
	return slices.ContainsFunc(object.ListAt(o.Value, "metadata", "finalizers"), func(item any) bool {
		return strings.HasPrefix(object.TextAt(item), prefix)
	})
}
