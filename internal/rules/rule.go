package rules

import (
	"errors"
	"fmt"
	"regexp"

	"cel.dev/cel-go/cel"

	"github.com/holdpoint-dev/holdpoint/internal/rules/command"
	"github.com/holdpoint-dev/holdpoint/internal/rules/glob"
)

// about says what a rule judges. The zero value is invalid.
type about string

const (
	aboutChange about = "change"
	aboutFile   about = "file"
	aboutGap    about = "gap"
	aboutRoot   about = "root"
)

// typeLoss in a rule's loss means: the class of the changed object's type.
const typeLoss Loss = "type"

// Rule is one record of a pack.
type Rule struct {
	// ID is stable and never reused: retired ids stay in rules/retired.yaml.
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	// About is what the rule judges, one finding for each.
	About about `yaml:"about"`
	// When is a CEL expression over the vocabulary. It may be empty where
	// Paths says it all.
	When string `yaml:"when"`
	// Paths limits a rule about files to paths, as patterns.
	Paths []string `yaml:"paths"`
	// Adds limits a rule about files to those in which the change adds a line
	// that fits this regular expression.
	Adds string `yaml:"adds"`
	// Commands limits a rule about files to those in which the change adds a
	// command that destroys (rules/commands), in a text of this kind. Without
	// Paths it is about all files that are searched for such.
	Commands command.As `yaml:"commands"`
	// Loss is a class, or `type` for the class of the changed object's type.
	Loss     Loss     `yaml:"loss"`
	Severity Severity `yaml:"severity"`
	// Message is one sentence with placeholders in braces, see message.go.
	Message  string   `yaml:"message"`
	Remedies []remedy `yaml:"remedies"`

	program cel.Program
	adds    *regexp.Regexp
}

// docsRoot is where a rule's documentation stands: one heading for each id.
const docsRoot = "https://github.com/holdpoint-dev/holdpoint/blob/main/docs/rules.md#"

// Docs is the link to the rule's documentation.
func (r *Rule) Docs() string { return docsRoot + r.ID }

// reads reports whether the rule is about what a changed file gets.
func (r *Rule) reads() bool { return r.adds != nil || r.Commands != "" }

var idForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`)

// ready checks the record and compiles what is in it.
func (r *Rule) ready(env *cel.Env) error {
	if err := r.check(); err != nil {
		return err
	}
	if r.When != "" {
		program, err := compile(env, r.When)
		if err != nil {
			return fmt.Errorf("when: %w", err)
		}
		r.program = program
	}
	if r.Adds != "" {
		adds, err := regexp.Compile(r.Adds)
		if err != nil {
			return fmt.Errorf("adds: %w", err)
		}
		r.adds = adds
	}
	for i := range r.Remedies {
		if err := r.Remedies[i].ready(env); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rule) check() error {
	if !idForm.MatchString(r.ID) {
		return fmt.Errorf("id: want lower-case words joined by hyphens")
	}
	if r.Title == "" || r.Message == "" {
		return errors.New("title and message must be given")
	}
	if !r.Severity.valid() {
		return fmt.Errorf("severity %q: want note, warn or hold", r.Severity)
	}
	if !r.Loss.valid() && (r.Loss != typeLoss || r.About != aboutChange) {
		return fmt.Errorf("loss %q: want data, identity, traffic, capacity, none, or type in a rule about changes", r.Loss)
	}
	if r.Severity == Hold && len(r.Remedies) == 0 {
		return errors.New("remedies: a rule that holds must say how to fix it")
	}
	switch r.About {
	case aboutChange, aboutGap, aboutRoot:
		if r.When == "" || len(r.Paths) > 0 || r.Adds != "" || r.Commands != "" {
			return fmt.Errorf("a rule about a %s needs when, and takes neither paths nor adds nor commands", r.About)
		}
	case aboutFile:
		switch {
		case len(r.Paths) == 0 && r.Commands == "":
			return errors.New("a rule about files needs paths or commands")
		case r.Commands != "" && !r.Commands.Valid():
			return fmt.Errorf("commands %q: want script, embedded, mention, statement or call", r.Commands)
		case r.Commands != "" && r.Adds != "":
			return errors.New("a rule takes adds or commands, not both")
		}
	default:
		return fmt.Errorf("about %q: want change, root, file or gap", r.About)
	}
	for _, p := range r.Paths {
		if err := glob.Check(p); err != nil {
			return fmt.Errorf("paths: %w", err)
		}
	}
	for i := range r.Remedies {
		if err := r.Remedies[i].check(); err != nil {
			return err
		}
	}
	return checkMessage(r.Message)
}

// isAbout reports whether a rule about files is about one.
func (r *Rule) isAbout(name string) bool {
	return glob.MatchAny(r.Paths, name) || r.Commands == command.Script && command.Bare(name)
}
