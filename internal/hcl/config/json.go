package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// schema says which properties of a JSON body are blocks, with how many
// labels; everything else is an argument (HCL JSON syntax specification).
type schema struct {
	labels int
	blocks map[string]*schema
}

func jsonSchema() *schema {
	leaf := &schema{}
	check := map[string]*schema{"precondition": leaf, "postcondition": leaf}
	resource := &schema{labels: 2, blocks: map[string]*schema{
		"lifecycle":   {blocks: check},
		"connection":  leaf,
		"provisioner": {labels: 1, blocks: map[string]*schema{"connection": leaf}},
	}}
	dynamic := &schema{labels: 1}
	dynamic.blocks = map[string]*schema{"content": {blocks: map[string]*schema{"dynamic": dynamic}}}
	resource.blocks["dynamic"] = dynamic
	return &schema{blocks: map[string]*schema{
		"terraform": {blocks: map[string]*schema{
			"backend": {labels: 1}, "cloud": {blocks: map[string]*schema{"workspaces": leaf}},
			"required_providers": leaf, "provider_meta": {labels: 1},
		}},
		"variable": {labels: 1, blocks: map[string]*schema{"validation": leaf}},
		"locals":   leaf,
		"output":   {labels: 1, blocks: map[string]*schema{"precondition": leaf}},
		"provider": {labels: 1},
		"resource": resource, "data": resource, "ephemeral": resource,
		"module":  {labels: 1},
		"moved":   leaf,
		"import":  leaf,
		"removed": {blocks: map[string]*schema{"lifecycle": leaf, "provisioner": {labels: 1}}},
		"check":   {labels: 1, blocks: map[string]*schema{"assert": leaf, "data": resource}},
	}}
}

// node is one JSON value with its place.
type node struct {
	start, end int
	text       *string
	plain      any // bool, json.Number or nil
	list       []*node
	names      []string
	nameAt     []int
	object     []*node
	kind       byte // s, p, [, {
}

type jsonReader struct {
	name  string
	src   []byte
	dec   *json.Decoder
	lines []int
}

func parseJSON(name string, src []byte) (*rawBody, []Problem) {
	return parseJSONWith(name, src, jsonSchema())
}

func parseJSONWith(name string, src []byte, s *schema) (*rawBody, []Problem) {
	r := &jsonReader{name: name, src: src, dec: json.NewDecoder(bytes.NewReader(src)), lines: []int{0}}
	r.dec.UseNumber()
	for i, c := range src {
		if c == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	top, err := r.value()
	if err == nil {
		if _, more := r.dec.Token(); more != io.EOF {
			err = fmt.Errorf("more than one JSON value")
		}
	}
	if err == nil && top.kind != '{' {
		err = fmt.Errorf("the file must hold a JSON object")
	}
	if err != nil {
		at := r.rng(int(r.dec.InputOffset()), int(r.dec.InputOffset()))
		return nil, []Problem{{Kind: plan.GapParse, Range: at, Subject: name, Text: fmt.Sprintf("invalid JSON: %v", err)}}
	}
	body, err := r.body(top, s)
	if err != nil {
		return nil, []Problem{{Kind: plan.GapParse, Range: hcl.Range{Filename: name}, Subject: name, Text: err.Error()}}
	}
	return body, nil
}

func (r *jsonReader) value() (*node, error) {
	start := r.skip(int(r.dec.InputOffset()))
	tok, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	n := &node{start: start, kind: 'p'}
	switch tok := tok.(type) {
	case string:
		n.kind, n.text = 's', &tok
	case json.Delim:
		n.kind = byte(tok)
		for r.dec.More() {
			if n.kind == '{' {
				n.nameAt = append(n.nameAt, r.skip(int(r.dec.InputOffset())))
				key, err := r.dec.Token()
				if err != nil {
					return nil, err
				}
				n.names = append(n.names, key.(string))
			}
			child, err := r.value()
			if err != nil {
				return nil, err
			}
			if n.kind == '{' {
				n.object = append(n.object, child)
			} else {
				n.list = append(n.list, child)
			}
		}
		if _, err := r.dec.Token(); err != nil {
			return nil, err
		}
	default:
		n.plain = tok
	}
	n.end = int(r.dec.InputOffset())
	return n, nil
}

// skip passes over what separates tokens.
func (r *jsonReader) skip(i int) int {
	for i < len(r.src) && bytes.IndexByte([]byte(" \t\r\n,:"), r.src[i]) >= 0 {
		i++
	}
	return i
}

func (r *jsonReader) pos(offset int) hcl.Pos {
	lo, hi := 0, len(r.lines)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; r.lines[mid] <= offset {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hcl.Pos{Line: lo + 1, Column: offset - r.lines[lo] + 1, Byte: offset}
}

func (r *jsonReader) rng(start, end int) hcl.Range {
	return hcl.Range{Filename: r.name, Start: r.pos(start), End: r.pos(end)}
}

func (r *jsonReader) body(n *node, s *schema) (*rawBody, error) {
	out := &rawBody{attrs: map[string]*rawAttr{}}
	for i, name := range n.names {
		child := n.object[i]
		if sub, ok := s.blocks[name]; ok {
			blocks, err := r.blocks(name, nil, sub.labels, child, n.nameAt[i], sub)
			if err != nil {
				return nil, err
			}
			out.blocks = append(out.blocks, blocks...)
			continue
		}
		if name == "//" {
			continue
		}
		e, err := r.expression(child)
		if err != nil {
			return nil, err
		}
		salt := ""
		if raw := r.src[child.start:child.end]; bytes.IndexByte(raw, '\\') >= 0 {
			salt = string(raw)
		}
		out.attrs[name] = &rawAttr{name: name, expr: e, src: r.src, salt: salt, rng: r.rng(n.nameAt[i], child.end)}
	}
	return out, nil
}

func (r *jsonReader) blocks(kind string, labels []string, want int, n *node, at int, s *schema) ([]*rawBlock, error) {
	var out []*rawBlock
	if n.kind == '[' {
		for _, child := range n.list {
			more, err := r.blocks(kind, labels, want, child, child.start, s)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
		return out, nil
	}
	if n.kind == 'p' && n.plain == nil {
		return nil, nil
	}
	if n.kind != '{' {
		return nil, fmt.Errorf("%s: a %s block must be a JSON object", r.rng(n.start, n.end), kind)
	}
	if want == 0 {
		body, err := r.body(n, s)
		return []*rawBlock{{kind: kind, labels: labels, body: body, header: r.rng(at, n.start), full: r.rng(at, n.end)}}, err
	}
	for i, label := range n.names {
		if label == "//" {
			continue
		}
		more, err := r.blocks(kind, append(labels[:len(labels):len(labels)], label), want-1, n.object[i], n.nameAt[i], s)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// expression reads a JSON value as HCL does: strings are templates.
func (r *jsonReader) expression(n *node) (hclsyntax.Expression, error) {
	at := r.rng(n.start, n.end)
	switch n.kind {
	case 's':
		if !strings.Contains(*n.text, "${") && !strings.Contains(*n.text, "%{") {
			return &hclsyntax.LiteralValueExpr{Val: cty.StringVal(*n.text), SrcRange: at}, nil
		}
		if _, deep := expr.TooDeep([]byte(*n.text)); deep {
			return nil, fmt.Errorf("a text nests deeper than %d levels", expr.MaxDepth)
		}
		start := r.pos(n.start + 1)
		e, diags := hclsyntax.ParseTemplate([]byte(*n.text), r.name, start)
		if diags.HasErrors() {
			return nil, diags
		}
		return e, nil
	case '[':
		out := &hclsyntax.TupleConsExpr{SrcRange: at, OpenRange: at}
		for _, child := range n.list {
			e, err := r.expression(child)
			if err != nil {
				return nil, err
			}
			out.Exprs = append(out.Exprs, e)
		}
		return out, nil
	case '{':
		out := &hclsyntax.ObjectConsExpr{SrcRange: at, OpenRange: at}
		for i, name := range n.names {
			key, err := r.expression(&node{kind: 's', text: &name, start: n.nameAt[i], end: n.nameAt[i] + len(name) + 2})
			if err != nil {
				return nil, err
			}
			e, err := r.expression(n.object[i])
			if err != nil {
				return nil, err
			}
			name := &hclsyntax.ObjectConsKeyExpr{Wrapped: key, ForceNonLiteral: true}
			out.Items = append(out.Items, hclsyntax.ObjectConsItem{KeyExpr: name, ValueExpr: e})
		}
		return out, nil
	}
	return r.literal(n, at)
}

func (r *jsonReader) literal(n *node, at hcl.Range) (hclsyntax.Expression, error) {
	switch v := n.plain.(type) {
	case bool:
		return &hclsyntax.LiteralValueExpr{Val: cty.BoolVal(v), SrcRange: at}, nil
	case json.Number:
		num, err := cty.ParseNumberVal(v.String())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", at, err)
		}
		return &hclsyntax.LiteralValueExpr{Val: num, SrcRange: at}, nil
	}
	return &hclsyntax.LiteralValueExpr{Val: cty.NullVal(cty.DynamicPseudoType), SrcRange: at}, nil
}
