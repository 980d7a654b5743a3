package owner

import "github.com/holdpoint-dev/holdpoint/internal/plan"

// kubectlPrune: kubectl lists the kinds it knows in the namespaces it visited.
var kubectlPrune = Row{
	Kind: KubectlPrune, Tool: "kubectl",
	Pruned: func(l Leaving) Outcome {
		if !prunedKinds[l.Object.Key().GroupKind()] || !l.Visited {
			return kept(plan.PruneNotVisited)
		}
		return deleted(plan.ObjectRemoved)
	},
	Deleted:   func(Leaving) Outcome { return kept(plan.PruneNotVisited) },
	Puts:      mergesAlways,
	Recreates: recreatesNever,
	Skips:     skipsNever,
	Hook:      noHooks,
	Without:   []string{"Content", "Group", "Object", "Read", "Keeps", "Forces", "Freezes"},
}

// unowned is an apply of which nothing is known.
var unowned = Row{
	Kind: Unowned, Tool: "what applies it",
	Pruned:    func(Leaving) Outcome { return Outcome{plan.Delete, "", plan.PruneUnknown, false} },
	Deleted:   func(Leaving) Outcome { return Outcome{plan.Delete, "", plan.PruneUnknown, false} },
	Puts:      mergesAlways,
	Recreates: recreatesNever,
	Skips:     skipsNever,
	Hook:      noHooks,
	Without:   []string{"Content", "Kind", "Group", "Object", "Read", "Keeps", "Forces", "Freezes"},
}

// prunedKinds are those that kubectl apply --prune deletes without an allowlist
// of its own (k8s.io/kubectl v0.37.2 pkg/util/prune).
var prunedKinds = map[string]bool{
	"core/ConfigMap": true, "core/Endpoints": true, "core/PersistentVolumeClaim": true, "core/Pod": true,
	"core/ReplicationController": true, "core/Secret": true, "core/Service": true, "core/Namespace": true,
	"core/PersistentVolume": true, "batch/Job": true, "batch/CronJob": true, "networking.k8s.io/Ingress": true,
	"apps/DaemonSet": true, "apps/Deployment": true, "apps/ReplicaSet": true, "apps/StatefulSet": true,
}
