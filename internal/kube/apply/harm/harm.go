// Package harm names what an update in place does beside changing fields:
// something stops running, data is cut off, a safeguard goes. Each function is
// small and pure: two stored objects in, effects out.
package harm

import (
	"fmt"
	"reflect"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Effect is one harm of an update.
type Effect struct {
	// Reason says what the harm is.
	Reason plan.Reason
	// Effect is the word of the vocabulary, empty where none fits.
	Effect plan.Effect
	// Path leads to what changes.
	Path plan.Path
	// Why is one sentence without a final stop.
	Why string
	// Certain is false where it depends on what the manifests do not tell.
	Certain bool
}

// change is one update: the manifests and what is stored for them, in normal
// form, defaults filled in.
type change struct {
	before, after object.Object
	old, next     map[string]any
	found         []Effect
}

// Of lists the harms of an update, in a fixed order.
func Of(before, after object.Object, old, next map[string]any) []Effect {
	c := &change{before: before, after: after, old: old, next: next}
	if reflect.DeepEqual(old, next) {
		return nil
	}
	for _, find := range byKind[after.Key().GroupKind()] {
		find(c)
	}
	c.protections()
	c.providers()
	c.ties()
	return c.found
}

// byKind are the functions for built-in kinds, beside those for all kinds.
var byKind = map[string][]func(*change){
	"apps/Deployment":                               {replicas, podTemplate, recreate},
	"apps/StatefulSet":                              {replicas, ordinals, podTemplate, retention},
	"apps/ReplicaSet":                               {replicas, podTemplate},
	"apps/DaemonSet":                                {podTemplate, placement},
	"core/ReplicationController":                    {replicas, podTemplate, orphans},
	"core/Pod":                                      {podTemplate},
	"batch/Job":                                     {suspended, cleanup},
	"batch/CronJob":                                 {suspended, podTemplate},
	"argoproj.io/Rollout":                           {replicas, podTemplate},
	"core/Service":                                  {serviceType, servicePorts, serviceSelector, serviceScheme},
	"networking.k8s.io/Ingress":                     {routes},
	"networking.k8s.io/NetworkPolicy":               {networkPolicy},
	"gateway.networking.k8s.io/Gateway":             {listeners},
	"gateway.networking.k8s.io/HTTPRoute":           {hostnames, rules},
	"gateway.networking.k8s.io/GRPCRoute":           {hostnames, rules},
	"gateway.networking.k8s.io/TLSRoute":            {hostnames},
	"core/PersistentVolumeClaim":                    {growth},
	"core/PersistentVolume":                         {reclaim},
	"snapshot.storage.k8s.io/VolumeSnapshotClass":   {snapshotPolicy},
	"snapshot.storage.k8s.io/VolumeSnapshotContent": {snapshotPolicy},
	"storage.k8s.io/StorageClass":                   {defaultClass},
	"policy/PodDisruptionBudget":                    {budget},
	"autoscaling/HorizontalPodAutoscaler":           {autoscaler},
	"core/ResourceQuota":                            {quota},
	"core/Namespace":                                {podSecurity},
	"core/ConfigMap":                                {immutable},
	"core/Secret":                                   {immutable},
	"admissionregistration.k8s.io/ValidatingWebhookConfiguration":   {webhooks},
	"admissionregistration.k8s.io/MutatingWebhookConfiguration":     {webhooks},
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy":        {admissionPolicy},
	"admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": {admissionBinding},
	"apiextensions.k8s.io/CustomResourceDefinition":                 {versions, definitionSchema},
}

func (c *change) add(reason plan.Reason, effect plan.Effect, path plan.Path, why string, args ...any) {
	c.found = append(c.found, Effect{reason, effect, path, fmt.Sprintf(why, args...), true})
}

func (c *change) maybe(reason plan.Reason, effect plan.Effect, path plan.Path, why string, args ...any) {
	c.found = append(c.found, Effect{reason, effect, path, fmt.Sprintf(why, args...), false})
}

func at(v map[string]any, path ...any) any {
	x, _ := object.Lookup(v, path...)
	return x
}

func mapAt(v map[string]any, path ...any) map[string]any {
	m, _ := at(v, path...).(map[string]any)
	return m
}

func listAt(v map[string]any, path ...any) []any {
	l, _ := at(v, path...).([]any)
	return l
}

func text(v map[string]any, path ...any) string {
	s, _ := at(v, path...).(string)
	return s
}

func number(v map[string]any, path ...any) (int64, bool) {
	i, ok := at(v, path...).(int64)
	return i, ok
}

func asMap(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}
