package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/facts/extract"
)

type factsImportCommand struct {
	Source   string   `arg:"" help:"Folder of the provider's source, with its go.mod."`
	Provider string   `required:"" placeholder:"NAMESPACE/NAME" help:"Source address of the provider, as in required_providers."`
	Release  string   `required:"" placeholder:"VERSION" help:"Version of the provider that the source is of."`
	Out      string   `default:".github/holdpoint/facts" placeholder:"FOLDER" help:"Folder to write to. Default: ${default}."`
	Kind     string   `placeholder:"KIND" help:"How the source registers its resources: generic, aws, azurerm or google. Default: detected."`
	Entry    []string `placeholder:"PATH:FUNCTION" help:"Function that creates the provider, by import path. Default: detected."`
	Notes    string   `placeholder:"FILE" help:"File for what could not be extracted."`
}

// Run reads a provider's source, compiling and running nothing of it, and
// writes a pack of facts.
func (c factsImportCommand) Run(a *app) error {
	namespace, name, ok := strings.Cut(c.Provider, "/")
	if !ok || namespace == "" || name == "" || strings.ContainsAny(c.Provider, "@_\\ ") || strings.Contains(name, "/") {
		return fmt.Errorf("%w: --provider %q: want namespace/name, for example acme/cloud", errUsage, c.Provider)
	}
	o := extract.Options{Provider: strings.ToLower(c.Provider), Version: strings.TrimPrefix(c.Release, "v"), Kind: c.Kind, Entries: c.Entry}
	r, err := extract.Read(os.DirFS(c.Source), moduleCache(a), o)
	if c.Notes != "" && r.Notes != nil {
		if err := os.WriteFile(c.Notes, r.Notes, 0o644); err != nil {
			return fmt.Errorf("write notes: %w", err)
		}
	}
	if err != nil {
		return fmt.Errorf("import facts from %s: %w", c.Source, err)
	}
	pack, file, err := c.write(r)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s: %d resource types of %s %s, sha256 %s\n", file, len(pack.Types()), pack.Provider, pack.Version, pack.Digest)
	if len(r.Unresolved) > 0 {
		fmt.Fprintf(a.stdout, "not extracted: %s\n", strings.Join(r.Unresolved, ", "))
	}
	if known := pack.Shadowed(); len(known) > 0 {
		fmt.Fprintf(a.stdout, "known already, so that these facts do not count in a repository: %s\n", abridged(known))
	}
	return nil
}

func (c factsImportCommand) write(r extract.Result) (*facts.Added, string, error) {
	types, err := r.Source.Types()
	if err != nil {
		return nil, "", fmt.Errorf("import facts from %s: %w", c.Source, err)
	}
	h := facts.Header{Provider: r.Source.Provider, Version: r.Source.Version, Made: "static extraction"}
	data, err := facts.Pack(h, types)
	if err != nil {
		return nil, "", err
	}
	pack, err := facts.ReadAdded(h.FileName(), data)
	if err != nil {
		return nil, "", err
	}
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return nil, "", fmt.Errorf("make the folder for facts: %w", err)
	}
	file := filepath.Join(c.Out, h.FileName())
	if err := os.WriteFile(file, data, 0o644); err != nil {
		return nil, "", fmt.Errorf("write facts: %w", err)
	}
	return pack, file, nil
}

// abridged lists the first few of many.
func abridged(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// moduleCache is where the go command keeps modules, in which constants of a
// provider's dependencies are looked up; nil where it is not known.
func moduleCache(a *app) fs.FS {
	if dir := a.getenv("GOMODCACHE"); dir != "" {
		return os.DirFS(dir)
	}
	if home := a.getenv("HOME"); home != "" {
		return os.DirFS(filepath.Join(home, "go", "pkg", "mod"))
	}
	return nil
}

func (a *app) getenv(name string) string {
	for _, v := range slices.Backward(a.env) {
		if value, ok := strings.CutPrefix(v, name+"="); ok {
			return value
		}
	}
	return ""
}

// packs are those of whoever runs the program: in the folder that
// HOLDPOINT_FACTS names, else in the folder `facts` beside the program.
func (a *app) packs() (facts.Packs, error) {
	folder := a.getenv("HOLDPOINT_FACTS")
	if folder == "" {
		program, err := os.Executable()
		if err != nil {
			return facts.Packs{}, fmt.Errorf("find the program, beside which facts may lie: %w", err)
		}
		folder = filepath.Join(filepath.Dir(program), "facts")
	}
	added, err := facts.ReadFolder(os.DirFS(folder), ".")
	if err != nil {
		return facts.Packs{}, fmt.Errorf("facts in %s: %w", folder, err)
	}
	return facts.Packs{Operator: added}, nil
}
