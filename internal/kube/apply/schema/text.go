package schema

import (
	"strconv"
	"strings"
)

func formatInt(i int64) string { return strconv.FormatInt(i, 10) }

func formatFloat(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// trimZeros drops zeros after a decimal point: 0.100 is 0.1.
func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}
