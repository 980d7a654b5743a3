# Sources are files of the provider's repository, 3.2.1.

edit "kubernetes_deployment_v1" "image and replicas" {
  source = "kubernetes/resource_kubernetes_deployment_v1.go spec.template, spec.replicas: in place"
  want   = "update"
  before {
    metadata { name = "web" }
    spec {
      replicas = 1
      selector { match_labels = { app = "web" } }
      template {
        metadata { labels = { app = "web" } }
        spec {
          container {
            name  = "web"
            image = "nginx:1"
          }
        }
      }
    }
  }
  after {
    metadata { name = "web" }
    spec {
      replicas = 2
      selector { match_labels = { app = "web" } }
      template {
        metadata { labels = { app = "web" } }
        spec {
          container {
            name  = "web"
            image = "nginx:2"
          }
        }
      }
    }
  }
}

edit "kubernetes_deployment_v1" "selector" {
  source  = "kubernetes/resource_kubernetes_deployment_v1.go:143 match_labels: ForceNew"
  want    = "replace"
  because = ["spec.0.selector.0.match_labels"]
  before {
    metadata { name = "web" }
    spec {
      selector { match_labels = { app = "web" } }
    }
  }
  after {
    metadata { name = "web" }
    spec {
      selector { match_labels = { app = "web2" } }
    }
  }
}

edit "kubernetes_deployment_v1" "amounts written another way" {
  source = "kubernetes/structures.go suppressEquivalentResourceQuantity"
  want   = "none"
  before {
    spec {
      template {
        spec {
          container {
            name = "web"
            resources {
              limits   = { cpu = "1000m", memory = "1Gi" }
              requests = { cpu = "500m" }
            }
          }
        }
      }
    }
  }
  after {
    spec {
      template {
        spec {
          container {
            name = "web"
            resources {
              limits   = { cpu = "1", memory = "1024Mi" }
              requests = { cpu = "0.5" }
            }
          }
        }
      }
    }
  }
}

edit "kubernetes_stateful_set_v1" "service name" {
  source  = "kubernetes/schema_stateful_set_spec.go:43 service_name: ForceNew"
  want    = "replace"
  because = ["spec.0.service_name"]
  before {
    spec { service_name = "a" }
  }
  after {
    spec { service_name = "b" }
  }
}

edit "kubernetes_namespace_v1" "name" {
  source  = "kubernetes/schema_metadata.go:62 name: ForceNew"
  want    = "replace"
  because = ["metadata.0.name"]
  before {
    metadata { name = "a" }
  }
  after {
    metadata { name = "b" }
  }
}

edit "kubernetes_namespace_v1" "labels" {
  source = "kubernetes/schema_metadata.go labels: in place"
  want   = "update"
  before {
    metadata { name = "a" }
  }
  after {
    metadata {
      name   = "a"
      labels = { team = "x" }
    }
  }
}

edit "kubernetes_persistent_volume_claim_v1" "claim grows" {
  source = "kubernetes/resource_kubernetes_persistent_volume_claim_v1.go:54 CustomizeDiff"
  want   = "update"
  before {
    spec {
      access_modes = ["ReadWriteOnce"]
      resources { requests = { storage = "10Gi" } }
    }
  }
  after {
    spec {
      access_modes = ["ReadWriteOnce"]
      resources { requests = { storage = "20Gi" } }
    }
  }
}

edit "kubernetes_persistent_volume_claim_v1" "claim shrinks" {
  source  = "kubernetes/resource_kubernetes_persistent_volume_claim_v1.go:83"
  want    = "replace"
  because = ["spec.0.resources.0.requests"]
  before {
    spec {
      access_modes = ["ReadWriteOnce"]
      resources { requests = { storage = "10Gi" } }
    }
  }
  after {
    spec {
      access_modes = ["ReadWriteOnce"]
      resources { requests = { storage = "5Gi" } }
    }
  }
}

edit "kubernetes_persistent_volume_v1" "another volume behind it" {
  source  = "kubernetes/resource_kubernetes_persistent_volume_v1.go:73"
  want    = "replace"
  because = ["spec.0.persistent_volume_source.0.csi.0.volume_handle"]
  before {
    spec {
      persistent_volume_source {
        csi {
          driver        = "ebs.csi.aws.com"
          volume_handle = "vol-1"
        }
      }
    }
  }
  after {
    spec {
      persistent_volume_source {
        csi {
          driver        = "ebs.csi.aws.com"
          volume_handle = "vol-2"
        }
      }
    }
  }
}

edit "kubernetes_config_map_v1" "data" {
  source = "kubernetes/resource_kubernetes_config_map_v1.go:47: only where immutable"
  want   = "update"
  before { data = { a = "1" } }
  after { data = { a = "2" } }
}

edit "kubernetes_config_map_v1" "data of an immutable one" {
  source  = "kubernetes/resource_kubernetes_config_map_v1.go:47"
  want    = "replace"
  because = ["data"]
  before {
    immutable = true
    data      = { a = "1" }
  }
  after {
    immutable = true
    data      = { a = "2" }
  }
}

edit "kubernetes_secret_v1" "type" {
  source  = "kubernetes/resource_kubernetes_secret_v1.go:124 type: ForceNew, default Opaque"
  want    = "replace"
  because = ["type"]
  before { data = { a = "1" } }
  after {
    type = "kubernetes.io/tls"
    data = { a = "1" }
  }
}

edit "kubernetes_job_v1" "template" {
  source  = "kubernetes/schema_job_spec.go:179 template: ForceNew"
  want    = "replace"
  because = ["spec.0.template.0.spec.0.container.0.image"]
  before {
    spec {
      template {
        spec {
          container {
            name  = "a"
            image = "x:1"
          }
        }
      }
    }
  }
  after {
    spec {
      template {
        spec {
          container {
            name  = "a"
            image = "x:2"
          }
        }
      }
    }
  }
}

edit "kubernetes_manifest" "another object" {
  source  = "manifest/provider/plan.go:184 RequiresReplace: apiVersion, kind, metadata.name"
  want    = "replace"
  because = ["manifest.metadata.name"]
  before { manifest = { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "a", namespace = "x" } } }
  after { manifest = { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "b", namespace = "x" } } }
}

edit "kubernetes_manifest" "its content" {
  source = "manifest/provider/plan.go:184 RequiresReplace: nothing else"
  want   = "update"
  before { manifest = { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "a", namespace = "x" }, data = { a = "1" } } }
  after { manifest = { apiVersion = "v1", kind = "ConfigMap", metadata = { name = "a", namespace = "x" }, data = { a = "2" } } }
}
