package main

import (
	"io"
	"os"
)

// isTerminal reports whether w is a character device, which on the systems Go
// runs on means a terminal or the null device; neither minds colours.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
