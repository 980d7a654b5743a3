package main

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"runtime/debug"
	"slices"
)

// bill is a bill of materials (CycloneDX 1.5, JSON).
type bill struct {
	Format   string     `json:"bomFormat"`
	Spec     string     `json:"specVersion"`
	Version  int        `json:"version"`
	Metadata metadata   `json:"metadata"`
	Parts    []material `json:"components"`
}

type metadata struct {
	Component material `json:"component"`
}

// material is one component.
type material struct {
	Type    string         `json:"type"`
	Ref     string         `json:"bom-ref"`
	Name    string         `json:"name"`
	Version string         `json:"version"`
	PURL    string         `json:"purl"`
	Hashes  []materialHash `json:"hashes,omitempty"`
}

type materialHash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

// writeBill writes the bill of materials of a binary: what the Go tool has
// recorded in it.
func writeBill(to, binary, version string) error {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	raw, err := os.ReadFile(binary)
	if err != nil {
		return fmt.Errorf("write %s: %w", to, err)
	}
	b := newBill(info, version)
	b.Metadata.Component.Hashes = []materialHash{{"SHA-256", digest(raw)}}
	out, err := json.MarshalIndent(b, "", "  ")
	return write(to, append(out, '\n'), err)
}

func newBill(info *debug.BuildInfo, version string) bill {
	b := bill{Format: "CycloneDX", Spec: "1.5", Version: 1, Parts: []material{
		{Type: "library", Ref: "std", Name: "std", Version: info.GoVersion,
			PURL: "pkg:golang/std@" + info.GoVersion[min(2, len(info.GoVersion)):]},
	}}
	b.Metadata.Component = component("application", info.Path, version)
	for _, d := range info.Deps {
		if d.Replace != nil {
			d = d.Replace
		}
		b.Parts = append(b.Parts, component("library", d.Path, d.Version))
	}
	return b
}

func component(kind, path, version string) material {
	purl := "pkg:golang/" + path + "@" + version
	return material{Type: kind, Ref: purl, Name: path, Version: version, PURL: purl}
}

// sorted goes through a map in the order of its keys.
func sorted(m map[string][]byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
