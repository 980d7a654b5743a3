package rules

import (
	"errors"
	"fmt"

	"cel.dev/cel-go/cel"
	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// remedy says how to fix a finding: an imperative sentence with placeholders
// (message.go). In a pack it is a plain string, `delete: sentence` or
// `replace: sentence` for what only helps against that action, or
// `{when: expression, say: sentence}` for what only helps in some cases. A moved
// block saves an object that was renamed, and none whose attributes force a
// replacement.
type remedy struct {
	action   plan.Action
	when     string
	sentence string

	program cel.Program
}

// UnmarshalYAML reads all three forms.
func (r *remedy) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&r.sentence)
	}
	var by map[string]string
	if err := n.Decode(&by); err != nil {
		return err
	}
	if len(by) == 2 && by["when"] != "" && by["say"] != "" {
		r.when, r.sentence = by["when"], by["say"]
		return nil
	}
	if len(by) != 1 {
		return errors.New("remedies: want a sentence, one action with a sentence, or when and say")
	}
	for action, sentence := range by {
		r.action, r.sentence = plan.Action(action), sentence
	}
	if r.action != plan.Delete && r.action != plan.Replace {
		return fmt.Errorf("remedies: action %q: want delete or replace", r.action)
	}
	return nil
}

func (r *remedy) check() error {
	if r.sentence == "" {
		return errors.New("remedies: an empty sentence")
	}
	return checkMessage(r.sentence)
}

// ready compiles the condition.
func (r *remedy) ready(env *cel.Env) (err error) {
	if r.when != "" {
		if r.program, err = compile(env, r.when); err != nil {
			return fmt.Errorf("remedies: when: %w", err)
		}
	}
	return nil
}

// helps reports whether the sentence is said. One whose condition cannot be
// evaluated is said: it is advice.
func (r *remedy) helps(action plan.Action, vars map[string]any) bool {
	if r.program == nil {
		return r.action == "" || r.action == action
	}
	yes, err := holds(r.program, vars)
	return yes || err != nil
}

// remedies are the sentences that help against one action, filled in.
func (r *Rule) remedies(action plan.Action, vars map[string]any, words map[string]string) []string {
	var out []string
	for i := range r.Remedies {
		if m := &r.Remedies[i]; m.helps(action, vars) {
			out = append(out, fill(m.sentence, words))
		}
	}
	return out
}
