package unit

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/kube/kustomization"
	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/kube/tree"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Request collects the files of a unit that has to be rendered.
func (u *Unit) Request(t *tree.Tree) (request.Request, *plan.Gap) {
	req := request.Request{Tool: u.Tool, Files: map[string][]byte{}, Root: u.Root, Fields: u.Fields, Release: u.Release}
	for _, name := range u.Files {
		data, err := t.Read(name)
		if err != nil {
			kind, line, why := tree.Trouble(err)
			at := plan.Range{File: name, Line: line, EndLine: line, Side: t.Side}
			return req, &plan.Gap{At: at, Root: u.Root, Kind: kind, Subject: name, Why: why}
		}
		req.Files[name] = data
	}
	for _, p := range u.Placed {
		if p.Entry != "" {
			req.Files[p.File] = kustomization.WithEntry(req.Files[p.File], p.Entry, p.To)
		}
	}
	for _, o := range u.Outside {
		switch {
		case o.Entry != "":
			req.Files[o.File] = kustomization.WithoutEntry(req.Files[o.File], o.Entry)
		case o.Line > 0:
			req.Files[o.File] = blank(req.Files[o.File], o.Line, o.EndLine)
		}
	}
	for _, d := range u.Decrypted {
		req.Files[d.File] = kustomization.WithResources(kustomization.WithoutEntry(req.Files[d.File], d.Entry), d.Resources)
	}
	if u.Written != nil {
		req.Files[path.Join(u.Root, kustomization.Names[0])] = u.Written
	}
	for _, name := range slices.Sorted(maps.Keys(u.Vendored)) {
		dir := u.Vendored[name]
		for _, file := range t.Below(dir) {
			if data, ok := req.Files[file]; ok {
				req.Files[path.Join(u.Root, "charts", name, strings.TrimPrefix(file, dir+"/"))] = data
			}
		}
	}
	req.Release.Values = append(req.Release.Values, texts(req.Files, u.Values)...)
	for _, c := range u.Charts {
		req.Files[c.Kustomization] = kustomization.WithoutCharts(req.Files[c.Kustomization])
		release := c.Release
		release.Values = texts(req.Files, c.Values)
		req.Charts = append(req.Charts, request.Chart{Into: c.Into, Kustomization: c.Kustomization, Root: c.Root, Release: release})
	}
	if own := path.Join(u.Root, "values.yaml"); u.WithoutDefaults && req.Files[own] != nil {
		req.Files[own] = []byte("{}\n")
	}
	return req, nil
}

// texts are documents of values as they stand.
func texts(files map[string][]byte, values []ValueSource) [][]byte {
	var out [][]byte
	for _, v := range values {
		text := v.Text
		if v.File != "" {
			text = files[v.File]
		}
		out = append(out, text)
	}
	return out
}

// blank empties lines without moving the others.
func blank(data []byte, from, to int) []byte {
	lines := strings.Split(string(data), "\n")
	for i := max(from, 1); i <= min(to, len(lines)); i++ {
		lines[i-1] = ""
	}
	return []byte(strings.Join(lines, "\n"))
}
