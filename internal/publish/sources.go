package publish

import (
	"fmt"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// jsonSource is content from elsewhere that the prediction was made with.
type jsonSource struct {
	Kind    plan.SourceKind `json:"kind"`
	Address string          `json:"address"`
	Name    string          `json:"name"`
	Ref     string          `json:"ref"`
	Side    plan.Side       `json:"side"`
	Version string          `json:"version"`
	Moment  plan.Moment     `json:"moment"`
	Digest  string          `json:"digest"`
}

func sourcesJSON(used []plan.SourceUse) []jsonSource {
	out := make([]jsonSource, 0, len(used))
	for _, u := range used {
		out = append(out, jsonSource{Kind: u.Source.Kind, Address: u.Source.Address, Name: u.Source.Name, Ref: u.Source.Ref.Text,
			Side:    u.Source.Side,
			Version: u.Version, Moment: u.Moment, Digest: u.Digest})
	}
	return out
}

// maxSourceLines is how many sources a text lists.
const maxSourceLines = 40

// sourceLines say what from elsewhere was used at which digest, each once.
func sourceLines(used []plan.SourceUse) []string {
	var out []string
	for _, u := range used {
		name := strings.TrimSpace(u.Source.Address + " " + u.Source.Name)
		if v := u.Version; v != "" {
			name += " " + v
		} else if u.Source.Ref.Text != "" {
			name += " " + u.Source.Ref.Text
		}
		line := name + " = " + u.Digest
		if u.Moment == plan.MomentNow {
			line += " (as it is now)"
		}
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	if len(out) > maxSourceLines {
		out = append(out[:maxSourceLines:maxSourceLines], fmt.Sprintf("and %d more", len(out)-maxSourceLines))
	}
	return out
}
