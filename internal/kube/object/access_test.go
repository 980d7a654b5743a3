package object_test

import (
	"math"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
)

// TestAccessors: each gives what is there, and its zero where there is nothing
// or something else.
func TestAccessors(t *testing.T) {
	v := map[string]any{"map": map[string]any{"a": "b"}, "list": []any{"x"}, "text": "t", "bool": true, "int": int64(3)}
	if object.MapAt(v, "map")["a"] != "b" || object.MapAt(v, "list") != nil || object.MapAt(v)["text"] != "t" {
		t.Error("MapAt")
	}
	if len(object.ListAt(v, "list")) != 1 || object.ListAt(v, "text") != nil {
		t.Error("ListAt")
	}
	if object.TextAt(v, "list", 0) != "x" || object.TextAt(v, "int") != "" || object.TextAt(v, "none") != "" {
		t.Error("TextAt")
	}
	if !object.BoolAt(v, "bool") || object.BoolAt(v, "text") || object.BoolAt(v, "none") {
		t.Error("BoolAt")
	}
	if i, ok := object.IntAt(v, "int"); i != 3 || !ok {
		t.Error("IntAt")
	}
	if _, ok := object.IntAt(v, "text"); ok {
		t.Error("IntAt of a text")
	}
	if got := string(object.JSON(v["list"])); got != `["x"]` {
		t.Errorf("JSON gives %s", got)
	}
	if got := string(object.JSON(math.NaN())); got == "" {
		t.Error("JSON of what cannot be written gives nothing")
	}
}

// TestComments: what stands in a value is no comment.
func TestComments(t *testing.T) {
	got, ok := object.Comments([]byte("# one\na: 1 # two\nb: |\n  # text\n---\n#@ three\nc: '# text'\n"))
	if want := "# one\n# two\n#@ three\n"; !ok || got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if _, ok := object.Comments([]byte("a: [")); ok {
		t.Error("a text that does not parse has comments")
	}
}
