package render

import (
	"slices"

	"helm.sh/helm/v4/pkg/chart/common"
)

// kubeVersion is what charts see of the cluster: the same on both
// sides, so that a gate on it opens or closes on both.
const kubeVersion = "v1.34.0"

// extensions are API groups that charts ask for before they render an object
// of them. They are offered on both sides: an object that is rendered on a
// cluster without the group is refused there, while one that is left out here
// could be lost unseen.
var extensions = []string{
	"monitoring.coreos.com/v1", "monitoring.coreos.com/v1/ServiceMonitor", "monitoring.coreos.com/v1/PodMonitor",
	"monitoring.coreos.com/v1/PrometheusRule", "cert-manager.io/v1", "cert-manager.io/v1/Certificate",
	"gateway.networking.k8s.io/v1", "gateway.networking.k8s.io/v1/HTTPRoute", "autoscaling.k8s.io/v1",
	"autoscaling.k8s.io/v1/VerticalPodAutoscaler", "external-secrets.io/v1", "snapshot.storage.k8s.io/v1",
	"networking.k8s.io/v1/Ingress", "policy/v1/PodDisruptionBudget", "autoscaling/v2/HorizontalPodAutoscaler",
	"batch/v1/CronJob", "networking.k8s.io/v1/NetworkPolicy", "apps/v1/Deployment",
}

// withdrawn are API versions that the libraries still know and a cluster of
// kubeVersion no longer serves (Kubernetes deprecated API migration guide).
var withdrawn = []string{
	"extensions/v1beta1", "apps/v1beta1", "apps/v1beta2", "policy/v1beta1", "batch/v1beta1", "networking.k8s.io/v1beta1",
	"rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1", "autoscaling/v2beta1", "autoscaling/v2beta2",
	"apiextensions.k8s.io/v1beta1", "admissionregistration.k8s.io/v1beta1", "storage.k8s.io/v1beta1", "scheduling.k8s.io/v1beta1",
	"coordination.k8s.io/v1beta1", "discovery.k8s.io/v1beta1", "events.k8s.io/v1beta1", "node.k8s.io/v1beta1",
	"certificates.k8s.io/v1beta1", "flowcontrol.apiserver.k8s.io/v1beta1", "flowcontrol.apiserver.k8s.io/v1beta2",
}

func capabilities() *common.Capabilities {
	caps := common.DefaultCapabilities.Copy()
	version, err := common.ParseKubeVersion(kubeVersion)
	if err != nil {
		panic(err) // a constant of ours
	}
	caps.KubeVersion = *version
	served := slices.DeleteFunc(slices.Clone(caps.APIVersions), func(v string) bool { return slices.Contains(withdrawn, v) })
	caps.APIVersions = append(served, extensions...)
	return caps
}
