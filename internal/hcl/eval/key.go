package eval

import (
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Key is an instance key as Terraform writes it: `[0]`, `["a"]` or nothing.
type Key string

const (
	// NoKey is the key of what does not repeat.
	NoKey Key = ""
	// SomeKey stands for all instances of what repeats in a way that the
	// trees do not tell.
	SomeKey Key = "[*]"
)

// IntKey is the key of a count instance.
func IntKey(i int) Key { return Key(fmt.Sprintf("[%d]", i)) }

var quoting = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{")

// StringKey is the key of a for_each instance, quoted as Terraform does.
func StringKey(s string) Key { return Key(`["` + quoting.Replace(s) + `"]`) }

// KeyOf turns an index value into a key; ok is false for what is none.
func KeyOf(v cty.Value) (Key, bool) {
	v, _ = v.Unmark()
	if v.IsNull() || !v.IsKnown() {
		return NoKey, false
	}
	switch v.Type() {
	case cty.String:
		return StringKey(v.AsString()), true
	case cty.Number:
		i, _ := v.AsBigFloat().Int64()
		return IntKey(int(i)), true
	}
	return NoKey, false
}

func index(key Key) int {
	n := 0
	for _, c := range key {
		if c >= '0' && c <= '9' {
			n = n*10 + int(c-'0')
		}
	}
	return n
}

func joinAddress(a, b string) string {
	if a == "" {
		return b
	}
	return a + "." + b
}
