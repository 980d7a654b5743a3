package review

import (
	"io/fs"
	"maps"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// readBranches judges the request against the other branches of the check's
// name, but for those that a pull request with this head goes to.
func (w *world) readBranches(req *Request, predictor func(base string) Predictor) {
	names := w.set.SettingsFor(req.Base, req.Organisation).Names()
	req.Evidence.ManyBranches = w.many
	for _, base := range slices.Sorted(maps.Keys(w.branches)) {
		judged := slices.ContainsFunc(req.Evidence.Siblings, func(s Sibling) bool { return s.BaseRef == base })
		if judged || base == req.Ref.BaseRef || !names.Shared(base, req.Ref.BaseRef) {
			continue
		}
		there := *req
		there.Ref.BaseRef, there.Base = base, settingsTree(w.branches[base])
		req.Evidence.Branches = append(req.Evidence.Branches, Branch{base, ran(there, w.set, []Predictor{predictor(base)})})
	}
}

// group decides on a merge group of pull requests.
func (w *world) group(numbers []int, base string, destroys []string, doubt string) Decision {
	req := Request{
		Ref: Ref{Owner: "acme", Repo: "infra", BaseRef: base, HeadSHA: "group"}, Now: w.now, Base: settingsTree(w.settings),
		Comparisons: []Comparison{{Name: "group", Before: plantest.Tree(map[string]string{"main.tf": ""}),
			After: plantest.Tree(map[string]string{"main.tf": ""}), Files: []plan.File{{Path: "main.tf", From: "main.tf", Status: plan.Modified}}}},
		Evidence: Evidence{Group: &Group{Doubtful: doubt}},
	}
	for _, n := range numbers {
		p := w.pulls[n]
		m := Member{Number: n, HeadSHA: p.head, BaseRef: p.base}
		if c := w.check(p); c != nil {
			m.Ledger = Record{c.text, c.conclusion}
		}
		req.Evidence.Group.Members = append(req.Evidence.Group.Members, m)
	}
	w.readBranches(&req, func(base string) Predictor { return w.predictor("group", base) })
	req.Evidence.Permissions = w.permissions(LookupsFor(req, w.set))
	rep := ran(req, w.set, []Predictor{func(fs.FS, fs.FS, rules.Settings, plan.Sources) plan.Plan { return destroying(destroys) }})
	return Decide(rep, req)
}
