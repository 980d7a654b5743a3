package rules

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// judgedChange is a change with what the rules about changes look at.
type judgedChange struct {
	*plan.Change
	// holding is what is lost with the object; listed is false for a type that no
	// table knows.
	holding TypeLoss
	listed  bool
	// name is that of the subject: the address, or the root of what is left behind.
	name string
	// disarmed are the attributes whose protection goes, because those that
	// force the action.
	disarmed, because []string
	// runs says what a command does that the change runs.
	runs, environment string
}

func (j *judging) change(c *plan.Change) []Finding {
	d := j.described(c)
	return j.apply(aboutChange, j.vars("change", d.vars()), j.words(d), subject{
		action: d.Action, root: d.Address.Root, at: d.At, name: d.name, class: d.class(), environment: d.environment,
		finish: func(r *Rule, f *Finding) {
			f.Change, f.Object, f.Recovery = d.Change, d.object(), j.recoveryOf(d.Change)
			f.Fingerprint = d.fingerprint(r)
		},
	})
}

// recoveryOf says what comes back of an object that is destroyed, after what keeps
// it from being destroyed.
func (j *judging) recoveryOf(c *plan.Change) string {
	if !c.Action.Destroys() || c.Effect == plan.Blocked {
		return ""
	}
	var out []string
	for _, g := range j.guards {
		if g.fits(c.Address.Type) && g.stops(*c) {
			out = append(out, fmt.Sprintf("Deletion protection is on (%s = %v), so the apply fails until it is turned off.", g.Attribute, g.Safe))
			break
		}
	}
	if text := j.recovery.Of(c); text != "" {
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func (j *judging) described(c *plan.Change) judgedChange {
	d := judgedChange{Change: c, name: c.Address.String(), runs: j.commands.Harm(c.Runs), disarmed: j.disarmed(c)}
	if d.holding, d.listed = j.lost(c); len(c.Left) > 0 {
		d.holding, d.listed, d.name = j.types.worst(c.Left), true, c.Address.Root
	}
	if len(d.disarmed) > 0 && c.Effect == "" {
		effect := *c
		effect.Effect = plan.Disarm
		effect.Causes = c.CausesOf(d.disarmed[0])
		d.Change = &effect
	}
	file := c.At.File
	if file == "" {
		file = c.Address.Root
	}
	d.environment = j.Settings.EnvironmentOf(file, c.Address.Root)
	d.because = make([]string, len(c.Because))
	for i, p := range c.Because {
		d.because[i] = pathText(p)
	}
	return d
}

// disarmed are the attributes of an object that stays whose protection goes.
func (j *judging) disarmed(c *plan.Change) (attributes []string) {
	if c.Action != plan.Update && c.Action != plan.None {
		return nil
	}
	for _, g := range j.guards {
		if g.fits(c.Address.Type) && g.lost(*c) {
			attributes = append(attributes, g.Attribute)
		}
	}
	return attributes
}

// vars are what a rule's expression sees of the change.
func (c judgedChange) vars() map[string]any {
	return map[string]any{
		"engine": string(c.Address.Engine), "root": c.Address.Root, "module": c.Address.Module, "type": c.Address.Type,
		"name": c.Address.Name, "key": c.Address.Key, "address": c.Address.String(),
		"action": string(c.Action), "destroys": c.Action.Destroys(), "moved": c.Previous != c.Address,
		"effect": string(c.Effect), "reason": string(c.Reason), "certain": c.Certain, "variant": c.Variant,
		"because": c.because, "before": known(c.Before), "after": known(c.After),
		"loss": string(c.holding.Loss), "listed": c.listed, "disarmed": c.disarmed, "losses": len(c.Losses),
		"left": len(c.Left), "runs": c.runs, "environment": c.environment,
	}
}

// words are what a message may name of the change (placeholders).
func (j *judging) words(c judgedChange) map[string]string {
	guards, does := strings.Join(c.disarmed, ", "), Becomes(*c.Change)
	cause := "the line that causes it"
	folder := c.Address.Root
	if folder == "." {
		folder = "the top folder"
	}
	if len(c.Causes) > 0 {
		if c.Causes[0].File != "" {
			cause = c.Causes[0].Place()
		}
		if len(c.Left) > 0 {
			does = c.Causes[0].Text
		}
	}
	return map[string]string{
		"address": c.Address.String(), "type": c.Address.Type, "root": c.Address.Root, "runs": c.runs,
		"does": does, "cause": cause, "because": c.becauseText(),
		"holds":  cmp.Or(c.holding.Holds, c.Address.Type),
		"guards": cmp.Or(guards, c.why(), "protection from deletion"), "restore": j.restoreText(c),
		"forces": c.kept(), "folder": folder,
		"count": fmt.Sprint(len(c.Left)), "left": j.types.leftText(c.Left),
	}
}

// why is the reason for the action in words, empty where there is none.
func (c judgedChange) why() string {
	if c.Action == plan.Replace && len(c.because) > 0 && c.Reason != plan.AlwaysRecreated {
		return c.forces()
	}
	return c.Why()
}

// becauseText is `: why`, with what is lost in place of the reason where the
// object stays.
func (c judgedChange) becauseText() string {
	switch {
	case len(c.Losses) > 0 && len(c.disarmed) > 0:
		return ": " + lossText(c.Losses) + "; it also loses the safeguard " + strings.Join(c.disarmed, ", ")
	case len(c.Losses) > 0:
		return ": " + lossText(c.Losses)
	case c.why() != "":
		return ": " + c.why()
	}
	return ""
}

// object says what the changed object is, empty where a whole root is meant.
func (c judgedChange) object() string {
	if len(c.Left) > 0 {
		return ""
	}
	return cmp.Or(c.holding.Holds, c.Address.Type)
}

// class is what a rule's loss `type` stands for: that of what an object that
// stays loses, else that of the object.
func (c judgedChange) class() Loss {
	switch {
	case len(c.Losses) > 0 && !c.Action.Destroys():
		return worstClass(c.Losses)
	case !c.listed:
		return Capacity
	}
	return c.holding.Loss
}

func (c judgedChange) fingerprint(r *Rule) string {
	parts := []string{r.ID, string(c.Address.Engine), c.Address.Root, c.Address.String(), c.Previous.String(),
		string(c.Action), string(c.Effect), string(c.Reason), c.Variant,
		strings.Join(c.because, ","), strings.Join(c.disarmed, ","), fmt.Sprint(c.Certain)}
	for _, l := range c.Losses {
		parts = append(parts, l.What)
	}
	if c.Runs != "" {
		parts = append(parts, c.Runs)
	}
	if c.Private.Salt != "" {
		parts = append(parts, c.Private.Salt)
	}
	return fingerprint(append(parts, c.Sources...)...)
}

// Becomes says what becomes of the object, as surely as it is known: `will be
// destroyed`, `may be replaced`.
func Becomes(c plan.Change) string {
	if c.Action == plan.None {
		return map[bool]string{true: "is affected", false: "may be affected"}[c.Certain]
	}
	done := map[plan.Action]string{
		plan.Delete: "destroyed", plan.Replace: "replaced", plan.Forget: "removed from the state",
		plan.Orphan: "left unmanaged", plan.Update: "updated in place", plan.Create: "created",
	}[c.Action]
	if c.Address.Engine == plan.Kubernetes {
		done = cmp.Or(map[plan.Action]string{plan.Delete: "deleted", plan.Replace: "deleted and recreated"}[c.Action], done)
	}
	switch {
	case !c.Certain:
		return "may be " + done
	case c.Action == plan.Replace && c.Address.Engine != plan.Kubernetes:
		return "must be " + done
	}
	return "will be " + done
}

// known gives CEL an empty map where there is none.
func known(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

func pathText(p plan.Path) string {
	var b strings.Builder
	for i, step := range p {
		switch v := step.(type) {
		case string:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(v)
		default:
			fmt.Fprintf(&b, "[%v]", v)
		}
	}
	return b.String()
}
