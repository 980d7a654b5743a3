package harm

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// row is an edit that does a harm and one like it that does not. The manifests
// are in normal form, so that they stand for what is stored as well.
type row struct {
	find    func(*change)
	reason  plan.Reason
	kind    string // apiVersion and kind
	before  string
	harmful string
	// harmless does nothing of the kind.
	harmless string
}

var rows = []row{
	{replicas, plan.ScaledToZero, "apps/v1 Deployment", "spec: {replicas: 3}", "spec: {replicas: 0}", "spec: {replicas: 4}"},
	{replicas, plan.ReplicasLowered, "apps/v1 Deployment", "spec: {replicas: 3}", "spec: {replicas: 2}", "spec: {replicas: 3, paused: true}"},
	{replicas, plan.ClaimsDeleted, "apps/v1 StatefulSet", claims("replicas: 3", "whenScaled: Delete"),
		claims("replicas: 2", "whenScaled: Delete"), claims("replicas: 2", "whenScaled: Retain")},
	{ordinals, plan.ClaimsDeleted, "apps/v1 StatefulSet", claims("replicas: 3, ordinals: {start: 0}", "whenScaled: Delete"),
		claims("replicas: 3, ordinals: {start: 1}", "whenScaled: Delete"), claims("replicas: 4, ordinals: {start: 0}", "whenScaled: Delete")},
	{ordinals, plan.DataElsewhere, "apps/v1 StatefulSet", claims("replicas: 3, ordinals: {start: 0}", "whenScaled: Retain"),
		claims("replicas: 3, ordinals: {start: 5}", "whenScaled: Retain"), claims("replicas: 3, ordinals: {start: 0}", "whenDeleted: Retain")},
	{retention, plan.RetentionOff, "apps/v1 StatefulSet", claims("replicas: 1", "whenDeleted: Retain"),
		claims("replicas: 1", "whenDeleted: Delete"), claims("replicas: 2", "whenDeleted: Retain")},
	{recreate, plan.StrategyRecreate, "apps/v1 Deployment", "spec: {strategy: {type: RollingUpdate}}",
		"spec: {strategy: {type: Recreate}}", "spec: {strategy: {type: RollingUpdate}, paused: true}"},
	{orphans, plan.PodsOrphaned, "v1 ReplicationController", "spec: {selector: {app: a}, replicas: 1}",
		"spec: {selector: {app: b}, replicas: 1}", "spec: {selector: {app: a}, replicas: 2}"},
	{podTemplate, plan.VolumeDetached, "v1 Pod", mounting("claimName: a", "/data", ""), mounting("claimName: b", "/data", ""),
		mounting("claimName: a", "/data", "image: new")},
	{podTemplate, plan.DataElsewhere, "v1 Pod", mounting("claimName: a", "/data", "args: [--data-dir=/data/old]"),
		mounting("claimName: a", "/data", "args: [--data-dir=/data/new]"), mounting("claimName: a", "/srv", "args: [--data-dir=/srv/old]")},
	{podTemplate, plan.LimitsRemoved, "v1 Pod", "spec: {containers: [{name: c, resources: {limits: {memory: 1Gi}}}]}",
		"spec: {containers: [{name: c}]}", "spec: {containers: [{name: c, resources: {limits: {memory: 2Gi}}}]}"},
	{podTemplate, plan.GraceLowered, "v1 Pod", "spec: {terminationGracePeriodSeconds: 30}", "spec: {terminationGracePeriodSeconds: 5}",
		"spec: {terminationGracePeriodSeconds: 60}"},
	{placement, plan.PlacementNarrowed, "apps/v1 DaemonSet", "spec: {template: {spec: {}}}",
		"spec: {template: {spec: {nodeSelector: {disk: ssd}}}}", "spec: {template: {spec: {tolerations: [{key: a}]}}}"},
	{suspended, plan.Suspended, "batch/v1 CronJob", "spec: {suspend: false}", "spec: {suspend: true}", "spec: {suspend: false, schedule: x}"},
	{cleanup, plan.CleanupSooner, "batch/v1 Job", "spec: {ttlSecondsAfterFinished: 60}", "spec: {ttlSecondsAfterFinished: 5}",
		"spec: {ttlSecondsAfterFinished: 90}"},
	{serviceType, plan.ServiceType, "v1 Service", "spec: {type: LoadBalancer}", "spec: {type: ClusterIP}",
		"spec: {type: LoadBalancer, selector: {a: b}}"},
	{servicePorts, plan.RouteRemoved, "v1 Service", "spec: {ports: [{port: 80}, {port: 81}]}", "spec: {ports: [{port: 80}]}",
		"spec: {ports: [{port: 81}, {port: 80, name: http}]}"},
	{serviceSelector, plan.ServiceSelector, "v1 Service", "spec: {selector: {app: a}}", "spec: {selector: {app: b}}",
		"spec: {selector: {app: a}, type: NodePort}"},
	{serviceScheme, plan.ServiceScheme, "v1 Service", "spec: {type: LoadBalancer, loadBalancerIP: 10.0.0.1}",
		"spec: {type: LoadBalancer, loadBalancerIP: 10.0.0.2}", "spec: {type: LoadBalancer, loadBalancerIP: 10.0.0.1, selector: {a: b}}"},
	{routes, plan.RouteRemoved, "networking.k8s.io/v1 Ingress", "spec: {rules: [{host: a}, {host: b}]}", "spec: {rules: [{host: a}]}",
		"spec: {rules: [{host: b}, {host: a}]}"},
	{networkPolicy, plan.PolicyWidened, "networking.k8s.io/v1 NetworkPolicy", "spec: {podSelector: {matchLabels: {a: b}}}",
		"spec: {podSelector: {}}", "spec: {podSelector: {matchLabels: {a: c}}}"},
	{listeners, plan.RouteRemoved, "gateway.networking.k8s.io/v1 Gateway", "spec: {listeners: [{name: a}, {name: b}]}",
		"spec: {listeners: [{name: a}]}", "spec: {listeners: [{name: b}, {name: a, port: 1}]}"},
	{hostnames, plan.RouteRemoved, "gateway.networking.k8s.io/v1 HTTPRoute", "spec: {hostnames: [a, b]}", "spec: {hostnames: [a]}",
		"spec: {hostnames: [b, a, c]}"},
	{rules, plan.RouteRemoved, "gateway.networking.k8s.io/v1 HTTPRoute",
		"spec: {rules: [{matches: [{path: {value: /a}}]}, {matches: [{path: {value: /b}}]}]}",
		"spec: {rules: [{matches: [{path: {value: /a}}]}]}", "spec: {rules: [{matches: [{path: {value: /b}}, {path: {value: /a}}]}]}"},
	{growth, plan.GrowthIrreversible, "v1 PersistentVolumeClaim", "spec: {resources: {requests: {storage: 1Gi}}}",
		"spec: {resources: {requests: {storage: 2Gi}}}", "spec: {resources: {requests: {storage: 1024Mi}}}"},
	{reclaim, plan.ReclaimDelete, "v1 PersistentVolume", "spec: {persistentVolumeReclaimPolicy: Retain}",
		"spec: {persistentVolumeReclaimPolicy: Delete}", "spec: {persistentVolumeReclaimPolicy: Retain, storageClassName: x}"},
	{snapshotPolicy, plan.ReclaimDelete, "snapshot.storage.k8s.io/v1 VolumeSnapshotClass", "deletionPolicy: Retain", "deletionPolicy: Delete",
		"deletionPolicy: Retain\ndriver: x"},
	{defaultClass, plan.DefaultClass, "storage.k8s.io/v1 StorageClass", "provisioner: x",
		`metadata: {name: x, annotations: {storageclass.kubernetes.io/is-default-class: "true"}}`, "provisioner: y"},
	{budget, plan.BudgetWeakened, "policy/v1 PodDisruptionBudget", "spec: {minAvailable: 3}", "spec: {minAvailable: 1}",
		"spec: {minAvailable: 4}"},
	{budget, plan.DrainsBlocked, "policy/v1 PodDisruptionBudget", "spec: {maxUnavailable: 1}", "spec: {maxUnavailable: 0}",
		"spec: {maxUnavailable: 1, selector: {}}"},
	{budget, plan.PolicyWidened, "policy/v1beta1 PodDisruptionBudget", "spec: {selector: {}}",
		"apiVersion: policy/v1\nspec: {selector: {}}", "apiVersion: policy/v1\nspec: {selector: {matchLabels: {a: b}}}"},
	{autoscaler, plan.AutoscalerLowered, "autoscaling/v2 HorizontalPodAutoscaler", "spec: {minReplicas: 3}", "spec: {minReplicas: 1}",
		"spec: {minReplicas: 4}"},
	{quota, plan.QuotaLowered, "v1 ResourceQuota", "spec: {hard: {cpu: 4}}", "spec: {hard: {cpu: 2}}", "spec: {hard: {cpu: 8}}"},
	{podSecurity, plan.PodSecurity, "v1 Namespace", "metadata: {name: x, labels: {pod-security.kubernetes.io/enforce: restricted}}",
		"metadata: {name: x, labels: {pod-security.kubernetes.io/enforce: privileged}}",
		"metadata: {name: x, labels: {pod-security.kubernetes.io/enforce: restricted, a: b}}"},
	{immutable, plan.MadeImmutable, "v1 ConfigMap", "data: {a: b}", "data: {a: b}\nimmutable: true", "data: {a: c}\nimmutable: false"},
	{webhooks, plan.AdmissionWeakened, "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration",
		"webhooks: [{name: a, failurePolicy: Fail}]", "webhooks: [{name: a, failurePolicy: Ignore}]",
		"webhooks: [{name: b}, {name: a, failurePolicy: Fail}]"},
	{admissionPolicy, plan.AdmissionWeakened, "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy",
		"spec: {failurePolicy: Fail}", "spec: {failurePolicy: Ignore}", "spec: {failurePolicy: Fail, variables: []}"},
	{admissionBinding, plan.AdmissionWeakened, "admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding",
		"spec: {validationActions: [Deny]}", "spec: {validationActions: [Audit]}", "spec: {validationActions: [Audit, Deny]}"},
	{versions, plan.VersionUnserved, "apiextensions.k8s.io/v1 CustomResourceDefinition", "spec: {versions: [{name: v1, served: true}]}",
		"spec: {versions: [{name: v1, served: false}]}", "spec: {versions: [{name: v2, served: true}, {name: v1, served: true}]}"},
	{versions, plan.StorageVersion, "apiextensions.k8s.io/v1 CustomResourceDefinition", "spec: {versions: [{name: v1, storage: true}]}",
		"spec: {versions: [{name: v1, storage: false}]}", "spec: {versions: [{name: v1, storage: true}, {name: v2, storage: false}]}"},
	{versions, plan.SchemaPruned, "apiextensions.k8s.io/v1 CustomResourceDefinition", "spec: {preserveUnknownFields: true}",
		"spec: {preserveUnknownFields: false}", "spec: {preserveUnknownFields: true, scope: Cluster}"},
	{definitionSchema, plan.SchemaPruned, "apiextensions.k8s.io/v1 CustomResourceDefinition",
		"spec: {versions: [{name: v1, schema: {openAPIV3Schema: {properties: {a: {}, b: {}}}}}]}",
		"spec: {versions: [{name: v1, schema: {openAPIV3Schema: {properties: {a: {}}}}}]}",
		"spec: {versions: [{name: v1, schema: {openAPIV3Schema: {properties: {a: {}, b: {}, c: {}}}}}]}"},
	{(*change).protections, plan.ProtectionRemoved, "v1 ConfigMap", "metadata: {name: x, annotations: {helm.sh/resource-policy: keep}}",
		"metadata: {name: x}", "metadata: {name: x, annotations: {helm.sh/resource-policy: keep, a: b}}"},
	{(*change).protections, plan.ForceAdded, "v1 ConfigMap", "metadata: {name: x}",
		"metadata: {name: x, labels: {kustomize.toolkit.fluxcd.io/force: enabled}}",
		"metadata: {name: x, labels: {kustomize.toolkit.fluxcd.io/force: disabled}}"},
	{(*change).providers, plan.ProtectionRemoved, "s3.aws.upbound.io/v1 Bucket", "spec: {deletionPolicy: Orphan}",
		"spec: {deletionPolicy: Delete}",
		"spec: {deletionPolicy: Orphan, forProvider: {}}"},
	{(*change).ties, plan.FinalizerRemoved, "v1 ConfigMap", "metadata: {name: x, finalizers: [a/b]}", "metadata: {name: x}",
		"metadata: {name: x, finalizers: [c/d, a/b]}"},
	{(*change).ties, plan.OwnerAdded, "v1 ConfigMap", "metadata: {name: x}",
		"metadata: {name: x, ownerReferences: [{kind: A, name: b, uid: c}]}",
		"metadata: {name: x, labels: {a: b}}"},
}

// claims is the spec of a StatefulSet with claims of its own.
func claims(spec, policy string) string {
	return "spec: {" + spec + ", persistentVolumeClaimRetentionPolicy: {" + policy + "}, volumeClaimTemplates: [{metadata: {name: data}}]}"
}

// mounting is the spec of a pod whose container sees a claim at a path.
func mounting(claim, path, container string) string {
	if container != "" {
		container += ", "
	}
	return "spec: {volumes: [{name: v, persistentVolumeClaim: {" + claim + "}}], containers: [{" + container +
		"name: c, volumeMounts: [{name: v, mountPath: " + path + "}]}]}"
}

func TestHarms(t *testing.T) {
	for _, r := range rows {
		t.Run(nameOf(r.find)+"/"+string(r.reason), func(t *testing.T) {
			if !slices.Contains(found(t, r, r.harmful), r.reason) {
				t.Errorf("%s\n->\n%s\ndoes no harm: %v", r.before, r.harmful, found(t, r, r.harmful))
			}
			if slices.Contains(found(t, r, r.harmless), r.reason) {
				t.Errorf("%s\n->\n%s\ndoes harm", r.before, r.harmless)
			}
		})
	}
}

// A field that is left out of the manifest is stored with its default.
func TestReplicasReset(t *testing.T) {
	before, after := manifest(t, "apps/v1 Deployment", "spec: {replicas: 3}"), manifest(t, "apps/v1 Deployment", "spec: {paused: true}")
	c := &change{before: before, after: after, old: before.Value, next: map[string]any{"spec": map[string]any{"replicas": int64(1)}}}
	replicas(c)
	if len(c.found) != 1 || c.found[0].Reason != plan.ReplicasReset {
		t.Errorf("found %v", c.found)
	}
}

// Every function has a row.
func TestRowsAreComplete(t *testing.T) {
	have := map[string]bool{}
	for _, r := range rows {
		have[nameOf(r.find)] = true
	}
	for kind, list := range byKind {
		for _, find := range list {
			if !have[nameOf(find)] {
				t.Errorf("%s of %s has no row", nameOf(find), kind)
			}
		}
	}
}

func found(t *testing.T, r row, after string) []plan.Reason {
	t.Helper()
	b, a := manifest(t, r.kind, r.before), manifest(t, r.kind, after)
	c := &change{before: b, after: a, old: b.Value, next: a.Value}
	r.find(c)
	var out []plan.Reason
	for _, e := range c.found {
		out = append(out, e.Reason)
	}
	return out
}

func manifest(t *testing.T, kind, body string) object.Object {
	t.Helper()
	version, name, _ := strings.Cut(kind, " ")
	text := "kind: " + name + "\n" + body + "\n"
	if !strings.Contains(body, "apiVersion:") {
		text = "apiVersion: " + version + "\n" + text
	}
	if !strings.Contains(body, "metadata: {name: x") {
		text += "metadata: {name: x}\n"
	}
	file, err := object.Parse("x.yaml", []byte(text), object.Limits{})
	if err != nil || len(file.Objects) != 1 {
		t.Fatalf("%s: %v", text, err)
	}
	return file.Objects[0]
}

// nameOf is the name of a function of this package.
func nameOf(find func(*change)) string {
	full := runtime.FuncForPC(reflect.ValueOf(find).Pointer()).Name()
	return full[strings.LastIndex(full, ".")+1:]
}
