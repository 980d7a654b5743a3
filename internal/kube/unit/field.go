package unit

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func sortedSet(names map[string]bool) []string { return slices.Sorted(maps.Keys(names)) }

func outsideOf(what string, value any) Outside {
	text, err := json.Marshal(value)
	if err != nil {
		text = []byte(err.Error())
	}
	return Outside{What: what, ID: string(text)}
}

func textList(o object.Object, at ...any) []string {
	value, _ := o.Get(at...)
	list, _ := value.([]any)
	var out []string
	for _, item := range list {
		if text, ok := item.(string); ok {
			out = append(out, text)
		}
	}
	return out
}

func anyList(texts []string) []any {
	out := make([]any, len(texts))
	for i, text := range texts {
		out[i] = text
	}
	return out
}

// decode fills a struct from an object. Fields that it does not name are not
// looked at: these are the objects of others.
func decode(o object.Object, into any) error {
	text, err := json.Marshal(o.Value)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// clean is a path of an owner inside the repository: `./apps/web` and
// `/apps/web` mean the same.
func clean(p string) string {
	p = path.Clean(strings.TrimLeft(p, "/"))
	if p == "" {
		return "."
	}
	return p
}

// inside is a path relative to a folder that it lies below.
func inside(dir, name string) string {
	if dir == "." {
		return name
	}
	return strings.TrimPrefix(name, dir+"/")
}

// common is how many folders two files lie in together.
func common(a, b string) int {
	x, y := strings.Split(path.Dir(a), "/"), strings.Split(path.Dir(b), "/")
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n
}

// relative is a path as seen from a folder.
func relative(dir, to string) string {
	if dir == "." {
		return to
	}
	from, parts := strings.Split(dir, "/"), strings.Split(to, "/")
	n := 0
	for n < len(from) && n < len(parts) && from[n] == parts[n] {
		n++
	}
	up := make([]string, 0, len(from)+len(parts))
	for range from[n:] {
		up = append(up, "..")
	}
	if up = append(up, parts[n:]...); len(up) == 0 {
		return "."
	}
	return strings.Join(up, "/")
}

// ownerGap is a gap at a field of an owner.
func ownerGap(t *tree.Tree, o object.Object, kind plan.GapKind, at plan.Path, format string, args ...any) plan.Gap {
	return plan.Gap{At: o.At(t.Side, at), Kind: kind, Subject: o.Kind + " " + o.Name, Why: fmt.Sprintf(format, args...)}
}
