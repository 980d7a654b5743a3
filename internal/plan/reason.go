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
	PruneUnknown:      "it is no longer among what is applied; whether what applies it also prunes is not in the repository",
	PruneOff:          "it is no longer among what is applied, and its owner does not prune: it stays, unmanaged",
	PruneProtected:    "it is no longer among what is applied, and an annotation keeps it: it stays, unmanaged",
	PruneConfirm:      "it is no longer among what is applied; its deletion waits for a confirmation",
	PruneEmptyRefused: "nothing is left to apply, which its owner refuses to sync",
	MarkNotLive:       "it is no longer among what is applied; what keeps it stands in Git and not for sure on the live object, which was not written",
	PruneForbidden:    "the API server refuses to delete it",
	PruneNotVisited:   "it is no longer among what is applied, and kubectl --prune does not look at it: it stays, unmanaged",
	OwnerChanges:      "another owner applies it as well; the one that drops it deletes it unless the other took it over before",
	OwnerRemoved:      "what applies it is deleted, and takes along what it applied",
	OwnerLeaves:       "what applies it is deleted, and leaves behind what it applied",
	OwnerSuspended:    "its owner is suspended: it stays until that ends",
	ClusterChanged:    "its owner applies to another cluster from here on; it stays in the old one, unmanaged",
	CRDsStay:          "Helm never deletes what came from a chart's crds folder: it stays, unmanaged",
	HooksStay:         "Helm does not track hooks: it stays, unmanaged",
	BecomesHook:       "it becomes a hook, which takes it out of what its owner keeps",
	NamespaceRemoved:  "its namespace is deleted",
	DefinitionRemoved: "its CustomResourceDefinition is deleted",
	KeepTurnedOff:     "its owner no longer keeps what leaves it",
	PruneTurnedOn:     "its owner prunes from here on",
	CascadeTurnedOn:   "deleting its owner deletes it from here on",
	GuardTurnedOff:    "its owner no longer refuses to sync an empty result",
	ForceTurnedOn:     "its owner deletes and recreates what cannot be updated from here on",
	AlwaysTurnedOn:    "its owner deletes and recreates whatever changes from here on",
	UpdatesTurnedOn:   "its owner updates from here on what it left as it was",
	Reinstalled:       "its release is uninstalled and installed anew, since its name, record or chart is another one",
	LeavesTemplate:    "it is no longer in its template, or under a condition there",
	PolicyRemoved:     "what its template keeps it by is taken away",
	TakesAway:         "something else goes by it",
	AlwaysRecreated:   "its owner is told to delete and recreate it whatever changes",
	ForcedRecreate:    "it cannot be updated in place, and its owner is told to delete and recreate it",
	NoResourceConfig:  "its resource block is gone",
	WrongRepetition:   "its key does not fit the repetition (count, for_each or none) it now has",
	CountIndex:        "its index is beyond the new count",
	EachKey:           "its key is no longer in for_each",
	NoModule:          "the module instance it lives in is gone",
	NoMoveTarget:      "it moved to an address that is not declared",
	CannotUpdate:      "an attribute changes that cannot change in place",
	ByTriggers:        "replace_triggered_by names something that changes",
	ObjectRemoved:     "it is no longer among what is applied",
	GuardRemoved:      "its prevent_destroy is taken away",
	CodeRuns:          "what it runs is new or another text than before",
	StateRelocated:    "its state moves elsewhere",
	RootGone:          "no configuration of its root is left, and nothing plans an empty folder",

	ScaledToZero:       "it runs nowhere after the change",
	ReplicasLowered:    "it runs fewer replicas",
	ReplicasReset:      "its number of replicas is no longer given, so one holds",
	ClaimsDeleted:      "scaling down deletes the claims of what goes",
	RetentionOff:       "its claims are deleted with it from here on",
	ReclaimDelete:      "its data is deleted with its claim from here on",
	VolumeDetached:     "the data it used is no longer mounted",
	DataElsewhere:      "it looks for its data in another folder",
	GrowthIrreversible: "a volume that grew cannot shrink again",
	LimitsRemoved:      "its limits on resources go",
	GraceLowered:       "it gets less time to end",
	StrategyRecreate:   "every update stops it first",
	PlacementNarrowed:  "it may run on fewer nodes",
	PodsOrphaned:       "its pods are left behind",
	Suspended:          "it is suspended",
	CleanupSooner:      "it is cleaned up sooner",
	ServiceType:        "its type changes, which takes its address away",
	ServiceSelector:    "it leads to other pods",
	ServiceScheme:      "its load balancer may be made anew",
	RouteRemoved:       "a route goes",
	BudgetWeakened:     "its disruption budget guards less",
	DrainsBlocked:      "nodes cannot be drained",
	AutoscalerLowered:  "its autoscaler allows fewer replicas",
	QuotaLowered:       "its quota allows less",
	PolicyWidened:      "it lets more traffic through",
	AdmissionWeakened:  "it checks less",
	PodSecurity:        "pods may be refused when they restart",
	MadeImmutable:      "it can no longer be edited",
	DefaultClass:       "the default storage class changes",
	VersionUnserved:    "a version of it is no longer served",
	StorageVersion:     "it is stored under another version",
	SchemaPruned:       "fields leave its schema, and their data with the next write",
	ProtectionRemoved:  "what keeps it from being deleted goes",
	ForceAdded:         "it is deleted and made anew where it cannot be updated",
	FinalizerRemoved:   "what cleans up after it goes",
	OwnerAdded:         "it is deleted with another object from here on",
}
