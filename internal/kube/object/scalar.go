package object

import (
	"encoding/base64"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// keyText is a mapping key as sigs.k8s.io/yaml writes it into JSON.
func keyText(n *yaml.Node) (string, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return "", fmt.Errorf("a mapping key must be a plain value")
	}
	v, err := resolve(n)
	if err != nil {
		return "", err
	}
	switch k := v.(type) {
	case string:
		return k, nil
	case bool:
		return strconv.FormatBool(k), nil
	case int64:
		return strconv.FormatInt(k, 10), nil
	case float64:
		switch {
		case math.IsNaN(k):
			return ".nan", nil
		case math.IsInf(k, 1):
			return ".inf", nil
		case math.IsInf(k, -1):
			return "-.inf", nil
		}
		return strconv.FormatFloat(k, 'g', -1, 32), nil
	}
	return "", fmt.Errorf("mapping key %q is not a string", n.Value)
}

// scalar is a value of JSON.
func scalar(n *yaml.Node) (any, error) {
	v, err := resolve(n)
	if err != nil {
		return nil, err
	}
	switch x := v.(type) {
	case float64:
		return number(x, n.Value)
	case uint64:
		return float64(x), nil
	}
	return v, nil
}

// number gives a float the type that it has after a turn through JSON, where
// 1.0 is written as 1.
func number(f float64, text string) (any, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, fmt.Errorf("%q is not a number that JSON can hold", text)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e21 && f >= math.MinInt64 && f < math.MaxInt64 {
		return int64(f), nil
	}
	return f, nil
}

// floatForm is what yaml.v2 takes for a float (resolve.go, yamlStyleFloat).
var floatForm = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

// words are the plain scalars with a meaning in YAML 1.1 (yaml.v2 resolve.go).
var words = map[string]any{
	"y": true, "Y": true, "yes": true, "Yes": true, "YES": true, "true": true, "True": true, "TRUE": true,
	"on": true, "On": true, "ON": true,
	"n": false, "N": false, "no": false, "No": false, "NO": false, "false": false, "False": false, "FALSE": false,
	"off": false, "Off": false, "OFF": false,
	"": nil, "~": nil, "null": nil, "Null": nil, "NULL": nil,
	".nan": math.NaN(), ".NaN": math.NaN(), ".NAN": math.NaN(),
	".inf": math.Inf(1), ".Inf": math.Inf(1), ".INF": math.Inf(1),
	"+.inf": math.Inf(1), "+.Inf": math.Inf(1), "+.INF": math.Inf(1),
	"-.inf": math.Inf(-1), "-.Inf": math.Inf(-1), "-.INF": math.Inf(-1),
}

// resolve reads a scalar as yaml.v2 does: string, bool, int64, uint64 (too
// large for int64), float64 or nil.
func resolve(n *yaml.Node) (any, error) {
	tag := ""
	if n.Style&yaml.TaggedStyle != 0 {
		tag = n.Tag
	}
	quoted := n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	switch tag {
	case "":
		if quoted {
			return n.Value, nil
		}
		return plain(n.Value), nil
	case "!!binary":
		data, err := base64.StdEncoding.DecodeString(n.Value)
		if err != nil {
			return nil, fmt.Errorf("!!binary value is not base64")
		}
		return string([]rune(string(data))), nil // JSON replaces each invalid byte
	case "!!bool", "!!int", "!!float", "!!null":
		return tagged(tag, n.Value)
	}
	return n.Value, nil // !!str, !!timestamp and tags of other tools
}

func tagged(tag, text string) (any, error) {
	v := plain(text)
	ok := false
	switch x := v.(type) {
	case bool:
		ok = tag == "!!bool"
	case nil:
		ok = tag == "!!null"
	case int64:
		if tag == "!!float" {
			return float64(x), nil
		}
		ok = tag == "!!int"
	case uint64:
		ok = tag == "!!int"
	case float64:
		ok = tag == "!!float"
	}
	if !ok {
		return nil, fmt.Errorf("%q is not a value of type %s", text, tag)
	}
	return v, nil
}

func plain(text string) any {
	if v, ok := words[text]; ok {
		return v
	}
	if text == "" || !strings.ContainsRune("+-.0123456789", rune(text[0])) {
		return text
	}
	if text[0] == '.' {
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f
		}
		return text
	}
	digits := strings.ReplaceAll(text, "_", "")
	if i, err := strconv.ParseInt(digits, 0, 64); err == nil {
		return i
	}
	if u, err := strconv.ParseUint(digits, 0, 64); err == nil {
		return u
	}
	if floatForm.MatchString(digits) {
		if f, err := strconv.ParseFloat(digits, 64); err == nil {
			return f
		}
	}
	if bits, ok := strings.CutPrefix(digits, "0b"); ok { // 0b+1, which Go itself refuses
		if i, err := strconv.ParseInt(bits, 2, 64); err == nil {
			return i
		}
	}
	return text
}
