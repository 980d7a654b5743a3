package owner

import (
	"cmp"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Kapp is an App of kapp-controller.
const Kapp Kind = "kapp"

// kappApp: kapp-controller has kapp deploy what an App fetches, which deletes
// what it no longer names, and has kapp delete everything with the App
// (kapp-controller v0.53.1 pkg/app/app_deploy.go; kapp v0.60
// pkg/kapp/clusterapply).
var kappApp = Row{
	Kind: Kapp, Tool: "kapp", Group: "kappctrl.k14s.io", Object: "App",
	Read: readApp, Content: appContent, Pruned: kappPruned, Deleted: kappDeleted,
	Puts:      mergesAlways, // what the cluster filled in is taken over first (pkg/kapp/config/default.go, rebaseRules)
	Recreates: kappRecreates,
	Skips:     kappSkips,
	Keeps:     []Mark{kappOrphan},
	Forces:    []Mark{kappReplace},
	Freezes:   []Mark{{Entries: slices.Concat(kappForeign.Entries, kappFrozen.Entries)}},
	Hook:      noHooks,
}

const kappUpdateKey = "kapp.k14s.io/update-strategy"

var (
	kappOrphan = Annotated("kapp.k14s.io/delete-strategy", "orphan")
	// kappForeign: kapp does not write the object, whatever the value is
	// (pkg/kapp/diff/change.go, op). What it wrote before has its label still, and
	// not the annotation.
	kappForeign = Mark{Entries: []Entry{{"kapp.k14s.io/noop", anyValue}, {"kapp.k14s.io/exists", anyValue}}}
	kappFrozen  = Annotated(kappUpdateKey, skipUpdates)
	kappReplace = Annotated(kappUpdateKey, replaceWhenRefused, replaceAlways)
)

const (
	replaceWhenRefused = "fallback-on-replace"
	replaceAlways      = "always-replace"
	skipUpdates        = "skip"
)

func anyValue(string) bool { return true }

// readApp: an App that is paused or canceled deploys nothing. Its deletion
// deletes what it deployed unless noopDelete says otherwise, or unless it is
// canceled, which stops the deletion as well; the controller sets the finalizer
// itself.
func readApp(o object.Object) Owner {
	spec := o.Value["spec"]
	paused, canceled := object.BoolAt(spec, "paused"), object.BoolAt(spec, "canceled")
	out := Owner{Prune: true, Suspended: paused || canceled, Cascade: !object.BoolAt(spec, "noopDelete") && !canceled}
	out.Cluster = o.String("spec", "cluster", "kubeconfigSecretRef", "name")
	for _, option := range kappOptions(o) {
		switch name, value, _ := strings.Cut(option, "="); name {
		case "--dangerous-allow-empty-list-of-resources":
			out.AllowEmpty = value != "false"
		case "--apply-default-update-strategy":
			out.Force, out.Replace = value == replaceWhenRefused || value == replaceAlways, value == replaceAlways
			out.Frozen = value == skipUpdates
		}
	}
	return out
}

func kappOptions(o object.Object) []string {
	list, _ := o.Get("spec", "deploy", 0, "kapp", "rawOptions")
	items, _ := list.([]any)
	var out []string
	for _, item := range items {
		text, _ := item.(string)
		out = append(out, text)
	}
	return out
}

// appContent is what an App fetches, one content a place.
func appContent(o object.Object) []Content {
	namespace := cmp.Or(o.String("spec", "defaultNamespace"), o.Namespace)
	steps := stepsOf(o)
	places := object.ListAt(o.Value, "spec", "fetch")
	var out []Content
	for i, place := range places {
		c := fetched(place)
		c.Unread = cmp.Or(steps.unread, c.Unread)
		c.Paths, c.Values = kappPaths(steps.paths, i, len(places)), kappPaths(steps.values, i, len(places))
		c.Ytt, c.Settings, c.Rules = steps.ytt, steps.settings, kappRules
		c.Namespace, c.At, c.SettingsAt = namespace, plan.Path{"spec", "fetch", i}, plan.Path{"spec", "template"}
		deploy := object.MapAt(o.Value, "spec", "deploy", 0, "kapp")
		c.Said = []any{place, object.ListAt(o.Value, "spec", "template"), deploy["intoNs"], deploy["mapNs"]}
		out = append(out, c)
	}
	return out
}

// fetched is one place that an App fetches from.
func fetched(place any) Content {
	if paths, ok := object.Lookup(place, "inline", "paths"); ok {
		if _, more := object.Lookup(place, "inline", "pathsFrom"); more {
			return Content{Unread: "it takes files from ConfigMaps or Secrets of the cluster"}
		}
		files := map[string]string{}
		texts, _ := paths.(map[string]any)
		for name, text := range texts {
			files[name], _ = text.(string)
		}
		return Content{Files: files, FilesAt: plan.Path{"inline", "paths"}}
	}
	if git, ok := object.Lookup(place, "git"); ok {
		if _, chosen := object.Lookup(git, "refSelection"); chosen {
			return Content{Unread: "it selects among the tags of a repository"}
		}
		revision := strings.TrimPrefix(object.TextAt(git, "ref"), "origin/")
		return Content{Repository: object.TextAt(git, "url"), Revision: revision, Path: object.TextAt(git, "subPath")}
	}
	return Content{Unread: "the files it fetches are not in the repository"}
}

// keptByKapp: kapp orphans what the live object says, which has what was written.
func keptByKapp(o object.Object) bool {
	return kappOrphan.on(o) && !kappForeign.on(o) && !kappFrozen.on(o)
}

// mayBeKeptByKapp: the live object may say so, or never was kapp's.
func mayBeKeptByKapp(o object.Object) bool { return kappForeign.on(o) || kappOrphan.on(o) }

func kappPruned(l Leaving) Outcome {
	switch {
	case l.Owner.Suspended:
		return blocked(plan.OwnerSuspended)
	case keptByKapp(l.Object):
		return kept(plan.PruneProtected)
	case l.Empty && !l.Owner.AllowEmpty:
		return blocked(plan.PruneEmptyRefused)
	case mayBeKeptByKapp(l.Object):
		return unsure("")
	}
	return deleted(plan.ObjectRemoved)
}

func kappDeleted(l Leaving) Outcome {
	switch {
	case !l.Owner.Cascade:
		return kept(plan.OwnerLeaves)
	case keptByKapp(l.Object):
		return kept(plan.PruneProtected)
	case mayBeKeptByKapp(l.Object):
		return unsure(plan.Cascade)
	}
	return withOwner()
}

// kappSkips: the new object says it, else the option of the App.
func kappSkips(u Update) bool {
	if kappForeign.on(u.After) || u.creates() {
		return kappForeign.on(u.After)
	}
	_, own := u.After.Get("metadata", "annotations", kappUpdateKey)
	return kappFrozen.on(u.After) || u.Owner.Frozen && !own
}

// kappRecreates: the new object says it, else the option of the App
// (add_or_update_change.go, ApplyStrategy).
func kappRecreates(u Update) Recreation {
	switch u.After.Annotation(kappUpdateKey) {
	case replaceAlways:
		return AlwaysRecreated
	case replaceWhenRefused:
		return WhenRefused
	case "":
		if u.Owner.Replace {
			return AlwaysRecreated
		}
		if u.Owner.Force {
			return WhenRefused
		}
	}
	return NeverRecreated
}
