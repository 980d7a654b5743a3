package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// part is a package and those of its files that are mutated, with the packages
// whose tests must notice.
type part struct {
	Package string
	Files   []string
	Tests   []string
}

// survivor is a mutation that no test notices, with the reason why that is so.
type survivor struct {
	Name string
	Why  string
}

// named is a mutation by hand: what a person thought of, or a fault that was
// mended, put back.
type named struct {
	Name string
	// Test is a pattern of tests of Package that must fail.
	Package, Test string
	Edits         []edit
}

// edit replaces a text that stands once in a file.
type edit struct{ File, Old, New string }

// load decodes a file strictly.
func load(file string, into any) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

// known are the survivors that are accounted for, by file.
type known map[string][]survivor

func (k known) check() error {
	for file, all := range k {
		for _, s := range all {
			if s.Name == "" || strings.TrimSpace(s.Why) == "" {
				return fmt.Errorf("survivor %q of %s: want a name and the reason", s.Name, file)
			}
		}
	}
	return nil
}

func (k known) has(m mutation) bool {
	for _, s := range k[m.file] {
		if s.Name == m.name {
			return true
		}
	}
	return false
}

// stale are the entries about files of a part that no mutation stands for any
// more, or that a test notices by now.
func (k known) stale(p part, survived []mutation) (out []string) {
	for _, name := range p.Files {
		file := filepath.Join(p.Package, name)
		for _, s := range k[file] {
			found := false
			for _, m := range survived {
				found = found || m.file == file && m.name == s.Name
			}
			if !found {
				out = append(out, file+" "+s.Name)
			}
		}
	}
	return out
}

// apply makes the edits of a named mutation in an overlay of a tree.
func (n named) apply(root string, o *overlay) error {
	texts := map[string]string{}
	for _, e := range n.Edits {
		file := filepath.Join(root, e.File)
		text, ok := texts[file]
		if !ok {
			raw, err := os.ReadFile(file)
			if err != nil {
				return fmt.Errorf("%s: %w", n.Name, err)
			}
			text = string(raw)
		}
		if count := strings.Count(text, e.Old); count != 1 || e.Old == e.New {
			return fmt.Errorf("%s: %s has %d times\n%s\nwant it once, and changed", n.Name, e.File, count, e.Old)
		}
		texts[file] = strings.Replace(text, e.Old, e.New, 1)
	}
	for _, file := range sorted(texts) {
		if err := o.put(file, []byte(texts[file])); err != nil {
			return err
		}
	}
	return nil
}
