package hcl

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/recipe"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

var (
	programPath = regexp.MustCompile(`[\w./-]+`)
	programFile = regexp.MustCompile(`(?i)(\.(sh|bash|zsh|py|rb|js|mjs|ts|ps1|pl|php|mk|just|rake)|/?(makefile|justfile|rakefile|taskfile\.ya?ml|package\.json))$`)
)

// isProgram reports whether a file is there and is run, by its name, its mode or
// its first bytes.
func (t *codeText) isProgram(name string) bool {
	real, info := t.find(name)
	switch {
	case info == nil || !info.Mode().IsRegular():
		return false
	case programFile.MatchString(name) || info.Mode()&0o111 != 0:
		return true
	case strings.Contains(path.Base(name), "."):
		return false
	}
	data, ok := t.read(real, info)
	return ok && bytes.HasPrefix(data, []byte("#!"))
}

func (t *codeText) isFile(name string) bool {
	_, info := t.find(name)
	return info != nil && info.Mode().IsRegular()
}

// codeFiles are the files of a tree that were looked for, by their names.
type codeFiles struct {
	tree fs.FS
	had  map[string]codeFile
}

// codeFile is a file under its real name; without info it is not there.
type codeFile struct {
	real string
	info fs.FileInfo
	err  error
}

func (c codeFiles) find(name string) codeFile {
	if f, ok := c.had[name]; ok {
		return f
	}
	var f codeFile
	if f.real, f.err = plan.Resolve(c.tree, name); f.err == nil {
		f.info, f.err = fs.Stat(c.tree, f.real)
	}
	if errors.Is(f.err, fs.ErrNotExist) {
		f.err = nil
	}
	c.had[name] = f
	return f
}

// find follows links to a file; nil for what is not there.
func (t *codeText) find(name string) (string, fs.FileInfo) {
	if !fs.ValidPath(name) {
		return "", nil
	}
	f := t.files.find(name)
	if f.err != nil {
		t.cannotRead(name, plan.GapUnreadable, f.err.Error())
		return "", nil
	}
	return f.real, f.info
}

func (t *codeText) read(name string, info fs.FileInfo) ([]byte, bool) {
	if info.Size() > maxCodeFile {
		t.cannotRead(name, plan.GapLimit, fmt.Sprintf("%s has more than %d bytes", name, maxCodeFile))
		return nil, false
	}
	data, err := fs.ReadFile(t.tree, name)
	switch {
	case err != nil:
		t.cannotRead(name, plan.GapUnreadable, err.Error())
	case plan.IsLFSPointer(data):
		t.cannotRead(name, plan.GapUnreadable, name+" is stored in Git LFS")
	default:
		return data, true
	}
	return nil, false
}

func (t *codeText) cannotRead(name string, kind plan.GapKind, why string) {
	t.out.unread = append(t.out.unread, unreadFile{name, why, kind})
}

func (t *codeText) limited(why string) { t.cannotRead("", plan.GapLimit, why) }

// file adds what a file of the tree says.
func (t *codeText) file(name string) {
	for _, dir := range t.folders("") {
		t.fileAt(path.Join(dir, name))
	}
}

func (t *codeText) fileAt(name string) {
	t.text(name, name, func(text string) string { return recipe.All(name, text) })
}

// text adds the part of a file's text that is run, once for each key.
func (t *codeText) text(name, key string, part func(string) string) {
	if t.seen[key] {
		return
	}
	if len(t.seen) > maxCodeFiles {
		t.limited(fmt.Sprintf("it names more than %d files", maxCodeFiles))
		return
	}
	t.seen[key] = true
	real, info := t.find(name)
	if info == nil || !info.Mode().IsRegular() {
		return
	}
	data, ok := t.read(real, info)
	if !ok {
		return
	}
	t.out.places = append(t.out.places, plan.Range{File: real, Side: t.side})
	text := part(string(data))
	lines := recipe.Lines(text)
	t.out.parts = append(t.out.parts, codePart{name: path.Base(name), lines: lines, file: true})
	t.started(strings.Join(lines, "\n"), path.Dir(name))
}

// maxCodeFiles is more than a command runs, maxCodeWords more than one file names,
// maxCodeFolders more than it goes to.
const (
	maxCodeFiles   = 100
	maxCodeWords   = 2000
	maxCodeFolders = 30
)

// maxCodeFile is more than a script has, in bytes.
const maxCodeFile = 1 << 20
