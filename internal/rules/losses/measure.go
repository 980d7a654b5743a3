package losses

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// compare orders two amounts of one kind: numbers, durations or sizes. ok is
// false where they are not of one kind.
func compare(a, b any) (order int, ok bool) {
	if x, ok := number(a); ok {
		if y, ok := number(b); ok {
			return cmp.Compare(x, y), true
		}
		return 0, false
	}
	x, kindX := amount(text(a))
	y, kindY := amount(text(b))
	if kindX == "" || kindX != kindY {
		return 0, false
	}
	return cmp.Compare(x, y), true
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	case string:
		n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		return n, err == nil
	}
	return 0, false
}

var (
	units = map[string]float64{"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400,
		"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 7 * 86400, "month": 30 * 86400, "year": 365 * 86400}
	sizes = map[string]float64{"k": 1e3, "mi": 1 << 20, "ki": 1 << 10, "gi": 1 << 30, "ti": 1 << 40, "g": 1e9, "t": 1e12,
		"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
	oneUnit  = regexp.MustCompile(`^(\d+(?:\.\d+)?)\s*([a-z]+?)s?$`)
	shortOne = regexp.MustCompile(`^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w|y)$`)
	isoOne   = regexp.MustCompile(`^p(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)w)?(?:(\d+)d)?(?:t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?)?$`)
)

// amount reads `720h0m0s`, `30d`, `P30D`, `7 days`, `10Gi`. kind is empty for
// anything else.
func amount(s string) (value float64, kind string) {
	s = strings.ToLower(strings.TrimSpace(s))
	if d, err := time.ParseDuration(s); err == nil {
		return d.Seconds(), "time"
	}
	if m := shortOne.FindStringSubmatch(s); m != nil {
		return times(m[1], units[m[2]]), "time"
	}
	if m := isoOne.FindStringSubmatch(s); m != nil && len(s) > 1 {
		for i, unit := range []float64{365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1} {
			value += times(m[i+1], unit)
		}
		return value, "time"
	}
	if m := oneUnit.FindStringSubmatch(s); m != nil {
		if unit, ok := units[m[2]]; ok {
			return times(m[1], unit), "time"
		}
		if unit, ok := sizes[m[2]]; ok {
			return times(m[1], unit), "size"
		}
	}
	return 0, ""
}

func times(n string, unit float64) float64 {
	f, err := strconv.ParseFloat(n, 64)
	if err != nil {
		return 0
	}
	return f * unit
}
