package chartvalues

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// Reference is an entry of valuesFrom (helm-controller v1.6.5,
// fluxcd/pkg/apis/meta ValuesReference).
type Reference struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	ValuesKey  string `json:"valuesKey"`
	TargetPath string `json:"targetPath"`
}

// Sealed is what of an object that holds or makes a Secret may decide its
// values: not its labels, nor when sops wrote it.
func Sealed(src object.Object) map[string]any {
	out := maps.Clone(src.Value)
	for _, field := range []string{"metadata", "sops", "status"} {
		delete(out, field)
	}
	return out
}

// In is the document of values that an entry takes from an object.
func In(src object.Object, ref Reference) (string, bool) {
	if _, encrypted := src.Get("sops"); encrypted {
		return "", false
	}
	key := ref.ValuesKey
	if key == "" {
		key = "values.yaml"
	}
	value, ok := plainData(src, key)
	if ok && ref.TargetPath != "" {
		value, ok = nested(ref.TargetPath, value)
	}
	return value, ok
}

// PlainPairs are the entries of a ConfigMap or Secret as a pod would read them;
// clear is false where some cannot be read.
func PlainPairs(o object.Object) (pairs map[string]string, clear bool) {
	if _, encrypted := o.Get("sops"); encrypted || o.Group != "" {
		return nil, false
	}
	pairs, clear = map[string]string{}, true
	for _, field := range []string{"data", "stringData"} {
		values, _ := o.Get(field)
		entries, _ := values.(map[string]any)
		for k := range entries {
			text, ok := plainData(o, k)
			if clear = clear && ok; ok {
				pairs[k] = text
			}
		}
	}
	return pairs, clear
}

// plainData is an entry of a ConfigMap or Secret as a pod would read it.
func plainData(o object.Object, key string) (string, bool) {
	if v, ok := o.Get("stringData", key); ok && o.Kind == "Secret" {
		text, isText := v.(string)
		return text, isText
	}
	v, _ := o.Get("data", key)
	text, ok := v.(string)
	if !ok || o.Kind != "Secret" {
		return text, ok
	}
	plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	return string(plain), err == nil
}

// nested is a document with one value at a dotted path. Paths with indexes
// and escapes are left alone.
func nested(at, value string) (string, bool) {
	if strings.ContainsAny(at, `[]\,{}"`) {
		return "", false
	}
	parts := strings.Split(at, ".")
	slices.Reverse(parts)
	for _, part := range parts {
		name, err := json.Marshal(part)
		if err != nil {
			return "", false
		}
		value = "{" + string(name) + ": " + value + "}"
	}
	return value, true
}
