package owner

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// argoApplication: Argo CD prunes only where automated.prune says so or somebody
// does it by hand, never what an option on the live object keeps, and never
// everything. Options stand in one annotation (argo-cd v3.5
// docs/user-guide/sync-options.md).
var argoApplication = Row{
	Kind: ArgoCD, Tool: "Argo CD", Group: "argoproj.io", Object: "Application",
	Read: readApplication, Pruned: argoPruned, Deleted: argoDeleted,
	Puts: func(u Update) bool {
		return u.Owner.Replace || argoReplace.on(u.Before) || argoReplace.on(u.After)
	},
	Recreates: argoRecreates,
	Skips:     func(u Update) bool { return argoSkip.on(u.After) },
	Keeps:     []Mark{syncOption("Prune=false", "Prune=confirm"), syncOption("Delete=false", "Delete=confirm")},
	Forces:    []Mark{syncOption("Force=true", "Replace=true")},
	Freezes:   []Mark{argoSkip},
	Hook:      isArgoHook,
	Without:   []string{"Content"},
}

// argoFinalizer has what an Application applied deleted with it; the way in which
// that is done may follow the name.
const argoFinalizer = "resources-finalizer.argocd.argoproj.io"

const (
	argoHookKey    = "argocd.argoproj.io/hook"
	syncOptionsKey = "argocd.argoproj.io/sync-options"
	stay           = "false"
	confirm        = "confirm"
)

func syncOption(any ...string) Mark {
	return Mark{Entries: []Entry{{syncOptionsKey, option(any...)}}}
}

var (
	argoForce, argoReplace = syncOption("Force=true"), syncOption("Replace=true")
	// argoSkip: it has no phase of a sync, so that it is neither written nor, where
	// the live object has it, pruned (gitops-engine pkg/sync/sync_phase.go).
	argoSkip = Mark{Entries: []Entry{{argoHookKey, func(s string) bool { return strings.TrimSpace(s) == "Skip" }}}}
)

// holdsBack reports whether a value of the options Prune and Delete keeps an
// object, or asks before it is deleted.
func holdsBack(value string) bool { return value == stay || value == confirm }

// optionOf is the value of an option of an object, else the default of its
// Application (argo-cd v3.5 gitops-engine pkg/sync/sync_context.go,
// isPruningDisabled; controller/appcontroller.go, shouldBeDeleted).
func optionOf(o object.Object, name, byDefault string) string {
	for _, option := range strings.Split(o.Annotation(syncOptionsKey), ",") {
		if value, ok := strings.CutPrefix(strings.TrimSpace(option), name+"="); ok {
			return value
		}
	}
	return byDefault
}

func readApplication(o object.Object) Owner {
	var out Owner
	out.Cluster = o.String("spec", "destination", "server")
	if out.Cluster == "" {
		out.Cluster = o.String("spec", "destination", "name")
	}
	if out.Cluster == "https://kubernetes.default.svc" || out.Cluster == "in-cluster" {
		out.Cluster = ""
	}
	if automated, ok := o.Get("spec", "syncPolicy", "automated"); ok && automated != nil {
		if enabled, set := object.Lookup(automated, "enabled"); !set || enabled != false {
			out.Prune, out.AllowEmpty = object.BoolAt(automated, "prune"), object.BoolAt(automated, "allowEmpty")
		}
	}
	list, _ := o.Get("spec", "syncPolicy", "syncOptions")
	options, _ := list.([]any)
	for _, option := range options {
		text, _ := option.(string)
		switch name, value, _ := strings.Cut(text, "="); {
		case name == "Prune" && out.DefaultPrune == "":
			out.DefaultPrune = value
		case name == "Delete" && out.DefaultDelete == "":
			out.DefaultDelete = value
		case text == "Force=true":
			out.Force = true
		case text == "Replace=true":
			out.Replace = true
		}
	}
	out.Cascade = finalized(o, argoFinalizer)
	return out
}

// argoPruned: a confirmation is asked for in a sync that prunes, and the automated
// one is not begun where everything would go (gitops-engine
// pkg/sync/sync_context.go, runTasks and pruneObject;
// controller/appcontroller.go, autoSync).
func argoPruned(l Leaving) Outcome {
	prune := l.option("Prune", l.Owner.DefaultPrune)
	switch {
	case isArgoHook(l.Object):
		return kept(plan.HooksStay)
	case prune == stay:
		return kept(plan.PruneProtected)
	case !l.Owner.Prune:
		return kept(plan.PruneOff)
	case l.Empty && !l.Owner.AllowEmpty:
		return blocked(plan.PruneEmptyRefused)
	case argoSkip.on(l.Object):
		return unsure("")
	case prune == confirm:
		return Outcome{plan.Delete, "", plan.PruneConfirm, false}
	}
	return deleted(plan.ObjectRemoved)
}

// argoDeleted: definitions outlive their Application (gitops-engine, IsCRD), and
// so does what an option or Helm's policy keeps. Either option can ask for a
// confirmation (controller/state.go, isObjRequiresDeletionConfirmation).
func argoDeleted(l Leaving) Outcome {
	remove := l.option("Delete", l.Owner.DefaultDelete)
	written := !argoSkip.on(l.Object)
	switch {
	case !l.Owner.Cascade:
		return kept(plan.OwnerLeaves)
	case remove == stay, written && l.Object.Annotation(helmPolicyKey) == "keep", IsCRD(l.Object):
		return kept(plan.PruneProtected)
	case !written:
		return unsure(plan.Cascade)
	case remove == confirm, l.option("Prune", l.Owner.DefaultPrune) == confirm:
		return Outcome{plan.Delete, plan.Cascade, plan.PruneConfirm, false}
	}
	return withOwner()
}

// option is what the live object says, as far as it was written.
func (l Leaving) option(name, byDefault string) string {
	if argoSkip.on(l.Object) {
		return byDefault
	}
	return optionOf(l.Object, name, byDefault)
}

// argoRecreates: an option counts on either side, because the live object still
// has the old one. Force alone is `kubectl apply --force`, and with Replace
// `kubectl replace --force`, which is done at every sync, for what has not changed
// as well; Replace leaves Namespaces and definitions alone (gitops-engine
// pkg/sync/sync_context.go, applyObject; pkg/utils/kube/resource_ops.go,
// newReplaceOptions).
func argoRecreates(u Update) Recreation {
	force := u.Owner.Force || argoForce.on(u.Before) || argoForce.on(u.After)
	replace := u.Owner.Replace || argoReplace.on(u.Before) || argoReplace.on(u.After)
	switch {
	case !force, replace && (IsCRD(u.After) || u.After.Kind == "Namespace"):
		return NeverRecreated
	case replace:
		return EverySync
	}
	return WhenRefused
}

// isArgoHook: Argo CD takes Helm's hooks for its own where it has a like one
// (argo-cd v3.5 docs/user-guide/helm.md).
func isArgoHook(o object.Object) bool {
	if own := o.Annotation(argoHookKey); own != "" {
		return own != "Skip"
	}
	for _, h := range strings.Split(o.Annotation(helmHookKey), ",") {
		switch strings.TrimSpace(h) {
		case "pre-install", "pre-upgrade", "post-install", "post-upgrade", "pre-delete", "post-delete":
			return true
		}
	}
	return false
}

// IsCRD reports whether an object is a CustomResourceDefinition.
func IsCRD(o object.Object) bool {
	return o.Kind == "CustomResourceDefinition" && o.Group == "apiextensions.k8s.io"
}
