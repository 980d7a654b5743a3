package recipe

import (
	"path"
	"slices"
	"strings"
)

// tool reads what it does from a file.
type tool struct {
	names []string
	files []string
	// up: it looks for the file in the folders above too.
	up bool
	// inDir and fromFile are options that name the folder and the file.
	inDir, fromFile []string
	part            func(text string, goals []string) string
}

var tools = []tool{
	{names: []string{"make", "gmake"}, files: []string{"GNUmakefile", "makefile", "Makefile"},
		inDir: []string{"-C", "--directory"}, fromFile: []string{"-f", "--file", "--makefile"}, part: makeRules},
	{names: []string{"just"}, files: []string{"justfile", "Justfile", ".justfile"}, up: true,
		inDir: []string{"-d", "--working-directory"}, fromFile: []string{"-f", "--justfile"}, part: justRules},
	{names: []string{"rake"}, files: []string{"Rakefile", "rakefile", "Rakefile.rb", "rakefile.rb"}, up: true,
		fromFile: []string{"-f", "--rakefile"}, part: whole},
	{names: []string{"task", "go-task"},
		files: []string{"Taskfile.yml", "taskfile.yml", "Taskfile.yaml", "taskfile.yaml", "Taskfile.dist.yml"},
		up:    true, inDir: []string{"-d", "--dir"}, fromFile: []string{"-t", "--taskfile"}, part: whole},
	{names: []string{"npm", "yarn", "pnpm", "bun"}, files: []string{"package.json"}, up: true,
		inDir: []string{"--prefix", "-C", "--dir", "--cwd"}, part: reachedScripts},
}

func whole(text string, _ []string) string { return text }

// Recipe is a file that a command reads what it does from.
type Recipe struct {
	// Dir is the folder that the command names; empty for none.
	Dir   string
	Files []string
	// Up: it is looked for in the folders above too.
	Up bool
	// Goals are what of it is run; empty for the default.
	Goals []string

	part func(text string, goals []string) string
}

// Of is the recipe that a command reads.
func Of(c Command) (Recipe, bool) {
	for _, t := range tools {
		if slices.Contains(t.names, path.Base(c.Words[0])) {
			return t.recipe(c), true
		}
	}
	return Recipe{}, false
}

func (t tool) recipe(c Command) Recipe {
	r := Recipe{Dir: c.Dir, Files: t.files, Up: t.up, part: t.part}
	for words := c.Words[1:]; len(words) > 0; words = words[1:] {
		name, value, given := strings.Cut(words[0], "=")
		isOption := slices.Contains(t.inDir, name) || slices.Contains(t.fromFile, name)
		switch {
		case isOption && !given && len(words) > 1:
			value, words = words[1], words[1:]
			fallthrough
		case isOption:
			if slices.Contains(t.inDir, name) {
				r.Dir = path.Join(r.Dir, value)
			} else {
				r.Files, r.Up = []string{value}, false
			}
		case strings.HasPrefix(name, "-"), given, number.MatchString(name), strings.ContainsAny(name, "<>"):
		default:
			r.Goals = append(r.Goals, name)
		}
	}
	return r
}

// Part is what of the file's text is run; all that can be where it is not known
// what is.
func (r Recipe) Part(text string) string {
	for _, g := range r.Goals {
		if strings.Contains(g, "$") {
			return All(r.Files[0], text)
		}
	}
	return r.part(text, r.Goals)
}

// All is what of a file's text may be run: of a package its scripts alone.
func All(name, text string) string {
	if path.Base(name) == "package.json" {
		return packageScripts(text, nil, everyScript)
	}
	return text
}
