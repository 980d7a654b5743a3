// Package harm names what an update in place does beside changing fields:
// something stops running, data is cut off, a safeguard goes. Each function is
// small and pure: two stored objects in, effects out.
package harm

import (
	"reflect"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

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
