// Package facts holds what is known of Terraform providers' resource types, as
// bytes: one packed file per provider version, named
// `<namespace>_<name>@<version>.facts`, and what their code does at plan time in
// logic. See README.md for the form, and internal/facts for reading it.
package facts

import "embed"

// Files holds the packed files at its top.
//
//go:embed *.facts
var Files embed.FS

// Logic holds logic/<provider>.yaml, and logic/other.yaml for all other providers.
//
//go:embed logic/*.yaml
var Logic embed.FS
