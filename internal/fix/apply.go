package fix

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// Apply is a tree with the edits. Several edits of one file must not overlap;
// their lines are those of the tree as it is given. Line ends are kept.
func Apply(tree fs.FS, edits []Edit) (fs.FS, error) {
	files, err := contents(tree, edits)
	if err != nil {
		return nil, err
	}
	return overlay{FS: tree, files: files}, nil
}

// contents are the edited files.
func contents(tree fs.FS, edits []Edit) (map[string][]byte, error) {
	files := map[string][]byte{}
	sorted := slices.Clone(edits)
	slices.SortStableFunc(sorted, func(a, b Edit) int { return b.Start - a.Start }) // from the end, so that lines stay where they are
	below := map[string]int{}
	for _, e := range sorted {
		content, err := files[e.Path], error(nil)
		if content == nil {
			content, err = fs.ReadFile(tree, e.Path)
		}
		if e.Start == 0 {
			if content != nil || !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("file %s is there already", e.Path)
			}
			files[e.Path] = []byte(strings.Join(e.New, "\n"))
			continue
		}
		if err != nil {
			return nil, err
		}
		lines := strings.Split(string(content), "\n")
		if limit, ok := below[e.Path]; ok && e.End >= limit {
			return nil, fmt.Errorf("two edits of %s overlap", e.Path)
		}
		if e.Start < 1 || e.End < e.Start || e.End > len(lines) {
			return nil, fmt.Errorf("lines %d to %d are not in %s", e.Start, e.End, e.Path)
		}
		below[e.Path] = e.Start
		end := ""
		if strings.HasSuffix(lines[e.Start-1], "\r") {
			end = "\r"
		}
		fresh := make([]string, len(e.New))
		for i, line := range e.New {
			fresh[i] = strings.TrimSuffix(line, "\r") + end
		}
		files[e.Path] = []byte(strings.Join(slices.Concat(lines[:e.Start-1], fresh, lines[e.End:]), "\n"))
	}
	return files, nil
}

// withEdits is the request with the edits in every after side. A comparison
// that has other content where an edit applies cannot be edited.
func withEdits(req review.Request, index int, edits []Edit) (review.Request, error) {
	req.Comparisons = slices.Clone(req.Comparisons)
	head := req.Comparisons[index].After
	files, err := contents(head, edits)
	if err != nil {
		return req, err
	}
	for i, c := range req.Comparisons {
		if c.After == nil || c.Before == nil {
			return req, fmt.Errorf("comparison %s has one side only", c.Name)
		}
		for name := range files {
			if i != index && !same(head, c.After, name) {
				return req, fmt.Errorf("%s differs in comparison %s", name, c.Name)
			}
		}
		edited := overlay{FS: c.After, files: files}
		if c.Files, err = filesWith(c, edited); err != nil {
			return req, err
		}
		c.After = edited
		req.Comparisons[i] = c
	}
	return req, nil
}

func same(a, b fs.FS, name string) bool {
	left, errLeft := fs.ReadFile(a, name)
	right, errRight := fs.ReadFile(b, name)
	if errors.Is(errLeft, fs.ErrNotExist) || errors.Is(errRight, fs.ErrNotExist) {
		return errors.Is(errLeft, fs.ErrNotExist) && errors.Is(errRight, fs.ErrNotExist)
	}
	return errLeft == nil && errRight == nil && bytes.Equal(left, right)
}

// filesWith are the paths that differ once the files of an overlay are as they
// are there.
func filesWith(c review.Comparison, o overlay) ([]plan.File, error) {
	files := slices.Clone(c.Files)
	for name, content := range o.files {
		i := slices.IndexFunc(files, func(f plan.File) bool { return f.Path == name })
		before, err := fs.ReadFile(c.Before, name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		info, errInfo := o.Lstat(name)
		if errInfo != nil {
			return nil, errInfo
		}
		switch there := err == nil; {
		case i >= 0 && files[i].Status == plan.Renamed:
			files = append(files, renamedApart(&files[i])...)
		case there && bytes.Equal(before, content):
			if i >= 0 {
				files = slices.Delete(files, i, i+1)
			}
		case i >= 0 && files[i].Status != plan.Removed:
		case i >= 0:
			files[i].Status, files[i].AfterMode = plan.Modified, info.Mode()
		default:
			f := plan.File{Path: name, From: name, Status: plan.Added, AfterMode: info.Mode()}
			if there {
				f.Status, f.BeforeMode = plan.Modified, info.Mode()
			}
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b plan.File) int { return strings.Compare(a.Path, b.Path) })
	return files, nil
}

// renamedApart makes of a file that was renamed, and is no longer the same, one
// that comes and one that goes.
func renamedApart(f *plan.File) []plan.File {
	gone := plan.File{Path: f.From, From: f.From, Status: plan.Removed, BeforeMode: f.BeforeMode}
	*f = plan.File{Path: f.Path, From: f.Path, Status: plan.Added, AfterMode: f.AfterMode}
	return []plan.File{gone}
}
