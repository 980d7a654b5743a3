// Package facts holds what is known of Terraform providers' resource types, as
// bytes: one packed file per provider version, named
// `<namespace>_<name>@<version>.facts`. See README.md for the form, and
// internal/facts for reading it.
package facts

import "embed"

// Files holds the packed files at its top.
//
//go:embed *.facts
var Files embed.FS
