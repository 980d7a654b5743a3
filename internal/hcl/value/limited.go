package value

import "github.com/zclconf/go-cty/cty"

// IsLimited reports whether anything in v is not known because of a limit.
func IsLimited(v cty.Value) bool {
	if v == cty.NilVal || !v.ContainsMarked() {
		return false
	}
	_, m := v.UnmarkDeep()
	return has[Limited](m)
}

// CarryLimit marks out where one of the values that it was made of, by hand, is
// not known because of a limit.
func CarryLimit(out cty.Value, from ...cty.Value) cty.Value {
	for _, v := range from {
		if IsLimited(v) {
			return out.Mark(Limited{})
		}
	}
	return out
}
