package facts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Source is the JSON form that tools/providerfacts writes.
type Source struct {
	Provider  string                `json:"provider"`
	Version   string                `json:"version"`
	Resources map[string]SourceType `json:"resources"`
}

// SourceType is one resource type.
type SourceType struct {
	Attributes map[string]*SourceAttr `json:"a"`
	PlanLogic  bool                   `json:"customize_diff,omitempty"`
	Framework  bool                   `json:"fw,omitempty"`
}

// SourceAttr is one attribute or block; see the README of rules/facts.
type SourceAttr struct {
	Type       string                 `json:"t,omitempty"`
	Mode       string                 `json:"m,omitempty"`
	Force      string                 `json:"f,omitempty"`
	Default    json.RawMessage        `json:"d,omitempty"`
	Normalised bool                   `json:"s,omitempty"`
	Compare    []plan.Comparison      `json:"e,omitempty"`
	Keeps      bool                   `json:"k,omitempty"`
	Nested     map[string]*SourceAttr `json:"a,omitempty"`
}

// Decode reads the JSON form strictly.
func Decode(data []byte) (Source, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var s Source
	if err := dec.Decode(&s); err != nil {
		return Source{}, fmt.Errorf("decode facts: %w", err)
	}
	return s, nil
}

// Types converts the JSON form.
func (s Source) Types() (map[string]*plan.TypeFacts, error) {
	out := make(map[string]*plan.TypeFacts, len(s.Resources))
	for name, t := range s.Resources {
		attributes, err := convert(t.Attributes)
		if err != nil {
			return nil, fmt.Errorf("%s.%w", name, err)
		}
		out[name] = &plan.TypeFacts{
			Provider: s.Provider, Version: s.Version, Type: name,
			Attributes: attributes, PlanLogic: t.PlanLogic, Framework: t.Framework,
		}
	}
	return out, nil
}

func convert(attrs map[string]*SourceAttr) (map[string]*plan.AttrFacts, error) {
	out := make(map[string]*plan.AttrFacts, len(attrs))
	for name, s := range attrs {
		a := &plan.AttrFacts{Type: s.Type, Normalised: s.Normalised, Compare: s.Compare, Keeps: s.Keeps, Force: plan.Force(s.Force)}
		switch s.Mode {
		case "r":
			a.Required = true
		case "o":
			a.Optional = true
		case "c":
			a.Computed = true
		case "oc":
			a.Optional, a.Computed = true, true
		case "":
			a.Optional = true // framework blocks have no mode
		default:
			return nil, fmt.Errorf("%s: mode %q is not known", name, s.Mode)
		}
		switch a.Force {
		case plan.ForceNever, plan.ForceAlways, plan.ForceIf, plan.ForceConfigured:
		default:
			return nil, fmt.Errorf("%s: force-new %q is not known", name, s.Force)
		}
		for _, c := range s.Compare {
			if err := c.Check(); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
		var err error
		if a.Default, err = defaultOf(s); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if s.Nested != nil {
			if a.Nested, err = convert(s.Nested); err != nil {
				return nil, fmt.Errorf("%s.%w", name, err)
			}
		}
		out[name] = a
	}
	return out, nil
}

// defaultOf resolves what the extractor could only describe: the framework
// states a default as a sentence, the SDK may name a constant.
func defaultOf(s *SourceAttr) (any, error) {
	if s.Default == nil {
		return nil, nil
	}
	var d any
	if err := json.Unmarshal(s.Default, &d); err != nil {
		return nil, fmt.Errorf("decode default: %w", err)
	}
	m, ok := d.(map[string]any)
	if !ok {
		return d, nil
	}
	if text, ok := m["fw"].(string); ok {
		if value, ok := strings.CutPrefix(text, "value defaults to "); ok {
			return literal(s.Type, value), nil
		}
	}
	if m["const"] == "math.MaxInt32" {
		return float64(math.MaxInt32), nil
	}
	return m, nil
}

func literal(typ, value string) any {
	switch typ {
	case "bool":
		if b, err := strconv.ParseBool(value); err == nil {
			return b
		}
	case "int64", "int32", "number", "float64", "float32":
		if n, err := strconv.ParseFloat(value, 64); err == nil {
			return n
		}
	}
	return value
}
