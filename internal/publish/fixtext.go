package publish

import (
	"fmt"
	"io"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/fix"
)

// Fixes writes proved fixes for a terminal: what each does, which findings it
// clears, and its lines. It writes nothing where there are none.
func Fixes(w io.Writer, fixes []fix.Fix) error {
	if len(fixes) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("\nHow to fix (each was tried: with it these findings are gone, and nothing new appears):\n")
	for _, f := range fixes {
		fmt.Fprintf(&b, "\n%s.\n", Escape(Terminal, f.Title, maxPhrase))
		if f.Note != "" {
			fmt.Fprintf(&b, "  %s\n", Escape(Terminal, f.Note, maxPhrase))
		}
		fmt.Fprintf(&b, "  Clears %s.\n", count(len(f.Clears), "held finding"))
		for _, e := range f.Edits {
			fmt.Fprintf(&b, "  %s\n", placeOf(Terminal, e))
			for _, line := range e.New {
				b.WriteString(strings.TrimRight("  | "+strings.ReplaceAll(line, "\r", ""), " ") + "\n")
			}
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
