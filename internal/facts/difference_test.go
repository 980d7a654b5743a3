package facts_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// What major versions of real providers changed; each row was taken from the
// facts of both versions and read again in them.
func TestDifferenceOfRealVersions(t *testing.T) {
	find := facts.Load()
	for _, row := range []struct {
		provider, was, is, typ string
		want                   []string // kind path [to]; others may be there too
	}{
		{"hashicorp/aws", "5.46.0", "6.58.0", "aws_batch_compute_environment",
			[]string{"renamed compute_environment_name name", "renamed compute_environment_name_prefix name_prefix", "added region"}},
		{"hashicorp/aws", "5.46.0", "6.58.0", "aws_redshift_cluster", []string{"default encrypted", "default publicly_accessible"}},
		{"hashicorp/aws", "5.46.0", "6.58.0", "aws_organizations_account", []string{"releases name"}},
		{"hashicorp/aws", "5.46.0", "6.58.0", "aws_kms_external_key", []string{"forces key_usage"}},
		{"hashicorp/google", "6.50.0", "7.45.0", "google_compute_region_backend_service", []string{"forces network"}},
		{"hashicorp/google", "6.50.0", "7.45.0", "google_sql_database_instance", []string{"releases settings.disk_type"}},
		{"hashicorp/azurerm", "3.117.1", "4.81.0", "azurerm_kubernetes_cluster_node_pool",
			[]string{"renamed enable_auto_scaling auto_scaling_enabled"}},
		{"hashicorp/azurerm", "3.117.1", "4.81.0", "azurerm_nat_gateway", []string{"forces sku_name"}},
		{"hashicorp/azurerm", "3.117.1", "4.81.0", "azurerm_logic_app_standard", []string{"default version"}},
		{"cloudflare/cloudflare", "4.52.8", "5.22.0", "cloudflare_queue", []string{"framework ", "renamed name queue_name", "forces account_id"}},
		{"cloudflare/cloudflare", "4.52.8", "5.22.0", "cloudflare_record", []string{"type-removed "}},
		{"cloudflare/cloudflare", "4.52.8", "5.22.0", "cloudflare_dns_record", []string{"type-added "}},
		{"hashicorp/kubernetes", "2.38.0", "3.2.1", "kubernetes_pod_security_policy_v1beta1", []string{"type-removed "}},
		{"hashicorp/kubernetes", "2.38.0", "3.2.1", "kubernetes_namespace", nil},
		{"hashicorp/helm", "2.17.0", "3.1.2", "helm_release", []string{"framework ", "type set"}},
		{"hashicorp/helm", "2.17.0", "2.17.0", "helm_release", nil},
	} {
		var got []string
		for _, c := range facts.Difference(exactly(t, find, row.provider, row.was, row.typ), exactly(t, find, row.provider, row.is, row.typ)) {
			got = append(got, strings.TrimRight(fmt.Sprintf("%s %s %s", c.Kind, c.Path, c.To), " "))
		}
		for _, w := range row.want {
			if !slices.Contains(got, strings.TrimRight(w, " ")) {
				t.Errorf("%s %s to %s: no %q in %v", row.typ, row.was, row.is, w, got)
			}
		}
		if row.want == nil && len(got) > 0 {
			t.Errorf("%s %s to %s: got %v, want nothing", row.typ, row.was, row.is, got)
		}
	}
}

// exactly is a type in one version, nil where that version does not have it.
func exactly(t *testing.T, find plan.Facts, provider, version, typ string) *plan.TypeFacts {
	t.Helper()
	f := find(provider, version, typ)
	if f != nil && f.Version != version {
		return nil
	}
	return f
}

func TestRenamedTypesOfRealVersions(t *testing.T) {
	find := facts.Load()
	only := func(version, other string) []*plan.TypeFacts {
		there := facts.Types(facts.Header{Provider: "cloudflare/cloudflare", Version: other})
		var out []*plan.TypeFacts
		for _, name := range facts.Types(facts.Header{Provider: "cloudflare/cloudflare", Version: version}) {
			if !slices.Contains(there, name) {
				out = append(out, find("cloudflare/cloudflare", version, name))
			}
		}
		return out
	}
	got := facts.RenamedTypes(only("4.52.8", "5.22.0"), only("5.22.0", "4.52.8"))
	for was, is := range map[string]string{
		"cloudflare_record":                            "cloudflare_dns_record",
		"cloudflare_zero_trust_access_organization":    "cloudflare_zero_trust_organization",
		"cloudflare_zero_trust_tunnel_route":           "cloudflare_zero_trust_tunnel_cloudflared_route",
		"cloudflare_worker_domain":                     "cloudflare_workers_custom_domain",
		"cloudflare_zero_trust_risk_score_integration": "cloudflare_zero_trust_risk_scoring_integration",
		"cloudflare_workers_for_platforms_namespace":   "", // its attributes are those of many
	} {
		if got[was] != is {
			t.Errorf("%s: got %q, want %q", was, got[was], is)
		}
	}
}

// The rules by themselves, and their harmless twins.
func TestDifference(t *testing.T) {
	typ := func(attrs map[string]*plan.AttrFacts) *plan.TypeFacts {
		return &plan.TypeFacts{Type: "x_y", Attributes: attrs}
	}
	text := func(f plan.Force) *plan.AttrFacts { return &plan.AttrFacts{Type: "string", Optional: true, Force: f} }
	for name, row := range map[string]struct {
		was, is map[string]*plan.AttrFacts
		want    string
	}{
		"same":     {map[string]*plan.AttrFacts{"a": text("")}, map[string]*plan.AttrFacts{"a": text("")}, ""},
		"forces":   {map[string]*plan.AttrFacts{"a": text("")}, map[string]*plan.AttrFacts{"a": text(plan.ForceIf)}, "forces a"},
		"releases": {map[string]*plan.AttrFacts{"a": text(plan.ForceAlways)}, map[string]*plan.AttrFacts{"a": text(plan.ForceIf)}, "releases a"},
		"renamed":  {map[string]*plan.AttrFacts{"pool_ids": text("")}, map[string]*plan.AttrFacts{"pools": text("")}, "renamed pool_ids"},
		"two heirs": {map[string]*plan.AttrFacts{"pool": text("")}, map[string]*plan.AttrFacts{"pool_a": text(""), "pool_b": text("")},
			"removed pool,added pool_a,added pool_b"},
		"unlike": {map[string]*plan.AttrFacts{"public_access_enabled": text("")}, map[string]*plan.AttrFacts{"operator_enabled": text("")},
			"added operator_enabled,removed public_access_enabled"},
		"other force": {map[string]*plan.AttrFacts{"pool": text("")}, map[string]*plan.AttrFacts{"pool_name": text(plan.ForceAlways)},
			"removed pool,added pool_name"},
	} {
		var got []string
		for _, c := range facts.Difference(typ(row.was), typ(row.is)) {
			got = append(got, string(c.Kind)+" "+c.Path)
		}
		if strings.Join(got, ",") != row.want {
			t.Errorf("%s: got %v, want %s", name, got, row.want)
		}
	}
}
