package rules

import (
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// remedy is one way out of a finding: an imperative sentence with placeholders
// (message.go), in a pack a plain string, or `delete: sentence` and
// `replace: sentence` for what only helps against that action. A moved block
// saves an object that got another name, and none whose attributes force a
// replacement.
type remedy struct {
	action   plan.Action
	sentence string
}

// UnmarshalYAML reads both forms.
func (r *remedy) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&r.sentence)
	}
	var by map[plan.Action]string
	if err := n.Decode(&by); err != nil {
		return err
	}
	if len(by) != 1 {
		return errors.New("remedies: want a sentence, or one action with a sentence")
	}
	for r.action, r.sentence = range by {
		if r.action != plan.Delete && r.action != plan.Replace {
			return fmt.Errorf("remedies: action %q: want delete or replace", r.action)
		}
	}
	return nil
}

func (r remedy) check() error {
	if r.sentence == "" {
		return errors.New("remedies: an empty sentence")
	}
	return checkMessage(r.sentence)
}

// remedies are the sentences that help against one action, filled in.
func (r *Rule) remedies(action plan.Action, words map[string]string) []string {
	var out []string
	for _, m := range r.Remedies {
		if m.action == "" || m.action == action {
			out = append(out, fill(m.sentence, words))
		}
	}
	return out
}
