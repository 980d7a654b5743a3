package plan

// Reason says why an action is predicted. Predictors set it, publishers print
// its Sentence; no logic depends on it.
type Reason string

// Sentence is the reason in words, without a final stop. A reason that is not
// in the table prints as itself.
func (r Reason) Sentence() string {
	if s, ok := sentences[r]; ok {
		return s
	}
	return string(r)
}

// Why is the reason in words, with the instance key where the reason is about
// it: `index [1] is out of range for count`. The key is foreign text.
func (c Change) Why() string {
	if c.Address.Key != "" {
		switch c.Reason {
		case CountIndex:
			return "index " + c.Address.Key + " is out of range for count"
		case EachKey:
			return "key " + c.Address.Key + " is no longer in for_each"
		case WrongRepetition:
			return "instance key " + c.Address.Key + " does not match the resource's count or for_each any more"
		}
	}
	return c.Reason.Sentence()
}

// Reasons of Terraform deletions carry the names of Terraform's own
// action_reason where it has one (terraform 1.11 internal/plans/changes.go).
const (
	NoResourceConfig Reason = "delete_because_no_resource_config"
	WrongRepetition  Reason = "delete_because_wrong_repetition"
	CountIndex       Reason = "delete_because_count_index"
	EachKey          Reason = "delete_because_each_key"
	NoModule         Reason = "delete_because_no_module"
	NoMoveTarget     Reason = "delete_because_no_move_target"
	CannotUpdate     Reason = "replace_because_cannot_update"
	ByTriggers       Reason = "replace_by_triggers"
	ObjectRemoved    Reason = "object_removed"
	GuardRemoved     Reason = "guard_removed"

	// What leaves a state without being destroyed.
	StateRelocated Reason = "orphan_because_state_relocated"
	RootGone       Reason = "orphan_because_root_gone"

	// CodeRuns: what an apply runs beside the tool itself is another text.
	CodeRuns Reason = "code_at_apply"
)

// Reasons of Kubernetes deletions and of what stands in for one.
const (
	PruneUnknown      Reason = "prune_unknown"
	PruneOff          Reason = "prune_off"
	PruneProtected    Reason = "prune_protected"
	PruneConfirm      Reason = "prune_confirm"
	PruneEmptyRefused Reason = "prune_empty_refused"
	PruneForbidden    Reason = "prune_forbidden"
	MarkNotLive       Reason = "mark_not_live"
	PruneNotVisited   Reason = "prune_not_visited"
	OwnerChanges      Reason = "owner_changes"
	OwnerRemoved      Reason = "owner_removed"
	OwnerLeaves       Reason = "owner_removed_leaves_objects"
	OwnerSuspended    Reason = "owner_suspended"
	ClusterChanged    Reason = "destination_cluster_changed"
	CRDsStay          Reason = "helm_keeps_definitions"
	HooksStay         Reason = "helm_keeps_hooks"
	BecomesHook       Reason = "becomes_hook"
	NamespaceRemoved  Reason = "namespace_removed"
	DefinitionRemoved Reason = "definition_removed"
	KeepTurnedOff     Reason = "keep_turned_off"
	PruneTurnedOn     Reason = "prune_turned_on"
	CascadeTurnedOn   Reason = "owner_cascade_turned_on"
	GuardTurnedOff    Reason = "empty_guard_turned_off"
	ForceTurnedOn     Reason = "force_turned_on"
	AlwaysTurnedOn    Reason = "always_force_turned_on"
	UpdatesTurnedOn   Reason = "updates_turned_on"
	ForcedRecreate    Reason = "forced_recreate"
	AlwaysRecreated   Reason = "always_recreated"
	TakesAway         Reason = "takes_away"
	Reinstalled       Reason = "release_reinstalled"
	LeavesTemplate    Reason = "not_in_template"
	PolicyRemoved     Reason = "template_policy_removed"
)

// Reasons of what an update of a Kubernetes object in place does beside changing
// fields.
const (
	ScaledToZero       Reason = "scaled-to-zero"
	ReplicasLowered    Reason = "replicas-lowered"
	ReplicasReset      Reason = "replicas-reset" // the field is gone, the default of one holds
	ClaimsDeleted      Reason = "claims-deleted" // by a scale-down with whenScaled: Delete
	RetentionOff       Reason = "retention-off"
	ReclaimDelete      Reason = "reclaim-delete"
	VolumeDetached     Reason = "volume-detached"
	DataElsewhere      Reason = "data-elsewhere" // it looks for its data in another folder
	GrowthIrreversible Reason = "growth-irreversible"
	LimitsRemoved      Reason = "limits-removed"
	GraceLowered       Reason = "grace-lowered"
	StrategyRecreate   Reason = "strategy-recreate"
	PlacementNarrowed  Reason = "placement-narrowed"
	PodsOrphaned       Reason = "pods-orphaned"
	Suspended          Reason = "suspended"
	CleanupSooner      Reason = "cleanup-sooner"
	ServiceType        Reason = "service-type"
	ServiceSelector    Reason = "service-selector"
	ServiceScheme      Reason = "service-scheme"
	RouteRemoved       Reason = "route-removed"
	BudgetWeakened     Reason = "budget-weakened"
	DrainsBlocked      Reason = "drains-blocked"
	AutoscalerLowered  Reason = "autoscaler-lowered"
	QuotaLowered       Reason = "quota-lowered"
	PolicyWidened      Reason = "policy-widened"
	AdmissionWeakened  Reason = "admission-weakened"
	PodSecurity        Reason = "pod-security"
	MadeImmutable      Reason = "made-immutable"
	DefaultClass       Reason = "default-class"
	VersionUnserved    Reason = "version-unserved"
	StorageVersion     Reason = "storage-version"
	SchemaPruned       Reason = "schema-pruned"
	ProtectionRemoved  Reason = "protection-removed"
	ForceAdded         Reason = "force-added"
	FinalizerRemoved   Reason = "finalizer-removed"
	OwnerAdded         Reason = "owner-added"
)

var sentences = map[Reason]string{
	PruneUnknown:      "it is no longer in the manifests; whether the tool that applies them also prunes is not in the repository",
	PruneOff:          "it is no longer in the manifests and pruning is off: it stays in the cluster, unmanaged",
	PruneProtected:    "it is no longer in the manifests and an annotation protects it from pruning: it stays in the cluster, unmanaged",
	PruneConfirm:      "it is no longer in the manifests; pruning it waits for a confirmation",
	PruneEmptyRefused: "no manifest is left, and its owner refuses to sync an empty result",
	MarkNotLive:       "it is no longer in the manifests; the annotation that would keep it is in Git, but may be missing on the live object, which was not updated",
	PruneForbidden:    "the API server refuses to delete it",
	PruneNotVisited:   "it is no longer in the manifests, and kubectl --prune does not cover its kind: it stays in the cluster, unmanaged",
	OwnerChanges:      "another owner applies it as well; the owner that drops it prunes it unless the other one took it over first",
	OwnerRemoved:      "its owner is deleted, and deletes the objects that it applied",
	OwnerLeaves:       "its owner is deleted, and leaves the objects that it applied in the cluster",
	OwnerSuspended:    "its owner is suspended: it stays until the owner is resumed",
	ClusterChanged:    "its owner now applies to another cluster; it stays in the old one, unmanaged",
	CRDsStay:          "Helm never deletes objects from the crds folder of a chart: it stays in the cluster, unmanaged",
	HooksStay:         "Helm does not track hooks: it stays in the cluster, unmanaged",
	BecomesHook:       "it becomes a hook, so its owner no longer keeps it",
	NamespaceRemoved:  "its namespace is deleted",
	DefinitionRemoved: "its CustomResourceDefinition is deleted",
	KeepTurnedOff:     "its owner now prunes objects that are removed from it",
	PruneTurnedOn:     "pruning is turned on",
	CascadeTurnedOn:   "deleting its owner now deletes it too",
	GuardTurnedOff:    "its owner no longer refuses to sync an empty result",
	ForceTurnedOn:     "its owner now deletes and recreates objects that it cannot update",
	AlwaysTurnedOn:    "its owner now deletes and recreates objects on every change",
	UpdatesTurnedOn:   "its owner now updates objects that it did not update before",
	Reinstalled:       "its Helm release is uninstalled and reinstalled, because its name, storage or chart changes",
	LeavesTemplate:    "it is no longer in its template, or only under a condition",
	PolicyRemoved:     "the retention policy in its template is removed",
	TakesAway:         "another object is deleted through it",
	AlwaysRecreated:   "its owner deletes and recreates it on every change",
	ForcedRecreate:    "it cannot be updated in place, and its owner is set to delete and recreate it",
	NoResourceConfig:  "its resource block is no longer in the configuration",
	WrongRepetition:   "its instance key does not match the resource's count or for_each any more",
	CountIndex:        "index is out of range for count",
	EachKey:           "key is no longer in for_each",
	NoModule:          "its module instance is no longer in the configuration",
	NoMoveTarget:      "it was moved to an address that is not in the configuration",
	CannotUpdate:      "an attribute that forces replacement changes",
	ByTriggers:        "replace_triggered_by refers to a resource that changes",
	ObjectRemoved:     "it is no longer in the manifests",
	GuardRemoved:      "prevent_destroy is removed",
	CodeRuns:          "that code is new or changed",
	StateRelocated:    "its state moves to another backend",
	RootGone:          "no configuration of its root module is left, and nothing plans an empty folder",

	ScaledToZero:       "it has no running replica after the change",
	ReplicasLowered:    "it runs fewer replicas",
	ReplicasReset:      "replicas is no longer set, so the default of 1 applies",
	ClaimsDeleted:      "scaling down deletes the PersistentVolumeClaims of the removed replicas",
	RetentionOff:       "its PersistentVolumeClaims are now deleted with it",
	ReclaimDelete:      "its data is now deleted with its claim",
	VolumeDetached:     "the volume it used is no longer mounted",
	DataElsewhere:      "it reads its data from another folder",
	GrowthIrreversible: "an expanded volume cannot shrink again",
	LimitsRemoved:      "its resource limits are removed",
	GraceLowered:       "its termination grace period is shorter",
	StrategyRecreate:   "every update now stops its pods first",
	PlacementNarrowed:  "it can be scheduled on fewer nodes",
	PodsOrphaned:       "its pods are orphaned",
	Suspended:          "it is suspended",
	CleanupSooner:      "it is cleaned up sooner",
	ServiceType:        "its type changes, which releases its address",
	ServiceSelector:    "its selector matches other pods",
	ServiceScheme:      "its load balancer may be recreated",
	RouteRemoved:       "a route is removed",
	BudgetWeakened:     "its PodDisruptionBudget allows more disruption",
	DrainsBlocked:      "nodes cannot be drained",
	AutoscalerLowered:  "its autoscaler allows fewer replicas",
	QuotaLowered:       "its quota is lower",
	PolicyWidened:      "it allows more traffic",
	AdmissionWeakened:  "it checks less",
	PodSecurity:        "pods may be rejected when they restart",
	MadeImmutable:      "it becomes immutable",
	DefaultClass:       "the default StorageClass changes",
	VersionUnserved:    "a version of it is no longer served",
	StorageVersion:     "its storage version changes",
	SchemaPruned:       "fields are removed from its schema, and their data with the next write",
	ProtectionRemoved:  "its protection from deletion is removed",
	ForceAdded:         "it is deleted and recreated where it cannot be updated",
	FinalizerRemoved:   "a finalizer that cleans up after it is removed",
	OwnerAdded:         "it is now deleted together with another object",
}
