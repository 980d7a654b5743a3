// Package chart reads Helm charts from repositories with an index, and unpacks
// them.
package chart

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Version is one version of a chart in an index.
type Version struct {
	Version string    `yaml:"version" json:"version"`
	URLs    []string  `yaml:"urls" json:"urls"`
	Digest  string    `yaml:"digest" json:"digest"`
	Created time.Time `yaml:"created" json:"created"`
}

const (
	maxIndex    = 160 << 20 // bytes that are looked at
	maxEntry    = 8 << 20   // bytes of one chart's versions
	maxLine     = 1 << 20
	maxVersions = 5000
)

// Index takes the versions of one chart from an index.yaml as it streams by:
// indexes of 140 MB are about, and take fourteen times as much when they are
// parsed as a whole.
func Index(r io.Reader, name string) ([]Version, error) {
	lines := bufio.NewReaderSize(r, 64<<10)
	first, err := firstByte(lines)
	if err != nil {
		return nil, err
	}
	if first == '{' {
		return jsonIndex(lines, name)
	}
	block, err := entry(lines, name)
	if err != nil {
		return nil, err
	}
	var list []Version
	if err := yaml.Unmarshal(block, &list); err != nil {
		return nil, &plan.SourceError{Why: plan.SourceDown, Text: fmt.Sprintf("the index has a broken entry of %s: %v", name, err)}
	}
	return checked(list, name)
}

func over(limit, text string) error {
	return &plan.SourceError{Why: plan.SourceLimit, Limit: limit, Text: text}
}

func checked(list []Version, name string) ([]Version, error) {
	if len(list) == 0 {
		return nil, &plan.SourceError{Why: plan.SourceGone, Text: fmt.Sprintf("the index has no chart %s", name)}
	}
	if len(list) > maxVersions {
		return nil, over("versions", fmt.Sprintf("more than %d versions of %s", maxVersions, name))
	}
	return list, nil
}

func firstByte(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		if errors.Is(err, io.EOF) {
			return 0, &plan.SourceError{Why: plan.SourceDown, Text: "the index is empty"}
		}
		if err != nil {
			return 0, err
		}
		if !strings.ContainsRune(" \t\r\n\ufeff", rune(b)) {
			return b, r.UnreadByte()
		}
	}
}

// entry is the text of one chart's list: the lines below its key in the block
// below `entries`. A line that begins at the column of the keys ends it, except
// an element of the list, which may stand there too.
func entry(r *bufio.Reader, name string) ([]byte, error) {
	var block bytes.Buffer
	inEntries, column, taking := false, -1, false
	for {
		line, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		text := strings.TrimRight(line, " \r\n")
		at := len(text) - len(strings.TrimLeft(text, " "))
		blank := text == "" || text[at] == '#'
		switch {
		case blank && !taking:
		case !inEntries:
			if key, rest, ok := mapKey(text); ok && at == 0 && key == "entries" {
				if rest != "" && rest != "{}" {
					return nil, &plan.SourceError{Why: plan.SourceUnsupported, Text: "the index is not written in lines"}
				}
				inEntries = true
			}
		case !blank && at == 0 && text[0] != '-':
			return block.Bytes(), nil // the next key of the top
		default:
			if column < 0 && !blank {
				column = at
			}
			if !blank && at == column && text[at] != '-' {
				if taking {
					return block.Bytes(), nil
				}
				key, rest, ok := mapKey(text[at:])
				taking = ok && key == name
				if taking {
					block.WriteString(rest + "\n")
				}
				break
			}
			if taking {
				block.WriteString(line)
			}
		}
		if block.Len() > maxEntry {
			return nil, over("index", fmt.Sprintf("more than %d bytes about %s", maxEntry, name))
		}
		if errors.Is(err, io.EOF) {
			return block.Bytes(), nil
		}
	}
}

// mapKey splits a line of a YAML map, its key perhaps in quotes.
func mapKey(text string) (key, rest string, ok bool) {
	if text == "" {
		return "", "", false
	}
	if q := text[0]; q == '"' || q == '\'' {
		end := strings.IndexByte(text[1:], q)
		if end < 0 {
			return "", "", false
		}
		key, text = text[1:1+end], text[end+2:]
		rest, ok = strings.CutPrefix(strings.TrimLeft(text, " "), ":")
		return key, strings.TrimSpace(rest), ok
	}
	key, rest, ok = strings.Cut(text+" ", ": ")
	if i := strings.Index(rest, " #"); i >= 0 {
		rest = rest[:i]
	}
	return strings.TrimSpace(key), strings.TrimSpace(rest), ok
}

func readLine(r *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxLine {
			return "", over("index", fmt.Sprintf("the index has a line of more than %d bytes", maxLine))
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return string(line), err
		}
	}
}

// jsonIndex reads an index that is JSON, which YAML allows.
func jsonIndex(r io.Reader, name string) ([]Version, error) {
	d := json.NewDecoder(r)
	broken := func(err error) ([]Version, error) {
		var why *plan.SourceError
		if errors.As(err, &why) {
			return nil, why
		}
		return nil, &plan.SourceError{Why: plan.SourceDown, Text: fmt.Sprintf("the index is broken: %v", err)}
	}
	for _, key := range []string{"entries", name} {
		found, err := enter(d, key)
		if err != nil {
			return broken(err)
		}
		if !found {
			return checked(nil, name)
		}
	}
	var list []Version
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return broken(fmt.Errorf("the versions of %s are no list", name))
	}
	for d.More() {
		var v Version
		if err := d.Decode(&v); err != nil {
			return broken(err)
		}
		if list = append(list, v); len(list) > maxVersions {
			break
		}
	}
	return checked(list, name)
}

// enter goes to the value of a key of the object that comes next.
func enter(d *json.Decoder, key string) (bool, error) {
	t, err := d.Token()
	if err != nil {
		return false, err
	}
	if t != json.Delim('{') {
		return false, errors.New("want an object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return false, err
		}
		if t == key {
			return true, nil
		}
		if err := skip(d); err != nil {
			return false, err
		}
	}
	_, err = d.Token() // the end of the object, or of a file that was cut
	return false, err
}

// skip passes over one value token by token, so that it takes no memory.
func skip(d *json.Decoder) error {
	depth := 0
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			if depth++; depth > 100 {
				return errors.New("nested too deeply")
			}
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}
