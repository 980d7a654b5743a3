package diff

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/schema"
)

func sqlDiskSize(c change, h hit) decision {
	if d := byTexts(h, func(old, new string) bool { return lowered(nil, old, new) }); d != replaces {
		return d
	}
	switch text, ok := c.becomes("settings.disk_autoresize"); {
	case !ok:
		return open
	case text == "" || text == "true":
		return nothing
	}
	return replaces
}

func startupScript(c change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	was, okOld := c.was("metadata.startup-script")
	is, okNew := c.becomes("metadata.startup-script")
	if !okOld || !okNew {
		return open
	}
	return replacesIf((old != "" || was == "" || new != was) && (new != "" || is == "" || old != is))
}

func undecidedParams(c change, h hit) decision {
	source, ok := c.becomes("data_source_id")
	keys := map[string][]string{
		"google_cloud_storage": {"data_path_template", "destination_table_name_template"},
		"amazon_s3":            {"data_path", "destination_table_name_template"},
	}[source]
	worst := inPlace
	for _, k := range keys {
		old, okOld := entryOf(equal.Unmarked(h.old), k)
		new, okNew := entryOf(equal.Unmarked(h.new), k)
		if okOld && okNew && old != new {
			worst = replaces
		}
	}
	if !ok || !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	return worst
}

var redisVersion = regexp.MustCompile(`^REDIS_\d+_\d+$`)

func redisDowngrade(_ change, h hit) decision {
	return byTexts(h, func(old, new string) bool {
		return redisVersion.MatchString(old) && redisVersion.MatchString(new) && versionLess(new, old)
	})
}

func workbenchMetadata(c change, h hit) decision {
	keys := []string{"install-monitoring-agent", "install-nvidia-driver", "serial-port-logging-enable", "report-notebook-metrics"}
	if euc, ok := c.becomes("enable_managed_euc"); ok && euc == "true" {
		keys = append(keys, "post-startup-script", "post-startup-script-behavior")
	}
	o, n := equal.Unmarked(h.old), equal.Unmarked(h.new)
	if !o.IsKnown() || !n.IsKnown() {
		return open
	}
	worst := inPlace
	for _, k := range keys {
		old, okOld := entryOf(o, k)
		new, okNew := entryOf(n, k)
		if okNew && (!okOld || old != new) {
			worst = replaces
		}
	}
	return worst
}

func networkIP(c change, h hit) decision {
	oldCount := equal.Length(equal.Unmarked(c.prior["network_interface"]))
	newCount := equal.Length(equal.Unmarked(c.planned["network_interface"]))
	if _, new, ok := h.texts(); oldCount != newCount || ok && new == "" {
		return inPlace
	}
	m := equal.Meaning{Provider: "google"}
	worst := equal.Same
	for _, name := range []string{"network_interface.network", "network_interface.subnetwork"} {
		o, n := at(c.prior, name), at(c.planned, name)
		if v := equal.Values(schema.Shape{Holds: schema.Single}, true, o, n); v == equal.Differs {
			worst = max(worst, m.Compare(o, n))
		} else {
			worst = max(worst, v)
		}
	}
	switch worst {
	case equal.Differs:
		return inPlace
	case equal.Maybe:
		return open
	}
	return replaces
}

func rewritten(_ change, h hit) decision {
	if !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	o, n := equal.Unmarked(h.old), equal.Unmarked(h.new)
	if equal.Length(n) < equal.Length(o) {
		return replaces
	}
	if equal.Length(o) == 0 {
		return inPlace
	}
	olds, news := o.AsValueSlice(), n.AsValueSlice()
	worst := equal.Same
	for i := range olds {
		worst = max(worst, equal.Values(schema.Shape{Holds: schema.Single}, true, olds[i], news[i]))
	}
	switch worst {
	case equal.Same:
		return inPlace
	case equal.Maybe:
		return open
	}
	return replaces
}

// bigQuerySchema: columns may be added unless required, relaxed, described,
// and dropped when none is added; anything else makes another table.
func bigQuerySchema(c change, h hit) decision {
	old, new, ok := h.texts()
	if !ok {
		return open
	}
	o, okOld := columns(old)
	n, okNew := columns(new)
	if !okOld || !okNew {
		return replacesIf(okOld != okNew && okOld)
	}
	external := equal.Length(equal.Unmarked(at(c.planned, "external_data_configuration"))) > 0
	return replacesIf(!columnsChangeable(o, n, external, true))
}

func columns(schema string) ([]any, bool) {
	if schema == "" || schema == "null" {
		schema = "[]"
	}
	var v any
	if err := json.Unmarshal([]byte(schema), &v); err != nil {
		return nil, false
	}
	list, ok := v.([]any)
	return list, ok
}

func columnsChangeable(old, new []any, external, top bool) bool {
	olds, okOld := byName(old)
	news, okNew := byName(new)
	if !okOld || !okNew {
		return false
	}
	dropped, kept := 0, 0
	for name, n := range news {
		if _, ok := olds[name]; !ok && columnMode(n) == "REQUIRED" {
			return false
		}
	}
	for name, o := range olds {
		n, ok := news[name]
		if !ok {
			if !top || external {
				return false
			}
			dropped++
			continue
		}
		if !columnChangeable(o, n, external) {
			return false
		}
		kept++
	}
	return dropped == 0 || len(news) == kept
}

func byName(list []any) (map[string]map[string]any, bool) {
	out := map[string]map[string]any{}
	for _, e := range list {
		m, ok := e.(map[string]any)
		name, named := m["name"].(string)
		if !ok || !named {
			return nil, false
		}
		out[name] = m
	}
	return out, true
}

func columnMode(m map[string]any) string {
	if s, ok := m["mode"].(string); ok && s != "" {
		return strings.ToUpper(s)
	}
	return "NULLABLE"
}

func columnChangeable(old, new map[string]any, external bool) bool {
	if columnType(old) != columnType(new) {
		return false
	}
	if om, nm := columnMode(old), columnMode(new); om != nm && (om != "REQUIRED" || nm != "NULLABLE") {
		return false
	}
	of, okOld := old["fields"].([]any)
	nf, okNew := new["fields"].([]any)
	if okOld != okNew {
		return false
	}
	return !okOld || columnsChangeable(of, nf, external, false)
}

// columnType knows the two names that types have in the two SQL dialects.
func columnType(m map[string]any) string {
	t := strings.ToUpper(fmt.Sprint(m["type"]))
	switch t {
	case "INT64":
		return "INTEGER"
	case "FLOAT64":
		return "FLOAT"
	case "BOOL":
		return "BOOLEAN"
	case "STRUCT":
		return "RECORD"
	}
	return t
}
