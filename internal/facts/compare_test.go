package facts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// shareKnown is how much of the force-new attributes with a comparison of their
// own must be made out, in percent, by provider version. Of AWS 6.58 those
// comparisons are known that 5.46 has at the same path.
var shareKnown = map[string]int{
	"hashicorp/aws 4.67.0": 95, "hashicorp/aws 5.46.0": 95, "hashicorp/aws 6.58.0": 85,
	"hashicorp/google 5.45.2": 90, "hashicorp/google 6.50.0": 90, "hashicorp/google 7.45.0": 90, "hashicorp/google 8.0.0": 90,
	"hashicorp/azurerm 3.117.1": 90, "hashicorp/azurerm 4.81.0": 90, "hashicorp/azurerm 5.2.0": 90,
	"hashicorp/kubernetes 3.2.1": 90, "oracle/oci 8.28.0": 90, "aliyun/alicloud 1.289.0": 85,
}

// The comparisons of force-new attributes are counted, and the count printed by
// provider (go test ./internal/facts -run ComparisonsAreKnown -v).
func TestComparisonsAreKnown(t *testing.T) {
	for _, h := range facts.Versions() {
		var c kinds
		find := facts.Load()
		for _, name := range facts.Types(h) {
			c.count(find(h.Provider, h.Version, name).Attributes)
		}
		if c.all == 0 {
			continue
		}
		share := 100 * c.known / c.all
		name := h.Provider + " " + h.Version
		t.Logf("%-45s %4d of %4d force-new attributes with a comparison of their own (%d %%)", name, c.known, c.all, share)
		if want, ok := shareKnown[name]; ok && share < want {
			t.Errorf("%s: %d %% are known, want %d %%", name, share, want)
		}
	}
}

type kinds struct{ all, known int }

func (c *kinds) count(attrs map[string]*plan.AttrFacts) {
	for _, a := range attrs {
		if a.Normalised && a.Force != plan.ForceNever {
			c.all++
			if len(a.Compare) > 0 && !slices.ContainsFunc(a.Compare, func(x plan.Comparison) bool { return x.Code }) {
				c.known++
			}
		}
		c.count(a.Nested)
	}
}

// Edits that Terraform planned with the real AWS provider 5.46 as none or as an
// update, and what in the facts decides each of them.
func TestComparisonsOfPlannedEdits(t *testing.T) {
	find := facts.Load()
	for _, row := range []struct{ typ, path, want string }{
		{"aws_batch_compute_environment", "type", "equal fold | fold"},
		{"aws_db_instance", "character_set_name", "any when replicate_source_db set; any when restore_to_point_in_time set; any when snapshot_identifier set"},
		{"aws_ecr_repository", "encryption_configuration", "any when new is [0], old is [1]"},
		{"aws_elasticache_cluster", "cluster_id", "equal fold | fold"},
		{"aws_lb_target_group", "port", "any when target_type is [lambda]"},
		{"aws_network_acl_rule", "protocol", "equal protocol | protocol"},
		{"aws_network_acl_rule", "rule_action", "equal fold | fold"},
		{"aws_rds_cluster", "snapshot_identifier", "any when new is []"},
		{"aws_route", "destination_ipv6_cidr_block", "equal cidr | cidr"},
		{"aws_security_group_rule", "protocol", "equal protocol | protocol"},
		{"aws_security_group_rule", "to_port", "any when old is [0], protocol is [-1]"},
		{"aws_ses_email_identity", "email", "equal trim-suffix | trim-suffix"},
		{"aws_iam_user_ssh_key", "public_key", "equal ssh-key trim | ssh-key trim when encoding is [SSH]; equal trim | trim when not encoding is [SSH]"},
	} {
		if got := inWords(find("aws", "5.46.0", row.typ).Attributes[row.path].Compare); got != row.want {
			t.Errorf("%s.%s: got %s, want %s", row.typ, row.path, got, row.want)
		}
	}
	for typ, path := range map[string]string{"aws_lambda_alias": "function_name", "aws_ssm_default_patch_baseline": "baseline_id"} {
		got := inWords(find("aws", "5.46.0", typ).Attributes[path].Compare)
		if !strings.Contains(got, "match") || strings.Contains(got, "code") {
			t.Errorf("%s.%s: got %s, want the part of an ARN", typ, path, got)
		}
	}
}

func inWords(cs []plan.Comparison) string {
	var out []string
	for _, c := range cs {
		relation := string(c.Relation)
		if relation == "" {
			relation = "any"
		}
		if c.Code {
			relation = "code"
		}
		if len(c.Old)+len(c.New) > 0 {
			relation += " " + formsInWords(c.Old) + " | " + formsInWords(c.New)
		}
		var when []string
		for _, w := range c.When {
			not := ""
			if w.Not {
				not = "not "
			}
			text := fmt.Sprintf("%s%s %s", not, w.Of, w.Test)
			if w.Test != plan.TestSet {
				text += fmt.Sprintf(" %v", w.Values)
			}
			when = append(when, text)
		}
		if when != nil {
			relation += " when " + strings.Join(when, ", ")
		}
		out = append(out, relation)
	}
	return strings.Join(out, "; ")
}

func formsInWords(fs []plan.Form) string {
	var out []string
	for _, f := range fs {
		out = append(out, string(f.Kind))
	}
	return strings.Join(out, " ")
}
