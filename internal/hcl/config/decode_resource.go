package config

import (
	"slices"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

var metaArguments = map[string]bool{"count": true, "for_each": true, "provider": true, "depends_on": true,
	"lifecycle": true, "connection": true, "provisioner": true}

func (d *decoder) resource(b *rawBlock) {
	r := &Resource{Type: b.labels[0], Name: b.labels[1], Range: b.header, Full: b.full}
	switch b.kind {
	case "resource":
		r.Mode = Managed
	case "data":
		r.Mode = Data
	case "ephemeral":
		r.Mode = Ephemeral
	}
	if old := d.m.Resources[r.Key()]; old != nil {
		d.duplicate(b, "resource", r.Key(), old.Range)
		return
	}
	attrs := b.body.attrs
	r.Provider = providerName(attrs["provider"])
	r.DependsOn = references(attrs["depends_on"])
	d.oneRepetition(attrs, r.Key())
	r.Count, r.ForEach = attrs["count"].ready(), attrs["for_each"].ready()
	for i, l := range b.body.blocksOf("lifecycle") {
		if i > 0 {
			d.problem(l.header, r.Key(), "Duplicate lifecycle block")
		}
		d.lifecycle(r, l)
	}
	leave := metaArguments
	if r.Mode == Data && r.Type == "terraform_remote_state" {
		leave = metaArguments // its blocks are arguments all the same
	}
	r.Body = decodeBody(b.body, leave)
	r.Runs = runs(r, b)
	d.m.Resources[r.Key()] = r
	d.m.Order = append(d.m.Order, r.Key())
}

// oneRepetition refuses count beside for_each, unless an override file brought
// the other one.
func (d *decoder) oneRepetition(attrs map[string]*rawAttr, subject string) {
	count, each := attrs["count"], attrs["for_each"]
	if count != nil && each != nil && count.rng.Filename == each.rng.Filename {
		d.problem(each.rng, subject, `Invalid combination of "count" and "for_each"`)
	}
}

// lifecycleArguments are those of any runtime; the older ones refuse the rest
// themselves.
var lifecycleArguments = []string{
	"create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by", "destroy", "enabled",
}

func (d *decoder) lifecycle(r *Resource, b *rawBlock) {
	l := &r.Lifecycle
	attrs := b.body.attrs
	for _, a := range b.body.sorted() {
		if !slices.Contains(lifecycleArguments, a.name) {
			d.problem(a.rng, r.Key(), "Unsupported argument: lifecycle has no argument %q", a.name)
		}
	}
	if a := attrs["prevent_destroy"]; a != nil {
		l.PreventRange = a.rng
		if d.rt.PreventDestroyExpression() && !isLiteral(a.expr) {
			l.PreventDestroy = true // OpenTofu 1.12: may be decided by an expression; it guards unless shown otherwise
		} else {
			l.PreventDestroy = d.flag(b.body, "prevent_destroy", false)
		}
	}
	l.CreateBeforeDestroy = d.flag(b.body, "create_before_destroy", false)
	if attrs["destroy"] != nil {
		l.Keep = !d.flag(b.body, "destroy", true)
	}
	if a := attrs["enabled"]; a != nil {
		r.Enabled = a.ready()
	}
	if a := attrs["ignore_changes"]; a != nil {
		if hcl.ExprAsKeyword(a.expr) == "all" || literalText(a.expr) == "all" {
			l.IgnoreAll = true
		} else {
			l.Ignore = references(a)
			for _, ref := range l.Ignore {
				l.IgnoreAll = l.IgnoreAll || ref.RootName() == "*"
			}
		}
	}
	if a := attrs["replace_triggered_by"]; a != nil {
		for _, e := range listOf(a.expr) {
			l.TriggeredBy = append(l.TriggeredBy, expr.New(e, a.src, a.salt))
		}
	}
	l.Checks = checks(b.body, "precondition", "postcondition")
}
