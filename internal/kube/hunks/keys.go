package hunks

import (
	"regexp"
	"slices"
	"strings"
)

// maxKeys bounds the keys of one hunk.
const maxKeys = 500

// Keys are the dotted paths of the keys in the changed lines of a file of
// values, each once and sorted.
func (c *Changes) Keys(h Hunk) []string {
	at := h.Range()
	if known, ok := c.keys[at]; ok {
		return known
	}
	var out []string
	if before, err := c.before.Read(h.File); err == nil {
		out = append(out, keysAt(string(before), h.From, h.To)...)
	}
	if after, err := c.after.Read(h.File); err == nil {
		out = append(out, keysAt(string(after), h.NewFrom, h.NewTo)...)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	c.keys[at] = out[:min(len(out), maxKeys)]
	return c.keys[at]
}

var (
	blockKey = regexp.MustCompile(`^(\s*)([A-Za-z_][\w-]*):(.*)$`)
	flowKey  = regexp.MustCompile(`[{,]\s*([A-Za-z_][\w-]*):`)
)

// openKey is a key of a block mapping whose value goes on.
type openKey struct {
	indent int
	path   string
}

// keysAt are the paths of the keys in some lines of a block mapping; lines
// without a key, such as the items of a list, count for the key above them.
func keysAt(text string, from, to int) []string {
	var open []openKey
	var out []string
	for i, line := range strings.Split(text, "\n") {
		if i+1 > to {
			break
		}
		if m := blockKey.FindStringSubmatch(line); m != nil {
			open = enter(open, len(m[1]), m[2])
		}
		if i+1 < from || len(open) == 0 || strings.TrimSpace(line) == "" {
			continue
		}
		at := open[len(open)-1].path
		out = append(out, at)
		for _, inner := range flowKey.FindAllStringSubmatch(line, -1) {
			out = append(out, at+"."+inner[1])
		}
	}
	return out
}

// enter closes the keys that a key at some indent ends, and opens it.
func enter(open []openKey, indent int, key string) []openKey {
	for len(open) > 0 && open[len(open)-1].indent >= indent {
		open = open[:len(open)-1]
	}
	if len(open) > 0 {
		key = open[len(open)-1].path + "." + key
	}
	return append(open, openKey{indent, key})
}
