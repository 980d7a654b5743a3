package diff

import (
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/diff/equal"
)

// exceptBlockComes: a first block is added in place.
func exceptBlockComes(_ change, h hit) decision {
	return byLengths(h, func(old, new int) bool { return old != 0 || new == 0 })
}

func aksPoolName(c change, h hit) decision {
	old, _, ok := h.texts()
	temporary, known := c.becomes("default_node_pool.temporary_name_for_rotation")
	if !ok || !known {
		return open
	}
	return replacesIf(old == "" || old != temporary)
}

func aksPlugin(c change, h hit) decision {
	old, new, ok := h.texts()
	mode, known := c.becomes("network_profile.network_plugin_mode")
	if !ok || !known {
		return open
	}
	return replacesIf(old != "kubenet" || new != "azure" || !strings.EqualFold(mode, "overlay"))
}

func exceptFirst(_ change, h hit) decision {
	if !h.old.IsKnown() {
		return open
	}
	return replacesIf(!equal.IsZero(h.old))
}

// zoneRedundancy: into or out of replication over zones.
func zoneRedundancy(_ change, h hit) decision {
	zoned := func(s string) bool { return strings.Contains(strings.ToUpper(s), "ZRS") }
	return byTexts(h, func(old, new string) bool { return zoned(old) != zoned(new) })
}

// exceptOverlay: a network plugin that becomes an overlay is changed in place.
func exceptOverlay(_ change, h hit) decision {
	return byTexts(h, func(_, new string) bool { return !strings.EqualFold(new, "overlay") })
}
