# Sources are files of google/services in the provider's repository, release of
# 2026-08-21, with the line where the attribute or the code stands.

edit "google_sql_database_instance" "disk grows" {
  source = "sql/resource_sql_database_instance.go:186 diskSizeCutomizeDiff"
  want   = "update"
  before {
    settings {
      tier      = "db-f1-micro"
      disk_size = 100
    }
  }
  after {
    settings {
      tier      = "db-f1-micro"
      disk_size = 200
    }
  }
}

edit "google_sql_database_instance" "disk shrinks" {
  source  = "sql/resource_sql_database_instance.go:186 diskSizeCutomizeDiff"
  want    = "replace"
  because = ["settings.0.disk_size"]
  before {
    settings {
      tier            = "db-f1-micro"
      disk_size       = 200
      disk_autoresize = false
    }
  }
  after {
    settings {
      tier            = "db-f1-micro"
      disk_size       = 100
      disk_autoresize = false
    }
  }
}

edit "google_sql_database_instance" "disk that grows by itself gets a smaller size" {
  source = "sql/resource_sql_database_instance.go:186 diskSizeCutomizeDiff clears the change"
  want   = "none"
  before {
    settings {
      tier      = "db-f1-micro"
      disk_size = 200
    }
  }
  after {
    settings {
      tier      = "db-f1-micro"
      disk_size = 100
    }
  }
}

edit "google_sql_database_instance" "network known only after apply" {
  source  = "sql/resource_sql_database_instance.go:1600 privateNetworkCustomizeDiff reads an unknown as empty"
  want    = "replace"
  because = ["settings.0.ip_configuration.0.private_network"]
  before {
    settings {
      tier = "db-f1-micro"
      ip_configuration { private_network = opaque("net") }
    }
  }
  after {
    settings {
      tier = "db-f1-micro"
      ip_configuration { private_network = after_apply() }
    }
  }
}

edit "google_sql_database_instance" "version" {
  source = "sql/resource_sql_database_instance.go:1140 database_version: no ForceNew"
  want   = "update"
  before { database_version = "POSTGRES_14" }
  after { database_version = "POSTGRES_15" }
}

edit "google_compute_subnetwork" "range grows" {
  source = "compute/resource_compute_subnetwork.go:385 IsShrinkageIpCidr"
  want   = "update"
  before { ip_cidr_range = "10.10.0.0/22" }
  after { ip_cidr_range = "10.10.0.0/20" }
}

edit "google_compute_subnetwork" "range moves" {
  source  = "compute/resource_compute_subnetwork.go:385 IsShrinkageIpCidr"
  want    = "replace"
  because = ["ip_cidr_range"]
  before { ip_cidr_range = "10.10.0.0/22" }
  after { ip_cidr_range = "10.20.0.0/20" }
}

edit "google_compute_disk" "shrinks" {
  source  = "compute/resource_compute_disk.go:455 IsDiskShrinkage"
  want    = "replace"
  because = ["size"]
  before { size = 200 }
  after { size = 100 }
}

edit "google_compute_disk" "grows" {
  source = "compute/resource_compute_disk.go:455 IsDiskShrinkage"
  want   = "update"
  before { size = 100 }
  after { size = 200 }
}

edit "google_compute_instance" "machine type" {
  source = "compute/resource_compute_instance.go machine_type: in place"
  want   = "update"
  before { machine_type = "e2-small" }
  after { machine_type = "e2-medium" }
}

edit "google_compute_instance" "image" {
  source  = "compute/resource_compute_instance.go boot_disk.initialize_params.image: ForceNew"
  want    = "replace"
  because = ["boot_disk.0.initialize_params.0.image"]
  before {
    boot_disk {
      initialize_params { image = "debian-cloud/debian-11" }
    }
  }
  after {
    boot_disk {
      initialize_params { image = "debian-cloud/debian-12" }
    }
  }
}

edit "google_compute_instance" "image and zone by their long names" {
  source = "tpgresource/self_link_helpers.go CompareSelfLinkOrResourceName; DiskImageDiffSuppress"
  want   = "none"
  before {
    zone         = "europe-west1-b"
    machine_type = "e2-small"
    boot_disk {
      initialize_params { image = "debian-cloud/debian-12" }
    }
    network_interface { subnetwork = "app" }
  }
  after {
    zone         = "europe-west1-b"
    machine_type = "zones/europe-west1-b/machineTypes/e2-small"
    boot_disk {
      initialize_params { image = "projects/debian-cloud/global/images/family/debian-12" }
    }
    network_interface { subnetwork = "https://www.googleapis.com/compute/v1/projects/p/regions/europe-west1/subnetworks/app" }
  }
}

edit "google_compute_instance" "another address in the same subnetwork" {
  source  = "compute/resource_compute_instance.go:184 forceNewIfNetworkIPNotUpdatable"
  want    = "replace"
  because = ["network_interface.0.network_ip"]
  before {
    network_interface {
      subnetwork = "app"
      network_ip = "10.0.0.2"
    }
  }
  after {
    network_interface {
      subnetwork = "app"
      network_ip = "10.0.0.3"
    }
  }
}

edit "google_compute_instance_template" "machine type" {
  source  = "compute/resource_compute_instance_template.go:412 machine_type: ForceNew"
  want    = "replace"
  because = ["machine_type"]
  before { machine_type = "e2-small" }
  after { machine_type = "e2-medium" }
}

edit "google_compute_firewall" "ports in another order" {
  source = "compute/resource_compute_firewall.go resourceComputeFirewallRuleHash"
  want   = "none"
  before {
    allow {
      protocol = "tcp"
      ports    = ["80", "443"]
    }
    source_ranges = ["10.0.0.0/8", "192.168.0.0/16"]
  }
  after {
    allow {
      protocol = "TCP"
      ports    = ["443", "80"]
    }
    source_ranges = ["192.168.0.0/16", "10.0.0.0/8"]
  }
}

edit "google_compute_network" "automatic subnetworks off" {
  source  = "compute/resource_compute_network.go:153 auto_create_subnetworks: ForceNew, default true"
  want    = "replace"
  because = ["auto_create_subnetworks"]
  before {}
  after { auto_create_subnetworks = false }
}

edit "google_container_cluster" "location" {
  source  = "container/resource_container_cluster.go location: ForceNew"
  want    = "replace"
  because = ["location"]
  before { location = "europe-west1" }
  after { location = "europe-west4" }
}

edit "google_container_cluster" "release channel and labels" {
  source = "container/resource_container_cluster.go release_channel, resource_labels: in place"
  want   = "update"
  before { location = "europe-west1" }
  after {
    location        = "europe-west1"
    resource_labels = { team = "a" }
    release_channel { channel = "REGULAR" }
  }
}

edit "google_container_cluster" "internal load balancer subsetting off" {
  source  = "container/resource_container_cluster.go:257 isBeenEnabled"
  want    = "replace"
  because = ["enable_l4_ilb_subsetting"]
  before { enable_l4_ilb_subsetting = true }
  after { enable_l4_ilb_subsetting = false }
}

edit "google_container_node_pool" "name" {
  source  = "container/resource_container_node_pool.go:510 name: ForceNew"
  want    = "replace"
  because = ["name"]
  before { name = "a" }
  after { name = "b" }
}

edit "google_redis_instance" "memory" {
  source = "redis/resource_redis_instance.go:184 memory_size_gb: in place"
  want   = "update"
  before { memory_size_gb = 4 }
  after { memory_size_gb = 8 }
}

edit "google_redis_instance" "tier" {
  source  = "redis/resource_redis_instance.go:487 tier: ForceNew"
  want    = "replace"
  because = ["tier"]
  before {}
  after { tier = "STANDARD_HA" }
}

edit "google_redis_instance" "version lowered" {
  source  = "redis/resource_redis_instance.go:154 isRedisVersionDecreasing"
  want    = "replace"
  because = ["redis_version"]
  before { redis_version = "REDIS_7_2" }
  after { redis_version = "REDIS_7_0" }
}

edit "google_redis_instance" "version lowered to one without numbers" {
  source = "redis/resource_redis_instance.go:67 isRedisVersionDecreasingFunc: REDIS_(\\d+)_(\\d+)"
  want   = "update"
  before { redis_version = "REDIS_7_0" }
  after { redis_version = "REDIS_6_X" }
}

edit "google_bigquery_table" "column added and one relaxed" {
  source = "bigquery/resource_bigquery_table.go resourceBigQueryTableSchemaIsChangeable"
  want   = "update"
  before { schema = jsonencode([{ name = "a", type = "STRING", mode = "REQUIRED" }]) }
  after { schema = jsonencode([{ name = "a", type = "STRING" }, { name = "b", type = "INTEGER" }]) }
}

edit "google_bigquery_table" "column changes its type" {
  source  = "bigquery/resource_bigquery_table.go resourceBigQueryTableSchemaIsChangeable"
  want    = "replace"
  because = ["schema"]
  before { schema = jsonencode([{ name = "a", type = "STRING" }]) }
  after { schema = jsonencode([{ name = "a", type = "INTEGER" }]) }
}

edit "google_bigquery_dataset" "location" {
  source  = "bigquery/resource_bigquery_dataset.go:369 location: ForceNew"
  want    = "replace"
  because = ["location"]
  before { location = "US" }
  after { location = "EU" }
}

edit "google_spanner_database" "statement appended" {
  source = "spanner/resource_spanner_database.go:57 resourceSpannerDBDdlCustomDiffFunc"
  want   = "update"
  before { ddl = ["CREATE TABLE a"] }
  after { ddl = ["CREATE TABLE a", "CREATE TABLE b"] }
}

edit "google_spanner_database" "statement edited" {
  source  = "spanner/resource_spanner_database.go:57 resourceSpannerDBDdlCustomDiffFunc"
  want    = "replace"
  because = ["ddl"]
  before { ddl = ["CREATE TABLE a"] }
  after { ddl = ["CREATE TABLE a2"] }
}

edit "google_storage_bucket" "location in another case" {
  source = "storage/resource_storage_bucket.go:193 location: StateFunc upper case"
  want   = "none"
  before { location = "EU" }
  after { location = "eu" }
}

edit "google_storage_bucket" "location" {
  source  = "storage/resource_storage_bucket.go:193 location: ForceNew"
  want    = "replace"
  because = ["location"]
  before { location = "US" }
  after { location = "EU" }
}

edit "google_pubsub_subscription" "message ordering" {
  source  = "pubsub/resource_pubsub_subscription.go:426 enable_message_ordering: ForceNew"
  want    = "replace"
  because = ["enable_message_ordering"]
  before { name = "a" }
  after {
    name                    = "a"
    enable_message_ordering = true
  }
}

edit "google_kms_crypto_key" "purpose" {
  source  = "kms/resource_kms_crypto_key.go:196 purpose: ForceNew, default ENCRYPT_DECRYPT"
  want    = "replace"
  because = ["purpose"]
  before {}
  after { purpose = "ASYMMETRIC_SIGN" }
}

edit "google_dns_managed_zone" "zone renamed" {
  source  = "dns/resource_dns_managed_zone.go:145 dns_name: ForceNew"
  want    = "replace"
  because = ["dns_name"]
  before { dns_name = "a.example." }
  after { dns_name = "b.example." }
}

edit "google_filestore_instance" "tier" {
  source  = "filestore/resource_filestore_instance.go:359 tier: ForceNew"
  want    = "replace"
  because = ["tier"]
  before { tier = "BASIC_HDD" }
  after { tier = "BASIC_SSD" }
}

edit "google_compute_instance" "startup script" {
  source  = "compute/resource_compute_instance.go:4086 isGracefulMetadataStartupSwitch"
  want    = "replace"
  because = ["metadata_startup_script"]
  before { metadata_startup_script = "a" }
  after { metadata_startup_script = "b" }
}

edit "google_compute_instance" "startup script moved to the metadata" {
  source = "compute/resource_compute_instance.go:4086 isGracefulMetadataStartupSwitch"
  want   = "update"
  before { metadata_startup_script = "a" }
  after { metadata = { startup-script = "a" } }
}

edit "google_bigtable_instance" "zone of a cluster" {
  source  = "bigtable/resource_bigtable_instance.go:870"
  want    = "replace"
  because = ["cluster.0.zone"]
  before {
    cluster {
      cluster_id = "a"
      zone       = "europe-west1-b"
    }
  }
  after {
    cluster {
      cluster_id = "a"
      zone       = "europe-west1-c"
    }
  }
}

edit "google_dataflow_job" "parameters of a job whose type only the service knows" {
  source = "dataflow/resource_dataflow_job.go:306 resourceDataflowJobTypeCustomizeDiff"
  want   = "maybe replace"
  before { parameters = { a = "1" } }
  after { parameters = { a = "2" } }
}

edit "google_sql_database_instance" "own key instead of the service's" {
  source  = "sql/resource_sql_database_instance.go encryption_key_name: ForceNew"
  want    = "replace"
  because = ["encryption_key_name"]
  before { database_version = "POSTGRES_15" }
  after {
    database_version    = "POSTGRES_15"
    encryption_key_name = opaque("key")
  }
}

edit "google_bigquery_data_transfer_config" "another path to read" {
  source  = "bigquerydatatransfer/resource_bigquery_data_transfer_config.go ParamsCustomizeDiffFunc"
  want    = "replace"
  because = ["params"]
  before {
    data_source_id = "google_cloud_storage"
    params         = { data_path_template = "gs://a", file_format = "CSV" }
  }
  after {
    data_source_id = "google_cloud_storage"
    params         = { data_path_template = "gs://b", file_format = "CSV" }
  }
}

edit "google_bigquery_data_transfer_config" "another format" {
  source = "bigquerydatatransfer/resource_bigquery_data_transfer_config.go ParamsCustomizeDiffFunc"
  want   = "update"
  before {
    data_source_id = "google_cloud_storage"
    params         = { data_path_template = "gs://a", file_format = "CSV" }
  }
  after {
    data_source_id = "google_cloud_storage"
    params         = { data_path_template = "gs://a", file_format = "JSON" }
  }
}

edit "google_workbench_instance" "a driver that is not installed any more" {
  source  = "workbench/resource_workbench_instance.go workbenchMetadataCustomizeDiff"
  want    = "replace"
  because = ["gce_setup.0.metadata"]
  before {
    gce_setup { metadata = { install-nvidia-driver = "true" } }
  }
  after {
    gce_setup { metadata = { install-nvidia-driver = "false" } }
  }
}

edit "google_workbench_instance" "metadata of its own" {
  source = "workbench/resource_workbench_instance.go workbenchMetadataCustomizeDiff"
  want   = "update"
  before {
    gce_setup { metadata = { team = "a" } }
  }
  after {
    gce_setup { metadata = { team = "b" } }
  }
}
