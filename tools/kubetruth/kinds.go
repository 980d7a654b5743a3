package main

import (
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	crdinstall "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/install"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresourcedefinition"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kube-aggregator/pkg/apis/apiregistration"
	aggregatorinstall "k8s.io/kube-aggregator/pkg/apis/apiregistration/install"
	"k8s.io/kube-aggregator/pkg/registry/apiservice"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/admissionregistration/install"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/certificates/install"
	_ "k8s.io/kubernetes/pkg/apis/coordination/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/discovery/install"
	_ "k8s.io/kubernetes/pkg/apis/extensions/install"
	_ "k8s.io/kubernetes/pkg/apis/flowcontrol/install"
	_ "k8s.io/kubernetes/pkg/apis/lifecycle/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	_ "k8s.io/kubernetes/pkg/apis/resource/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	_ "k8s.io/kubernetes/pkg/apis/storagemigration/install"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/mutatingwebhookconfiguration"
	"k8s.io/kubernetes/pkg/registry/admissionregistration/validatingwebhookconfiguration"
	"k8s.io/kubernetes/pkg/registry/apps/controllerrevision"
	"k8s.io/kubernetes/pkg/registry/apps/daemonset"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/certificates/certificates"
	"k8s.io/kubernetes/pkg/registry/certificates/clustertrustbundle"
	"k8s.io/kubernetes/pkg/registry/coordination/lease"
	"k8s.io/kubernetes/pkg/registry/coordination/leasecandidate"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/endpoint"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/node"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolume"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/podtemplate"
	"k8s.io/kubernetes/pkg/registry/core/replicationcontroller"
	"k8s.io/kubernetes/pkg/registry/core/resourcequota"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/discovery/endpointslice"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/flowschema"
	"k8s.io/kubernetes/pkg/registry/flowcontrol/prioritylevelconfiguration"
	"k8s.io/kubernetes/pkg/registry/lifecycle/evictionrequest"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/networking/ingressclass"
	"k8s.io/kubernetes/pkg/registry/networking/ipaddress"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
	"k8s.io/kubernetes/pkg/registry/networking/servicecidr"
	"k8s.io/kubernetes/pkg/registry/node/runtimeclass"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
	"k8s.io/kubernetes/pkg/registry/resource/deviceclass"
	"k8s.io/kubernetes/pkg/registry/resource/devicetaintrule"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaim"
	"k8s.io/kubernetes/pkg/registry/resource/resourceclaimtemplate"
	"k8s.io/kubernetes/pkg/registry/resource/resourceslice"
	"k8s.io/kubernetes/pkg/registry/scheduling/compositepodgroup"
	"k8s.io/kubernetes/pkg/registry/scheduling/podgroup"
	"k8s.io/kubernetes/pkg/registry/scheduling/priorityclass"
	"k8s.io/kubernetes/pkg/registry/scheduling/workload"
	"k8s.io/kubernetes/pkg/registry/storage/csidriver"
	"k8s.io/kubernetes/pkg/registry/storage/csinode"
	"k8s.io/kubernetes/pkg/registry/storage/csistoragecapacity"
	"k8s.io/kubernetes/pkg/registry/storage/storageclass"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattachment"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattributesclass"
	"k8s.io/kubernetes/pkg/registry/storagemigration/storagemigration"
)

// scheme knows every kind of the API server, custom resource definitions
// included.
func scheme() *runtime.Scheme {
	crdinstall.Install(legacyscheme.Scheme)
	aggregatorinstall.Install(legacyscheme.Scheme)
	return legacyscheme.Scheme
}

// strategies are what the registry does with an update of a kind.
func strategies() map[schema.GroupKind]rest.RESTUpdateStrategy {
	kind := func(group, kind string) schema.GroupKind { return schema.GroupKind{Group: group, Kind: kind} }
	return map[schema.GroupKind]rest.RESTUpdateStrategy{
		kind("admissionregistration.k8s.io", "MutatingWebhookConfiguration"):   mutatingwebhookconfiguration.Strategy,
		kind("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): validatingwebhookconfiguration.Strategy,
		kind("apps", "ControllerRevision"):                                     controllerrevision.Strategy,
		kind("apps", "DaemonSet"):                                              daemonset.Strategy,
		kind("apps", "Deployment"):                                             deployment.Strategy,
		kind("apps", "ReplicaSet"):                                             replicaset.Strategy,
		kind("apps", "StatefulSet"):                                            statefulset.Strategy,
		kind("autoscaling", "HorizontalPodAutoscaler"):                         horizontalpodautoscaler.Strategy,
		kind("batch", "CronJob"):                                               cronjob.Strategy,
		kind("batch", "Job"):                                                   job.Strategy,
		kind("certificates.k8s.io", "CertificateSigningRequest"):               certificates.Strategy,
		kind("coordination.k8s.io", "Lease"):                                   lease.Strategy,
		kind("coordination.k8s.io", "LeaseCandidate"):                          leasecandidate.Strategy,
		kind("", "ConfigMap"):                                                  configmap.Strategy,
		kind("", "Endpoints"):                                                  endpoint.Strategy,
		kind("", "LimitRange"):                                                 limitrange.Strategy,
		kind("", "Namespace"):                                                  namespace.Strategy,
		kind("", "Node"):                                                       node.Strategy,
		kind("", "PersistentVolume"):                                           persistentvolume.Strategy,
		kind("", "PersistentVolumeClaim"):                                      persistentvolumeclaim.Strategy,
		kind("", "Pod"):                                                        pod.Strategy,
		kind("", "PodTemplate"):                                                podtemplate.Strategy,
		kind("", "ReplicationController"):                                      replicationcontroller.Strategy,
		kind("", "ResourceQuota"):                                              resourcequota.Strategy,
		kind("", "Secret"):                                                     secret.Strategy,
		kind("", "Service"):                                                    service.Strategy,
		kind("", "ServiceAccount"):                                             serviceaccount.Strategy,
		kind("discovery.k8s.io", "EndpointSlice"):                              endpointslice.Strategy,
		kind("flowcontrol.apiserver.k8s.io", "FlowSchema"):                     flowschema.Strategy,
		kind("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"):     prioritylevelconfiguration.Strategy,
		kind("networking.k8s.io", "Ingress"):                                   ingress.Strategy,
		kind("networking.k8s.io", "IngressClass"):                              ingressclass.Strategy,
		kind("networking.k8s.io", "IPAddress"):                                 ipaddress.Strategy,
		kind("networking.k8s.io", "NetworkPolicy"):                             networkpolicy.Strategy,
		kind("networking.k8s.io", "ServiceCIDR"):                               servicecidr.Strategy,
		kind("node.k8s.io", "RuntimeClass"):                                    runtimeclass.Strategy,
		kind("policy", "PodDisruptionBudget"):                                  poddisruptionbudget.Strategy,
		kind("rbac.authorization.k8s.io", "ClusterRole"):                       clusterrole.Strategy,
		kind("rbac.authorization.k8s.io", "ClusterRoleBinding"):                clusterrolebinding.Strategy,
		kind("rbac.authorization.k8s.io", "Role"):                              role.Strategy,
		kind("rbac.authorization.k8s.io", "RoleBinding"):                       rolebinding.Strategy,
		kind("resource.k8s.io", "DeviceClass"):                                 deviceclass.Strategy,
		kind("resource.k8s.io", "ResourceClaim"):                               resourceclaim.NewStrategy(nil, nil),
		kind("resource.k8s.io", "ResourceClaimTemplate"):                       resourceclaimtemplate.NewStrategy(nil),
		kind("resource.k8s.io", "ResourceSlice"):                               resourceslice.Strategy,
		kind("scheduling.k8s.io", "PriorityClass"):                             priorityclass.Strategy,
		kind("scheduling.k8s.io", "Workload"):                                  workload.Strategy,
		kind("certificates.k8s.io", "ClusterTrustBundle"):                      clustertrustbundle.Strategy,
		kind("lifecycle.k8s.io", "EvictionRequest"):                            evictionrequest.NewStrategy(),
		kind("resource.k8s.io", "DeviceTaintRule"):                             devicetaintrule.Strategy,
		kind("scheduling.k8s.io", "CompositePodGroup"):                         compositepodgroup.NewStrategy(),
		kind("scheduling.k8s.io", "PodGroup"):                                  podgroup.NewStrategy(),
		kind("storage.k8s.io", "CSIDriver"):                                    csidriver.Strategy,
		kind("storage.k8s.io", "CSINode"):                                      csinode.Strategy,
		kind("storage.k8s.io", "CSIStorageCapacity"):                           csistoragecapacity.Strategy,
		kind("storage.k8s.io", "StorageClass"):                                 storageclass.Strategy,
		kind("storage.k8s.io", "VolumeAttachment"):                             volumeattachment.Strategy,
		kind("storage.k8s.io", "VolumeAttributesClass"):                        volumeattributesclass.Strategy,
		kind("storagemigration.k8s.io", "StorageVersionMigration"):             storagemigration.Strategy,
		kind(apiregistration.GroupName, "APIService"):                          apiservice.NewStrategy(legacyscheme.Scheme).(rest.RESTUpdateStrategy),
		kind(apiextensions.GroupName, "CustomResourceDefinition"):              customresourcedefinition.NewStrategy(legacyscheme.Scheme),
	}
}
