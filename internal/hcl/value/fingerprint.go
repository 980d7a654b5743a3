package value

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"

	"github.com/zclconf/go-cty/cty"
)

// Fingerprint names a value: equal values have equal fingerprints, and opaque
// parts count by their symbols.
func Fingerprint(vals ...cty.Value) string {
	h := sha256.New()
	for _, v := range vals {
		fingerprint(h, v)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func fingerprint(h hash.Hash, v cty.Value) {
	if v == cty.NilVal {
		h.Write([]byte("nil;"))
		return
	}
	v, m := v.Unmark()
	ty := v.Type()
	switch {
	case !v.IsKnown():
		if unknownWith(m) == IsPending {
			fmt.Fprintf(h, "pending %s;", ty.FriendlyName())
			return
		}
		fmt.Fprintf(h, "symbol %q;", symbolsOf(m))
	case v.IsNull():
		h.Write([]byte("null;"))
	case ty == cty.String:
		h.Write([]byte(strconv.Quote(v.AsString())))
	case ty == cty.Number:
		h.Write([]byte(v.AsBigFloat().Text('p', 0) + ";"))
	case ty == cty.Bool:
		fmt.Fprintf(h, "%t;", v.True())
	case ty.IsObjectType() || ty.IsMapType():
		fmt.Fprintf(h, "%s%s{", shape(ty), openName(m))
		for name, child := range Elements(v) {
			h.Write([]byte(strconv.Quote(name)))
			fingerprint(h, child.WithMarks(inherited(m, child)))
		}
		h.Write([]byte("}"))
	case ty.IsTupleType() || ty.IsListType() || ty.IsSetType():
		fmt.Fprintf(h, "%s[", shape(ty))
		for _, child := range Elements(v) {
			fingerprint(h, child.WithMarks(inherited(m, child)))
		}
		h.Write([]byte("]"))
	default:
		h.Write([]byte(ty.GoString()))
	}
}

func openName(m cty.ValueMarks) string {
	if o, ok := openIn(m); ok {
		return fmt.Sprintf("(%q %t)", o.ID, o.Pending)
	}
	return ""
}

// shape keeps collections and structures apart: a list is not a tuple.
func shape(ty cty.Type) string {
	switch {
	case ty.IsObjectType():
		return "object"
	case ty.IsTupleType():
		return "tuple"
	}
	return ty.FriendlyName()
}

// inherited is what an unknown element takes over from a container that hides
// the marks of its elements, as sets do.
func inherited(container cty.ValueMarks, child cty.Value) cty.ValueMarks {
	if child.IsKnown() || child.IsMarked() {
		return nil
	}
	return container
}
