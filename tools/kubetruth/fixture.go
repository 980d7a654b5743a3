package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/apply"
	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"golang.org/x/tools/txtar"
)

// writeTruth puts the server's verdict into fixtures; the folder of a fixture
// names the family.
func writeTruth(o *oracle, files []string) error {
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			return err
		}
		before, err := section(a, "before.yaml")
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		after, err := section(a, "after.yaml")
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		t := o.judge(before.Value, after.Value, apply.Family(filepath.Base(filepath.Dir(file))))
		text := verdict(t)
		done := false
		for i := range a.Files {
			if a.Files[i].Name == "truth" {
				a.Files[i].Data, done = []byte(text), true
			}
		}
		if !done {
			a.Files = append(a.Files, txtar.File{Name: "truth", Data: []byte(text)})
		}
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %s", filepath.Base(file), text)
	}
	return nil
}

// verdict writes a truth as the tests of internal/kube/apply read it.
func verdict(t truth) string {
	switch {
	case t.odd != "":
		return "not asked: " + strings.ReplaceAll(t.odd, "\n", " ") + "\n"
	case len(t.fields) > 0:
		return "rejected " + strings.Join(t.fields, " ") + "\n"
	case len(t.own) > 0:
		return "accepted, but invalid by itself: " + strings.Join(t.own, " ") + "\n"
	case t.changed:
		return "update\n"
	}
	return "none\n"
}

func section(a *txtar.Archive, name string) (object.Object, error) {
	for _, f := range a.Files {
		if f.Name == name {
			parsed, err := object.Parse(name, f.Data, object.Limits{})
			if err != nil {
				return object.Object{}, err
			}
			if len(parsed.Objects) != 1 {
				return object.Object{}, fmt.Errorf("%s holds %d objects, want one", name, len(parsed.Objects))
			}
			return parsed.Objects[0], nil
		}
	}
	return object.Object{}, fmt.Errorf("%w: %s", errFixture, name)
}
