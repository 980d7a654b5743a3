package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts/extract"
)

func runExtract(args []string) error {
	set := flag.NewFlagSet("extract", flag.ContinueOnError)
	dir := set.String("dir", "", "source tree of the provider, with its go.mod")
	var o extract.Options
	set.StringVar(&o.Kind, "kind", "", "how the tree registers resources: aws, azurerm, google or generic (default: found out)")
	entry := set.String("entry", "", "generic: import/path:Function of the provider, several with commas (default: found out)")
	set.StringVar(&o.Provider, "provider", "", "namespace/name")
	set.StringVar(&o.Version, "version", "", "version of the release")
	set.StringVar(&o.Only, "only", "", "regular expression of the resource types")
	out := set.String("out", "", "JSON form to write")
	notes := set.String("notes", "", "file for what could not be resolved")
	if err := set.Parse(args); err != nil {
		return err
	}
	if *entry != "" {
		o.Entries = strings.Split(*entry, ",")
	}
	r, err := extract.Read(os.DirFS(*dir), moduleCache(), o)
	if *notes != "" && r.Notes != nil {
		if err := os.WriteFile(*notes, r.Notes, 0o644); err != nil {
			return fmt.Errorf("write notes: %w", err)
		}
	}
	if err != nil {
		return fmt.Errorf("extract from %s: %w", *dir, err)
	}
	fmt.Printf("%s %s: %d types, not resolved: %d %v\n", o.Provider, o.Version, len(r.Source.Resources), len(r.Unresolved), r.Unresolved)
	b, err := json.Marshal(r.Source)
	if err != nil {
		return fmt.Errorf("encode facts: %w", err)
	}
	if err := os.WriteFile(*out, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write facts: %w", err)
	}
	return nil
}

// moduleCache is where the go command keeps modules; nil where it is not known.
func moduleCache() fs.FS {
	if dir := os.Getenv("GOMODCACHE"); dir != "" {
		return os.DirFS(dir)
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	return os.DirFS(filepath.Join(home, "go", "pkg", "mod"))
}
