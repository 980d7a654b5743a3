package internal

import (
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Within a package, too, one file should build on others and not the other way
// round: who reads it can begin at the bottom. An arrow goes from a file to one
// that it uses something of, once for two files. The files are put into an order
// in which as few arrows as can be found run back up.

// mostUp is the largest share of a package's arrows that may run back up, in
// percent. Of a package with few arrows one look tells more.
const (
	mostUp = 15
	few    = 40
)

// steep are the packages in which more arrows run back up, how many percent at
// most, and why. It only ever gets shorter.
var steep = map[string]struct {
	percent int
	why     string
}{
	"internal/facts/extract/equality": {19, "an interpreter of Go: statements, expressions and calls are made of one another"},
	"internal/facts/extract/interp":   {18, "an interpreter of Go: statements, expressions and calls are made of one another"},
	"internal/github/githubtest":      {23, "repositories, pull requests, accounts and deliveries of the simulated GitHub refer to one another, as GitHub's do"},
}

func TestFewArrowsRunBackUp(t *testing.T) {
	dirs := packageDirs(t)
	for name := range steep {
		if !slices.Contains(dirs, name) {
			t.Errorf("%s is in the list and is no package", name)
		}
	}
	for _, dir := range dirs {
		arrows := arrowsOf(t, dir)
		files := filesOf(arrows)
		up := back(order(files, arrows), arrows)
		listed, ok := steep[dir]
		if len(arrows) < few {
			if ok {
				t.Errorf("%s has only %d arrows: take it out of the list", dir, len(arrows))
			}
			continue
		}
		most, got := mostUp, (100*len(up)+len(arrows)/2)/len(arrows)
		if ok {
			most = listed.percent
		}
		t.Logf("%-28s %3d files, %4d arrows, %3d up: %d %%", dir, len(files), len(arrows), len(up), got)
		switch {
		case got > most:
			t.Errorf("%s: %d %% of the arrows between files run back up, at most %d may; these do: %s", dir, got, most, strings.Join(up, ", "))
		case ok && listed.why == "":
			t.Errorf("%s is in the list without a reason", dir)
		case ok && got <= mostUp:
			t.Errorf("%s has %d %% by now: take it out of the list", dir, got)
		}
	}
}

// The count must be able to fail.
func TestArrowsAreFound(t *testing.T) {
	arrows := map[arrow]bool{{"a", "b"}: true, {"b", "c"}: true, {"c", "a"}: true, {"a", "c"}: true, {"c", "d"}: true}
	if up := back(order(filesOf(arrows), arrows), arrows); !slices.Equal(up, []string{"c -> a"}) {
		t.Errorf("up run %q, want the one from c to a", up)
	}
	found := arrowsOf(t, "internal/plan")
	if len(found) == 0 {
		t.Error("no arrows in internal/plan")
	}
}

// arrow goes from a file to one that it uses something of.
type arrow struct{ from, to string }

// packageDirs are the folders of internal that have code, tests apart.
func packageDirs(t *testing.T) (dirs []string) {
	t.Helper()
	for _, p := range packages(t) {
		if dir := strings.TrimPrefix(p.ImportPath, module); strings.HasPrefix(dir, "internal/") {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// arrowsOf are the arrows between the files of a package. Other packages are
// not loaded: what is declared in this one is found without them.
func arrowsOf(t *testing.T, dir string) map[arrow]bool {
	t.Helper()
	set := token.NewFileSet()
	pkg, err := build.Default.ImportDir(filepath.Join("..", dir), 0)
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range pkg.GoFiles {
		f, err := parser.ParseFile(set, filepath.Join("..", dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: nobody{}, Error: func(error) {}} // of what others declare
	checked, _ := config.Check(dir, set, files, info)
	found := map[arrow]bool{}
	file := func(p token.Pos) string { return filepath.Base(set.Position(p).Filename) }
	for at, used := range info.Uses {
		if used.Pkg() != checked || !declared(used) {
			continue
		}
		if a := (arrow{file(at.Pos()), file(used.Pos())}); a.from != a.to {
			found[a] = true
		}
	}
	return found
}

// declared reports whether an object stands on its own in the package: a
// function, method, type, variable or constant, not within one of its functions.
func declared(o types.Object) bool {
	if _, ok := o.(*types.Func); ok {
		return true
	}
	return o.Parent() == o.Pkg().Scope()
}

// nobody imports nothing.
type nobody struct{}

func (nobody) Import(string) (*types.Package, error) { return nil, errors.New("not loaded") }

func filesOf(arrows map[arrow]bool) []string {
	all := map[string]bool{}
	for a := range arrows {
		all[a.from], all[a.to] = true, true
	}
	return slices.Sorted(maps.Keys(all))
}

// order puts files so that few arrows run back up: every file is moved to where
// the fewest do, until none can be moved to a better place.
func order(files []string, arrows map[arrow]bool) []string {
	out := slices.Clone(files)
	// Those that use much and are used by few come first.
	weight := map[string]int{}
	for a := range arrows {
		weight[a.from]++
		weight[a.to]--
	}
	slices.SortStableFunc(out, func(a, b string) int { return weight[b] - weight[a] })
	for better := true; better; {
		better = false
		for _, f := range files {
			from := slices.Index(out, f)
			rest := slices.Delete(slices.Clone(out), from, from+1)
			// gain is by how much moving f behind the first i of the rest adds up arrows.
			cost, best, at := 0, 0, 0
			here := 0
			for i, other := range rest {
				if arrows[arrow{f, other}] {
					cost++ // f is behind what it uses
				}
				if arrows[arrow{other, f}] {
					cost-- // and behind what uses it
				}
				if i+1 == from {
					here = cost
				}
				if cost < best {
					best, at = cost, i+1
				}
			}
			if best < here {
				out, better = slices.Insert(rest, at, f), true
			}
		}
	}
	return out
}

// back are the arrows that run against the order.
func back(order []string, arrows map[arrow]bool) (up []string) {
	at := map[string]int{}
	for i, f := range order {
		at[f] = i
	}
	for a := range arrows {
		if at[a.from] > at[a.to] {
			up = append(up, a.from+" -> "+a.to)
		}
	}
	slices.Sort(up)
	return up
}
