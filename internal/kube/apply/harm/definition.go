package harm

import (
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// versions: a version of a custom resource goes, or is stored differently.
func versions(c *change) {
	next := object.ListAt(c.next, "spec", "versions")
	for _, o := range object.ListAt(c.old, "spec", "versions") {
		old := object.MapAt(o)
		name := object.TextAt(old, "name")
		now := named(next, name)
		path := plan.Path{"spec", "versions"}
		switch {
		case old["served"] != true:
		case now == nil:
			c.add(plan.VersionUnserved, "", path, "resources cannot be read or written as %s any more", name)
		case now["served"] != true:
			c.add(plan.VersionUnserved, "", path, "resources cannot be read or written as %s any more", name)
		}
		if old["storage"] == true && now != nil && now["storage"] != true {
			c.add(plan.StorageVersion, "", path, "resources stay stored as %s until each is written again", name)
		}
	}
	flag := plan.Path{"spec", "preserveUnknownFields"}
	if v, _ := c.before.Get(flag...); v == true && at(c.next, flag...) != true {
		c.add(plan.SchemaPruned, plan.DataLoss, flag, "fields that the schema does not have are dropped when a resource is next written")
	}
}

// definitionSchema: fields that a schema has no more are dropped from stored
// resources without a word.
func definitionSchema(c *change) {
	next := object.ListAt(c.next, "spec", "versions")
	for _, o := range object.ListAt(c.old, "spec", "versions") {
		old := object.MapAt(o)
		now := named(next, object.TextAt(old, "name"))
		if now == nil {
			continue
		}
		var gone []string
		missing(object.MapAt(old, "schema", "openAPIV3Schema"), object.MapAt(now, "schema", "openAPIV3Schema"), "", 0, &gone)
		if len(gone) > 0 {
			c.add(plan.SchemaPruned, plan.DataLoss, plan.Path{"spec", "versions"},
				"version %s has no %s any more, which is dropped when a resource is next written",
				object.TextAt(old, "name"), strings.Join(gone[:min(3, len(gone))], ", "))
		}
	}
}

// missing collects the fields of a schema that another does not have.
func missing(old, next map[string]any, at string, depth int, out *[]string) {
	if depth > 60 || next["x-kubernetes-preserve-unknown-fields"] == true {
		return
	}
	if at != "" && old["x-kubernetes-preserve-unknown-fields"] == true {
		*out = append(*out, at+".*")
		return
	}
	properties := object.MapAt(next, "properties")
	for _, name := range slices.Sorted(maps.Keys(object.MapAt(old, "properties"))) {
		path := at + "." + name
		now, ok := properties[name]
		if !ok {
			*out = append(*out, path[1:])
			continue
		}
		missing(object.MapAt(old, "properties", name), object.MapAt(now), path, depth+1, out)
	}
	if items := object.MapAt(old, "items"); items != nil {
		missing(items, object.MapAt(next, "items"), at+"[]", depth+1, out)
	}
	if extra := object.MapAt(old, "additionalProperties"); extra != nil {
		missing(extra, object.MapAt(next, "additionalProperties"), at+".*", depth+1, out)
	}
}
