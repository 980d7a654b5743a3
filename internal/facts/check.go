package facts

import (
	"errors"
	"fmt"
)

// check makes sure that decoding stays inside the file and ends: files also
// come from repositories.
func (p *File) check() error {
	texts, attrs, objects := len(p.strings)/4-1, len(p.attrs)/attrSize, len(p.objects)/4-1
	for i := range texts {
		if u32(p.strings, 4*i) > u32(p.strings, 4*i+4) {
			return errors.New("has texts out of order")
		}
	}
	owner := make([]int, attrs) // the first object that an attribute is in
	for i := range objects {
		first, end := u32(p.objects, 4*i), u32(p.objects, 4*i+4)
		if first > end || end > len(p.members)/memberSize {
			return errors.New("has objects out of order")
		}
		for m := first; m < end; m++ {
			name, a := u16(p.members, m*memberSize), u16(p.members, m*memberSize+2)
			if name >= texts || a >= attrs {
				return errors.New("names what it does not contain")
			}
			if owner[a] == 0 {
				owner[a] = i + 1
			}
		}
	}
	for i := range attrs {
		rec := p.attrs[i*attrSize:]
		if u16(rec, 0) >= texts || u16(rec, 4) > texts || u16(rec, 6) > texts {
			return errors.New("names a text that it does not contain")
		}
		if nested := u32(rec, 8); nested > objects || nested > 0 && owner[i] > 0 && nested >= owner[i] {
			return errors.New("has an object that contains itself")
		}
	}
	last := ""
	for i := range p.typeCount {
		at := i * typeSize
		if u16(p.types, at) >= texts || u32(p.types, at+4) >= objects {
			return errors.New("has a type that it does not contain")
		}
		name := p.str(u16(p.types, at))
		if i > 0 && name <= last {
			return fmt.Errorf("has type %q out of order", name)
		}
		last = name
	}
	return nil
}
