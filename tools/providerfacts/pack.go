package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// runPack turns the JSON form into the packed form that the program embeds.
func runPack(args []string) error {
	fs := flag.NewFlagSet("pack", flag.ContinueOnError)
	in := fs.String("in", "", "JSON form, plain or gzip")
	out := fs.String("out", "rules/facts", "folder to write to; the file is named for provider and version")
	version := fs.String("version", "", "version as a lock file has it (default: the one in the JSON form)")
	date := fs.String("date", "", "day of the release, or of its source")
	made := fs.String("made", "static extraction", "how the facts were made")
	without := fs.String("without", "", "JSON form of another provider: types that are the same there are left out")
	if err := fs.Parse(args); err != nil {
		return err
	}
	source, err := readSource(*in)
	if err != nil {
		return err
	}
	types, err := source.Types()
	if err != nil {
		return fmt.Errorf("convert %s: %w", *in, err)
	}
	if *without != "" {
		if err := leaveOut(types, *without); err != nil {
			return err
		}
	}
	h := facts.Header{Provider: source.Provider, Version: source.Version, Date: *date, Made: *made}
	if *version != "" {
		h.Version = *version
	}
	packed, err := facts.Pack(h, types)
	if err != nil {
		return err
	}
	name := filepath.Join(*out, h.FileName())
	if err := os.WriteFile(name, packed, 0o644); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	fmt.Printf("%s: %d types, %d bytes\n", name, len(types), len(packed))
	return nil
}

func readSource(name string) (facts.Source, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return facts.Source{}, fmt.Errorf("read facts: %w", err)
	}
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return facts.Source{}, fmt.Errorf("unpack %s: %w", name, err)
		}
		if data, err = io.ReadAll(z); err != nil {
			return facts.Source{}, fmt.Errorf("unpack %s: %w", name, err)
		}
	}
	s, err := facts.Decode(data)
	if err != nil {
		return facts.Source{}, fmt.Errorf("%s: %w", name, err)
	}
	return s, nil
}

// leaveOut drops the types that another provider has in the same way: preview
// builds of the Google provider share most of theirs with it.
func leaveOut(types map[string]*plan.TypeFacts, from string) error {
	other, err := readSource(from)
	if err != nil {
		return err
	}
	same, err := other.Types()
	if err != nil {
		return fmt.Errorf("convert %s: %w", from, err)
	}
	for name, t := range types {
		o := same[name]
		if o != nil && t.Framework == o.Framework && t.PlanLogic == o.PlanLogic && reflect.DeepEqual(t.Attributes, o.Attributes) {
			delete(types, name)
		}
	}
	return nil
}
