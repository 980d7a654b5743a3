# Edits of small providers: each names its own, and the source is in its
# repository.

edit "random_id" "another keeper" {
  provider = "hashicorp/random"
  source   = "internal/planmodifiers/map: RequiresReplaceIfValuesNotNull"
  want     = "replace"
  because  = ["keepers"]
  before {
    byte_length = 4
    keepers     = { a = "1" }
  }
  after {
    byte_length = 4
    keepers     = { a = "2" }
  }
}

edit "random_id" "a keeper without a value" {
  provider = "hashicorp/random"
  source   = "internal/planmodifiers/map: RequiresReplaceIfValuesNotNull"
  want     = "update"
  before {
    byte_length = 4
    keepers     = { a = "1" }
  }
  after {
    byte_length = 4
    keepers     = { a = "1", b = null }
  }
}

edit "random_string" "other special characters" {
  provider = "hashicorp/random"
  source   = "internal/planmodifiers/string: RequiresReplaceUnlessEmptyStringToNull"
  want     = "replace"
  because  = ["override_special"]
  before {
    length           = 8
    override_special = "!"
  }
  after {
    length           = 8
    override_special = "?"
  }
}

edit "random_string" "no special characters are left out" {
  provider = "hashicorp/random"
  source   = "internal/planmodifiers/string: RequiresReplaceUnlessEmptyStringToNull"
  want     = "update"
  before {
    length           = 8
    override_special = ""
  }
  after { length = 8 }
}

edit "null_resource" "another trigger" {
  provider = "hashicorp/null"
  source   = "internal/planmodifiers/map: RequiresReplaceIfValuesNotNull"
  want     = "replace"
  because  = ["triggers"]
  before { triggers = { a = "1" } }
  after { triggers = { a = "2" } }
}

edit "kubectl_manifest" "another object" {
  provider = "gavinbunney/kubectl"
  source   = "kubernetes/resource_kubectl_manifest.go CustomizeDiff: api_version, kind, name, namespace"
  want     = "replace"
  because  = ["yaml_body"]
  before { yaml_body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n" }
  after { yaml_body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: b\n" }
}

edit "kubectl_manifest" "its content" {
  provider = "gavinbunney/kubectl"
  source   = "kubernetes/resource_kubectl_manifest.go CustomizeDiff"
  want     = "update"
  before { yaml_body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n" }
  after { yaml_body = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: w\n" }
}
