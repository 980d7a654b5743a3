package facts

import (
	"bytes"
	"compress/flate"
	"io"
)

// Body unpacks the body of a packed file.
func Body(data []byte) ([]byte, error) {
	_, r, err := header(data)
	if err != nil {
		return nil, err
	}
	r.number()
	return io.ReadAll(flate.NewReader(bytes.NewReader(r.rest)))
}

// OpenBody opens an unpacked body.
func OpenBody(body []byte) (*File, error) {
	p := &File{}
	if err := p.sections(body); err != nil {
		return nil, err
	}
	return p, p.check()
}
