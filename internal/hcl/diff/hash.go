package diff

import (
	"sort"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

// hashOf is the hash of a set whose provider gives it one of its own. The SDK
// compares sets by their hashes alone (helper/schema/schema.go diffSet): while
// these agree nothing has changed, whatever else differs inside. Nil where the
// set has the usual hash over everything that is configured.
func hashOf(resourceType, path string) func(map[string]cty.Value) string {
	switch resourceType + "." + path {
	case "aws_instance.ebs_block_device", "aws_spot_instance_request.ebs_block_device", "aws_launch_configuration.ebs_block_device":
		// aws internal/service/ec2/ec2_instance.go
		return byAttributes("device_name", "snapshot_id")
	case "aws_instance.ephemeral_block_device", "aws_spot_instance_request.ephemeral_block_device", "aws_launch_configuration.ephemeral_block_device", "aws_ami.ephemeral_block_device":
		return byAttributes("device_name", "virtual_name")
	case "aws_ami.ebs_block_device":
		return byAttributes("device_name", "snapshot_id")
	case "aws_dynamodb_table.attribute", "aws_dynamodb_table.local_secondary_index":
		return byAttributes("name") // aws internal/service/dynamodb/table.go
	case "aws_spot_fleet_request.launch_specification":
		// aws internal/service/ec2/ec2_spot_fleet_request.go hashLaunchSpecification
		return byAttributes("ami", "availability_zone", "subnet_id", "instance_type", "spot_price")
	case "google_compute_firewall.allow", "google_compute_firewall.deny":
		// google compute/resource_compute_firewall.go resourceComputeFirewallRuleHash
		return firewallRule
	}
	return nil
}

func byAttributes(names ...string) func(map[string]cty.Value) string {
	return func(attrs map[string]cty.Value) string {
		var b strings.Builder
		for _, name := range names {
			if v, ok := attrs[name]; ok && !isZero(v) && !isOpaqueValue(v) {
				b.WriteString(canonical(v))
			}
			b.WriteByte('-')
		}
		return b.String()
	}
}

func isOpaqueValue(v cty.Value) bool {
	k, _ := value.Know(v)
	return k == value.IsOpaque
}

func firewallRule(attrs map[string]cty.Value) string {
	protocol, _ := textAt(attrs, "protocol")
	var ports []string
	list, ok := attrs["ports"]
	if !ok {
		list = cty.EmptyTupleVal
	}
	for _, p := range elements(list) {
		ports = append(ports, canonical(p))
	}
	sort.Strings(ports)
	return strings.ToLower(protocol) + "-" + strings.Join(ports, "-")
}

// sameHashes reports that both sides have the same hashes; false also where a
// set has no hash of its own.
func (w *walker) sameHashes(hash func(map[string]cty.Value) string, olds, news []cty.Value) bool {
	if hash == nil || !w.sdk() || len(olds) != len(news) {
		return false
	}
	count := map[string]int{}
	for _, e := range olds {
		count[hash(w.attributes(nil, e, nil))]++
	}
	for _, e := range news {
		count[hash(w.attributes(nil, e, nil))]--
	}
	for _, n := range count {
		if n != 0 {
			return false
		}
	}
	return true
}
