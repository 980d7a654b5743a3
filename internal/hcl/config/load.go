package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/hashicorp/hcl/v2"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Loader reads modules and keeps what it read: a module whose files are the
// same on both sides is read once, and is the same *Module.
type Loader struct {
	modules map[string]*Module
	// Bytes read so far, and the most that may be.
	bytes, MaxBytes int
	parts           int // parsed since the last [Loader.Begin]
}

// maxParts bounds what is parsed for one root, both sides: a line, an element,
// a block or an interpolation of the source is a part. In memory it is some
// hundred times as large as in the file.
const maxParts = 300_000

// partsOf counts the parts in a source, without regard to quotes and comments.
func partsOf(src []byte) int {
	n := 0
	for _, c := range src {
		switch c {
		case '\n', ',', '{', '[', '$':
			n++
		}
	}
	return n
}

// Begin starts another root: what was read already costs nothing again.
func (l *Loader) Begin() { l.parts = 0 }

// afford says what keeps a source from being parsed, nil for nothing.
func (l *Loader) afford(s *source) *Problem {
	why := ""
	if l.bytes += len(s.content); l.bytes > l.MaxBytes {
		why = fmt.Sprintf("more than %d bytes of configuration", l.MaxBytes)
	}
	if l.parts += partsOf(s.content); l.parts > maxParts {
		why = fmt.Sprintf("this root has more than %d lines and elements of configuration", maxParts)
	}
	if why == "" {
		return nil
	}
	return &Problem{Kind: plan.GapLimit, Range: hcl.Range{Filename: s.target}, Subject: s.target, Text: why}
}

// NewLoader returns a loader that reads at most maxBytes of configuration.
func NewLoader(maxBytes int) *Loader {
	return &Loader{modules: map[string]*Module{}, MaxBytes: maxBytes}
}

type source struct {
	name     string // as listed
	target   string // links followed: the file a range names
	id       string
	content  []byte
	override bool
}

// Load reads the module in dir. It is nil where there is no such folder.
func (l *Loader) Load(tree fs.FS, dir string, rt Runtime) (*Module, *Problem) {
	real, err := plan.Resolve(tree, dir)
	if err != nil {
		return nil, missing(dir, err)
	}
	info, err := fs.Stat(tree, real)
	if err != nil {
		return nil, missing(dir, err)
	}
	if plan.IsSubmodule(info) {
		return nil, &Problem{Kind: plan.GapUnreadable, Range: hcl.Range{Filename: dir}, Subject: dir,
			Text: fmt.Sprintf("%s is a git submodule; its content is not in this repository", dir)}
	}
	primary, overrides, err := list(tree, real, rt)
	if err != nil {
		return nil, missing(dir, err)
	}
	m := newModule(real)
	if len(primary)+len(overrides) > maxModuleFiles {
		m.Problems = append(m.Problems, Problem{Kind: plan.GapLimit, Range: hcl.Range{Filename: dir}, Subject: dir,
			Text: fmt.Sprintf("%s has more than %d configuration files", dir, maxModuleFiles)})
		return m, nil
	}
	sources := l.sources(tree, primary, overrides, m)
	key := cacheKey(real, rt, sources)
	if old := l.modules[key]; old != nil {
		return old, nil
	}
	l.build(tree, m, rt, sources)
	l.modules[key] = m
	return m, nil
}

func missing(dir string, err error) *Problem {
	p := &Problem{Kind: plan.GapInvalid, Range: hcl.Range{Filename: dir}, Subject: dir,
		Text: fmt.Sprintf("Unreadable module directory: %s does not exist", dir)}
	if !errors.Is(err, fs.ErrNotExist) {
		p.Kind, p.Text = plan.GapUnreadable, fmt.Sprintf("cannot read %s: %v", dir, err)
	}
	return p
}

func (l *Loader) sources(tree fs.FS, primary, overrides []string, m *Module) []source {
	var out []source
	for i, name := range append(primary, overrides...) {
		s := source{name: name, target: name, override: i >= len(primary)}
		if target, err := plan.Resolve(tree, name); err == nil {
			s.target = target
		}
		s.id = string(plan.ID(tree, s.target))
		if s.id == "" {
			s.fill(tree, m)
			sum := sha256.Sum256(s.content)
			s.id = hex.EncodeToString(sum[:])
		}
		out = append(out, s)
		m.Files = append(m.Files, s.target)
	}
	return out
}

func (s *source) fill(tree fs.FS, m *Module) {
	content, problem := read(tree, s.name)
	if problem != nil {
		problem.Range.Filename = s.target
		m.Problems = append(m.Problems, *problem)
	}
	s.content = content
}

func cacheKey(dir string, rt Runtime, sources []source) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\x00%v", dir, rt)
	for _, s := range sources {
		b.WriteString("\x00" + s.name + "\x00" + s.target + "\x00" + s.id)
	}
	return b.String()
}

func (l *Loader) build(tree fs.FS, m *Module, rt Runtime, sources []source) {
	var blocks []*rawBlock
	var over [][]*rawBlock
	for i := range sources {
		s := &sources[i]
		if s.content == nil {
			s.fill(tree, m)
		}
		if p := l.afford(s); p != nil {
			m.Problems = append(m.Problems, *p)
			return
		}
		body, problems := parse(named(s), s.content)
		m.Problems = append(m.Problems, retarget(problems, s)...)
		if body == nil {
			continue
		}
		for name, a := range body.attrs {
			m.Problems = append(m.Problems, Problem{Kind: plan.GapInvalid, Range: a.rng, Subject: name,
				Text: fmt.Sprintf("Unsupported argument: an argument named %q is not expected here", name)})
		}
		if s.override {
			over = append(over, body.blocks)
		} else {
			blocks = append(blocks, body.blocks...)
		}
	}
	d := &decoder{m: m, rt: rt}
	for _, file := range over {
		blocks = d.override(blocks, file)
	}
	for _, b := range blocks {
		d.block(b)
	}
	for i := range sources {
		m.ReadsFiles = m.ReadsFiles || readsFiles(sources[i].content)
	}
}

// readsFiles looks for words that a file must hold to read other files.
func readsFiles(src []byte) bool {
	for _, word := range []string{"file", "templatestring", "terraform_remote_state", "helm_release"} {
		if bytes.Contains(src, []byte(word)) {
			return true
		}
	}
	return false
}

// named gives the parser the name that ranges carry, with the suffix that
// decides the syntax.
func named(s *source) string {
	if strings.HasSuffix(s.name, ".json") != strings.HasSuffix(s.target, ".json") {
		return s.name
	}
	return s.target
}

func retarget(all []Problem, s *source) []Problem {
	for i := range all {
		all[i].Range.Filename, all[i].Subject = s.target, s.target
	}
	return all
}
