package object

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v3"
)

// jsonDocuments reads a stream of JSON values into the nodes that YAML would
// give, because YAML itself refuses some JSON (tabs, several values).
func jsonDocuments(data []byte) ([]*yaml.Node, error) {
	j := jsonReader{dec: json.NewDecoder(bytes.NewReader(data)), data: data, line: 1}
	j.dec.UseNumber()
	var roots []*yaml.Node
	for {
		tok, err := j.next()
		if errors.Is(err, io.EOF) {
			return roots, nil
		}
		if err != nil {
			return nil, err
		}
		root, err := j.value(tok, 0)
		if err != nil {
			return nil, err
		}
		roots = append(roots, root)
	}
}

// maxJSONDepth is what encoding/json allows; Limits.Depth is checked later.
const maxJSONDepth = 10000

type jsonReader struct {
	dec  *json.Decoder
	data []byte
	// line is that of the byte at off.
	off  int64
	line int
}

func (j *jsonReader) next() (json.Token, error) {
	tok, err := j.dec.Token()
	if err != nil {
		return nil, err
	}
	end := j.dec.InputOffset()
	j.line += bytes.Count(j.data[j.off:end], []byte("\n"))
	j.off = end
	return tok, nil
}

func (j *jsonReader) value(tok json.Token, depth int) (*yaml.Node, error) {
	if depth > maxJSONDepth {
		return nil, fmt.Errorf("nested too deep")
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: j.line}
	switch t := tok.(type) {
	case string:
		n.Style, n.Value = yaml.DoubleQuotedStyle, t
	case json.Number:
		n.Value = t.String()
	case bool:
		n.Value = fmt.Sprint(t)
	case nil:
		n.Value = "null"
	case json.Delim:
		n.Kind = yaml.MappingNode
		if t == '[' {
			n.Kind = yaml.SequenceNode
		}
		return n, j.members(n, depth)
	}
	return n, nil
}

func (j *jsonReader) members(n *yaml.Node, depth int) error {
	for {
		tok, err := j.next()
		if err != nil {
			return fmt.Errorf("unexpected end: %w", err)
		}
		if d, ok := tok.(json.Delim); ok && (d == '}' || d == ']') {
			return nil
		}
		part, err := j.value(tok, depth+1)
		if err != nil {
			return err
		}
		n.Content = append(n.Content, part)
	}
}
