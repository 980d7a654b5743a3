package fix

import (
	"regexp"
	"strings"
)

// What is shown and put in place by a person who reads it: not more than that.
const (
	maxLines    = 60  // of a fix
	maxLineText = 300 // characters of a line
	maxEdits    = 24
)

// Secretive reports whether a line may hold a secret value.
func Secretive(line string) bool { return secretive.MatchString(line) }

var secretive = regexp.MustCompile(`(?i)passw|secret|token|credential|private|api_?key|access_?key|BEGIN [A-Z ]*KEY`)

// named are lines in which such a word is a name only: a block's head, or an
// address in a moved or removed block.
var named = regexp.MustCompile(`^\s*(?:(?:resource|data|module)\s+"[\w-]+"(?:\s+"[\w-]+")?\s*\{|(?:from|to)\s+=\s+[\w.\[\]"/-]+|kind:\s+Secret)\s*$`)

// safe reports whether edits can be shown as they are: nothing that another
// bot acts on, nothing invisible, nothing that may be a secret.
func (p *proposer) safe(edits []Edit) bool {
	lines := 0
	if len(edits) == 0 || len(edits) > maxEdits {
		return false
	}
	for _, e := range edits {
		lines += len(e.New) + 1
		if lines > maxLines {
			return false
		}
		for _, line := range e.New {
			line = strings.TrimSuffix(line, "\r")
			secret := secretive.MatchString(line) && !named.MatchString(line)
			if secret || len(line) > maxLineText || strings.Contains(line, "```") || !p.showable(line) {
				return false
			}
		}
	}
	return true
}
