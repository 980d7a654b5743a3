package unit

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"helm.sh/helm/v4/pkg/ignore"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// helmIgnore are the patterns by which Helm leaves files of a chart out. They
// are those of the chart's own folder; one in a folder below counts for nothing
// (helm v4.3.1 pkg/chart/v2/loader/directory.go, loadDir).
type helmIgnore struct{ rules *ignore.Rules }

// helmignore reads the .helmignore of a chart. What Helm refuses is a gap of
// the unit; one that cannot be read hides nothing, and a change of it is a gap.
func (s *Scan) helmignore(u *Unit, dir string) helmIgnore {
	rules := ignore.Empty()
	if name := path.Join(dir, ignore.HelmIgnore); s.Tree.HasFile(name) {
		u.Selectors = append(u.Selectors, name)
		data, err := s.Tree.Read(name)
		if err == nil && bytes.Count(data, []byte("\n")) > maxPatterns {
			err = &Unreadable{plan.GapLimit, fmt.Sprintf("it has more than %d lines", maxPatterns), nil}
		}
		if err != nil {
			_, _, why := Trouble(err)
			u.Outside = append(u.Outside, Outside{What: name, ID: string(s.Tree.ID(name)), File: name, Alters: true,
				Why: "it takes files out of the chart and cannot be read: " + why})
		} else if read, err := ignore.Parse(bytes.NewReader(data)); err != nil {
			u.Gaps = append(u.Gaps, plan.Gap{At: plan.Range{File: name, Side: s.Tree.Side}, Root: u.Root, Kind: plan.GapInvalid, Subject: name,
				Why: "Helm refuses the chart for its patterns: " + oneLine(err)})
		} else {
			rules = read
		}
	}
	rules.AddDefaults()
	return helmIgnore{rules}
}

// hides reports whether a file of the chart, or a folder above it, is left out.
func (h helmIgnore) hides(inside string) bool {
	for i, c := range inside {
		if c == '/' && h.rules.Ignore(inside[:i], entryInfo(fs.ModeDir)) {
			return true
		}
	}
	return h.rules.Ignore(strings.TrimSuffix(inside, "/"), entryInfo(0))
}

// entryInfo is what patterns ask of an entry: whether it is a folder.
type entryInfo fs.FileMode

func (e entryInfo) IsDir() bool       { return fs.FileMode(e).IsDir() }
func (e entryInfo) Mode() fs.FileMode { return fs.FileMode(e) }
func (entryInfo) Name() string        { return "" }
func (entryInfo) Size() int64         { return 0 }
func (entryInfo) ModTime() time.Time  { return time.Time{} }
func (entryInfo) Sys() any            { return nil }
