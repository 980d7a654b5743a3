package kube

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/object"
	"github.com/holdpoint-dev/holdpoint/internal/kube/owner"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// code names the hooks and init containers whose command or arguments are not
// among those before the change, wherever they stood: an apply runs them, and
// what they do is seen by no comparison of objects. An image, a name or a number
// alone is no other code.
func (p *prediction) code(r *pair, old, now *entry) []plan.Change {
	if owner.Skips(updateBy(old, now)) {
		return nil
	}
	var out []plan.Change
	for _, c := range codeOf(now.Object) {
		if c.text == "" || p.ranBefore()[c.text] {
			continue
		}
		next := change(now, plan.None, plan.CodeRuns)
		if old != nil {
			next = both(old, now, plan.None, plan.CodeRuns)
		}
		next.Effect, next.Certain, next.Runs = plan.RunsCode, true, c.text
		next.Causes = p.causes(r, old, now, c.path)
		out = append(out, next)
	}
	return out
}

// ranBefore are the texts of all hooks and init containers before the change.
func (p *prediction) ranBefore() map[string]bool {
	if p.ran == nil {
		p.ran = map[string]bool{}
		for _, r := range p.pairs {
			if r.before == nil {
				continue
			}
			for _, e := range r.before.entries {
				for _, c := range codeOf(e.Object) {
					p.ran[c.text] = true
				}
			}
		}
	}
	return p.ran
}

// podCode is what one container runs, as one would type it in a shell.
type podCode struct {
	path plan.Path
	text string
}

// codeOf is what an object runs beside what it is there for: all containers of a
// hook, else the init containers, and what a workflow deletes.
func codeOf(o object.Object) []podCode {
	hook := owner.IsHook(o, owner.ArgoCD) || owner.IsHook(o, owner.Helm)
	if out := workflowCode(o, hook); out != nil {
		return out
	}
	spec := podSpecPath(o)
	if spec == nil {
		return nil
	}
	lists := []string{"initContainers"}
	if hook {
		lists = append(lists, "containers")
	}
	var out []podCode
	for _, list := range lists {
		path := append(append(plan.Path{}, spec...), list)
		for i, container := range object.ListAt(o.Value, path...) {
			out = append(out, podCode{append(append(plan.Path{}, path...), i), shellText(object.MapAt(container))})
		}
	}
	return out
}

// podSpecPath is where an object has the pods that it makes; nil for none.
func podSpecPath(o object.Object) plan.Path {
	switch o.Group + "/" + o.Kind {
	case "/Pod":
		return plan.Path{"spec"}
	case "batch/Job", "apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet":
		return plan.Path{"spec", "template", "spec"}
	case "batch/CronJob":
		return plan.Path{"spec", "jobTemplate", "spec", "template", "spec"}
	}
	return nil
}

var shellWord = regexp.MustCompile(`^[\w./:=@%+,-]+$`)

// shellText is the command line of a container.
func shellText(container map[string]any) string {
	var words []string
	for _, key := range []string{"command", "args"} {
		for _, w := range object.ListAt(container, key) {
			words = append(words, quoted(fmt.Sprint(w)))
		}
	}
	return strings.Join(words, " ")
}

// quoted is a word as a shell takes it for one.
func quoted(word string) string {
	if shellWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
