package diff

import (
	"regexp"

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
	oldCount, newCount := equal.Length(equal.Unmarked(c.prior["network_interface"])), equal.Length(equal.Unmarked(c.planned["network_interface"]))
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
