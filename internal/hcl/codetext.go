package hcl

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/recipe"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// coded is code of one resource of a folder, and all that its text says.
type coded struct {
	address plan.Address
	run     config.Run
	parts   []codePart
	// places are where the text stands.
	places []plan.Range
	unread []unreadFile
}

// codePart is an argument, a value or a file.
type codePart struct {
	name  string
	lines []string
	file  bool
}

// unreadFile is a file that could not be read, and why. Without a name it is not
// known which: a limit was reached.
type unreadFile struct {
	name, why string
	kind      plan.GapKind
}

// text is all that the code says, whatever its layout.
func (c coded) text() string {
	out := c.run.Kind + "\n"
	for _, part := range c.parts {
		out += part.name + " " + strings.Join(part.lines, " ") + "\n"
	}
	return out
}

// isLessThan reports whether the code is another one's with fewer commands, none
// of those that are left being one that destroys.
func (c coded) isLessThan(was coded) bool {
	if c.run.Kind != was.run.Kind || len(c.unread)+len(was.unread) > 0 {
		return false
	}
	for _, part := range c.parts {
		less := func(w codePart) bool { return w.name == part.name && recipe.Less(w.lines, part.lines) }
		if destroying.MatchString(strings.Join(part.lines, " ")) || !slices.ContainsFunc(was.parts, less) {
			return false
		}
	}
	return !slices.ContainsFunc(was.parts, func(w codePart) bool {
		return !w.file && !slices.ContainsFunc(c.parts, func(part codePart) bool { return w.name == part.name })
	})
}

// codeText gathers what code says: its arguments, and of what they name the
// texts that are more than a name, a number or a version.
type codeText struct {
	tree    fs.FS
	files   codeFiles
	side    plan.Side
	dir     string
	module  *config.Module
	callers []*config.Call
	// workingDirs are the folders in which it says that it is run.
	workingDirs []string
	seen        map[string]bool
	out         coded
}

func (t *codeText) at(r hcl.Range) { t.out.places = append(t.out.places, rangeOn(r, t.side)) }

func (t *codeText) add(name, text string) {
	t.out.parts = append(t.out.parts, codePart{name: name, lines: recipe.Lines(text)})
}

func (t *codeText) of(address plan.Address, run config.Run) coded {
	t.out = coded{address: address, run: run}
	t.at(run.Full)
	for _, name := range []string{"working_dir", "working_directory"} {
		if e := run.Arguments[name]; e != nil {
			if m := quoted.FindStringSubmatch(inModule.ReplaceAllString(e.Text, ".")); m != nil {
				t.workingDirs = append(t.workingDirs, path.Join(t.dir, m[1]))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(run.Arguments)) {
		e := run.Arguments[name]
		text := plainText(e)
		if name == "environment" || name == "query" {
			text = inQuotes.ReplaceAllStringFunc(text, func(value string) string {
				if isSimple(value) {
					return `"…"`
				}
				return value
			})
		}
		t.add(name, text)
		t.follow(e)
		if name == "script" || name == "scripts" || name == "playbook" {
			for _, m := range quoted.FindAllStringSubmatch(e.Text, -1) {
				t.file(m[1])
			}
		}
	}
	return t.out
}

var (
	inModule    = regexp.MustCompile(`\$\{path\.(module|root|cwd)\}`)
	commentLine = regexp.MustCompile(`(?m)^\s*(#|//).*$`)
	quoted      = regexp.MustCompile(`"([^"$%\\]+)"`)
	inQuotes    = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	around      = regexp.MustCompile(`,?\s*([\[\]{}(),=])\s*`)
	// simple is a value that is a name, a number, a version, or a list of such.
	simple = regexp.MustCompile(`^("[\w.:/@+,-]*"|[\w.]*)$`)
	// destroying is a word that makes a command another one.
	destroying = regexp.MustCompile(`(?i)(^|[^a-z])(delete|destroy|remove|rm|rmi|drop|purge|terminate|truncate|wipe|flush\w*|reset|prune|` +
		`uninstall|erase|kill|force|replace|down)([^a-z]|$)`)
	// fileNamed is a file of the tree that an expression names.
	fileNamed = regexp.MustCompile(`\$\{path\.(?:module|root|cwd)\}/([\w./-]+)` +
		`|\b(?:file|filebase64|templatefile|script)\(\s*"([\w./-]+)"` +
		`|"(\.{1,2}/[\w./-]+|[\w/-]+\.(?:sh|py|rb|js|ps1|bash|pl|ts))"`)
)

// isSimple reports whether a value is a name, a number or a version, or a list of
// such, which makes no other code.
func isSimple(text string) bool { return simple.MatchString(text) && !destroying.MatchString(text) }

// plainText is the text of an expression without its layout; its lines stay.
func plainText(e *expr.Expression) string {
	if strings.Contains(e.Text, "<<") {
		return e.Text
	}
	return around.ReplaceAllString(strings.Join(strings.Fields(commentLine.ReplaceAllString(e.Text, "")), " "), "$1")
}

// follow adds what an expression names: locals, variables with all that is given
// for them, and files.
func (t *codeText) follow(e *expr.Expression) {
	for _, m := range fileNamed.FindAllStringSubmatch(e.Text, -1) {
		t.file(m[1] + m[2] + m[3])
	}
	t.started(inModule.ReplaceAllString(e.Text, "."), "")
	for _, ref := range e.Refs {
		if len(ref) < 2 {
			continue
		}
		step, ok := ref[1].(hcl.TraverseAttr)
		name := ref.RootName() + "." + step.Name
		if !ok || t.seen[name] {
			continue
		}
		t.seen[name] = true
		switch l, v := t.module.Locals[step.Name], t.module.Variables[step.Name]; {
		case ref.RootName() == "local" && l != nil:
			t.value(name, l.Value)
		case ref.RootName() == "var" && v != nil:
			if v.Default != nil {
				t.value(name, v.Default)
			}
			t.given(step.Name)
		}
	}
}

func (t *codeText) value(name string, e *expr.Expression) {
	t.at(e.Range())
	if text := plainText(e); !isSimple(text) {
		t.add(name, text)
	}
	t.follow(e)
}

// given adds what variable files beside the module say of a variable, and what
// the folders that call it hand in.
func (t *codeText) given(name string) {
	line := regexp.MustCompile(`(?m)^\s*"?` + regexp.QuoteMeta(name) + `"?\s*[=:]\s*(.*)$`)
	for _, f := range slices.Concat(config.AutoFiles(t.tree, t.dir), tfvarsIn(t.tree, t.dir)) {
		data, err := fs.ReadFile(t.tree, f)
		if err != nil {
			t.cannotRead(f, plan.GapUnreadable, err.Error())
			continue
		}
		for _, m := range line.FindAllSubmatchIndex(data, -1) {
			if text := strings.TrimRight(string(data[m[2]:m[3]]), " ,"); !isSimple(text) {
				number := bytes.Count(data[:m[2]], []byte("\n")) + 1
				t.out.places = append(t.out.places, plan.Range{File: f, Line: number, EndLine: number, Side: t.side})
				t.add("var."+name, text)
			}
		}
	}
	for _, caller := range t.callers {
		if input := caller.Inputs[name]; input != nil {
			if text := plainText(input.Value); !isSimple(text) {
				t.at(input.Value.Range())
				t.add("var."+name, text)
			}
		}
	}
}

// started adds the programs that a text names by their paths, and the recipes that
// its commands read. Its own folder is that of the file it stands in; empty for
// none.
func (t *codeText) started(text, own string) {
	commands := recipe.Commands(text)
	folders := t.folders(own)
	for _, c := range commands {
		if r, ok := recipe.Of(c); ok {
			t.recipe(r, folders)
		}
		for _, dir := range folders {
			if c.Dir != "" && len(folders) < maxCodeFolders && !slices.Contains(folders, path.Join(dir, c.Dir)) {
				folders = append(folders, path.Join(dir, c.Dir))
			}
		}
	}
	words := programPath.FindAllString(text, maxCodeWords+1)
	if len(words) > maxCodeWords {
		t.limited(fmt.Sprintf("one text has more than %d words", maxCodeWords))
	}
	slices.Sort(words)
	words = slices.Compact(words)
	for _, word := range words {
		if !strings.ContainsAny(word, "/.") {
			continue // from elsewhere on the machine
		}
		for _, dir := range folders {
			if name := path.Join(dir, word); t.isProgram(name) {
				t.fileAt(name)
			}
		}
	}
}

// recipe adds what a command reads from a file of one of the folders.
func (t *codeText) recipe(r recipe.Recipe, folders []string) {
	for _, dir := range folders {
		for dir := path.Join(dir, r.Dir); fs.ValidPath(dir); dir = path.Dir(dir) {
			if t.recipeIn(r, dir) || !r.Up || dir == "." {
				break
			}
		}
	}
}

func (t *codeText) recipeIn(r recipe.Recipe, dir string) bool {
	for _, f := range r.Files {
		if name := path.Join(dir, f); t.isFile(name) {
			t.text(name, name+" "+strings.Join(r.Goals, " "), r.Part)
			return true
		}
	}
	return false
}

// folders are those in which a command may run.
func (t *codeText) folders(own string) []string {
	out := append([]string{t.dir}, t.workingDirs...)
	for _, c := range t.callers {
		out = append(out, path.Dir(c.Range.Filename))
	}
	if own != "" {
		out = append(out, own)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
