package value

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// NewPending is a value known after apply.
func NewPending(ty cty.Type) cty.Value { return cty.UnknownVal(ty).Mark(Pending{}) }

// NewOpaque is a stable unknown value named id.
func NewOpaque(id string, ty cty.Type) cty.Value {
	return WithSymbol(cty.UnknownVal(ty), id)
}

// WithSymbol is the unknown value v named id.
func WithSymbol(v cty.Value, id string) cty.Value { return v.Mark(Symbol{ID: short(id)}) }

// PendingAttribute is NewPending for an attribute of a resource, which is not
// null where every provider fills it in.
func PendingAttribute(attr string, ty cty.Type) cty.Value {
	return unknownAttribute(attr, ty).Mark(Pending{})
}

// OpaqueAttribute is the stable unknown value of attribute path attr of the
// existing object id, which is not null where every provider fills it in.
func OpaqueAttribute(id, attr string, ty cty.Type) cty.Value {
	return unknownAttribute(attr, ty).Mark(Symbol{ID: id + "." + attr})
}

func unknownAttribute(attr string, ty cty.Type) cty.Value {
	v := cty.UnknownVal(ty)
	if ty != cty.DynamicPseudoType && neverNull(attr) {
		v = v.RefineNotNull()
	}
	return v
}

// neverNull lists what every provider fills in for an object that exists.
func neverNull(attr string) bool {
	switch attr {
	case "id", "arn", "self_link":
		return true
	}
	return false
}

// IsIdentity reports whether v is an attribute that every existing object has: an
// opaque value that is neither null nor empty.
func IsIdentity(v cty.Value) bool {
	k, symbols := Know(v)
	return k == IsOpaque && namesIdentity(symbols)
}

// namesIdentity reports whether a symbol is an attribute that every existing
// object has.
func namesIdentity(symbol string) bool {
	i := strings.LastIndexByte(symbol, '.')
	return i >= 0 && neverNull(symbol[i+1:])
}

// short keeps a name readable while it is short, and hashes it beyond.
func short(id string) string {
	if len(id) <= 160 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return "#" + hex.EncodeToString(sum[:16])
}
