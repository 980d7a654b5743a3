# Sources are files of internal/service in the provider's repository; docs are
# its documentation, website/docs/r.

edit "aws_db_instance" "encryption turned on" {
  version = "5.46.0"
  source  = "rds/instance.go storage_encrypted: ForceNew; kms_key_id: ForceNew"
  want    = "replace"
  because = ["storage_encrypted"]
  before { instance_class = "db.r6g.large" }
  after {
    instance_class    = "db.r6g.large"
    storage_encrypted = true
  }
}

edit "aws_db_instance" "identifier renamed" {
  source = "docs db_instance: identifier, in place since 4.x; rds/instance.go NewDBInstanceIdentifier"
  want   = "update"
  before { identifier = "a" }
  after { identifier = "b" }
}

edit "aws_db_instance" "what the provider can compute is left out" {
  source = "SDK helper/schema/schema.go diffString: removed and Computed is no diff"
  want   = "none"
  before {
    kms_key_id        = "arn:aws:kms:eu-west-1:1:key/a"
    availability_zone = "eu-west-1a"
    port              = 5432
    ca_cert_identifier = "rds-ca-rsa2048-g1"
  }
  after {}
}

edit "aws_db_instance" "flags spelt out as their zero values" {
  source = "SDK helper/schema/schema.go diffString: the flat map does not tell null from false"
  want   = "none"
  before {}
  after {
    storage_encrypted   = false
    deletion_protection = false
    snapshot_identifier = ""
  }
}

edit "aws_db_instance" "username becomes known only after apply" {
  source  = "SDK helper/schema/schema.go finalizeDiff: NewComputed requires new"
  want    = "replace"
  because = ["username"]
  before { username = "root" }
  after { username = after_apply() }
}

edit "aws_db_instance" "key becomes another that is not known" {
  source = "two symbols may stand for one key"
  want   = "maybe replace"
  before { kms_key_id = opaque("a") }
  after { kms_key_id = opaque("b") }
}

edit "aws_rds_cluster" "identifier renamed" {
  source  = "rds/cluster.go cluster_identifier: ForceNew"
  want    = "replace"
  because = ["cluster_identifier"]
  before { cluster_identifier = "a" }
  after { cluster_identifier = "b" }
}

edit "aws_rds_cluster" "storage type of an Aurora cluster" {
  source = "rds/cluster.go ForceNewIf(storage_type): not for engines aurora*"
  want   = "update"
  before {
    engine       = "aurora-postgresql"
    storage_type = "aurora"
  }
  after {
    engine       = "aurora-postgresql"
    storage_type = "aurora-iopt1"
  }
}

edit "aws_rds_cluster" "storage type of a Multi-AZ cluster" {
  source  = "rds/cluster.go ForceNewIf(storage_type)"
  want    = "replace"
  because = ["storage_type"]
  before {
    engine       = "postgres"
    storage_type = "io1"
  }
  after {
    engine       = "postgres"
    storage_type = "gp3"
  }
}

edit "aws_docdb_cluster" "encryption turned on" {
  source  = "docdb/cluster.go storage_encrypted: ForceNew"
  want    = "replace"
  because = ["storage_encrypted"]
  before {}
  after { storage_encrypted = true }
}

edit "aws_elasticache_cluster" "engine upgraded" {
  source = "elasticache/engine_version.go engineVersionForceNewOnDowngrade"
  want   = "update"
  before {
    engine         = "redis"
    engine_version = "6.2"
  }
  after {
    engine         = "redis"
    engine_version = "7.0"
  }
}

edit "aws_elasticache_cluster" "engine downgraded" {
  source  = "elasticache/engine_version.go engineVersionForceNewOnDowngrade"
  want    = "replace"
  because = ["engine_version"]
  before {
    engine         = "redis"
    engine_version = "7.0"
  }
  after {
    engine         = "redis"
    engine_version = "6.2"
  }
}

edit "aws_elasticache_cluster" "node type of memcached" {
  source  = "elasticache/cluster.go customizeDiffMemcachedNodeType"
  want    = "replace"
  because = ["node_type"]
  before {
    engine    = "memcached"
    node_type = "cache.t3.small"
  }
  after {
    engine    = "memcached"
    node_type = "cache.t3.medium"
  }
}

edit "aws_elasticache_replication_group" "encryption in transit, 5.46" {
  version = "5.46.0"
  source  = "elasticache/replication_group.go transit_encryption_enabled: ForceNew (5.46)"
  want    = "replace"
  because = ["transit_encryption_enabled"]
  before { transit_encryption_enabled = false }
  after { transit_encryption_enabled = true }
}

edit "aws_elasticache_replication_group" "encryption in transit of a current engine, 6.x" {
  source = "elasticache/replication_group.go ForceNewIf(transit_encryption_enabled): engines before 7.0.5"
  want   = "update"
  before {
    engine                     = "redis"
    engine_version             = "7.1"
    transit_encryption_enabled = false
  }
  after {
    engine                     = "redis"
    engine_version             = "7.1"
    transit_encryption_enabled = true
  }
}

edit "aws_dynamodb_table" "sort key added" {
  version = "5.46.0"
  source  = "dynamodb/table.go range_key: ForceNew"
  want    = "replace"
  because = ["range_key"]
  before { hash_key = "id" }
  after {
    hash_key  = "id"
    range_key = "at"
  }
}

edit "aws_dynamodb_table" "billing mode and an index" {
  version = "5.46.0"
  source  = "docs dynamodb_table: billing_mode, global_secondary_index in place"
  want    = "update"
  before {
    hash_key     = "id"
    billing_mode = "PROVISIONED"
  }
  after {
    hash_key     = "id"
    billing_mode = "PAY_PER_REQUEST"
    global_secondary_index {
      name            = "by-at"
      hash_key        = "at"
      projection_type = "ALL"
    }
  }
}

edit "aws_s3_bucket" "renamed" {
  source  = "s3/bucket.go bucket: ForceNew"
  want    = "replace"
  because = ["bucket"]
  before { bucket = "a" }
  after { bucket = "b" }
}

edit "aws_s3_bucket" "inline settings moved to resources of their own" {
  version = "5.46.0"
  source  = "s3/bucket.go versioning, server_side_encryption_configuration: Optional and Computed"
  want    = "none"
  before {
    bucket = "a"
    versioning { enabled = true }
    lifecycle_rule {
      enabled = true
      expiration { days = 30 }
    }
  }
  after { bucket = "a" }
}

edit "aws_ecs_service" "to a capacity provider strategy" {
  version = "5.46.0"
  source  = "ecs/service.go capacityProviderStrategyForceNew"
  want    = "replace"
  because = ["capacity_provider_strategy"]
  before { name = "web" }
  after {
    name = "web"
    capacity_provider_strategy {
      capacity_provider = "FARGATE_SPOT"
      weight            = 1
    }
  }
}

edit "aws_ecs_service" "task definition and count" {
  source = "docs ecs_service: desired_count, task_definition in place"
  want   = "update"
  before {
    name          = "web"
    desired_count = 1
  }
  after {
    name          = "web"
    desired_count = 4
  }
}

edit "aws_ecs_task_definition" "containers rewritten with defaults" {
  version = "5.46.0"
  source  = "ecs/task_definition_equivalency.go"
  want    = "none"
  before {
    family                = "web"
    container_definitions = jsonencode([{ name = "web", image = "nginx", essential = true, cpu = 0, environment = [{ name = "B", value = "2" }, { name = "A", value = "1" }], portMappings = [{ containerPort = 80, hostPort = 80, protocol = "tcp" }] }])
  }
  after {
    family                = "web"
    container_definitions = jsonencode([{ name = "web", image = "nginx", environment = [{ name = "A", value = "1" }, { name = "B", value = "2" }], portMappings = [{ containerPort = 80 }] }])
  }
}

edit "aws_ecs_task_definition" "another image" {
  version = "5.46.0"
  source  = "ecs/task_definition.go container_definitions: ForceNew"
  want    = "replace"
  because = ["container_definitions"]
  before {
    family                = "web"
    container_definitions = jsonencode([{ name = "web", image = "nginx:1" }])
  }
  after {
    family                = "web"
    container_definitions = jsonencode([{ name = "web", image = "nginx:2" }])
  }
}

edit "aws_eks_cluster" "secrets encryption added" {
  source = "eks/cluster.go ForceNewIfChange(encryption_config): only when it goes"
  want   = "update"
  before { name = "a" }
  after {
    name = "a"
    encryption_config {
      resources = ["secrets"]
      provider { key_arn = "arn:aws:kms:eu-west-1:1:key/a" }
    }
  }
}

edit "aws_eks_cluster" "version" {
  version = "5.46.0"
  source  = "docs eks_cluster: version in place"
  want    = "update"
  before {
    name    = "a"
    version = "1.28"
  }
  after {
    name    = "a"
    version = "1.29"
  }
}

edit "aws_eks_node_group" "instance types" {
  source  = "eks/node_group.go instance_types: ForceNew"
  want    = "replace"
  because = ["instance_types"]
  before { instance_types = ["m5.large"] }
  after { instance_types = ["m6i.large"] }
}

edit "aws_eks_node_group" "subnets in another order, more nodes" {
  source = "eks/node_group.go subnet_ids: TypeSet; scaling_config in place"
  want   = "update"
  before {
    subnet_ids = [opaque("a"), opaque("b")]
    scaling_config {
      min_size     = 1
      max_size     = 3
      desired_size = 1
    }
  }
  after {
    subnet_ids = [opaque("b"), opaque("a")]
    scaling_config {
      min_size     = 1
      max_size     = 5
      desired_size = 1
    }
  }
}

edit "aws_lb" "network load balancer loses a subnet" {
  version = "5.46.0"
  source  = "elbv2/load_balancer.go customizeDiffLoadBalancerNLB"
  want    = "replace"
  because = ["subnets"]
  before {
    load_balancer_type = "network"
    subnets            = ["subnet-a", "subnet-b"]
  }
  after {
    load_balancer_type = "network"
    subnets            = ["subnet-a", "subnet-c"]
  }
}

edit "aws_lb" "network load balancer gains a subnet" {
  version = "5.46.0"
  source  = "elbv2/load_balancer.go customizeDiffLoadBalancerNLB"
  want    = "update"
  before {
    load_balancer_type = "network"
    subnets            = [opaque("a"), opaque("b")]
  }
  after {
    load_balancer_type = "network"
    subnets            = [opaque("a"), opaque("c"), opaque("b")]
  }
}

edit "aws_lb" "application load balancer moves" {
  version = "5.46.0"
  source  = "elbv2/load_balancer.go customizeDiffLoadBalancerNLB: network only"
  want    = "update"
  before { subnets = ["subnet-a", "subnet-b"] }
  after { subnets = ["subnet-c", "subnet-b"] }
}

edit "aws_lb" "made internal" {
  source  = "elbv2/load_balancer.go internal: ForceNew"
  want    = "replace"
  because = ["internal"]
  before { internal = false }
  after { internal = true }
}

edit "aws_instance" "user data" {
  source = "ec2/ec2_instance.go ForceNewIf(user_data): user_data_replace_on_change"
  want   = "update"
  before { user_data = "a" }
  after { user_data = "b" }
}

edit "aws_instance" "user data with replacement" {
  source  = "ec2/ec2_instance.go ForceNewIf(user_data)"
  want    = "replace"
  because = ["user_data"]
  before {
    user_data                   = "a"
    user_data_replace_on_change = true
  }
  after {
    user_data                   = "b"
    user_data_replace_on_change = true
  }
}

edit "aws_instance" "user data written in base64" {
  source = "ec2/ec2_instance.go userDataHashSum"
  want   = "none"
  before { user_data = "#!/bin/sh" }
  after { user_data = "IyEvYmluL3No" }
}

edit "aws_instance" "another size" {
  source = "ec2/ec2_instance.go ForceNewIf(instance_type): same architecture"
  want   = "update"
  before { instance_type = "m5.large" }
  after { instance_type = "c6i.xlarge" }
}

edit "aws_instance" "to Graviton" {
  source  = "ec2/ec2_instance.go ForceNewIf(instance_type): no common architecture"
  want    = "replace"
  because = ["instance_type"]
  before { instance_type = "m5.large" }
  after { instance_type = "m7g.large" }
}

edit "aws_instance" "a data device grows" {
  source = "ec2/ec2_instance.go ebs_block_device: hash of device_name and snapshot_id; provider issue 19725"
  want   = "none"
  before {
    ebs_block_device {
      device_name = "/dev/sdf"
      volume_size = 100
    }
  }
  after {
    ebs_block_device {
      device_name = "/dev/sdf"
      volume_size = 200
    }
  }
}

edit "aws_instance" "one more data device" {
  source  = "ec2/ec2_instance.go ebs_block_device.device_name: ForceNew"
  want    = "replace"
  because = ["ebs_block_device"]
  before {
    ebs_block_device { device_name = "/dev/sdf" }
  }
  after {
    ebs_block_device { device_name = "/dev/sdf" }
    ebs_block_device { device_name = "/dev/sdg" }
  }
}

edit "aws_ebs_volume" "grows" {
  source = "ec2/ebs_volume.go size: in place"
  want   = "update"
  before {
    availability_zone = "eu-west-1a"
    size              = 100
  }
  after {
    availability_zone = "eu-west-1a"
    size              = 200
  }
}

edit "aws_ebs_volume" "another zone" {
  source  = "ec2/ebs_volume.go availability_zone: ForceNew"
  want    = "replace"
  because = ["availability_zone"]
  before { availability_zone = "eu-west-1a" }
  after { availability_zone = "eu-west-1b" }
}

edit "aws_efs_file_system" "encryption turned on" {
  source  = "efs/file_system.go encrypted: ForceNew"
  want    = "replace"
  because = ["encrypted"]
  before {}
  after { encrypted = true }
}

edit "aws_kms_key" "made multi-region" {
  source  = "kms/key.go multi_region: ForceNew"
  want    = "replace"
  because = ["multi_region"]
  before { multi_region = false }
  after { multi_region = true }
}

edit "aws_kms_key" "deletion window" {
  source = "docs kms_key: deletion_window_in_days in place"
  want   = "update"
  before { deletion_window_in_days = 30 }
  after { deletion_window_in_days = 7 }
}

edit "aws_sqs_queue" "made FIFO" {
  source  = "sqs/queue.go fifo_queue, name: ForceNew"
  want    = "replace"
  because = ["fifo_queue", "name"]
  before { name = "orders" }
  after {
    name       = "orders.fifo"
    fifo_queue = true
  }
}

edit "aws_sqs_queue" "policy reformatted" {
  source = "sqs/queue.go policy: SuppressEquivalentPolicyDiffs"
  want   = "none"
  before { policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sqs:SendMessage", Principal = "*", Resource = ["a", "b"] }] }) }
  after { policy = pretty(jsonencode({ Version = "2012-10-17", Statement = { Effect = "Allow", Action = ["sqs:SendMessage"], Principal = { AWS = "*" }, Resource = ["b", "a"] } })) }
}

edit "aws_security_group" "description" {
  source  = "ec2/vpc_security_group.go description: ForceNew"
  want    = "replace"
  because = ["description"]
  before { description = "a" }
  after { description = "b" }
}

edit "aws_security_group" "inline rules in another order" {
  source = "ec2/vpc_security_group.go ingress: TypeSet"
  want   = "none"
  before {
    ingress {
      from_port   = 80
      to_port     = 80
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
    ingress {
      from_port       = 443
      to_port         = 443
      protocol        = "tcp"
      security_groups = [opaque("a"), opaque("b")]
    }
  }
  after {
    ingress {
      from_port       = 443
      to_port         = 443
      protocol        = "tcp"
      security_groups = [opaque("b"), opaque("a")]
    }
    ingress {
      from_port   = 80
      to_port     = 80
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
}

edit "aws_acm_certificate" "the domain among its alternative names" {
  version = "5.46.0"
  source  = "acm/certificate.go CustomizeDiff: the domain is added to the names"
  want    = "none"
  before {
    domain_name               = "example.com"
    subject_alternative_names = ["*.example.com"]
    validation_method         = "DNS"
  }
  after {
    domain_name               = "example.com"
    subject_alternative_names = ["example.com", "*.example.com"]
    validation_method         = "DNS"
  }
}

edit "aws_route53_record" "name in capitals and with a last dot" {
  source = "route53/record.go name: DiffSuppressFunc, StateFunc"
  want   = "none"
  before { name = "www.example.com" }
  after { name = "WWW.example.com." }
}

edit "aws_msk_cluster" "Kafka upgraded" {
  source = "kafka/cluster.go ForceNewIfChange(kafka_version): downgrades"
  want   = "update"
  before { kafka_version = "3.5.1" }
  after { kafka_version = "3.6.0" }
}

edit "aws_opensearch_domain" "encryption turned off" {
  source  = "opensearch/domain.go ForceNewIf(encrypt_at_rest.0.enabled)"
  want    = "replace"
  because = ["encrypt_at_rest.0.enabled"]
  before {
    encrypt_at_rest { enabled = true }
  }
  after {
    encrypt_at_rest { enabled = false }
  }
}

edit "aws_redshift_cluster" "master user" {
  source  = "redshift/cluster.go master_username: ForceNew"
  want    = "replace"
  because = ["master_username"]
  before { master_username = "root" }
  after { master_username = "admin" }
}

edit "aws_ssm_parameter" "tier lowered" {
  source  = "ssm/parameter.go ForceNewIfChange(tier)"
  want    = "replace"
  because = ["tier"]
  before { tier = "Advanced" }
  after { tier = "Standard" }
}

edit "aws_vpc" "another range" {
  source  = "ec2/vpc_.go cidr_block: ForceNew"
  want    = "replace"
  because = ["cidr_block"]
  before { cidr_block = "10.0.0.0/16" }
  after { cidr_block = "10.1.0.0/16" }
}

edit "aws_secretsmanager_secret" "recovery window" {
  source = "docs secretsmanager_secret: recovery_window_in_days in place"
  want   = "update"
  before { name = "a" }
  after {
    name                    = "a"
    recovery_window_in_days = 0
  }
}

edit "aws_cognito_user_pool" "sign-in by email" {
  source  = "cognitoidp/user_pool.go username_attributes: ForceNew"
  want    = "replace"
  because = ["username_attributes"]
  before { name = "a" }
  after {
    name                = "a"
    username_attributes = ["email"]
  }
}

edit "aws_security_group" "the same inline rule twice" {
  source = "ec2/vpc_security_group.go ingress: TypeSet"
  want   = "none"
  before {
    ingress {
      from_port   = 80
      to_port     = 80
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
    ingress {
      from_port   = 80
      to_port     = 80
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
  after {
    ingress {
      from_port   = 80
      to_port     = 80
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
}

edit "aws_iam_policy" "a document that is none" {
  source = "aws internal/verify ValidIAMPolicyJSON: the plan is refused"
  want   = "maybe replace"
  problem = true
  before { policy = "{}" }
  after { policy = "{ nope" }
}

edit "aws_ecs_task_definition" "JSON inside a value of the environment in another layout" {
  version = "5.46.0"
  source  = "ecs/task_definition_equivalency.go compares the values of the environment as text"
  want    = "replace"
  because = ["container_definitions"]
  before {
    family                = "f"
    container_definitions = jsonencode([{ name = "a", image = "i", environment = [{ name = "C", value = "{\"a\":1}" }] }])
  }
  after {
    family                = "f"
    container_definitions = jsonencode([{ name = "a", image = "i", environment = [{ name = "C", value = "{ \"a\": 1 }" }] }])
  }
}

edit "aws_ecr_repository" "the block that says the default is left out" {
  version = "5.46.0"
  source  = "ecr/repository.go encryption_configuration: verify.SuppressMissingOptionalConfigurationBlock"
  want    = "none"
  before {
    name                     = "a"
    encryption_configuration = [{ encryption_type = "AES256" }]
  }
  after { name = "a" }
}

edit "aws_ecr_repository" "the block that says something else is left out" {
  version = "5.46.0"
  source  = "SDK helper/schema/schema.go diff: the function is asked key by key; field_reader_config.go readPrimitive: the default stands in"
  want    = "replace"
  because = ["encryption_configuration.0.encryption_type"]
  before {
    name                     = "a"
    encryption_configuration = [{ encryption_type = "KMS" }]
  }
  after { name = "a" }
}

edit "aws_ecr_repository" "another encryption in the block" {
  version = "5.46.0"
  source  = "ecr/repository.go encryption_configuration.encryption_type: ForceNew"
  want    = "replace"
  because = ["encryption_configuration.0.encryption_type"]
  before {
    name                     = "a"
    encryption_configuration = [{ encryption_type = "AES256" }]
  }
  after {
    name                     = "a"
    encryption_configuration = [{ encryption_type = "KMS" }]
  }
}

edit "aws_network_acl_rule" "the number of the protocol" {
  version = "5.46.0"
  source  = "ec2/vpc_network_acl_rule.go protocol: DiffSuppressFunc over ianaProtocolAToI"
  want    = "none"
  before { protocol = "tcp" }
  after { protocol = "6" }
}

edit "aws_network_acl_rule" "the number of another protocol" {
  version = "5.46.0"
  source  = "ec2/vpc_network_acl_rule.go protocol: ForceNew"
  want    = "replace"
  because = ["protocol"]
  before { protocol = "tcp" }
  after { protocol = "17" }
}

edit "aws_route" "one network in two spellings" {
  version = "5.46.0"
  source  = "ec2/vpc_route.go destination_ipv6_cidr_block: suppressEqualCIDRBlockDiffs"
  want    = "none"
  before { destination_ipv6_cidr_block = "2001:0db8::/32" }
  after { destination_ipv6_cidr_block = "2001:db8::/32" }
}

edit "aws_route" "a part of the network" {
  version = "5.46.0"
  source  = "ec2/vpc_route.go destination_ipv6_cidr_block: ForceNew"
  want    = "replace"
  because = ["destination_ipv6_cidr_block"]
  before { destination_ipv6_cidr_block = "2001:db8::/32" }
  after { destination_ipv6_cidr_block = "2001:db8::/33" }
}

edit "aws_lambda_alias" "the function by its ARN" {
  version = "5.46.0"
  source  = "lambda/alias.go function_name: GetFunctionNameFromARN"
  want    = "none"
  before { function_name = "f" }
  after { function_name = "arn:aws:lambda:eu-west-1:123456789012:function:f" }
}

edit "aws_lambda_alias" "another function by its ARN" {
  version = "5.46.0"
  source  = "lambda/alias.go function_name: ForceNew"
  want    = "replace"
  because = ["function_name"]
  before { function_name = "f" }
  after { function_name = "arn:aws:lambda:eu-west-1:123456789012:function:g" }
}

edit "aws_iam_user_ssh_key" "the comment of the key" {
  version = "5.46.0"
  source  = "iam/user_ssh_key.go public_key: cleanSSHKey"
  want    = "none"
  before {
    encoding   = "SSH"
    public_key = "ssh-rsa AAAA me@home"
  }
  after {
    encoding   = "SSH"
    public_key = "ssh-rsa AAAA"
  }
}

edit "aws_iam_user_ssh_key" "the same in another encoding" {
  version = "5.46.0"
  source  = "iam/user_ssh_key.go public_key: only SSH keys are cleaned"
  want    = "replace"
  because = ["public_key"]
  before {
    encoding   = "PEM"
    public_key = "ssh-rsa AAAA me@home"
  }
  after {
    encoding   = "PEM"
    public_key = "ssh-rsa AAAA"
  }
}

edit "aws_lb_target_group" "what a function has no use for" {
  version = "5.46.0"
  source  = "elbv2/target_group.go port: suppressIfTargetType(lambda)"
  want    = "none"
  before {
    target_type = "lambda"
    port        = 80
  }
  after { target_type = "lambda" }
}

edit "aws_lb_target_group" "the port of instances" {
  version = "5.46.0"
  source  = "elbv2/target_group.go port: ForceNew"
  want    = "replace"
  because = ["port"]
  before {
    target_type = "instance"
    port        = 80
  }
  after {
    target_type = "instance"
    port        = 81
  }
}

edit "aws_rds_cluster" "the snapshot that it was made of is left out" {
  version = "5.46.0"
  source  = "rds/cluster.go snapshot_identifier: new == \"\""
  want    = "none"
  before { snapshot_identifier = "s" }
  after {}
}

edit "aws_rds_cluster" "another snapshot" {
  version = "5.46.0"
  source  = "rds/cluster.go snapshot_identifier: ForceNew"
  want    = "replace"
  because = ["snapshot_identifier"]
  before { snapshot_identifier = "s" }
  after { snapshot_identifier = "t" }
}

edit "aws_security_group_rule" "ports where all protocols are meant" {
  version = "5.46.0"
  source  = "ec2/vpc_security_group_rule.go to_port: protocol -1 and old 0"
  want    = "none"
  before {
    protocol = "all"
    to_port  = 0
  }
  after {
    protocol = "all"
    to_port  = 65535
  }
}

edit "aws_security_group_rule" "ports of one protocol" {
  version = "5.46.0"
  source  = "ec2/vpc_security_group_rule.go to_port: ForceNew"
  want    = "replace"
  because = ["to_port"]
  before {
    protocol = "tcp"
    to_port  = 0
  }
  after {
    protocol = "tcp"
    to_port  = 65535
  }
}

edit "aws_instance" "another version of its launch template" {
  source  = "ec2/ec2_instance.go CustomizeDiff: not the version that the instance was launched from"
  want    = "replace"
  because = ["launch_template.0.version"]
  before {
    launch_template {
      id      = "lt-1"
      version = "1"
    }
  }
  after {
    launch_template {
      id      = "lt-1"
      version = "2"
    }
  }
}

edit "aws_instance" "region, 6.x" {
  source  = "internal/provider/sdkv2/intercept region: ForceNewIfRegionChanges"
  want    = "replace"
  because = ["region"]
  before { region = "eu-west-1" }
  after { region = "eu-west-2" }
}

edit "aws_lb" "network load balancer loses a mapping" {
  source  = "elbv2/load_balancer.go customizeDiffLoadBalancerNLB"
  want    = "replace"
  because = ["subnet_mapping"]
  before {
    load_balancer_type = "network"
    subnet_mapping { subnet_id = "a" }
    subnet_mapping { subnet_id = "b" }
  }
  after {
    load_balancer_type = "network"
    subnet_mapping { subnet_id = "a" }
  }
}

edit "aws_lb" "application load balancer loses a mapping" {
  source = "elbv2/load_balancer.go customizeDiffLoadBalancerALB"
  want   = "update"
  before {
    load_balancer_type = "application"
    subnet_mapping { subnet_id = "a" }
    subnet_mapping { subnet_id = "b" }
  }
  after {
    load_balancer_type = "application"
    subnet_mapping { subnet_id = "a" }
  }
}

edit "aws_lb" "network load balancer gives up its security groups" {
  source  = "elbv2/load_balancer.go customizeDiffLoadBalancerNLB"
  want    = "replace"
  because = ["security_groups"]
  before {
    load_balancer_type = "network"
    security_groups    = ["sg-1"]
  }
  after {
    load_balancer_type = "network"
    security_groups    = []
  }
}

edit "aws_lb" "network load balancer gets another security group" {
  source = "elbv2/load_balancer.go customizeDiffLoadBalancerNLB"
  want   = "update"
  before {
    load_balancer_type = "network"
    security_groups    = ["sg-1"]
  }
  after {
    load_balancer_type = "network"
    security_groups    = ["sg-2"]
  }
}

edit "aws_network_interface" "its only address" {
  source  = "ec2/vpc_network_interface.go ForceNewIf(private_ips): the primary address goes"
  want    = "replace"
  because = ["private_ips"]
  before { private_ips = ["10.0.0.4"] }
  after { private_ips = ["10.0.0.5"] }
}

edit "aws_network_interface" "one more address" {
  source = "ec2/vpc_network_interface.go ForceNewIf(private_ips)"
  want   = "update"
  before { private_ips = ["10.0.0.4"] }
  after { private_ips = ["10.0.0.4", "10.0.0.5"] }
}

edit "aws_network_interface" "another first address in the list" {
  source  = "ec2/vpc_network_interface.go ForceNewIf(private_ip_list)"
  want    = "replace"
  because = ["private_ip_list"]
  before {
    private_ip_list_enabled = true
    private_ip_list         = ["10.0.0.4", "10.0.0.5"]
  }
  after {
    private_ip_list_enabled = true
    private_ip_list         = ["10.0.0.5", "10.0.0.4"]
  }
}

edit "aws_batch_compute_environment" "subnets of Fargate" {
  source = "batch/compute_environment.go resourceComputeEnvironmentCustomizeDiff"
  want   = "update"
  before {
    compute_resources {
      type    = "FARGATE"
      subnets = ["a"]
    }
  }
  after {
    compute_resources {
      type    = "FARGATE"
      subnets = ["b"]
    }
  }
}

edit "aws_batch_compute_environment" "instance types under a strategy that can be updated" {
  source = "batch/compute_environment.go resourceComputeEnvironmentCustomizeDiff"
  want   = "update"
  before {
    compute_resources {
      type                = "EC2"
      allocation_strategy = "BEST_FIT_PROGRESSIVE"
      instance_type       = ["m5.large"]
    }
  }
  after {
    compute_resources {
      type                = "EC2"
      allocation_strategy = "BEST_FIT_PROGRESSIVE"
      instance_type       = ["c5.large"]
    }
  }
}

edit "aws_batch_compute_environment" "instance types under one that cannot" {
  source  = "batch/compute_environment.go resourceComputeEnvironmentCustomizeDiff"
  want    = "replace"
  because = ["compute_resources.0.instance_type"]
  before {
    compute_resources {
      type                = "EC2"
      allocation_strategy = "BEST_FIT"
      instance_type       = ["m5.large"]
    }
  }
  after {
    compute_resources {
      type                = "EC2"
      allocation_strategy = "BEST_FIT"
      instance_type       = ["c5.large"]
    }
  }
}

edit "aws_acm_certificate" "another domain" {
  source  = "ACM API: the names of an issued certificate are fixed, UpdateCertificateOptions does not have them"
  want    = "replace"
  because = ["domain_name"]
  before {
    domain_name       = "a.example"
    validation_method = "DNS"
  }
  after {
    domain_name       = "b.example"
    validation_method = "DNS"
  }
}

edit "aws_opensearch_domain" "engine downgraded" {
  source  = "opensearch/domain.go ForceNewIf(engine_version)"
  want    = "replace"
  because = ["engine_version"]
  before { engine_version = "OpenSearch_2.11" }
  after { engine_version = "OpenSearch_2.5" }
}

edit "aws_opensearch_domain" "engine upgraded" {
  source = "opensearch/domain.go ForceNewIf(engine_version)"
  want   = "update"
  before { engine_version = "OpenSearch_2.5" }
  after { engine_version = "OpenSearch_2.11" }
}

edit "aws_fsx_lustre_file_system" "grows on a persistent deployment" {
  source = "fsx/lustre_file_system.go resourceLustreFileSystemStorageCapacityCustomizeDiff"
  want   = "update"
  before {
    deployment_type  = "PERSISTENT_2"
    storage_capacity = 1200
  }
  after {
    deployment_type  = "PERSISTENT_2"
    storage_capacity = 2400
  }
}

edit "aws_fsx_lustre_file_system" "grows on a scratch deployment" {
  source  = "fsx/lustre_file_system.go resourceLustreFileSystemStorageCapacityCustomizeDiff"
  want    = "replace"
  because = ["storage_capacity"]
  before {
    deployment_type  = "SCRATCH_1"
    storage_capacity = 1200
  }
  after {
    deployment_type  = "SCRATCH_1"
    storage_capacity = 2400
  }
}

edit "aws_elb" "all its subnets" {
  source  = "elb/load_balancer.go ForceNewIfChange(subnets): all current ones go"
  want    = "replace"
  because = ["subnets"]
  before { subnets = ["a", "b"] }
  after { subnets = ["c", "d"] }
}

edit "aws_elb" "one of its subnets" {
  source = "elb/load_balancer.go ForceNewIfChange(subnets)"
  want   = "update"
  before { subnets = ["a", "b"] }
  after { subnets = ["a", "c"] }
}

edit "aws_kinesisanalyticsv2_application" "the input of its query goes" {
  source  = "kinesisanalyticsv2/application.go ForceNewIfChange(application_configuration.0.sql_application_configuration.0.input)"
  want    = "replace"
  because = ["application_configuration.0.sql_application_configuration.0.input"]
  before {
    application_configuration {
      sql_application_configuration {
        input { name_prefix = "a" }
      }
    }
  }
  after {
    application_configuration {
      sql_application_configuration {}
    }
  }
}

edit "aws_batch_job_definition" "another priority" {
  source = "batch/job_definition.go jobDefinitionCustomizeDiff: the ARN of the new revision"
  want   = "update"
  before { scheduling_priority = 1 }
  after { scheduling_priority = 2 }
}

edit "aws_db_instance" "window in other letters" {
  source = "rds/instance.go maintenance_window: StateFunc strings.ToLower"
  want   = "none"
  before { maintenance_window = "Sun:05:00-Sun:06:00" }
  after { maintenance_window = "sun:05:00-sun:06:00" }
}
