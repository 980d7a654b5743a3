package facts

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"sort"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Pack writes the packed form of a provider's types. The result depends on its
// arguments alone: the same types give the same bytes.
func Pack(h Header, types map[string]*plan.TypeFacts) ([]byte, error) {
	p := packer{texts: map[string]int{}, attrIndex: map[string]int{}, objectIndex: map[string]int{}}
	names := make([]string, 0, len(types))
	for name := range types {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		t := types[name]
		p.types = binary.LittleEndian.AppendUint16(p.types, p.text(name))
		p.types = binary.LittleEndian.AppendUint16(p.types, typeFlags(t))
		p.types = binary.LittleEndian.AppendUint32(p.types, uint32(p.object(t.Attributes)))
	}
	if p.err != nil {
		return nil, fmt.Errorf("pack %s %s: %w", h.Provider, h.Version, p.err)
	}
	head, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encode header of %s: %w", h.Provider, err)
	}
	return p.file(head, len(names))
}

// packer gathers the sections, storing equal things once.
type packer struct {
	list        []string
	texts       map[string]int
	attrs       []byte
	attrIndex   map[string]int
	objects     []int // first member of each object
	members     []byte
	objectIndex map[string]int
	types       []byte
	err         error
}

func (p *packer) file(head []byte, types int) ([]byte, error) {
	le := binary.LittleEndian
	body := p.body(types)
	out := []byte(magic)
	out = le.AppendUint32(out, uint32(len(head)))
	out = append(out, head...)
	out = le.AppendUint32(out, uint32(len(body)))
	packed := bytes.NewBuffer(out)
	w, err := flate.NewWriter(packed, flate.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	return packed.Bytes(), nil
}

func (p *packer) body(types int) []byte {
	le := binary.LittleEndian
	out := le.AppendUint32(nil, uint32(len(p.list)))
	at := 0
	for _, s := range p.list {
		out = le.AppendUint32(out, uint32(at))
		at += len(s)
	}
	out = le.AppendUint32(out, uint32(at))
	for _, s := range p.list {
		out = append(out, s...)
	}
	out = le.AppendUint32(out, uint32(len(p.attrs)/attrSize))
	out = append(out, p.attrs...)
	out = le.AppendUint32(out, uint32(len(p.objects)))
	for _, first := range append(p.objects, len(p.members)/memberSize) {
		out = le.AppendUint32(out, uint32(first))
	}
	out = le.AppendUint32(out, uint32(len(p.members)/memberSize))
	out = append(out, p.members...)
	out = le.AppendUint32(out, uint32(types))
	return append(out, p.types...)
}

func (p *packer) text(s string) uint16 {
	i, ok := p.texts[s]
	if !ok {
		i = len(p.list)
		p.texts[s] = i
		p.list = append(p.list, s)
	}
	return p.small(i)
}

func (p *packer) small(i int) uint16 {
	if i > math.MaxUint16-1 {
		p.err = fmt.Errorf("more than %d different names or attributes: the packed form needs wider indexes", math.MaxUint16)
	}
	return uint16(i)
}

// object stores a set of attributes and returns its index. The members of one
// object are contiguous, so nested objects are stored before it.
func (p *packer) object(attrs map[string]*plan.AttrFacts) int {
	names := make([]string, 0, len(attrs))
	for name := range attrs {
		names = append(names, name)
	}
	sort.Strings(names)
	var members []byte
	for _, name := range names {
		a := p.attr(attrs[name])
		members = binary.LittleEndian.AppendUint16(members, p.text(name))
		members = binary.LittleEndian.AppendUint16(members, a)
	}
	if i, ok := p.objectIndex[string(members)]; ok {
		return i
	}
	i := len(p.objects)
	p.objectIndex[string(members)] = i
	p.objects = append(p.objects, len(p.members)/memberSize)
	p.members = append(p.members, members...)
	return i
}

func (p *packer) attr(a *plan.AttrFacts) uint16 {
	object, def := uint32(0), uint16(0)
	if a.Nested != nil {
		object = uint32(p.object(a.Nested)) + 1
	}
	if a.Default != nil {
		text, err := json.Marshal(a.Default)
		if err != nil {
			p.err = fmt.Errorf("encode a default: %w", err)
		}
		def = p.text(string(text)) + 1
	}
	compare := uint16(0)
	if a.Compare != nil {
		text, err := json.Marshal(a.Compare)
		if err != nil {
			p.err = fmt.Errorf("encode comparisons: %w", err)
		}
		compare = p.text(string(text)) + 1
	}
	le := binary.LittleEndian
	rec := le.AppendUint16(nil, p.text(a.Type))
	rec = le.AppendUint16(rec, attrFlags(a))
	rec = le.AppendUint16(rec, def)
	rec = le.AppendUint16(rec, compare)
	rec = le.AppendUint32(rec, object)
	i, ok := p.attrIndex[string(rec)]
	if !ok {
		i = len(p.attrs) / attrSize
		p.attrIndex[string(rec)] = i
		p.attrs = append(p.attrs, rec...)
	}
	return p.small(i)
}

func attrFlags(a *plan.AttrFacts) uint16 {
	flags := 0
	for _, f := range []struct {
		on   bool
		flag int
	}{
		{a.Required, flagRequired},
		{a.Optional, flagOptional},
		{a.Computed, flagComputed},
		{a.Keeps, flagKeeps},
		{a.Normalised, flagNormalised},
		{a.Force == plan.ForceAlways, flagForceAlways},
		{a.Force == plan.ForceIf, flagForceIf},
		{a.Force == plan.ForceConfigured, flagForceConfigured},
	} {
		if f.on {
			flags |= f.flag
		}
	}
	return uint16(flags)
}

func typeFlags(t *plan.TypeFacts) uint16 {
	flags := 0
	if t.PlanLogic {
		flags |= flagPlanLogic
	}
	if t.Framework {
		flags |= flagFramework
	}
	return uint16(flags)
}
