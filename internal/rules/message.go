package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// placeholders are what a message may name. Their values come from the change
// and are data: publishers escape the whole message.
var placeholders = []string{
	"address", // the object
	"type",    // its type
	"holds",   // what a person calls the type, from rules/types
	"does",    // `will be destroyed`, `may be replaced`
	"because", // `: why, in words`, or nothing
	"cause",   // the changed line, `prod.tfvars:3`
	"forces",  // the attributes that force replacement, without values
	"folder",  // the root as a place to write a file in
	"guards",  // the safeguards that are removed
	"restore", // `: put deletion_protection = true back`, or nothing
	"path",    // the changed file
	"adds",    // the first new line that fits, or the first command and how many more
	"what",    // what that command does, `deletes a bucket`
	"subject", // what a gap is about
	"why",     // what could not be determined
	"count",   // objects left unmanaged by a whole root
	"left",    // the worst of the objects that a whole root leaves behind
	"runs",    // what a command that an apply runs does
	"root",
}

var placeholder = regexp.MustCompile(`\{([a-z]*)\}`)

func checkMessage(message string) error {
	for _, m := range placeholder.FindAllStringSubmatch(message, -1) {
		if !slices.Contains(placeholders, m[1]) {
			return fmt.Errorf("{%s} is not known, want one of %s", m[1], strings.Join(placeholders, ", "))
		}
	}
	return nil
}

func fill(message string, values map[string]string) string {
	return placeholder.ReplaceAllStringFunc(message, func(m string) string { return values[strings.Trim(m, "{}")] })
}
