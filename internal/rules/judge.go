package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Case is what a Set judges: one comparison of two trees.
type Case struct {
	// Comparison is its name: change, merge or group.
	Comparison string
	Plan       plan.Plan
	// Files are the paths that differ.
	Files []plan.File
	// Before and After are read only for the files that rules about added
	// lines look into, see Wants.
	Before, After fs.FS
	// Agent is nil where no agent is known to have made the change.
	Agent    *Agent
	Settings Settings
}

// Judge applies every rule to every change, changed file and gap. Its answer
// is in no particular order.
func (s *Set) Judge(c Case) []Finding {
	c, files := c.withoutExempt()
	j := judging{Set: s, Case: c, counts: count(s, c.Plan), searches: map[string]addedCommands{}}
	var out []Finding
	for i := range c.Plan.Changes {
		out = append(out, j.change(&c.Plan.Changes[i])...)
	}
	for _, root := range j.counts.roots() {
		out = append(out, j.root(root)...)
	}
	for i := range files {
		out = append(out, j.file(&files[i])...)
	}
	for i := range c.Plan.Gaps {
		out = append(out, j.gap(&c.Plan.Gaps[i])...)
	}
	return out
}

// Wants reports whether a rule reads the content of a changed file: such files
// are worth fetching beforehand.
func (s *Set) Wants(name string) bool {
	if name == SettingsPath {
		return true
	}
	return slices.ContainsFunc(s.rules, func(r *Rule) bool { return r.reads() && r.isAbout(name) })
}

type judging struct {
	*Set
	Case
	counts counts
	// searches are the commands that changed files get, by path, once they were looked for.
	searches map[string]addedCommands
}

func (j *judging) vars(extra string, value map[string]any) map[string]any {
	agent := map[string]any{"present": j.Case.Agent != nil, "name": "", "kind": ""}
	if j.Case.Agent != nil {
		agent["name"], agent["kind"] = j.Case.Agent.Name, string(j.Case.Agent.Kind)
	}
	return map[string]any{
		extra:   value,
		"agent": agent,
		"plan": map[string]any{
			"destroyed": j.counts.destroyed, "replaced": j.counts.replaced, "data": j.counts.data,
			"changes": len(j.Plan.Changes), "gaps": len(j.Plan.Gaps),
		},
	}
}

// root judges a folder as a whole. The finding's Change stands for all of
// them: it has the root alone for an address.
func (j *judging) root(root plan.Address) []Finding {
	n, total := j.counts.byRoot[root], j.Plan.Objects[root]
	vars := j.vars("root", map[string]any{
		"path": root.Root, "engine": string(root.Engine),
		"destroyed": n.destroyed, "replaced": n.replaced, "data": n.data, "total": total,
	})
	words := map[string]string{"root": root.Root, "does": massText(root, n.destroyed, total)}
	at := plan.Range{File: root.Root, Side: plan.Before}
	return j.apply(aboutRoot, vars, words, subject{
		root: root.Root, at: at, name: root.Root, class: Capacity, environment: j.Settings.EnvironmentOf("", root.Root),
		finish: func(r *Rule, f *Finding) {
			f.Change = &plan.Change{Address: root, Previous: root, Action: plan.None, Effect: plan.Mass, Certain: true, At: at}
			f.Fingerprint = fingerprint(r.ID, string(root.Engine), root.Root, fmt.Sprint(n.destroyed))
		},
	})
}

// massText says how much of a root is destroyed; a total of 0 is not known.
func massText(root plan.Address, destroyed, total int) string {
	things, done, whole := "resources", "destroyed or replaced", "whole root"
	if root.Engine == plan.Kubernetes {
		things, done, whole = "objects", "deleted or recreated", "whole folder"
	}
	switch {
	case total == destroyed:
		return fmt.Sprintf("%s %s (%d of %d %s)", whole, done, destroyed, total, things)
	case total > destroyed:
		return fmt.Sprintf("%d of %d %s will be %s", destroyed, total, things, done)
	}
	return fmt.Sprintf("%d %s will be %s", destroyed, things, done)
}

// subject is what a set of rules is applied to.
type subject struct {
	root, name, environment string
	at                      plan.Range
	// action is what happens to the subject of a change.
	action plan.Action
	// class is what a rule's loss `type` stands for.
	class Loss
	// finish sets what was judged, and the fingerprint.
	finish func(*Rule, *Finding)
}

// apply evaluates all rules about one kind of subject.
func (j *judging) apply(kind about, vars map[string]any, words map[string]string, s subject) []Finding {
	var out []Finding
	for _, r := range j.rules {
		if r.About != kind {
			continue
		}
		yes, err := holds(r.program, vars)
		if err != nil {
			out = append(out, j.defect(r, s.root, s.at, s.name, err))
			continue
		}
		if !yes {
			continue
		}
		class := r.Loss
		if class == typeLoss {
			class = s.class
		}
		f := j.finding(r, class, s.environment, words)
		f.At, f.Remedies = s.at, r.remedies(s.action, vars, words)
		s.finish(r, &f)
		out = append(out, f)
	}
	return out
}

func (j *judging) gap(g *plan.Gap) []Finding {
	environment := j.Settings.EnvironmentOf(g.At.File, g.Root)
	vars := j.vars("gap", map[string]any{
		"kind": string(g.Kind), "root": g.Root, "file": g.At.File, "subject": g.Subject, "changed": j.touches(g),
	})
	words := map[string]string{"subject": g.Subject, "why": g.Text(), "root": g.Root, "path": g.At.File}
	return j.apply(aboutGap, vars, words, subject{
		root: g.Root, at: g.At, name: g.Subject, class: Data, environment: environment,
		finish: func(r *Rule, f *Finding) {
			f.Gap = g
			f.Fingerprint = fingerprint(r.ID, g.Root, g.At.File, g.Subject, string(g.Kind), g.Why, g.Variant+g.Private.Salt)
		},
	})
}

// touches reports whether a gap is in a place that the change touches: its
// file, or anything below its root. A gap without any place is everywhere.
func (j *judging) touches(g *plan.Gap) bool {
	if g.At.File == "" && g.Root == "" {
		return true
	}
	return slices.ContainsFunc(j.Files, func(f plan.File) bool {
		for _, name := range []string{f.Path, f.From} {
			if name == "" {
				continue
			}
			if name == g.At.File || g.Root != "" && inside(g.Root, name) {
				return true
			}
		}
		return false
	})
}

func inside(folder, name string) bool {
	return folder == "." || name == folder || strings.HasPrefix(name, folder+"/")
}

func (j *judging) finding(r *Rule, class Loss, environment string, words map[string]string) Finding {
	severity := r.Severity
	if set, ok := j.Settings.Rules[r.ID]; ok {
		severity = set
	}
	return Finding{
		Rule: r.ID, Title: r.Title, Severity: severity, Loss: class,
		Holds:      severity == Hold && j.Settings.enforced(class, environment, j.Case.Agent),
		Comparison: j.Comparison, Environment: environment,
		Message: fill(r.Message, words), Docs: r.Docs(),
	}
}

// defect is the finding for a rule that could not be evaluated: it holds for
// everybody, because what it would have said is not known.
func (j *judging) defect(r *Rule, root string, at plan.Range, subject string, err error) Finding {
	g := &plan.Gap{At: at, Root: root, Kind: plan.GapInternal, Subject: subject,
		Why: fmt.Sprintf("rule %s could not be evaluated: %s", r.ID, firstLine(err.Error()))}
	return Finding{
		Rule: "gap-internal", Title: "A rule could not be evaluated", Severity: Hold, Loss: Data, Holds: true,
		Comparison: j.Comparison, Gap: g, At: at, Message: g.Subject + ": " + g.Why,
		Remedies:    []string{"Report this as a bug in Holdpoint."},
		Docs:        docsRoot + "gap-internal",
		Fingerprint: fingerprint("gap-internal", r.ID, root, subject),
	}
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// fingerprint hashes the parts with their lengths, so that no two lists of
// parts run together.
func fingerprint(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s;", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
