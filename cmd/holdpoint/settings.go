package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

type settingsCommand struct {
	Check  settingsCheckCommand  `cmd:"" help:"Check settings; an error names the file and the line."`
	Schema settingsSchemaCommand `cmd:"" help:"Print the JSON Schema of the settings."`
}

type settingsCheckCommand struct {
	File string `arg:"" optional:"" help:"The settings. Default: .github/holdpoint.yaml."`
}

// Run prints nothing but a line of praise, or ends with the first mistake.
func (c *settingsCheckCommand) Run(a *app) error {
	file := c.File
	if file == "" {
		file = filepath.FromSlash(rules.SettingsPath)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	set, err := rules.Load()
	if err != nil {
		return fmt.Errorf("load the rules: %w", err)
	}
	if _, err := set.ParseSettings(file, data); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "%s is sound\n", file)
	return err
}

type settingsSchemaCommand struct{}

// Run prints the schema that editors check settings with.
func (settingsSchemaCommand) Run(a *app) error {
	schema, err := rules.Schema()
	if err != nil {
		return fmt.Errorf("make the schema: %w", err)
	}
	_, err = a.stdout.Write(schema)
	return err
}
