// Package varfile finds the places at which scripts and pipelines pass variable
// files to Terraform, and which files of a repository such a place means. It
// reads text, not programs: variables whose values are written out in the same
// file are filled in, any other stands for whatever fits.
package varfile

import (
	"path"
	"regexp"
	"strings"
)

// Script is what one file says of variable files.
type Script struct {
	Uses []Use
	// Dirs are the folders that it names anywhere as those it works in.
	Dirs []Name
}

// Use is one command line: the files it passes, the last one winning.
type Use struct {
	Files []Name
	// Dirs is the folder that the command line itself names, in all its
	// spellings; empty where it names none.
	Dirs []Name
}

// Name is a path with holes in it: variables whose value is not written out.
type Name string

// hole encloses the name of a variable in a Name.
const hole = "\x00"

const value = `["'\[(]*([\w./@+~\x00-]+)`

var (
	passes  = regexp.MustCompile(`(?i)var[-_]?files?["']?\s*(?:[:=,]\s*)?(?:[|>]-?\s+|-\s+)?` + value)
	changes = regexp.MustCompile(`(?:-chdir[=\s]\s*|\b(?:cd|pushd)\s+|\bmake\s+-C\s+)` + value)
	names   = regexp.MustCompile(`(?i)\b(?:working[-_]?dir(?:ectory)?|` +
		`(?:(?:project|tf|terraform|root|stack|module|actions_working)[-_]?)?(?:root|dir|directory|path|folder))` +
		`["']?\s*[:=(]\s*` + value)
	// joined is what may stand between two files of one command line: further
	// words, further lines that continue it, and further elements of a list.
	joined = regexp.MustCompile(`^[^\n;&|]*(?:(?:\\\r?\n|\r?\n[ \t]*(?:-[ \t]+)?["']?-)[^\n;&|]*)*$`)
	again  = regexp.MustCompile(`\b(?:terraform|tofu|terragrunt)\b`)
)

// Read finds what a text says of variable files.
func Read(text string) Script {
	text = withHoles(text)
	defs := definitions(text)
	var out Script
	for _, re := range []*regexp.Regexp{changes, names} {
		for _, m := range re.FindAllStringSubmatch(text, -1) {
			out.Dirs = append(out.Dirs, defs.fill(m[1])...)
		}
	}
	end := -1
	var group []string
	dir := ""
	flush := func() {
		out.Uses = append(out.Uses, defs.uses(group, dir)...)
		group = nil
	}
	for _, m := range passes.FindAllStringSubmatchIndex(text, -1) {
		if between := text[max(end, 0):m[0]]; end < 0 || !joined.MatchString(between) || again.MatchString(between) {
			flush()
			dir = dirOf(text[:m[0]])
		}
		group, end = append(group, text[m[2]:m[3]]), m[1]
	}
	flush()
	return out
}

// dirOf is the folder that a command line names before the place at which a
// text ends; empty where it names none.
func dirOf(text string) string {
	from := len(text)
	for {
		i := strings.LastIndexByte(text[:from], '\n')
		if from = i; i < 0 || !strings.HasSuffix(strings.TrimRight(text[:i], "\r"), `\`) {
			break
		}
	}
	all := changes.FindAllStringSubmatch(text[from+1:], -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}

// uses are the ways in which files are passed together, one for each spelling
// that the variables written out give.
func (d defined) uses(group []string, dir string) []Use {
	if len(group) == 0 {
		return nil
	}
	const between = "\n"
	var dirs []Name
	if dir != "" {
		dirs = d.fill(dir)
	}
	var out []Use
	for _, all := range d.fill(strings.Join(group, between)) {
		u := Use{Dirs: dirs}
		for _, f := range strings.Split(string(all), between) {
			if n := Name(f); n.isVarFile() {
				u.Files = append(u.Files, n)
			}
		}
		if len(u.Files) > 0 {
			out = append(out, u)
		}
	}
	return out
}

// isVarFile: a name that says more than that a variable holds it.
func (n Name) isVarFile() bool {
	s := string(n)
	return (strings.HasSuffix(s, ".tfvars") || strings.HasSuffix(s, ".tfvars.json")) && !strings.HasPrefix(path.Base(s), ".")
}

// IsExact reports whether the name has no holes.
func (n Name) IsExact() bool { return !strings.Contains(string(n), hole) }

// Match is a file that a name stands for, and what fills its holes then.
type Match struct {
	File  string
	Holes map[string]string
}

// In finds the files that a name stands for where it is read from a folder.
func (n Name) In(dir string, files []string) []Match {
	full := path.Join(dir, string(n))
	rest := anywhere.ReplaceAllString(string(n), "")
	if rest != string(n) {
		full = path.Clean(rest)
	}
	if n.IsExact() {
		for _, f := range files {
			if f == full {
				return []Match{{File: f}}
			}
		}
		return nil
	}
	re, held := pattern(full, rest != string(n))
	var out []Match
	for _, f := range files {
		if m := re.FindStringSubmatch(f); m != nil {
			if filled, ok := bind(held, m[1:]); ok {
				out = append(out, Match{File: f, Holes: filled})
			}
		}
	}
	return out
}

// anywhere is a variable at the start of a path that stands for any folders: the
// repository's, the script's, or one for temporary files.
var anywhere = regexp.MustCompile(`^\x00[^\x00]*(?i:root|dir|path|workspace|pwd|home|repo|base|level|here|src|source)[^\x00]*\x00/`)

// pattern is a name as an expression, and the variables of its groups: each
// stands for a part of one path element.
func pattern(full string, below bool) (*regexp.Regexp, []string) {
	var b strings.Builder
	var held []string
	b.WriteString("^")
	if below {
		b.WriteString("(?:.*/)?")
	}
	for i, part := range strings.Split(full, hole) {
		if i%2 == 0 {
			b.WriteString(regexp.QuoteMeta(part))
			continue
		}
		b.WriteString("([^/]+)")
		held = append(held, part)
	}
	return regexp.MustCompile(b.String() + "$"), held
}

// bind gives each variable its value; false where one would have two.
func bind(held, values []string) (map[string]string, bool) {
	out := map[string]string{}
	for i, name := range held {
		if had, ok := out[name]; ok && had != values[i] {
			return nil, false
		}
		out[name] = values[i]
	}
	return out, true
}

// Sets finds the files that a command line passes together where its names are
// read from one of the folders, the first of them that has one; a variable has
// one value at a time. A name without a file is left out.
func (u Use) Sets(dirs []string, files []string) [][]string {
	sets := []Match{{}}
	lists := [][]string{nil}
	for _, n := range u.Files {
		var found []Match
		for i := 0; i < len(dirs) && len(found) == 0; i++ {
			found = n.In(dirs[i], files)
		}
		var next []Match
		var joined [][]string
		for i, s := range sets {
			any := false
			for _, m := range found {
				if holes, ok := agree(s.Holes, m.Holes); ok && len(next) < maxSets {
					any = true
					next, joined = append(next, Match{Holes: holes}), append(joined, append(lists[i][:len(lists[i]):len(lists[i])], m.File))
				}
			}
			if !any {
				next, joined = append(next, s), append(joined, lists[i])
			}
		}
		sets, lists = next, joined
	}
	if len(lists[0]) == 0 {
		return nil
	}
	return lists
}

// maxSets bounds the sets of files that one command line stands for.
const maxSets = 200

// agree joins what two names say of variables; false where they differ.
func agree(a, b map[string]string) (map[string]string, bool) {
	out := map[string]string{}
	for name, v := range a {
		out[name] = v
	}
	for name, v := range b {
		if had, ok := out[name]; ok && had != v {
			return nil, false
		}
		out[name] = v
	}
	return out, true
}
