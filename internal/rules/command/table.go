package command

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// As says what a text is that a command stands in. The zero value is invalid.
type As string

const (
	// Script is a script, a recipe or a pipeline: it is run.
	Script As = "script"
	// Embedded is text of another kind that a tool runs, such as a container's
	// command or what a program hands to a shell.
	Embedded As = "embedded"
	// Mention is a text in a program that looks like a command.
	Mention As = "mention"
	// Statement is a migration of a database that a tool applies.
	Statement As = "statement"
	// Call is a call in a program, to a cloud or a database.
	Call As = "call"
)

// Valid reports whether it is one of them.
func (a As) Valid() bool { return slices.Contains([]As{Script, Embedded, Mention, Statement, Call}, a) }

// Files says how files are read.
type Files struct {
	Reads Reader   `yaml:"reads"`
	As    As       `yaml:"as"`
	Paths []string `yaml:"paths"`
}

// File is one file of rules/commands.
type File struct {
	Files []Files `yaml:"files"`
	// Destroys are commands that destroy by themselves.
	Destroys []*Row `yaml:"destroys"`
	// Hides are commands that run what cannot be read, or come from elsewhere.
	Hides []*Row `yaml:"hides"`
	// Statements are those of databases, Calls the operations of kits by their
	// names without underscores, that destroy what is kept.
	Statements []*Row `yaml:"statements"`
	Calls      []*Row `yaml:"calls"`
}

// Table are the rows of all files. The zero Table finds nothing.
type Table struct {
	files      []Files
	destroys   rows
	hides      rows
	statements rows
	calls      rows
}

// Add checks what a file holds and takes it in.
func (t *Table) Add(f File) error {
	for _, files := range f.Files {
		if !files.As.Valid() || readers[files.Reads] == nil || len(files.Paths) == 0 {
			return fmt.Errorf("files %s: reads, as and paths must be given, and known", strings.Join(files.Paths, ", "))
		}
	}
	t.files = append(t.files, f.Files...)
	for _, list := range []struct {
		rows []*Row
		into *rows
	}{{f.Destroys, &t.destroys}, {f.Hides, &t.hides}, {f.Statements, &t.statements}, {f.Calls, &t.calls}} {
		for _, r := range list.rows {
			if err := r.ready(); err != nil {
				return fmt.Errorf("command %s %s: %w", strings.Join(r.Program, "|"), strings.Join(r.Args, ", "), err)
			}
			list.into.add(r)
		}
	}
	return nil
}

// Files are the kinds of files that are read, the first that fits a path
// decides.
func (t *Table) Files() []Files { return t.files }

// Bare reports whether a file's name has no ending, so that its first line alone
// tells whether it is a script.
func Bare(name string) bool {
	base := path.Base(name)
	return !strings.Contains(base, ".") && !slices.Contains(plain, base)
}

// plain are names without an ending that no script has.
var plain = []string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "README", "VERSION", "CODEOWNERS", "OWNERS",
	"AUTHORS", "CHANGELOG", "MAINTAINERS"}

// Scripts is how a script of any name is read, and whether one of the texts is one.
func Scripts(texts ...string) (Files, bool) {
	return Files{Reads: "shell", As: Script}, slices.ContainsFunc(texts, func(text string) bool { return strings.HasPrefix(text, "#!") })
}

// Paths are patterns of the files that hold texts of a kind.
func (t *Table) Paths(as As) []string {
	var out []string
	for _, f := range t.files {
		if f.As == as || (as == Mention || as == Call) && slices.Contains(programs, f.Reads) || as == Statement && f.Reads == "migration" {
			out = append(out, f.Paths...)
		}
	}
	return out
}

// programs are read for what they call and mention too.
var programs = []Reader{"program", "ruby", "migration", "test"}

// Destroying are the records of commands that destroy.
func (t *Table) Destroying() []*Row { return t.destroys.all }

// Hiding are the records of commands that run what cannot be read.
func (t *Table) Hiding() []*Row { return t.hides.all }

// Stating are the records of statements of databases that destroy.
func (t *Table) Stating() []*Row { return t.statements.all }

// Calling are the records of operations that destroy.
func (t *Table) Calling() []*Row { return t.calls.all }

// ErrTooMuch is returned where a text was not read to its end.
var ErrTooMuch = errors.New("its commands are too many or too deeply nested to be read")

// Added are the commands that destroy in the text after and not in the text
// before. A command that only moved, or is laid out anew, is not added.
func (t *Table) Added(files Files, before, after string) ([]Found, error) {
	now, err := t.in(files, after)
	if err != nil || len(now) == 0 {
		return nil, err
	}
	was, err := t.in(files, before)
	if err != nil {
		return nil, err
	}
	had := map[string]bool{}
	for _, f := range was {
		had[f.key()] = true
	}
	now = slices.DeleteFunc(now, func(f Found) bool { return had[f.key()] })
	return now, nil
}

func (t *Table) in(files Files, text string) ([]Found, error) {
	f := &finder{rows: t.destroys, operations: t.calls, queried: t.statements, budget: newBudget(text)}
	f.read(files, text)
	if f.budget.over {
		return nil, ErrTooMuch
	}
	return f.found, nil
}

// Worst is the first command in a text that a shell runs that destroys, or that
// runs what cannot be read; nil for none.
func (t *Table) Worst(text string) *Row {
	for _, rows := range []rows{t.destroys, t.hides} {
		f := &finder{rows: rows, budget: newBudget(text)}
		f.script(text, 1, map[string]string{}, Embedded, true, 0)
		if len(f.found) > 0 {
			return f.found[0].Row
		}
		if f.budget.over {
			return &Row{What: "has commands that are too many or too deeply nested to be read"}
		}
	}
	return nil
}

// Harm is what the worst command of a text does, as it follows "it"; empty for
// none.
func (t *Table) Harm(text string) string {
	if row := t.Worst(text); row != nil {
		return row.What
	}
	return ""
}

// rows are records by the names of their programs.
type rows struct {
	all    []*Row
	byName map[string][]*Row
	wild   []*Row
}

func (r *rows) add(row *Row) {
	r.all = append(r.all, row)
	if r.byName == nil {
		r.byName = map[string][]*Row{}
	}
	for _, p := range row.Program {
		if strings.Contains(p, "*") {
			r.wild = append(r.wild, row)
			continue
		}
		p = strings.ToLower(p)
		r.byName[p] = append(r.byName[p], row)
	}
}

func (r *rows) of(program string) []*Row {
	if program == "" {
		return nil
	}
	out := r.byName[strings.ToLower(program)]
	for _, row := range r.wild {
		if slices.ContainsFunc(row.Program, func(p string) bool { return strings.Contains(p, "*") && like(p, program) }) {
			out = append(slices.Clip(out), row)
		}
	}
	return out
}
