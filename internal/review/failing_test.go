package review

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/treediff"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// everyRead lets every read of every change fail in turn, which takes minutes.
var everyRead = flag.Bool("reads.all", false, "let every read of every change fail in turn, not some of them")

// readsTaken is how many reads of one change fail in turn at most, spread over all.
func readsTaken(all int) int {
	switch {
	case *everyRead:
		return all
	case testing.Short():
		return 12
	}
	return 48
}

// Reads of every change fail in turn, once and from then on: the change
// is not judged, and the error says what could not be read. It is never
// judged by what was left.
func TestFailingReads(t *testing.T) {
	set := loadSet(t)
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		before, after, rest := plantest.Archive(raw)
		if _, ok := rest["plan"]; ok {
			continue // its predictors read nothing
		}
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			changed, err := treediff.Files(before, after)
			if err != nil {
				t.Fatal(err)
			}
			r := failingRun{set: set, before: before, after: after, files: changed}
			all, err := r.run(-1, false)
			if err != nil || all == 0 {
				t.Fatalf("%d reads, error %v", all, err)
			}
			every := (all + readsTaken(all) - 1) / readsTaken(all)
			for n := 0; n < all; n += every {
				for _, stays := range []bool{false, true} {
					if _, err := r.run(n, stays); !errors.Is(err, syscall.EIO) {
						t.Errorf("read %d of %d fails (%s), and the change is judged: %v", n, all, r.struck, err)
					}
				}
			}
		})
	}
}

// failingRun reviews one change over trees that fail.
type failingRun struct {
	set           *rules.Set
	before, after fs.FS
	files         []plan.File
	struck        string
}

// run reviews with the read of that number failing, and those after it where
// the failure stays. It returns how many reads there were.
func (r *failingRun) run(number int, stays bool) (reads int, err error) {
	fail := func(op, name string) error {
		n := reads
		reads++
		if n == number {
			r.struck = fmt.Sprintf("%s %s", op, name)
		}
		if n == number || (stays && n > number) {
			return syscall.EIO
		}
		return nil
	}
	before, after := plantest.Failing{FS: r.before, Fail: fail}, plantest.Failing{FS: r.after, Fail: fail}
	_, err = Run(Request{
		Ref: Ref{Number: 1, BaseRef: "main", HeadSHA: "head"}, Base: before,
		Comparisons: []Comparison{{Name: "change", Before: before, After: after, Files: slices.Clone(r.files)}},
		Signals:     rules.Signals{Author: rules.Account{ID: 158243242, Login: "devin-ai-integration[bot]", Type: "Bot"}},
	}, r.set, engines())
	return reads, err
}
