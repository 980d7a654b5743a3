package diff

import (
	"regexp"
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
		old, okOld := entryOf(unmarked(h.old), k)
		new, okNew := entryOf(unmarked(h.new), k)
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
	o, n := unmarked(h.old), unmarked(h.new)
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
	oldCount, newCount := length(unmarked(c.prior["network_interface"])), length(unmarked(c.planned["network_interface"]))
	if _, new, ok := h.texts(); oldCount != newCount || ok && new == "" {
		return inPlace
	}
	m := meaning{provider: "google"}
	worst := same
	for _, name := range []string{"network_interface.network", "network_interface.subnetwork"} {
		o, n := at(c.prior, name), at(c.planned, name)
		if v := compare(shape{holds: single}, true, o, n); v == differs {
			worst = max(worst, m.compare(o, n))
		} else {
			worst = max(worst, v)
		}
	}
	switch worst {
	case differs:
		return inPlace
	case maybe:
		return open
	}
	return replaces
}

func rewritten(_ change, h hit) decision {
	if !h.old.IsKnown() || !h.new.IsKnown() {
		return open
	}
	o, n := unmarked(h.old), unmarked(h.new)
	if length(n) < length(o) {
		return replaces
	}
	if length(o) == 0 {
		return inPlace
	}
	olds, news := o.AsValueSlice(), n.AsValueSlice()
	worst := same
	for i := range olds {
		worst = max(worst, compare(shape{holds: single}, true, olds[i], news[i]))
	}
	switch worst {
	case same:
		return inPlace
	case maybe:
		return open
	}
	return replaces
}
