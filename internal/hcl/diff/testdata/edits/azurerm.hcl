# Sources are files of internal/services in the provider's repository, release
# of 2026-08-21, with the line where the attribute or the code stands.

edit "azurerm_resource_group" "location by its display name" {
  source = "resource/resource_group_resource.go:51 commonschema.Location: DiffSuppressFunc"
  want   = "none"
  before { location = "westeurope" }
  after { location = "West Europe" }
}

edit "azurerm_resource_group" "location" {
  source  = "resource/resource_group_resource.go:51 commonschema.Location: ForceNew"
  want    = "replace"
  because = ["location"]
  before { location = "westeurope" }
  after { location = "northeurope" }
}

edit "azurerm_kubernetes_cluster" "Kubernetes version" {
  source = "containers/kubernetes_cluster_resource.go kubernetes_version: in place"
  want   = "update"
  before { kubernetes_version = "1.29" }
  after { kubernetes_version = "1.30" }
}

edit "azurerm_kubernetes_cluster" "from kubenet to Azure CNI overlay" {
  source = "containers/kubernetes_cluster_resource.go:135 kubenet to azure with overlay"
  want   = "update"
  before {
    network_profile { network_plugin = "kubenet" }
  }
  after {
    network_profile {
      network_plugin      = "azure"
      network_plugin_mode = "overlay"
    }
  }
}

edit "azurerm_kubernetes_cluster" "from kubenet to Azure CNI" {
  source  = "containers/kubernetes_cluster_resource.go:147 ForceNew(network_plugin)"
  want    = "replace"
  because = ["network_profile.0.network_plugin"]
  before {
    network_profile { network_plugin = "kubenet" }
  }
  after {
    network_profile { network_plugin = "azure" }
  }
}

edit "azurerm_kubernetes_cluster" "OIDC issuer off" {
  source  = "containers/kubernetes_cluster_resource.go:88 ForceNewIfChange(oidc_issuer_enabled)"
  want    = "replace"
  because = ["oidc_issuer_enabled"]
  before { oidc_issuer_enabled = true }
  after { oidc_issuer_enabled = false }
}

edit "azurerm_kubernetes_cluster" "OIDC issuer on" {
  source = "containers/kubernetes_cluster_resource.go:88 ForceNewIfChange(oidc_issuer_enabled)"
  want   = "update"
  before { oidc_issuer_enabled = false }
  after { oidc_issuer_enabled = true }
}

edit "azurerm_postgresql_flexible_server" "storage grows" {
  source = "postgres/postgresql_flexible_server_resource.go:428"
  want   = "update"
  before { storage_mb = 32768 }
  after { storage_mb = 65536 }
}

edit "azurerm_postgresql_flexible_server" "storage shrinks" {
  source  = "postgres/postgresql_flexible_server_resource.go:428 ForceNew(storage_mb)"
  want    = "replace"
  because = ["storage_mb"]
  before { storage_mb = 65536 }
  after { storage_mb = 32768 }
}

edit "azurerm_postgresql_flexible_server" "version raised" {
  source = "postgres/postgresql_flexible_server_resource.go:397"
  want   = "update"
  before { version = "14" }
  after { version = "16" }
}

edit "azurerm_postgresql_flexible_server" "version lowered" {
  source  = "postgres/postgresql_flexible_server_resource.go:397 ForceNew(version)"
  want    = "replace"
  because = ["version"]
  before { version = "16" }
  after { version = "14" }
}

edit "azurerm_mysql_flexible_server" "storage shrinks" {
  source  = "mysql/mysql_flexible_server_resource.go:343"
  want    = "replace"
  because = ["storage.0.size_gb"]
  before {
    storage { size_gb = 64 }
  }
  after {
    storage { size_gb = 32 }
  }
}

edit "azurerm_mssql_database" "out of hyperscale" {
  source  = "mssql/mssql_database_resource.go:76"
  want    = "replace"
  because = ["sku_name"]
  before { sku_name = "HS_Gen5_2" }
  after { sku_name = "GP_Gen5_2" }
}

edit "azurerm_mssql_database" "another size" {
  source = "mssql/mssql_database_resource.go:76"
  want   = "update"
  before { sku_name = "S0" }
  after { sku_name = "S1" }
}

edit "azurerm_mssql_server" "administrator" {
  source  = "mssql/mssql_server_resource.go:82 administrator_login: ForceNew"
  want    = "replace"
  because = ["administrator_login"]
  before { administrator_login = "a" }
  after { administrator_login = "b" }
}

edit "azurerm_storage_account" "from local to zone redundancy" {
  source  = "storage/storage_account_resource.go:1159"
  want    = "replace"
  because = ["account_replication_type"]
  before { account_replication_type = "LRS" }
  after { account_replication_type = "ZRS" }
}

edit "azurerm_storage_account" "from local to geo redundancy" {
  source = "storage/storage_account_resource.go:1159"
  want   = "update"
  before { account_replication_type = "LRS" }
  after { account_replication_type = "GRS" }
}

edit "azurerm_storage_account" "upgraded to general purpose v2" {
  source = "storage/storage_account_resource.go:1105"
  want   = "update"
  before { account_kind = "Storage" }
  after { account_kind = "StorageV2" }
}

edit "azurerm_cosmosdb_account" "continuous backup given up" {
  source  = "cosmos/cosmosdb_account_resource.go:141"
  want    = "replace"
  because = ["backup.0.type"]
  before {
    backup { type = "Continuous" }
  }
  after {
    backup { type = "Periodic" }
  }
}

edit "azurerm_cosmosdb_account" "kind" {
  source  = "cosmos/cosmosdb_account_resource.go:296 kind: ForceNew"
  want    = "replace"
  because = ["kind"]
  before {}
  after { kind = "MongoDB" }
}

edit "azurerm_redis_cache" "smaller tier" {
  source  = "redis/redis_cache_resource.go:380 skuWeight"
  want    = "replace"
  because = ["sku_name"]
  before { sku_name = "Premium" }
  after { sku_name = "Standard" }
}

edit "azurerm_servicebus_namespace" "to Premium" {
  source  = "servicebus/servicebus_namespace_resource.go:261"
  want    = "replace"
  because = ["sku"]
  before { sku = "Standard" }
  after { sku = "Premium" }
}

edit "azurerm_servicebus_queue" "partitioning" {
  source  = "servicebus/servicebus_queue_resource.go:106 partitioning_enabled: ForceNew"
  want    = "replace"
  because = ["partitioning_enabled"]
  before {}
  after { partitioning_enabled = true }
}

edit "azurerm_linux_virtual_machine" "size" {
  source = "compute/linux_virtual_machine_resource.go:109 size: in place"
  want   = "update"
  before { size = "Standard_B2s" }
  after { size = "Standard_B4ms" }
}

edit "azurerm_linux_virtual_machine" "first-boot data" {
  source  = "compute/linux_virtual_machine_resource.go:190 custom_data: ForceNew"
  want    = "replace"
  because = ["custom_data"]
  before { custom_data = "YQ==" }
  after { custom_data = "Yg==" }
}

edit "azurerm_managed_disk" "grows" {
  source = "compute/managed_disk_resource.go disk_size_gb: in place"
  want   = "update"
  before { disk_size_gb = 64 }
  after { disk_size_gb = 128 }
}

edit "azurerm_bastion_host" "smaller SKU" {
  source  = "network/bastion_host_resource.go ForceNewIfChange(sku): skuWeight"
  want    = "replace"
  because = ["sku"]
  before { sku = "Premium" }
  after { sku = "Standard" }
}

edit "azurerm_bastion_host" "larger SKU" {
  source = "network/bastion_host_resource.go ForceNewIfChange(sku): skuWeight"
  want   = "update"
  before { sku = "Basic" }
  after { sku = "Standard" }
}

edit "azurerm_recovery_services_vault" "locked immutability" {
  source  = "recoveryservices/recovery_services_vault_resource.go ForceNewIfChange(immutability)"
  want    = "replace"
  because = ["immutability"]
  before {
    sku          = "Standard"
    immutability = "Locked"
  }
  after {
    sku          = "Standard"
    immutability = "Disabled"
  }
}

edit "azurerm_express_route_circuit" "less bandwidth" {
  source  = "network/express_route_circuit_resource.go ForceNewIfChange(bandwidth_in_mbps)"
  want    = "replace"
  because = ["bandwidth_in_mbps"]
  before { bandwidth_in_mbps = 100 }
  after { bandwidth_in_mbps = 50 }
}

edit "azurerm_api_management" "into a virtual network" {
  source = "apimanagement/api_management_resource.go ForceNewIfChange(virtual_network_type)"
  want   = "update"
  before { virtual_network_type = "None" }
  after { virtual_network_type = "Internal" }
}

edit "azurerm_virtual_network_gateway" "ExpressRoute to a zoned SKU" {
  source  = "network/virtual_network_gateway_resource.go CustomizeDiff"
  want    = "replace"
  because = ["sku"]
  before {
    type = "ExpressRoute"
    sku  = "Standard"
  }
  after {
    type = "ExpressRoute"
    sku  = "ErGw1AZ"
  }
}

edit "azurerm_service_plan" "zone balancing with one worker" {
  source  = "appservice/service_plan_resource.go CustomizeDiff"
  want    = "replace"
  because = ["zone_balancing_enabled"]
  before { worker_count = 1 }
  after {
    worker_count           = 1
    zone_balancing_enabled = true
  }
}

edit "azurerm_resource_group" "the display name of a location" {
  source = "go-azure-helpers resourcemanager/location: spaces and case"
  want   = "none"
  before { location = "West Europe" }
  after { location = "westeurope" }
}

edit "azurerm_resource_group" "another location" {
  source  = "internal/services/resource/resource_group_resource.go location: ForceNew"
  want    = "replace"
  because = ["location"]
  before { location = "West Europe" }
  after { location = "northeurope" }
}

edit "azurerm_api_management" "its network goes" {
  source  = "apimanagement/api_management_resource.go"
  want    = "replace"
  because = ["virtual_network_configuration"]
  before {
    virtual_network_configuration { subnet_id = "a" }
  }
  after {}
}

edit "azurerm_api_management" "a first network" {
  source = "apimanagement/api_management_resource.go"
  want   = "update"
  before {}
  after {
    virtual_network_configuration { subnet_id = "a" }
  }
}

edit "azurerm_kubernetes_cluster" "group managed service accounts given up" {
  source  = "containers/kubernetes_cluster_resource.go CustomizeDiff"
  want    = "replace"
  because = ["windows_profile.0.gmsa", "windows_profile.0.gmsa.0.dns_server", "windows_profile.0.gmsa.0.root_domain"]
  before {
    windows_profile {
      admin_username = "a"
      gmsa {
        dns_server  = "10.0.0.1"
        root_domain = "example.com"
      }
    }
  }
  after {
    windows_profile { admin_username = "a" }
  }
}

edit "azurerm_kubernetes_cluster" "another name of its pool" {
  source  = "containers/kubernetes_cluster_resource.go CustomizeDiff"
  want    = "replace"
  because = ["default_node_pool.0.name"]
  before {
    default_node_pool { name = "a" }
  }
  after {
    default_node_pool { name = "b" }
  }
}

edit "azurerm_kubernetes_cluster" "its pool is left under the name of a rotation" {
  source = "containers/kubernetes_cluster_resource.go CustomizeDiff: temporary_name_for_rotation"
  want   = "update"
  before {
    default_node_pool {
      name                        = "temp"
      temporary_name_for_rotation = "temp"
    }
  }
  after {
    default_node_pool {
      name                        = "a"
      temporary_name_for_rotation = "temp"
    }
  }
}

edit "azurerm_kubernetes_cluster" "another range of its pods" {
  source  = "containers/kubernetes_cluster_resource.go CustomizeDiff"
  want    = "replace"
  because = ["network_profile.0.pod_cidr"]
  before {
    network_profile {
      network_plugin = "kubenet"
      pod_cidr       = "10.0.0.0/16"
    }
  }
  after {
    network_profile {
      network_plugin = "kubenet"
      pod_cidr       = "10.1.0.0/16"
    }
  }
}
