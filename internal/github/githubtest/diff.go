package githubtest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// fileDiff is one file of a diff as the pull request's files show it.
type fileDiff struct {
	path, previous, status, blob string
	patch                        string
	additions, deletions         int
}

// diff compares two commits, with renames.
func (g *Git) diff(from, to string) []fileDiff {
	raw, err := g.run("diff-tree", "-r", "-M", "--raw", "--no-abbrev", from, to)
	if err != nil {
		g.t.Errorf("githubtest: %v", err)
		return nil
	}
	patches := g.patches(from, to)
	var out []fileDiff
	for _, line := range strings.Split(strings.TrimSuffix(raw, "\n"), "\n") {
		meta, names, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		// :100644 100644 <old> <new> M
		field := strings.Fields(meta)
		first, second, renamed := strings.Cut(names, "\t")
		d := fileDiff{path: first, blob: field[3]}
		switch field[4][0] {
		case 'A':
			d.status = "added"
		case 'D':
			d.status, d.blob = "removed", field[2]
		case 'R':
			d.status, d.previous = "renamed", first
			d.path = second
		default:
			d.status = "modified"
		}
		if renamed && d.previous == "" {
			d.path = second
		}
		d.patch = patches[d.path]
		for _, l := range strings.Split(d.patch, "\n") {
			switch {
			case strings.HasPrefix(l, "+"):
				d.additions++
			case strings.HasPrefix(l, "-"):
				d.deletions++
			}
		}
		out = append(out, d)
	}
	return out
}

// patches returns the hunks by the path the diff uses.
func (g *Git) patches(from, to string) map[string]string {
	text, err := g.run("diff-tree", "-r", "-M", "-p", from, to)
	if err != nil {
		g.t.Errorf("githubtest: %v", err)
		return nil
	}
	out := map[string]string{}
	for _, part := range strings.Split("\n"+text, "\ndiff --git ")[1:] {
		var name string
		head, hunks, ok := strings.Cut(part, "\n@@ ")
		for _, line := range strings.Split(head, "\n") {
			if n, is := strings.CutPrefix(line, "--- a/"); is {
				name = n
			}
			if n, is := strings.CutPrefix(line, "+++ b/"); is {
				name = n
			}
		}
		if ok {
			out[strings.TrimSuffix(name, "\t")] = "@@ " + strings.TrimSuffix(hunks, "\n")
		}
	}
	return out
}

var hunkHead = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@`)

// commentable says whether GitHub lets a comment stand on a line of a side:
// only lines that the diff shows.
func commentable(patch, side string, line int) bool {
	left, right := 0, 0
	for _, l := range strings.Split(patch, "\n") {
		if m := hunkHead.FindStringSubmatch(l); m != nil {
			left, _ = strconv.Atoi(m[1])
			right, _ = strconv.Atoi(m[2])
			continue
		}
		if l == "" {
			l = " "
		}
		switch l[0] {
		case '-':
			if side == "LEFT" && left == line {
				return true
			}
			left++
		case '+':
			if side == "RIGHT" && right == line {
				return true
			}
			right++
		case ' ':
			if (side == "LEFT" && left == line) || (side == "RIGHT" && right == line) {
				return true
			}
			left++
			right++
		}
	}
	return false
}

func (d fileDiff) json(r *Repo, head string) object {
	o := object{
		"sha": d.blob, "filename": d.path, "status": d.status,
		"additions": d.additions, "deletions": d.deletions, "changes": d.additions + d.deletions,
		"blob_url":     fmt.Sprintf("%s%s/blob/%s/%s", r.server.web(), r.Name(), head, d.path),
		"raw_url":      fmt.Sprintf("%s%s/raw/%s/%s", r.server.web(), r.Name(), head, d.path),
		"contents_url": r.url("/contents/" + d.path + "?ref=" + head),
	}
	if d.patch != "" {
		o["patch"] = d.patch
	}
	if d.previous != "" {
		o["previous_filename"] = d.previous
	}
	return o
}
