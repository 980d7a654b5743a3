package fix

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// proposer is what is known of a change while fixes of it are sought.
type proposer struct {
	req      review.Request
	rep      review.Report
	retry    Retry
	showable func(string) bool
	index    int
	change   review.Comparison
	holding  []rules.Finding
	units    []unit
	budget   int
	was      state
	cleared  map[string]bool // by a fix that is no plain revert
	tried    map[string]bool
	out      []Fix
}

// open are the held findings of changes that no fix clears yet.
func (p *proposer) open(engine plan.Engine) []rules.Finding {
	return slices.DeleteFunc(slices.Clone(p.holding), func(f rules.Finding) bool {
		return f.Change == nil || f.Change.Address.Engine != engine || p.cleared[f.Fingerprint]
	})
}

// terraformFile reports whether a file is one of Terraform's own language in a folder.
func terraformFile(name, folder string) bool {
	return path.Dir(name) == folder && (strings.HasSuffix(name, ".tf") || strings.HasSuffix(name, ".tofu"))
}

// lines are the lines of a file of the after side; nil where it has none.
func (p *proposer) lines(name string) []string {
	content, err := fs.ReadFile(p.change.After, name)
	if err != nil {
		return nil
	}
	out := strings.Split(string(content), "\n")
	for i := range out {
		out[i] = strings.TrimSuffix(out[i], "\r")
	}
	return out
}
