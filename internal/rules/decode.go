package rules

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/rules/glob"
)

// decoder reads a YAML node into a settings value, by the same field tags that
// the JSON Schema is made from. The first mistake sticks, with its line.
type decoder struct {
	file string
	// lines are the lines of values by their path: `rules.tf-mass`.
	lines map[string]int
	err   error
}

func (d *decoder) fail(n *yaml.Node, format string, args ...any) {
	d.failAt(n.Line, format, args...)
}

func (d *decoder) failAt(line int, format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%s:%d: %s", d.file, line, fmt.Sprintf(format, args...))
	}
}

func (d *decoder) decode(n *yaml.Node, into reflect.Value, tag reflect.StructTag, at string) {
	d.lines[at] = n.Line
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		d.fail(n, "%s: anchors and aliases are not taken here; write the value out", at)
	case n.ShortTag() == "!!null":
		d.fail(n, "%s has no value; leave the key out for the default", at)
	case into.Kind() == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.decode(n, into.Elem(), tag, at)
	case into.Kind() == reflect.Struct:
		d.mapping(n, into, at)
	case into.Kind() == reflect.Map:
		d.dictionary(n, into, tag, at)
	case into.Kind() == reflect.Slice:
		d.sequence(n, into, tag, at)
	default:
		d.scalar(n, into, tag, at)
	}
}

// pairs walks a mapping and refuses what is not a plain, single key.
func (d *decoder) pairs(n *yaml.Node, at string, visit func(key, value *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s is %s, want keys and values", at, kindName(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.ShortTag() != "!!str" {
			d.fail(key, "%s: %q is not a name", at, key.Value)
			return
		}
		if first, twice := seen[key.Value]; twice {
			d.fail(key, "%s is given twice, first in line %d", join(at, key.Value), first)
			return
		}
		seen[key.Value] = key.Line
		visit(key, value)
	}
}

func (d *decoder) mapping(n *yaml.Node, into reflect.Value, at string) {
	fields := fieldsOf(into.Type())
	given := map[string]bool{}
	d.pairs(n, at, func(key, value *yaml.Node) {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == key.Value })
		if i < 0 {
			d.fail(key, "%s is not known%s", join(at, key.Value), nearest(key.Value, fields))
			return
		}
		given[key.Value] = true
		d.decode(value, into.FieldByIndex(fields[i].index), fields[i].tag, join(at, key.Value))
	})
	for _, f := range fields {
		if f.tag.Get("required") == "true" && !given[f.name] {
			d.fail(n, "%s is missing", join(at, f.name))
		}
	}
}

func (d *decoder) dictionary(n *yaml.Node, into reflect.Value, tag reflect.StructTag, at string) {
	into.Set(reflect.MakeMap(into.Type()))
	d.pairs(n, at, func(key, value *yaml.Node) {
		item := reflect.New(into.Type().Elem()).Elem()
		d.decode(value, item, tag, join(at, key.Value))
		into.SetMapIndex(reflect.ValueOf(key.Value), item)
	})
}

func (d *decoder) sequence(n *yaml.Node, into reflect.Value, tag reflect.StructTag, at string) {
	if n.Kind != yaml.SequenceNode {
		d.fail(n, "%s is %s, want a list", at, kindName(n))
		return
	}
	if len(n.Content) == 0 {
		d.fail(n, "%s is an empty list; leave the key out for the default", at)
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.decode(item, into.Index(i), tag, fmt.Sprintf("%s[%d]", at, i))
	}
}

// wanted names the scalars in words.
var wanted = map[reflect.Kind]string{reflect.String: "a string", reflect.Int: "a whole number", reflect.Bool: "true or false"}

func (d *decoder) scalar(n *yaml.Node, into reflect.Value, tag reflect.StructTag, at string) {
	want := map[reflect.Kind]string{reflect.String: "!!str", reflect.Int: "!!int", reflect.Bool: "!!bool"}[into.Kind()]
	if n.Kind != yaml.ScalarNode || n.ShortTag() != want {
		d.fail(n, "%s is %s, want %s", at, kindName(n), wanted[into.Kind()])
		return
	}
	switch into.Kind() {
	case reflect.String:
		into.SetString(n.Value)
		if form, ok := forms[tag.Get("form")]; ok {
			if err := form(n.Value); err != nil {
				d.fail(n, "%s: %v", at, err)
			}
		}
	case reflect.Bool:
		into.SetBool(n.Value == "true" || n.Value == "True" || n.Value == "TRUE")
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		least, most := bounds(tag)
		if err != nil || i < least || i > most {
			d.fail(n, "%s is %s, want a number from %d to %d", at, n.Value, least, most)
			return
		}
		into.SetInt(int64(i))
	}
	if allowed := tag.Get("enum"); allowed != "" && !slices.Contains(strings.Split(allowed, ","), n.Value) {
		d.fail(n, "%s is %q, want %s", at, n.Value, alternatives(strings.Split(allowed, ",")))
	}
}

func bounds(tag reflect.StructTag) (least, most int) {
	least, most = 0, 1_000_000
	if n, err := strconv.Atoi(tag.Get("min")); err == nil {
		least = n
	}
	if n, err := strconv.Atoi(tag.Get("max")); err == nil {
		most = n
	}
	return least, most
}

func join(at, key string) string {
	if at == "settings" {
		return key
	}
	return at + "." + key
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!str":
		return "a string"
	case "!!int":
		return "a number"
	case "!!float":
		return "a number with a fraction"
	case "!!bool":
		return "true or false"
	}
	return "a " + strings.TrimPrefix(n.ShortTag(), "!!")
}

func alternatives(list []string) string {
	if len(list) == 1 {
		return list[0]
	}
	return strings.Join(list[:len(list)-1], ", ") + " or " + list[len(list)-1]
}

// field is one key that a settings struct takes; inlined structs give theirs.
type field struct {
	name  string
	index []int
	tag   reflect.StructTag
	typ   reflect.Type
}

func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, option, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case name == "-":
		case option == "inline":
			for _, inner := range fieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				out = append(out, inner)
			}
		default:
			out = append(out, field{name, []int{i}, f.Tag, f.Type})
		}
	}
	return out
}

// nearest proposes the known key that is least far away, if one is near.
func nearest(name string, fields []field) string {
	best, least := "", 4
	for _, f := range fields {
		if n := distance(name, f.name); n < least {
			best, least = f.name, n
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", best)
}

// distance is the number of letters to add, take away or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

var (
	loginForm  = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,60})(?:\[bot\])?(?:#[1-9][0-9]{0,17})?$`)
	teamForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9][A-Za-z0-9._-]*$`)
	plainForm  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,99}$`)
	folderForm = regexp.MustCompile(`^(\.|[^/\x00-\x1f\\][^\x00-\x1f\\]*)$`)
)

// forms check strings by the `form` of their field.
var forms = map[string]func(string) error{
	"pattern":    glob.Check,
	"user":       formed(loginForm, "a login, alice, alice#583231 or renovate[bot]"),
	"team":       formed(teamForm, "a team as org/slug"),
	"repository": formed(teamForm, "a repository as owner/name"),
	"name":       formed(plainForm, "a name of letters, digits, blanks, dots, slashes and hyphens"),
	"folder":     folder,
	"label":      label,
	"file":       file,
}

func formed(form *regexp.Regexp, want string) func(string) error {
	return func(text string) error {
		if !form.MatchString(text) {
			return fmt.Errorf("%q: want %s", text, want)
		}
		return nil
	}
}

func folder(name string) error {
	if strings.ContainsAny(name, "*?") {
		return fmt.Errorf("%q: want a folder, not a pattern; everything below it is meant too", name)
	}
	if !folderForm.MatchString(name) || slices.Contains(strings.Split(name, "/"), "..") {
		return fmt.Errorf("%q: want a path from the top of the repository", name)
	}
	return nil
}

// file may leave the root's folder (../shared.tfvars), but no absolute path.
func file(name string) error {
	if name == "" || strings.HasPrefix(name, "/") || strings.ContainsAny(name, "\\\x00\n") {
		return fmt.Errorf("%q: want a path relative to the root", name)
	}
	return nil
}

func label(name string) error {
	if len(name) > 50 || strings.TrimSpace(name) != name || strings.ContainsAny(name, "\n\r\t,") {
		return fmt.Errorf("%q: want a label of at most 50 characters", name)
	}
	return nil
}
