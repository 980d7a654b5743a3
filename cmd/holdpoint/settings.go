package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

type settingsCommand struct {
	Check  settingsCheckCommand  `cmd:"" help:"Check settings; an error names the file and the line."`
	Schema settingsSchemaCommand `cmd:"" help:"Print the JSON Schema of the settings."`
}

type settingsCheckCommand struct {
	File string `arg:"" optional:"" help:"The settings. Default: .github/holdpoint.yaml."`
}

// Run says that the settings are sound and what would make them safer, or ends
// with the first mistake.
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
	settings, err := set.ParseSettings(file, data)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(a.stdout, "%s is valid\n", file); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	for _, u := range settings.Unpinned() {
		_, login, _ := strings.Cut(u, ": ")
		if _, err := fmt.Fprintf(a.stdout, "%s has no id: a login that is given up can be registered by somebody else. Write %s#ID; the id is "+
			"in https://api.github.com/users/%s\n",
			u, login, url.PathEscape(login)); err != nil {
			return fmt.Errorf("write: %w", err)
		}
	}
	return nil
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
