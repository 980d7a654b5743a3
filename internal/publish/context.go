package publish

import (
	"fmt"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/impact"
	"github.com/holdpoint-dev/holdpoint/internal/report"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// recovery says what comes back of the objects of a row, where that is the same
// for all of them. It is foreign text.
func recovery(r report.Row) string {
	text := r.First().Recovery
	for _, f := range r.Findings {
		if f.Recovery != text {
			return ""
		}
	}
	return text
}

// impactOf is who depends on the objects of a row: what was found for the first
// of them of which anything was found.
func (m Markdown) impactOf(r report.Row) (impact.Impact, bool) {
	for _, f := range r.Findings {
		if i := m.Impact[f.Fingerprint]; len(i.Uses) > 0 {
			return i, true
		}
	}
	return impact.Impact{}, false
}

// usedBy lists who depends on a row, each name and place written by escape.
func usedBy(i impact.Impact, escape func(string) string) string {
	var places []string
	for _, u := range i.Uses {
		text := escape(u.At.Place())
		if u.Kind != impact.File {
			text = escape(u.What) + " (" + text + ")"
		}
		places = append(places, text)
	}
	text := fmt.Sprintf("used by %s found in this repository: %s", count(len(i.Uses)+i.More, "place"), strings.Join(places, ", "))
	if i.More > 0 {
		text += fmt.Sprintf(" and %d more", i.More)
	}
	return text
}

// contextLines are recovery and impact in sentences, for formats without markup.
func (m Markdown) contextLines(r report.Row, escape func(string) string) []string {
	var out []string
	if text := recovery(r); text != "" {
		out = append(out, escape(text))
	}
	if i, ok := m.impactOf(r); ok {
		out = append(out, usedBy(i, escape))
	}
	return out
}

// jsonUse is one place that depends on what is lost.
type jsonUse struct {
	Kind impact.Kind `json:"kind"`
	What string      `json:"what"`
	File string      `json:"file"`
	Line int         `json:"line"`
}

// jsonImpact is who depends on what a finding loses, as far as it was found.
type jsonImpact struct {
	Uses     []jsonUse `json:"uses"`
	More     int       `json:"more"`
	Searched int       `json:"searched"`
	Complete bool      `json:"complete"`
}

func impactJSON(all map[string]impact.Impact, f rules.Finding) *jsonImpact {
	i, ok := all[f.Fingerprint]
	if !ok {
		return nil
	}
	out := &jsonImpact{Uses: []jsonUse{}, More: i.More, Searched: i.Searched, Complete: i.Complete}
	for _, u := range i.Uses {
		out.Uses = append(out.Uses, jsonUse{u.Kind, u.What, u.At.File, u.At.Line})
	}
	return out
}
