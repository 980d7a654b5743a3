package hcl

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/config"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/expr"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// code reports provisioners and external data sources whose text is not among
// those before the change, wherever they stood: what they run at plan or apply
// is not seen by a plan.
func (p *prediction) code() plan.Plan {
	had := map[string]bool{}
	for _, c := range p.codeIn(p.before, plan.Before) {
		had[c.text] = true
	}
	var out plan.Plan
	for _, c := range p.codeIn(p.after, plan.After) {
		if had[c.text] {
			continue
		}
		at := rangeOn(c.run.Range, plan.After)
		out.Changes = append(out.Changes, plan.Change{
			Address: c.address, Previous: c.address, Action: plan.None, Effect: plan.RunsCode, Reason: plan.CodeRuns, Certain: true, At: at,
			Causes: []plan.Cause{p.codeCause(c), {Range: at, Text: c.run.Kind}},
		})
	}
	return out
}

// coded is code of one resource of a folder, and all that its text says.
type coded struct {
	address plan.Address
	run     config.Run
	text    string
	// places are where the text stands.
	places []plan.Range
}

// codeCause is the first line of the text that changed.
func (p *prediction) codeCause(c coded) plan.Cause {
	for _, r := range c.places {
		if changed := p.lines.Changed(r); len(changed) > 0 {
			r.Line, r.EndLine = changed[0], changed[0]
			return plan.Cause{Range: r, Text: "another text"}
		}
	}
	// What it said is gone.
	for _, r := range c.places {
		r.Line, r.EndLine, r.Side = 0, 0, plan.Before
		if changed := p.lines.Changed(r); len(changed) > 0 {
			r.Line, r.EndLine = changed[0], changed[0]
			return plan.Cause{Range: r, Text: "a text that is gone"}
		}
	}
	return plan.Cause{Range: c.places[0], Text: "the text"}
}

func (p *prediction) codeIn(tree fs.FS, which plan.Side) []coded {
	modules := map[string]*config.Module{}
	callers := map[string][]*config.Call{}
	for _, f := range p.changed {
		for dir := path.Dir(f); ; dir = path.Dir(dir) {
			p.codeFolders(tree, which, dir, 0, modules, callers)
			if dir == "." || dir == "/" {
				break
			}
		}
	}
	var out []coded
	for _, dir := range slices.Sorted(maps.Keys(modules)) {
		m := modules[dir]
		add := func(kind, name string, runs []config.Run) {
			for _, run := range runs {
				t := &codeText{tree: tree, side: which, dir: dir, module: m, callers: callers[dir], seen: map[string]bool{}}
				t.at(run.Full)
				address := plan.Address{Engine: plan.Terraform, Root: dir, Type: kind, Name: name}
				out = append(out, coded{address, run, run.Kind + "\n" + t.of(run), t.places})
			}
		}
		for _, key := range slices.Sorted(maps.Keys(m.Resources)) {
			r := m.Resources[key]
			add(strings.TrimSuffix(key, "."+r.Name), r.Name, r.Runs)
		}
		for _, r := range m.Removed {
			add("removed", lastStep(r.From), r.Runs)
		}
		for _, r := range m.Runs {
			add(r.Type, r.Name, []config.Run{r.Run})
		}
	}
	return out
}

// lastStep is the name of what a removed block is about.
func lastStep(ref hcl.Traversal) string {
	if len(ref) > 0 {
		if step, ok := ref[len(ref)-1].(hcl.TraverseAttr); ok {
			return step.Name
		}
	}
	return "from"
}

// codeFolders gathers the folders whose code the change can reach: those of
// changed files, those above them, and the modules that these call.
func (p *prediction) codeFolders(
	tree fs.FS, which plan.Side, dir string, depth int, modules map[string]*config.Module, callers map[string][]*config.Call,
) {
	if modules[dir] != nil || isExample(dir) || depth > maxCodeDepth {
		return
	}
	m, problem := p.loader.Load(tree, dir, p.runtime(which, dir))
	if problem != nil || len(m.Files) == 0 {
		return
	}
	modules[dir] = m
	for _, name := range slices.Sorted(maps.Keys(m.Calls)) {
		if call := m.Calls[name]; config.IsLocal(call.Source) {
			target := path.Join(dir, call.Source)
			callers[target] = append(callers[target], call)
			p.codeFolders(tree, which, target, depth+1, modules, callers)
		}
	}
}

// maxCodeDepth is deeper than modules call each other.
const maxCodeDepth = 10

// codeText gathers what code says: its arguments, and of what they name the
// texts that are more than a name, a number or a version.
type codeText struct {
	tree    fs.FS
	side    plan.Side
	dir     string
	module  *config.Module
	callers []*config.Call
	// workingDirs are the folders in which it says that it is run.
	workingDirs []string
	seen        map[string]bool
	out         strings.Builder
	places      []plan.Range
}

func (t *codeText) at(r hcl.Range) { t.places = append(t.places, rangeOn(r, t.side)) }

func (t *codeText) of(run config.Run) string {
	if e := run.Arguments["working_dir"]; e != nil {
		if m := quoted.FindStringSubmatch(inModule.ReplaceAllString(e.Text, "./")); m != nil {
			t.workingDirs = append(t.workingDirs, path.Join(t.dir, m[1]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(run.Arguments)) {
		e := run.Arguments[name]
		text := plainText(e)
		if name == "environment" || name == "query" {
			text = simple.ReplaceAllStringFunc(text, func(value string) string {
				if isSimple(value) {
					return `"…"`
				}
				return value
			})
		}
		t.out.WriteString(name + " " + text + "\n")
		t.follow(e)
		if name == "script" || name == "scripts" || name == "playbook" {
			for _, m := range quoted.FindAllStringSubmatch(e.Text, -1) {
				t.file(m[1])
			}
		}
	}
	return t.out.String()
}

var (
	inModule    = regexp.MustCompile(`\$\{path\.(module|root|cwd)\}/`)
	commentLine = regexp.MustCompile(`(?m)^\s*(#|//).*$`)
	quoted      = regexp.MustCompile(`"([^"$%\\]+)"`)
	around      = regexp.MustCompile(`,?\s*([\[\]{}(),=])\s*`)
	// simple is a value that is a name, a number or a version.
	simple     = regexp.MustCompile(`"[\w.:/@+-]*"`)
	onlySimple = regexp.MustCompile(`^("[\w.:/@+-]*"|[\w.]*)$`)
	// destroying is a word that makes a command another one.
	destroying = regexp.MustCompile(`(?i)(^|[^a-z])(delete|destroy|remove|rm|rmi|drop|purge|terminate|truncate|wipe|flush\w*|reset|prune|uninstall|erase|kill|force|replace|down)([^a-z]|$)`)
	// fileNamed is a file of the tree that an expression names.
	fileNamed = regexp.MustCompile(`\$\{path\.(?:module|root|cwd)\}/([\w./-]+)` +
		`|\b(?:file|filebase64|templatefile|script)\(\s*"([\w./-]+)"` +
		`|"(\.{1,2}/[\w./-]+|[\w/-]+\.(?:sh|py|rb|js|ps1|bash|pl|ts))"`)
)

// isSimple reports whether a value is a name, a number or a version, which makes
// no other code.
func isSimple(text string) bool { return onlySimple.MatchString(text) && !destroying.MatchString(text) }

// plainText is the text of an expression without its layout.
func plainText(e *expr.Expression) string {
	return around.ReplaceAllString(strings.Join(strings.Fields(commentLine.ReplaceAllString(e.Text, "")), " "), "$1")
}

// follow adds what an expression names: locals, variables with all that is given
// for them, and files.
func (t *codeText) follow(e *expr.Expression) {
	for _, m := range fileNamed.FindAllStringSubmatch(e.Text, -1) {
		t.file(m[1] + m[2] + m[3])
	}
	t.named(inModule.ReplaceAllString(e.Text, "./"))
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
		t.out.WriteString(name + " " + text + "\n")
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
			continue
		}
		for _, m := range line.FindAllSubmatchIndex(data, -1) {
			if text := strings.TrimRight(string(data[m[2]:m[3]]), " ,"); !isSimple(text) {
				number := bytes.Count(data[:m[2]], []byte("\n")) + 1
				t.places = append(t.places, plan.Range{File: f, Line: number, EndLine: number, Side: t.side})
				t.out.WriteString("var." + name + " " + text + "\n")
			}
		}
	}
	for _, caller := range t.callers {
		if input := caller.Inputs[name]; input != nil {
			if text := plainText(input.Value); !isSimple(text) {
				t.at(input.Value.Range())
				t.out.WriteString("var." + name + " " + text + "\n")
			}
		}
	}
}

// named adds the files that a command, or what it runs, names by their paths: of
// those that are there, the programs.
func (t *codeText) named(text string) {
	for _, word := range programPath.FindAllString(text, maxCodeWords) {
		if file := recipes[word]; file != "" {
			word = file
		} else if !strings.ContainsAny(word, "/.") {
			continue // from elsewhere on the machine
		}
		for _, dir := range t.folders() {
			if name := path.Join(dir, word); t.isProgram(name) {
				t.fileAt(name)
				break
			}
		}
	}
}

// folders are those in which a command may run.
func (t *codeText) folders() []string {
	out := append([]string{t.dir}, t.workingDirs...)
	for _, c := range t.callers {
		out = append(out, path.Dir(c.Range.Filename))
	}
	return out
}

var (
	programPath = regexp.MustCompile(`[\w./-]+`)
	programFile = regexp.MustCompile(`(?i)(\.(sh|bash|zsh|py|rb|js|mjs|ts|ps1|pl|php)|/?(makefile|justfile|rakefile|taskfile\.ya?ml|package\.json))$`)
	// recipes are the files that programs read what they do from.
	recipes = map[string]string{
		"make": "Makefile", "just": "justfile", "rake": "Rakefile", "task": "Taskfile.yml",
		"npm": "package.json", "yarn": "package.json", "pnpm": "package.json",
	}
)

// isProgram reports whether a file is there and is run, by its name, its mode or
// its first bytes.
func (t *codeText) isProgram(name string) bool {
	info, err := fs.Stat(t.tree, name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxCodeFile {
		return false
	}
	if programFile.MatchString(name) || info.Mode()&0o111 != 0 {
		return true
	}
	if strings.Contains(path.Base(name), ".") {
		return false
	}
	data, err := fs.ReadFile(t.tree, name)
	return err == nil && bytes.HasPrefix(data, []byte("#!"))
}

// file adds what a file of the tree says.
func (t *codeText) file(name string) {
	for _, dir := range t.folders() {
		if name := path.Join(dir, name); fs.ValidPath(name) {
			t.fileAt(name)
		}
	}
}

func (t *codeText) fileAt(name string) {
	if t.seen[name] {
		return
	}
	t.seen[name] = true
	if info, err := fs.Stat(t.tree, name); err == nil && info.Mode().IsRegular() && info.Size() <= maxCodeFile {
		if data, err := fs.ReadFile(t.tree, name); err == nil {
			t.places = append(t.places, plan.Range{File: name, Side: t.side})
			text := strings.Join(strings.Fields(commentLine.ReplaceAllString(string(data), "")), " ")
			t.out.WriteString(path.Base(name) + " " + text + "\n")
			if len(t.seen) < maxCodeFiles {
				t.named(text)
			}
		}
	}
}

// maxCodeFiles is more than a command runs, maxCodeWords more than one file names.
const (
	maxCodeFiles = 100
	maxCodeWords = 2000
)

// maxCodeFile is more than a script has, in bytes.
const maxCodeFile = 1 << 20
