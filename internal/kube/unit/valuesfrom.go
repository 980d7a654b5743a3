package unit

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// Beside finds an object among those that are applied together with an owner:
// a generated ConfigMap stands in no file. It may be nil.
type Beside func(kind, namespace, name string) (object.Object, bool)

// valuesReference is an entry of valuesFrom (helm-controller v1.6.5,
// fluxcd/pkg/apis/meta ValuesReference).
type valuesReference struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	ValuesKey  string `json:"valuesKey"`
	TargetPath string `json:"targetPath"`
}

// takenValues are the values that a release takes from ConfigMaps and Secrets.
type takenValues struct {
	docs  []ValueSource
	files []string
	// missing names the first that cannot be read here; unread are those with
	// what there is of them: an encrypted text, or their name alone.
	missing string
	unread  []any
}

// valuesFrom reads what a release takes, in its order.
func (s *Scan) valuesFrom(o object.Object, refs []valuesReference, beside Beside) takenValues {
	var out takenValues
	for _, ref := range refs {
		src, found := s.referenced(o, ref, beside)
		if found {
			out.files = append(out.files, src.File)
		}
		if text, ok := valuesIn(src, ref); found && ok {
			out.docs = append(out.docs, ValueSource{Text: []byte(text)})
			continue
		}
		if out.missing == "" {
			out.missing = ref.Kind + " " + ref.Name
		}
		out.unread = append(out.unread, ref, sealed(src))
	}
	return out
}

// referenced is the object that an entry of valuesFrom names.
func (s *Scan) referenced(o object.Object, ref valuesReference, beside Beside) (object.Object, bool) {
	if beside != nil {
		if src, ok := beside(ref.Kind, o.Namespace, ref.Name); ok {
			return src, true
		}
	}
	src, ok := s.source(ref.Kind, ref.Name, o.File)
	if !ok || src.Namespace != "" && o.Namespace != "" && src.Namespace != o.Namespace {
		return object.Object{}, false
	}
	return src, true
}

// sealed is what of an object that holds or makes a Secret may decide its
// values: not its labels, nor when sops wrote it.
func sealed(src object.Object) map[string]any {
	out := maps.Clone(src.Value)
	for _, field := range []string{"metadata", "sops", "status"} {
		delete(out, field)
	}
	return out
}

// valuesIn is the document of values that an entry takes from an object.
func valuesIn(src object.Object, ref valuesReference) (string, bool) {
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

// plainPairs are the entries of a ConfigMap or Secret as a pod would read them;
// clear is false where some cannot be read.
func plainPairs(o object.Object) (pairs map[string]string, clear bool) {
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

// deciding is what of a document of values may decide which objects there
// are; a text that is not a document counts as it is.
func deciding(text []byte) any {
	file, err := object.Parse("values.yaml", text, object.Limits{})
	if err != nil {
		return string(text)
	}
	var out []any
	for _, value := range documents(file) {
		out = append(out, Deciding(value))
	}
	return out
}

// decidingFile is the same for a values file of the repository.
func (s *Scan) decidingFile(name string) any {
	data, err := s.Tree.Read(path.Clean(name))
	if err != nil {
		return err.Error()
	}
	return deciding(data)
}
