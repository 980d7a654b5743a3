package object

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"go.yaml.in/yaml/v3"
)

// Limits bound what Parse accepts. The zero value of a field means its
// default.
type Limits struct {
	// Bytes is the size of one file; default 10 MiB.
	Bytes int
	// Depth is the nesting of values; default 200.
	Depth int
	// Aliased is the number of values that YAML aliases may add to a file
	// when written out; default 200,000.
	Aliased int
	// Values is the number of values in a file, as [Weigh] guesses it; default
	// 300,000, which take 200 MiB.
	Values int
}

func (l Limits) orDefault() Limits {
	if l.Bytes == 0 {
		l.Bytes = 10 << 20
	}
	if l.Depth == 0 {
		l.Depth = 200
	}
	if l.Aliased == 0 {
		l.Aliased = 200_000
	}
	if l.Values == 0 {
		l.Values = 300_000
	}
	return l
}

// File is what a file holds, in the order of the text.
type File struct {
	Objects []Object
	// Others are documents that are not Kubernetes objects. Empty
	// documents are not listed.
	Others []Other
}

// Other is a document without apiVersion and kind.
type Other struct {
	Line, EndLine int
	// Value is as in Object, of any JSON type.
	Value any
	Why   string
}

// Error says why a file could not be read. Line is 0 where it is not known.
type Error struct {
	File string
	Line int
	Why  string
	// Limit: the file is refused for its size or shape, not its grammar.
	Limit bool
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("parse %s: %s", e.File, e.Why)
	}
	return fmt.Sprintf("parse %s:%d: %s", e.File, e.Line, e.Why)
}

// Parse reads every document of a YAML or JSON file. Lists are unpacked. An
// error, always an *Error, means that nothing is known of the whole file:
// tools that apply it stop as well.
func Parse(name string, data []byte, limits Limits) (File, error) {
	limits = limits.orDefault()
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := check(name, data, limits); err != nil {
		return File{}, err
	}
	roots, err := documents(name, data)
	if err != nil {
		return File{}, err
	}
	r := reader{file: name, limits: limits, lines: strings.Split(string(data), "\n")}
	var out File
	for i, root := range roots {
		next := len(r.lines) + 1
		if i+1 < len(roots) {
			next = roots[i+1].Line
		}
		if err := r.document(root, next, &out); err != nil {
			return File{}, err
		}
	}
	return out, nil
}

// Weigh guesses from the text of a file how many values it holds, before
// anything is made of them: a line, a colon and a comma stand for one each.
func Weigh(data []byte) int {
	return bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte(":")) + bytes.Count(data, []byte(","))
}

func check(name string, data []byte, limits Limits) error {
	if len(data) > limits.Bytes {
		return &Error{File: name, Why: fmt.Sprintf("%d bytes are more than the limit of %d", len(data), limits.Bytes), Limit: true}
	}
	if n := Weigh(data); n > limits.Values {
		return &Error{File: name, Why: fmt.Sprintf("about %d values are more than the limit of %d", n, limits.Values), Limit: true}
	}
	if utf8.Valid(data) {
		return nil
	}
	line := 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		data = data[n:]
	}
	return &Error{File: name, Line: line, Why: "not valid UTF-8"}
}

// documents parses the text into one root per document. Text that starts with
// a brace is read as a stream of JSON values first, as
// k8s.io/apimachinery/pkg/util/yaml.NewYAMLOrJSONDecoder does.
func documents(name string, data []byte) ([]*yaml.Node, error) {
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		if roots, err := jsonDocuments(data); err == nil {
			return roots, nil
		}
	}
	var roots []*yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		root := new(yaml.Node)
		err := dec.Decode(root)
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, yamlError(name, data, err)
		}
		roots = append(roots, root)
	}
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// yamlError takes the line out of a message of the YAML library, and looks
// for it where the library does not give one.
func yamlError(name string, data []byte, err error) *Error {
	text, _, _ := strings.Cut(err.Error(), "\n")
	out := &Error{File: name, Why: text}
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		out.Line, _ = strconv.Atoi(m[1])
		out.Why = m[2]
	}
	if out.Line == 0 && strings.Contains(text, "control characters") {
		bad := bytes.IndexFunc(data, isControl)
		if bad >= 0 {
			out.Line = 1 + bytes.Count(data[:bad], []byte("\n"))
		}
	}
	return out
}

// document appends what one document holds.
func (r *reader) document(root *yaml.Node, next int, out *File) error {
	if root.Kind == yaml.DocumentNode {
		if len(root.Content) == 0 {
			return nil
		}
		root = root.Content[0]
	}
	r.problems, r.seen = nil, map[*yaml.Node]*converted{}
	c, err := r.convert(root, nil, root.Line, next, 0)
	if err != nil {
		return err
	}
	switch v := c.value.(type) {
	case nil:
		return nil
	case map[string]any:
		if len(v) == 0 {
			return nil
		}
		return r.emit(v, c.mark, "", "", out)
	default:
		out.Others = append(out.Others, Other{c.mark.line, c.mark.end, v, "the document is not a mapping"})
		return nil
	}
}

// emit appends an object, the items of a list, or another document. apiVersion
// and kind are what a typed list gives its items.
func (r *reader) emit(v map[string]any, m *mark, apiVersion, kind string, out *File) error {
	if v["apiVersion"] == nil && v["kind"] == nil && kind != "" {
		v = withType(v, apiVersion, kind)
	}
	version, _ := v["apiVersion"].(string)
	k, _ := v["kind"].(string)
	if version == "" || k == "" {
		out.Others = append(out.Others, Other{m.line, m.end, v, "no apiVersion and kind"})
		return nil
	}
	if items, ok := v["items"].([]any); ok && strings.HasSuffix(k, "List") {
		for i, item := range items {
			im := m.child("items").child(i)
			iv, ok := item.(map[string]any)
			if !ok {
				return &Error{File: r.file, Line: im.line, Why: fmt.Sprintf("item %d of %s is not an object", i, k)}
			}
			if err := r.emit(iv, im, version, strings.TrimSuffix(k, "List"), out); err != nil {
				return err
			}
		}
		return nil
	}
	out.Objects = append(out.Objects, r.object(v, m, version, k))
	return nil
}

func withType(v map[string]any, apiVersion, kind string) map[string]any {
	typed := map[string]any{"apiVersion": apiVersion, "kind": kind}
	for k, x := range v {
		if x != nil || (k != "apiVersion" && k != "kind") {
			typed[k] = x
		}
	}
	return typed
}

func (r *reader) object(v map[string]any, m *mark, apiVersion, kind string) Object {
	o := Object{Value: v, File: r.file, Line: m.line, EndLine: m.end, marks: m}
	o.Group, o.Version = splitAPIVersion(apiVersion)
	o.Kind = kind
	for _, p := range r.problems {
		if p.line >= m.line && p.line <= m.end {
			o.Problems = append(o.Problems, p.problem(r, m))
		}
	}
	text := func(field string) string {
		x, ok := Lookup(v, "metadata", field)
		s, isString := x.(string)
		if ok && x != nil && !isString {
			path := plan.Path{"metadata", field}
			line, _ := o.Lines(path)
			o.Problems = append(o.Problems, Problem{NotString, line, path, fmt.Sprintf("metadata.%s is not a string", field)})
		}
		return s
	}
	o.Name, o.Namespace, o.GenerateName = text("name"), text("namespace"), text("generateName")
	return o
}

// isControl reports whether YAML does not allow a character anywhere.
func isControl(r rune) bool {
	switch r {
	case '\t', '\n', '\r', 0x85:
		return false
	case 0x7f, 0xfffe, 0xffff:
		return true
	}
	return r < 0x20 || r >= 0x80 && r < 0xa0
}
