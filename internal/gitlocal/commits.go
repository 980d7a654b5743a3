package gitlocal

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// maxCommits is how many commits of a range are read; GitHub lists 250 of a
// pull request (docs.github.com, REST "List commits on a pull request").
const maxCommits = 250

// commitFormat has one field a line of git-log(1)'s PRETTY FORMATS, separated
// by NUL, so that no text of a commit can pass for a separator.
const commitFormat = "%H%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B"

// commits lists what lies between two commits, oldest first.
func (r *Repository) commits(ctx context.Context, before, after commit) ([]rules.Commit, error) {
	out, err := r.git.output(ctx, "log", "-z", "--no-show-signature", "--no-color", "--encoding=UTF-8", "--format=tformat:"+commitFormat,
		"--max-count="+strconv.Itoa(maxCommits), string(before.id)+".."+string(after.id))
	if err != nil {
		return nil, fmt.Errorf("list the commits after %.12s: %w", before.id, err)
	}
	parts := fields(out)
	if len(parts)%8 != 0 {
		return nil, fmt.Errorf("list the commits after %.12s: unexpected output of git log", before.id)
	}
	var commits []rules.Commit
	for p := range slices.Chunk(parts, 8) {
		commits = append(commits, rules.Commit{
			SHA:       p[0],
			Author:    rules.Person{Name: p[1], Email: p[2], At: seconds(p[3])},
			Committer: rules.Person{Name: p[4], Email: p[5], At: seconds(p[6])},
			Message:   strings.TrimSuffix(p[7], "\n"),
		})
	}
	slices.Reverse(commits)
	return commits, nil
}

func seconds(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
