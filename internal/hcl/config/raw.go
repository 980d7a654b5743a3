package config

import (
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
)

// rawBody is a body of either syntax before it is decoded.
type rawBody struct {
	attrs  map[string]*rawAttr
	blocks []*rawBlock
}

type rawAttr struct {
	name string
	expr hclsyntax.Expression
	src  []byte
	salt string
	rng  hcl.Range
}

// ready prepares the attribute's expression; once only.
func (a *rawAttr) ready() *expr.Expression {
	if a == nil {
		return nil
	}
	return expr.New(a.expr, a.src, a.salt)
}

type rawBlock struct {
	kind     string
	labels   []string
	body     *rawBody
	header   hcl.Range
	full     hcl.Range
	override bool
}

func (b *rawBody) sorted() []*rawAttr {
	out := make([]*rawAttr, 0, len(b.attrs))
	for _, a := range b.attrs {
		out = append(out, a)
	}
	slices.SortFunc(out, func(x, y *rawAttr) int {
		if c := strings.Compare(x.rng.Filename, y.rng.Filename); c != 0 {
			return c
		}
		if x.rng.Start.Byte != y.rng.Start.Byte {
			return x.rng.Start.Byte - y.rng.Start.Byte
		}
		return strings.Compare(x.name, y.name)
	})
	return out
}

func (b *rawBody) blocksOf(kind string) []*rawBlock {
	var out []*rawBlock
	for _, child := range b.blocks {
		if child.kind == kind {
			out = append(out, child)
		}
	}
	return out
}

// native turns a parsed body of HCL's own syntax into a rawBody.
func native(body *hclsyntax.Body, src []byte) *rawBody {
	out := &rawBody{attrs: make(map[string]*rawAttr, len(body.Attributes))}
	for name, a := range body.Attributes {
		out.attrs[name] = &rawAttr{name: name, expr: a.Expr, src: src, rng: a.SrcRange}
	}
	for _, b := range body.Blocks {
		out.blocks = append(out.blocks, &rawBlock{
			kind: b.Type, labels: b.Labels, body: native(b.Body, src),
			header: b.DefRange(), full: hcl.RangeBetween(b.TypeRange, b.CloseBraceRange),
		})
	}
	return out
}

// merge lays an override body over a base body (Terraform
// internal/configs/module_merge_body.go): arguments replace arguments, nested
// blocks replace all nested blocks of their type, except that lifecycle is
// merged argument by argument. count and for_each can both end up in it: count
// is what is read then.
func merge(base, over *rawBody) *rawBody {
	out := &rawBody{attrs: map[string]*rawAttr{}}
	for name, a := range base.attrs {
		out.attrs[name] = a
	}
	for name, a := range over.attrs {
		out.attrs[name] = a
	}
	replaced := map[string]bool{}
	for _, b := range over.blocks {
		replaced[b.repeats()] = b.kind != "lifecycle"
	}
	lifecycle := over.blocksOf("lifecycle")
	for _, b := range base.blocks {
		switch {
		case b.kind == "lifecycle" && len(lifecycle) > 0:
			merged := *b
			merged.body = merge(b.body, lifecycle[0].body)
			out.blocks = append(out.blocks, &merged)
			lifecycle = nil
		case !replaced[b.repeats()]:
			out.blocks = append(out.blocks, b)
		}
	}
	for _, b := range over.blocks {
		if b.kind != "lifecycle" {
			out.blocks = append(out.blocks, b)
		}
	}
	out.blocks = append(out.blocks, lifecycle...)
	return out
}

// repeats is the block type that the block makes: a dynamic block counts as
// what it generates.
func (b *rawBlock) repeats() string {
	if b.kind == "dynamic" && len(b.labels) == 1 {
		return b.labels[0]
	}
	return b.kind
}
