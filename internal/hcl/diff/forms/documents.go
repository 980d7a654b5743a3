package forms

import (
	"encoding/base64"
	"encoding/json"
	"math/big"
	"reflect"
	"sort"
	"strings"
	"time"
)

// Document reads a JSON object or array.
func Document(s string) (any, bool) {
	s = strings.TrimSpace(s)
	if !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") {
		return nil, false
	}
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return nil, false
	}
	return v, true
}

// Policy brings an IAM policy into one form: one statement or principal is a
// list of one, actions and resources have no order, accounts may be written as
// root ARNs, booleans and numbers as text (hashicorp/awspolicyequivalence).
func Policy(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			e = Policy(e)
			switch k {
			case "Statement", "Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated":
				e = unordered(e)
			case "Principal", "NotPrincipal":
				if e == "*" {
					e = map[string]any{"AWS": []any{"*"}}
				}
			}
			if k == "Sid" && e == "" {
				continue
			}
			if k == "Effect" {
				if s, ok := e.(string); ok {
					e = strings.ToLower(s)
				}
			}
			out[k] = e
		}
		if cond, ok := out["Condition"].(map[string]any); ok {
			out["Condition"] = conditions(cond)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = Policy(e)
		}
		return out
	case string:
		return account(v)
	}
	return v
}

func conditions(cond map[string]any) map[string]any {
	out := map[string]any{}
	for op, keys := range cond {
		m, ok := keys.(map[string]any)
		if !ok {
			out[op] = keys
			continue
		}
		values := map[string]any{}
		for k, v := range m {
			values[k] = unordered(textual(v))
		}
		out[op] = values
	}
	return out
}

func textual(v any) any {
	switch v := v.(type) {
	case bool, float64:
		b, err := json.Marshal(v)
		if err != nil {
			return v
		}
		return string(b)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = textual(e)
		}
		return out
	}
	return v
}

func account(s string) string {
	if rest, ok := strings.CutPrefix(s, "arn:aws:iam::"); ok {
		if id, ok := strings.CutSuffix(rest, ":root"); ok {
			return id
		}
	}
	return s
}

// unordered is a list in an order of its own, without repetitions.
func unordered(v any) any {
	list, ok := v.([]any)
	if !ok {
		return []any{v}
	}
	seen := map[string]any{}
	for _, e := range list {
		if b, err := json.Marshal(e); err == nil {
			seen[string(b)] = e
		}
	}
	keys := make([]string, 0, len(seen))
	for k := range seen {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	out := make([]any, len(keys))
	for i, k := range keys {
		out[i] = seen[k]
	}
	return out
}

// Containers brings ECS container definitions into the form in which the
// provider compares them: defaults and empty values dropped, environment and
// secrets without order, definitions by name
// (internal/service/ecs/task_definition_equivalency.go).
func Containers(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := make([]any, 0, len(list))
	for _, e := range list {
		c, ok := e.(map[string]any)
		if !ok {
			return v
		}
		out = append(out, containerDefinition(c))
	}
	sort.SliceStable(out, func(i, j int) bool {
		a, _ := out[i].(map[string]any)["name"].(string)
		b, _ := out[j].(map[string]any)["name"].(string)
		return a < b
	})
	return out
}

func containerDefinition(c map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range c {
		switch k {
		case "environment", "secrets":
			if list, ok := v.([]any); ok && len(list) > 0 {
				out[k] = unordered(v)
			}
			continue
		case "essential":
			if v == true {
				continue
			}
		case "portMappings":
			v = ports(v)
		case "cpu", "memory", "memoryReservation":
			v = number(v)
		}
		if !isEmptyJSON(v) {
			out[k] = v
		}
	}
	return out
}

func ports(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := make([]any, 0, len(list))
	for _, e := range list {
		m, ok := e.(map[string]any)
		if !ok {
			return v
		}
		p := map[string]any{}
		for k, x := range m {
			x = number(x)
			if k == "protocol" && x == "tcp" || k == "hostPort" && (x == 0.0 || reflect.DeepEqual(x, number(m["containerPort"]))) || isEmptyJSON(x) {
				continue
			}
			p[k] = x
		}
		out = append(out, p)
	}
	return out
}

func number(v any) any {
	if s, ok := v.(string); ok {
		if f, _, err := big.ParseFloat(s, 10, 64, big.ToNearestEven); err == nil {
			n, _ := f.Float64()
			return n
		}
	}
	return v
}

func isEmptyJSON(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case float64:
		return v == 0
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// Decoded is what a text stands for that may be written in base64.
func Decoded(s string) string {
	if b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s)); err == nil && len(b) > 0 {
		return string(b)
	}
	return s
}

// SameInstant reports whether two texts are one instant of RFC 3339.
func SameInstant(a, b string) bool {
	x, errX := time.Parse(time.RFC3339, a)
	y, errY := time.Parse(time.RFC3339, b)
	return errX == nil && errY == nil && x.Equal(y)
}

// IsDigits reports whether a text is a whole number without a sign.
func IsDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// SameDuration reports whether two texts are one duration: 60s and 1m.
func SameDuration(a, b string) bool {
	x, errX := time.ParseDuration(a)
	y, errY := time.ParseDuration(b)
	return errX == nil && errY == nil && x == y
}

// Quantity is an amount in the notation of Kubernetes: 1000m is 1, 1024Mi is 1Gi
// (k8s.io/apimachinery pkg/api/resource/quantity.go).
func Quantity(s string) (*big.Rat, bool) {
	digits := strings.TrimRight(s, "KMGTPEimunk")
	factor, ok := quantityFactor(s[len(digits):])
	if !ok {
		return nil, false
	}
	r, ok := new(big.Rat).SetString(digits)
	if !ok {
		return nil, false
	}
	return r.Mul(r, factor), true
}

func quantityFactor(suffix string) (*big.Rat, bool) {
	power := func(base, exp int64) *big.Rat {
		return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(base), big.NewInt(exp), nil))
	}
	const binary, decimal = "KMGTPE", "kMGTPE"
	switch {
	case suffix == "":
		return big.NewRat(1, 1), true
	case suffix == "m":
		return big.NewRat(1, 1000), true
	case suffix == "u":
		return big.NewRat(1, 1000000), true
	case suffix == "n":
		return big.NewRat(1, 1000000000), true
	case len(suffix) == 2 && suffix[1] == 'i' && strings.Contains(binary, suffix[:1]):
		return power(1024, int64(strings.Index(binary, suffix[:1])+1)), true
	case len(suffix) == 1 && strings.Contains(decimal, suffix):
		return power(1000, int64(strings.Index(decimal, suffix)+1)), true
	}
	return nil, false
}
