package facts

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// The packed form is a header that can be read by itself and a compressed body.
// The body is unpacked when a provider is first asked for and then read in
// place, so that a type costs what it contains. Equal attributes and equal
// nested objects are stored once: of 176,907 attribute paths of the AWS provider
// 6.58 some 5,000 attributes and 5,800 objects remain.
//
//	magic "hpf2", header length (4 bytes), header (JSON), body length (4 bytes),
//	then the body, compressed (DEFLATE):
//	strings:  count, then count+1 offsets, then the bytes
//	attrs:    count, then per attribute: type, flags, default, comparisons, object
//	objects:  count, then count+1 indexes into the members
//	members:  count, then per member: name, attribute
//	types:    count, then per type in the order of names: name, flags, object
//
// All numbers are unsigned, little endian; counts, offsets and indexes have 4
// bytes, strings and attributes are named by 2 bytes. Defaults and comparisons
// are the index of a JSON text plus one, an object its index plus one; 0 is
// none. An object comes after those that are nested in it.
const magic = "hpf2"

const (
	attrSize   = 12 // type 2, flags 2, default 2, comparisons 2, object 4
	memberSize = 4  // name 2, attribute 2
	typeSize   = 8  // name 2, flags 2, object 4
)

const (
	flagRequired = 1 << iota
	flagOptional
	flagComputed
	flagNormalised
	flagForceAlways
	flagForceIf
	flagForceConfigured
	flagKeeps
)

const (
	flagPlanLogic = 1 << iota
	flagFramework
)

// Header says what a packed file describes.
type Header struct {
	// Provider is namespace and name: `hashicorp/aws`.
	Provider string `json:"provider"`
	// Version is what a lock file would say: `6.58.0`.
	Version string `json:"version"`
	// Date is the day of the release, or of the source it was read from.
	Date string `json:"date,omitempty"`
	// Made says how: `static extraction` or `reflection`.
	Made string `json:"made"`
}

// FileName is the name that a packed file has: its provider and version.
func (h Header) FileName() string {
	return strings.Replace(h.Provider, "/", "_", 1) + "@" + h.Version + ".facts"
}

// File is one opened file. It is immutable.
type File struct {
	Header
	strings, text           []byte // offsets, bytes
	attrs, objects, members []byte
	types                   []byte
	typeCount               int
}

var errTruncated = errors.New("is cut short")

// Peek reads the header of a packed file and leaves the rest packed.
func Peek(data []byte) (Header, error) {
	h, _, err := header(data)
	return h, err
}

func header(data []byte) (Header, *reader, error) {
	r := &reader{rest: data}
	if string(r.take(len(magic))) != magic {
		return Header{}, nil, errors.New("is not a packed facts file of this version")
	}
	var h Header
	head := json.NewDecoder(bytes.NewReader(r.take(r.number())))
	head.DisallowUnknownFields()
	if err := head.Decode(&h); err != nil {
		return Header{}, nil, fmt.Errorf("decode header: %w", err)
	}
	return h, r, nil
}

// largestBody bounds what a packed file may unpack to. The largest provider
// has less than 1 MiB.
const largestBody = 32 << 20

// Open unpacks a file and checks it: every index lies within its section, and
// no object contains itself.
func Open(data []byte) (*File, error) {
	h, r, err := header(data)
	if err != nil {
		return nil, err
	}
	n := r.number()
	if r.bad {
		return nil, errTruncated
	}
	if n > largestBody {
		return nil, fmt.Errorf("has a body of %d bytes, more than %d", n, largestBody)
	}
	body := make([]byte, n)
	unpacked := flate.NewReader(bytes.NewReader(r.rest))
	if _, err := io.ReadFull(unpacked, body); err != nil {
		return nil, fmt.Errorf("unpack body: %w", err)
	}
	more, err := io.Copy(io.Discard, io.LimitReader(unpacked, 1))
	if err != nil {
		return nil, fmt.Errorf("unpack body: %w", err)
	}
	if more > 0 {
		return nil, fmt.Errorf("has a body of more than %d bytes", n)
	}
	p := &File{Header: h}
	if err := p.sections(body); err != nil {
		return nil, err
	}
	return p, p.check()
}

func (p *File) sections(body []byte) error {
	r := reader{rest: body}
	n := r.number()
	p.strings = r.take(4 * (n + 1))
	if r.bad {
		return errTruncated
	}
	p.text = r.take(u32(p.strings, 4*n))
	p.attrs = r.take(attrSize * r.number())
	p.objects = r.take(4 * (r.number() + 1))
	p.members = r.take(memberSize * r.number())
	p.typeCount = r.number()
	p.types = r.take(typeSize * p.typeCount)
	if r.bad {
		return errTruncated
	}
	return nil
}

// reader takes pieces off the front; bad is set where there are not enough.
type reader struct {
	rest []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.rest) {
		r.bad = true
		return nil
	}
	piece := r.rest[:n]
	r.rest = r.rest[n:]
	return piece
}

func (r *reader) number() int {
	b := r.take(4)
	if b == nil {
		return 0
	}
	return int(binary.LittleEndian.Uint32(b))
}

func u16(b []byte, at int) int { return int(binary.LittleEndian.Uint16(b[at:])) }
func u32(b []byte, at int) int { return int(binary.LittleEndian.Uint32(b[at:])) }

func (p *File) str(i int) string {
	return string(p.text[u32(p.strings, 4*i):u32(p.strings, 4*i+4)])
}

// Names lists the types in order.
func (p *File) Names() []string {
	out := make([]string, p.typeCount)
	for i := range out {
		out[i] = p.str(u16(p.types, i*typeSize))
	}
	return out
}

// Find decodes one type, nil where the file has none of that name.
func (p *File) Find(name string) (*plan.TypeFacts, error) {
	i := sort.Search(p.typeCount, func(i int) bool { return p.str(u16(p.types, i*typeSize)) >= name })
	if i == p.typeCount || p.str(u16(p.types, i*typeSize)) != name {
		return nil, nil
	}
	at := i * typeSize
	d := decoder{p: p, attrs: map[int]*plan.AttrFacts{}, objects: map[int]map[string]*plan.AttrFacts{}}
	attributes, err := d.object(u32(p.types, at+4))
	if err != nil {
		return nil, fmt.Errorf("decode %s of %s %s: %w", name, p.Provider, p.Version, err)
	}
	flags := u16(p.types, at+2)
	return &plan.TypeFacts{
		Provider: p.Provider, Version: p.Version, Type: name, Attributes: attributes,
		PlanLogic: flags&flagPlanLogic != 0, Framework: flags&flagFramework != 0,
	}, nil
}

// decoder decodes one type; what occurs in it twice is shared.
type decoder struct {
	p       *File
	attrs   map[int]*plan.AttrFacts
	objects map[int]map[string]*plan.AttrFacts
}

func (d *decoder) object(i int) (map[string]*plan.AttrFacts, error) {
	if o, ok := d.objects[i]; ok {
		return o, nil
	}
	first, end := u32(d.p.objects, 4*i), u32(d.p.objects, 4*i+4)
	o := make(map[string]*plan.AttrFacts, end-first)
	d.objects[i] = o
	for m := first; m < end; m++ {
		a, err := d.attr(u16(d.p.members, m*memberSize+2))
		if err != nil {
			return nil, err
		}
		o[d.p.str(u16(d.p.members, m*memberSize))] = a
	}
	return o, nil
}

func (d *decoder) attr(i int) (*plan.AttrFacts, error) {
	if a, ok := d.attrs[i]; ok {
		return a, nil
	}
	rec := d.p.attrs[i*attrSize : (i+1)*attrSize]
	flags := u16(rec, 2)
	a := &plan.AttrFacts{
		Type:       d.p.str(u16(rec, 0)),
		Keeps:      flags&flagKeeps != 0,
		Required:   flags&flagRequired != 0,
		Optional:   flags&flagOptional != 0,
		Computed:   flags&flagComputed != 0,
		Normalised: flags&flagNormalised != 0,
		Force:      force(flags),
	}
	d.attrs[i] = a
	if t := u16(rec, 4); t > 0 {
		if err := json.Unmarshal([]byte(d.p.str(t-1)), &a.Default); err != nil {
			return nil, fmt.Errorf("decode default: %w", err)
		}
	}
	if t := u16(rec, 6); t > 0 {
		if err := json.Unmarshal([]byte(d.p.str(t-1)), &a.Compare); err != nil {
			return nil, fmt.Errorf("decode comparisons: %w", err)
		}
		for _, c := range a.Compare {
			if err := c.Check(); err != nil {
				return nil, fmt.Errorf("decode comparisons: %w", err)
			}
		}
	}
	if o := u32(rec, 8); o > 0 {
		nested, err := d.object(o - 1)
		if err != nil {
			return nil, err
		}
		a.Nested = nested
	}
	return a, nil
}

func force(flags int) plan.Force {
	switch {
	case flags&flagForceAlways != 0:
		return plan.ForceAlways
	case flags&flagForceIf != 0:
		return plan.ForceIf
	case flags&flagForceConfigured != 0:
		return plan.ForceConfigured
	}
	return plan.ForceNever
}
