package appset

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"text/template"
	"text/template/parse"

	"github.com/Masterminds/sprig/v3"
	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// budget is what the templates of one set may do.
type budget struct{ steps, written int }

// Limits of the templates of a set: steps, characters written, the size of what
// a function takes, and of what it may make of it.
const (
	maxSteps   = 200_000
	maxWritten = 8 << 20
	maxValue   = 64 << 10
	maxProduct = 1 << 20
)

func (b *budget) spent() bool { return b.steps > maxSteps || b.written > maxWritten }

type limitError struct{}

func (limitError) Error() string { return "a limit of templates" }

// take counts what is done; it ends the template where that is too much, which
// text/template makes an error of.
func (b *budget) take(n int) {
	if b.steps += n; b.steps > maxSteps {
		panic(limitError{})
	}
}

type limitedWriter struct {
	io.Writer
	budget *budget
}

func (w limitedWriter) Write(p []byte) (int, error) {
	if w.budget.written += len(p); w.budget.written > maxWritten {
		return 0, limitError{}
	}
	return w.Writer.Write(p)
}

// stepName is the function that counts.
const stepName = "holdpoint_step"

// left are functions whose answer depends on when or where they are asked, or
// that make keys: a template with one of them is not evaluated.
var left = regexp.MustCompile(`^(env|expandenv|getHostByName|now|ago|date.*|htmlDate.*|must_?[dD]ate.*|mustToDate|toDate|unixEpoch|duration.*|rand.*|shuffle|uuidv4|gen.*|` +
	`derivePassword|htpasswd|bcrypt|buildCustomCert|encryptAES|decryptAES|adler32sum)$`)

func functions(b *budget) template.FuncMap {
	all := sprig.GenericFuncMap()
	for name := range all {
		if left.MatchString(name) {
			delete(all, name)
		}
	}
	all["normalize"], all["slugify"] = sanitized, slugified
	all["toYaml"], all["fromYaml"], all["fromYamlArray"] = toYAML, fromYAML, fromYAMLArray
	all["print"], all["println"], all["printf"] = fmt.Sprint, fmt.Sprintln, printf
	all["html"], all["js"], all["urlquery"] = template.HTMLEscaper, template.JSEscaper, template.URLQueryEscaper
	out := template.FuncMap{}
	for name, f := range all {
		out[name] = b.bounded(name, f)
	}
	out[stepName] = func() string { b.take(1); return "" }
	return out
}

// grows are functions whose answer may be as large as the product of what they
// take: numbers that say how much, and lengths of texts.
var grows = map[string]bool{
	"repeat": true, "until": true, "untilStep": true, "seq": true, "indent": true, "nindent": true, "wrap": true, "wrapWith": true,
	"replace": true, "regexReplaceAll": true, "mustRegexReplaceAll": true, "regexReplaceAllLiteral": true, "mustRegexReplaceAllLiteral": true,
}

// product is the largest size that an answer may have.
func product(args []reflect.Value) int {
	n := 1
	for _, a := range args {
		switch {
		case a.Kind() == reflect.String:
			n *= max(a.Len(), 1)
		case a.Kind() == reflect.Slice && a.Type().Elem().Kind() == reflect.Int:
			for i := range a.Len() {
				n = max(n, int(max(a.Index(i).Int(), -a.Index(i).Int())))
			}
		case a.CanInt():
			n *= int(min(max(a.Int(), -a.Int(), 1), maxProduct+1))
		}
		if n > maxProduct {
			break
		}
	}
	return n
}

// bounded is a function that counts what it takes and gives.
func (b *budget) bounded(name string, f any) any {
	of := reflect.ValueOf(f)
	return reflect.MakeFunc(of.Type(), func(args []reflect.Value) []reflect.Value {
		for _, a := range args {
			b.take(1 + b.size(a)/64)
		}
		if grows[name] && product(args) > maxProduct {
			b.take(maxSteps + 1)
		}
		var out []reflect.Value
		if of.Type().IsVariadic() {
			out = of.CallSlice(args)
		} else {
			out = of.Call(args)
		}
		for _, o := range out {
			b.take(b.size(o) / 64)
		}
		return out
	}).Interface()
}

// size is about how large a value is; one that is too large ends the template.
func (b *budget) size(v reflect.Value) int {
	n := 0
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		if n++; n > maxValue {
			b.take(maxSteps + 1)
		}
		switch v.Kind() {
		case reflect.Interface, reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.String:
			n += v.Len()
		case reflect.Map:
			for it := v.MapRange(); it.Next(); {
				walk(it.Key())
				walk(it.Value())
			}
		case reflect.Slice, reflect.Array:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		}
	}
	walk(v)
	return n
}

var wide = regexp.MustCompile(`%[^%a-zA-Z]*(\d{4,}|\*)`)

func printf(format string, args ...any) (string, error) {
	if wide.MatchString(format) {
		return "", limitError{}
	}
	return fmt.Sprintf(format, args...), nil
}

// slugified makes a name of at most so many characters of a text (SlugifyName).
func slugified(args ...any) string {
	text, most, smart := "", 50, true
	if len(args) == 0 {
		return ""
	}
	text, _ = args[len(args)-1].(string)
	if len(args) > 1 {
		if n, ok := args[0].(int); ok {
			most = n
		}
	}
	if len(args) > 2 {
		smart, _ = args[1].(bool)
	}
	text = strings.Trim(notSlug.ReplaceAllString(strings.ToLower(text), "-"), "-_")
	if most < 1 || len(text) <= most {
		return text
	}
	if cut := strings.LastIndexByte(text[:most+1], '-'); smart && cut > 0 {
		return text[:cut]
	}
	return text[:most]
}

var notSlug = regexp.MustCompile(`[^a-z0-9_]+`)

func toYAML(v any) (string, error) {
	text, err := yaml.Marshal(v)
	return strings.TrimSuffix(string(text), "\n"), err
}

func fromYAML(text string) (map[string]any, error) {
	out := map[string]any{}
	err := decodeYAML(text, &out)
	return out, err
}

func fromYAMLArray(text string) ([]any, error) {
	out := []any{}
	err := decodeYAML(text, &out)
	return out, err
}

// decodeYAML reads YAML as JSON has it.
func decodeYAML(text string, into any) error {
	value, err := readYAML(text)
	if err != nil || value == nil {
		return err
	}
	b, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, into)
}

func unsupported(why string) error { return &Trouble{Kind: plan.GapUnsupported, Why: why} }

// fields are the parameters that nodes name: `.a.b`, `$.a.b`, `index .a "b"`.
func fields(n parse.Node, into map[string]bool) {
	switch x := n.(type) {
	case *parse.ListNode:
		if x != nil {
			for _, each := range x.Nodes {
				fields(each, into)
			}
		}
	case *parse.ActionNode:
		fields(x.Pipe, into)
	case *parse.IfNode:
		branch(&x.BranchNode, into)
	case *parse.RangeNode:
		branch(&x.BranchNode, into)
	case *parse.WithNode:
		branch(&x.BranchNode, into)
	case *parse.PipeNode:
		if x != nil {
			for _, c := range x.Cmds {
				command(c, into)
			}
		}
	case *parse.FieldNode:
		into[strings.Join(x.Ident, "\x00")] = true
	case *parse.VariableNode:
		if x.Ident[0] == "$" && len(x.Ident) > 1 {
			into[strings.Join(x.Ident[1:], "\x00")] = true
		}
	}
}

func branch(b *parse.BranchNode, into map[string]bool) {
	fields(b.Pipe, into)
	fields(b.List, into)
	fields(b.ElseList, into)
}

func command(c *parse.CommandNode, into map[string]bool) {
	if name, ok := c.Args[0].(*parse.IdentifierNode); ok && len(c.Args) > 2 && (name.Ident == "index" || name.Ident == "get") {
		if of, ok := c.Args[1].(*parse.FieldNode); ok {
			key := strings.Join(of.Ident, "\x00")
			for _, a := range c.Args[2:] {
				if text, ok := a.(*parse.StringNode); ok {
					key += "\x00" + text.Text
				}
			}
			into[key] = true
			return
		}
	}
	for _, a := range c.Args {
		fields(a, into)
	}
}
