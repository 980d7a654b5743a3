package treediff

import (
	"bytes"
	"io/fs"
	"path"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Limits of the search for renames that also changed the file; git has such
// limits too (diff.renameLimit). Past them both halves stay as they are.
const (
	maxPairs      = 2500
	maxComparable = 256 << 10
	// similarPercent is the share of equal lines from which on two files
	// count as one, as in git (git-diff(1), -M).
	similarPercent = 50
)

// Similar joins removed and added files of similar content into Renamed ones.
// It reads them, which Files does not. A file that cannot be read is similar
// to none: it stays removed, or added.
func Similar(before, after fs.FS, files []plan.File) []plan.File {
	var removed, added []int
	for i, f := range files {
		switch {
		case f.Status == plan.Removed && f.BeforeMode.IsRegular():
			removed = append(removed, i)
		case f.Status == plan.Added && f.AfterMode.IsRegular():
			added = append(added, i)
		}
	}
	if len(removed) == 0 || len(added) == 0 || len(removed)*len(added) > maxPairs {
		return files
	}
	left, right := lines(before, files, removed), lines(after, files, added)
	out := slices.Clone(files)
	gone := map[int]bool{}
	for _, i := range removed {
		j := best(files, left[i], right, i, gone)
		if j < 0 {
			continue
		}
		out[j].From, out[j].Status, out[j].BeforeMode = files[i].Path, plan.Renamed, files[i].BeforeMode
		gone[i], gone[j] = true, true
	}
	kept := out[:0]
	for i, f := range out {
		if f.Status != plan.Removed || !gone[i] {
			kept = append(kept, f)
		}
	}
	return kept
}

// content is a file as a bag of lines.
type content struct {
	size  int
	lines map[string]int
}

func lines(tree fs.FS, files []plan.File, which []int) map[int]content {
	read := map[int]content{}
	for _, i := range which {
		data, err := fs.ReadFile(tree, files[i].Path)
		if err != nil || len(data) == 0 || len(data) > maxComparable || bytes.IndexByte(data, 0) >= 0 {
			continue
		}
		c := content{size: len(data), lines: map[string]int{}}
		for line := range bytes.Lines(data) {
			c.lines[string(line)]++
		}
		read[i] = c
	}
	return read
}

// best finds the most similar added file that is still free, -1 for none.
func best(files []plan.File, left content, right map[int]content, removed int, gone map[int]bool) int {
	found, score := -1, similarPercent*2-1
	for j := range files {
		r, ok := right[j]
		if !ok || gone[j] || left.size == 0 {
			continue
		}
		s := 2 * similarity(left, r)
		if path.Base(files[j].Path) == path.Base(files[removed].Path) {
			s++ // the same file name decides between equals
		}
		if s > score {
			found, score = j, s
		}
	}
	return found
}

// similarity is the share of bytes in lines both have, in percent of the
// larger file.
func similarity(a, b content) int {
	if min(a.size, b.size)*100 < max(a.size, b.size)*similarPercent {
		return 0
	}
	common := 0
	for line, n := range a.lines {
		common += min(n, b.lines[line]) * len(line)
	}
	return common * 100 / max(a.size, b.size)
}
