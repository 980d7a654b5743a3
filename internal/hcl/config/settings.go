package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/value"
)

func (d *decoder) settings(b *rawBlock) {
	if a := b.body.attrs["required_version"]; a != nil {
		d.m.Settings.Versions = append(d.m.Settings.Versions, Version{Constraint: d.constant(a), Range: a.rng})
	}
	for _, child := range b.body.blocks {
		switch child.kind {
		case "backend", "cloud":
			label := strings.Join(child.labels, ".")
			d.m.Settings.State = child.kind + " " + label + " " + canonical(child.body)
			d.m.Settings.StateRange = child.full
		case "required_providers":
			d.required(child.body)
		}
	}
}

func (d *decoder) required(body *rawBody) {
	for _, a := range body.sorted() {
		source := "registry.terraform.io/hashicorp/" + a.name
		if a.name == "terraform" {
			source = BuiltinProvider
		}
		constraint := literalText(a.expr)
		if pairs, diags := hcl.ExprMap(a.expr); !diags.HasErrors() {
			for _, pair := range pairs {
				switch hcl.ExprAsKeyword(pair.Key) + literalText(unwrapKey(pair.Key)) {
				case "source":
					if s := literalText(pair.Value); s != "" {
						source = FullSource(s)
					}
				case "version":
					constraint = literalText(pair.Value)
				case "configuration_aliases":
					list, _ := hcl.ExprList(pair.Value)
					for _, e := range list {
						if ref := reference(e); ref != nil {
							d.m.Needs = append(d.m.Needs, dotted(ref))
						}
					}
				}
			}
		}
		d.m.Required[a.name] = source
		d.m.Constraints[source] = constraint
	}
}

func unwrapKey(e hcl.Expression) hcl.Expression {
	if u, ok := e.(interface{ UnwrapExpression() hcl.Expression }); ok {
		return u.UnwrapExpression()
	}
	return e
}

// BuiltinProvider is the source of terraform_data and terraform_remote_state.
const BuiltinProvider = "terraform.io/builtin/terraform"

// FullSource completes a provider source address.
func FullSource(s string) string {
	switch strings.Count(s, "/") {
	case 0:
		return "registry.terraform.io/hashicorp/" + s
	case 1:
		return "registry.terraform.io/" + s
	}
	return s
}

// ProviderSource is the source address behind a local provider name.
func (m *Module) ProviderSource(local string) string {
	if s, ok := m.Required[local]; ok {
		return s
	}
	if local == "terraform" {
		return BuiltinProvider
	}
	return FullSource(local)
}

// canonical writes a body of constants in one form, whatever its layout.
func canonical(b *rawBody) string {
	var parts []string
	for name, a := range b.attrs {
		v, diags := a.expr.Value(nil)
		if diags.HasErrors() {
			parts = append(parts, fmt.Sprintf("%s=%s", name, string(a.src[a.expr.Range().Start.Byte:a.expr.Range().End.Byte])))
			continue
		}
		if v.IsNull() || stateless[name] {
			continue
		}
		if v.Type() == cty.String && v.IsKnown() && shownState[name] && !strings.ContainsAny(v.AsString(), " \t\n{}") {
			parts = append(parts, name+"="+v.AsString())
			continue
		}
		parts = append(parts, name+"="+value.Fingerprint(v))
	}
	for _, child := range b.blocks {
		parts = append(parts, child.kind+" "+strings.Join(child.labels, ".")+"{"+canonical(child.body)+"}")
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// shownState are arguments of backends whose values are names, which
// may be shown.
var shownState = map[string]bool{
	"bucket": true, "key": true, "prefix": true, "path": true, "region": true, "workspace_key_prefix": true,
	"container_name": true, "storage_account_name": true, "resource_group_name": true, "organization": true, "hostname": true,
	"name": true, "secret_suffix": true, "namespace": true,
}

// stateless are backend arguments that say how the state is reached, not which
// one it is.
var stateless = map[string]bool{
	"encrypt": true, "kms_key_id": true, "dynamodb_table": true, "use_lockfile": true, "profile": true, "access_key": true, "secret_key": true,
	"role_arn": true, "assume_role": true, "external_id": true, "session_name": true,
	"shared_credentials_file": true, "shared_credentials_files": true,
	"skip_credentials_validation": true, "skip_region_validation": true, "skip_metadata_api_check": true, "skip_requesting_account_id": true,
	"credentials": true, "impersonate_service_account": true, "use_oidc": true, "use_azuread_auth": true, "use_msi": true, "max_retries": true,
	"token": true, "acl": true, "sse_customer_key": true,
}
