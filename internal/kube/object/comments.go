package object

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Comments are the comments of a YAML text, one a line; false where the text does
// not parse. What looks like one inside a value is none.
func Comments(text []byte) (string, bool) {
	var out strings.Builder
	dec := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc yaml.Node
		switch err := dec.Decode(&doc); {
		case errors.Is(err, io.EOF):
			return out.String(), true
		case err != nil:
			return "", false
		}
		comments(&doc, &out)
	}
}

func comments(n *yaml.Node, out *strings.Builder) {
	for _, c := range []string{n.HeadComment, n.LineComment, n.FootComment} {
		if c != "" {
			out.WriteString(c + "\n")
		}
	}
	for _, part := range n.Content {
		comments(part, out)
	}
}
