// Package rules holds the built-in rule packs as bytes: data, no logic. How to
// add a rule, a type, a guard or an agent stands in CONTRIBUTING.md.
package rules

import "embed"

// Packs are the YAML files of this folder.
//
//go:embed *.yaml types/*.yaml losses/*.yaml recovery/*.yaml commands/*.yaml
var Packs embed.FS
