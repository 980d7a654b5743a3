package diff

// serviceDefault is what the service chooses where nothing is configured, by
// type and attribute, each with its documentation (docs: the page of the
// resource in the provider's documentation).
func serviceDefault(resourceType, path string) (string, bool) {
	switch resourceType + "." + path {
	case "google_container_cluster.private_cluster_config.master_ipv4_cidr_block", "google_container_cluster.private_cluster_config.private_endpoint_subnetwork":
		return "", true // docs container_cluster: private_cluster_config left out is a public cluster, which has no range of its own
	case "google_compute_firewall.direction":
		return "INGRESS", true // docs compute_firewall: direction, default INGRESS
	case "random_string.numeric", "random_string.number", "random_password.numeric", "random_password.number":
		return "true", true // docs random_password: numeric, default true
	case "tls_self_signed_cert.max_path_length", "tls_locally_signed_cert.max_path_length":
		return "", true // tls internal/provider/resource_self_signed_cert.go Create: null unless configured
	}
	return awsDefault(resourceType, path)
}

func awsDefault(resourceType, path string) (string, bool) {
	switch resourceType + "." + path {
	case "aws_eks_node_group.capacity_type":
		return "ON_DEMAND", true // EKS API CreateNodegroup: capacityType
	case "aws_eks_cluster.kubernetes_network_config.ip_family":
		return "ipv4", true // docs eks_cluster: ip_family, default ipv4
	case "aws_instance.tenancy", "aws_launch_configuration.placement_tenancy":
		return "default", true // docs instance: tenancy
	case "aws_elasticache_cluster.transit_encryption_enabled", "aws_elasticache_replication_group.transit_encryption_enabled",
		"aws_elasticache_replication_group.at_rest_encryption_enabled":
		return "false", true // docs elasticache_replication_group: default false
	case "aws_elasticache_cluster.network_type", "aws_elasticache_replication_group.network_type":
		return "ipv4", true // ElastiCache API CreateReplicationGroup: NetworkType
	case "aws_eip.domain":
		return "vpc", true // EC2 API AllocateAddress: EC2-Classic is retired
	case "aws_eip.public_ipv4_pool":
		return "amazon", true // docs eip: public_ipv4_pool
	case "aws_lb_target_group.ip_address_type", "aws_alb_target_group.ip_address_type":
		return "ipv4", true // docs lb_target_group: ip_address_type
	case "aws_lb_target_group.protocol_version", "aws_alb_target_group.protocol_version":
		return "HTTP1", true // docs lb_target_group: protocol_version, for HTTP and HTTPS
	case "aws_efs_file_system.performance_mode":
		return "generalPurpose", true // docs efs_file_system: performance_mode
	case "aws_acm_certificate.key_algorithm":
		return "RSA_2048", true // ACM API RequestCertificate: KeyAlgorithm
	case "aws_ssm_parameter.data_type":
		return "text", true // docs ssm_parameter: data_type
	case "aws_cloudwatch_log_group.log_group_class":
		return "STANDARD", true // CloudWatch Logs API CreateLogGroup: logGroupClass
	case "aws_network_interface.interface_type":
		return "interface", true // EC2 API CreateNetworkInterface: InterfaceType
	case "aws_vpn_connection.tunnel_inside_ip_version":
		return "ipv4", true // docs vpn_connection: tunnel_inside_ip_version
	case "aws_db_instance.backup_target":
		return "region", true // docs db_instance: backup_target
	case "aws_memorydb_cluster.port":
		return "6379", true // docs memorydb_cluster: port
	}
	return "", false
}
