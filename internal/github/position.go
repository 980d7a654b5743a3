package github

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/publish"
)

// diffFile is a file of the pull request as GitHub's diff shows it. The diff
// tells where comments may stand and nothing else: it is cut at 3,000 files,
// and left out for large ones.
type diffFile struct {
	Path     string `json:"filename"`
	Previous string `json:"previous_filename"`
	Patch    string `json:"patch"`
}

// lines says where GitHub's diff takes comments. hidden is true where it shows
// no diff at all (too large, say): then each line is taken for shown, and the
// comments cannot stand on them.
func (r *Reading) lines(ctx context.Context) (lines publish.Lines, hidden bool, err error) {
	files, err := r.diff(ctx)
	if code := api.Status(err); code >= 400 && code < 500 && !limited(err) {
		r.client.app.config.Log.WarnContext(ctx, "GitHub shows no diff", "job", r.job.String(), "error", err)
		return func(path string, _ plan.Side, _ int) (string, bool) { return path, true }, true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the diff: %w", err)
	}
	return shown(files), false, nil
}

// diff reads the files of the pull request's diff, once for two commits.
func (r *Reading) diff(ctx context.Context) ([]diffFile, error) {
	c, ref := r.client, r.Request.Ref
	key := [2]string{ref.MergeBase, ref.HeadSHA}
	if files, ok := c.app.kept.files.Get(key); ok {
		return files, nil
	}
	files, err := api.ListAll[diffFile](ctx, c.Client, c.RepoPath("/pulls/%d/files?per_page=100", ref.Number))
	if err != nil {
		return nil, err
	}
	c.app.kept.files.Put(key, files)
	return files, nil
}

// place is a line of one side of the diff.
type place struct {
	path string
	side plan.Side
	line int
}

// shown are the lines that the diff shows, with the path it uses for them: a
// renamed file has its new path on both sides.
func shown(files []diffFile) publish.Lines {
	lines := map[place]string{}
	for _, f := range files {
		old := f.Previous
		if old == "" {
			old = f.Path
		}
		left, right := 0, 0
		for text := range strings.SplitSeq(strings.TrimSuffix(f.Patch, "\n"), "\n") {
			if m := hunk.FindStringSubmatch(text); m != nil {
				left, right = atoi(m[1]), atoi(m[2])
				continue
			}
			if left == 0 && right == 0 {
				continue
			}
			if text == "" {
				text = " " // an empty line that both sides have
			}
			switch text[0] {
			case '-':
				lines[place{old, plan.Before, left}] = f.Path
				left++
			case '+':
				lines[place{f.Path, plan.After, right}] = f.Path
				right++
			case ' ':
				lines[place{old, plan.Before, left}] = f.Path
				lines[place{f.Path, plan.After, right}] = f.Path
				left++
				right++
			}
		}
	}
	return func(path string, side plan.Side, line int) (string, bool) {
		p, ok := lines[place{path, side, line}]
		return p, ok
	}
}

var hunk = regexp.MustCompile(`^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@`)

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
