package internal

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mayLook are the tests and their helpers that look at a clock, at processor
// time or at the size of a process, and why that decides nothing. Benchmarks
// may. What is waited for is waited for by internal/eventually, and what must
// not cost too much is counted: steps, calls, bytes written, what is allocated
// (plantest.Spend).
var mayLook = map[string]string{
	"internal/eventually/eventually.go True":                           "the time-out of a dead man",
	"internal/eventually/eventually.go Context":                        "the time-out of a dead man",
	"internal/eventually/eventually.go Receive":                        "the time-out of a dead man",
	"internal/plan/plantest/spent.go Live":                             "collects first, so that it tells what is kept",
	"internal/plan/plantest/spent.go Spend":                            "counts what is allocated, freed or not, and not what is in use",
	"internal/hcl/bench_test.go processorTime":                         "of benchmarks",
	"internal/hcl/repository_test.go TestRepository":                   "prints it; runs by hand alone, on a repository that a flag names",
	"internal/kube/processes_unix_test.go processorTime":               "of benchmarks",
	"internal/github/githubtest/auth.go checkJWT":                      "the library under test signs its tokens by the real clock, an hour is enough for any machine",
	"internal/github/githubtest/auth.go createToken":                   "the library under test compares it with the real clock, an hour is enough for any machine",
	"internal/service/servicetest/load.go NewLoad":                     "sets the clock of the simulated GitHub",
	"internal/service/servicetest/sources.go NewRegistry":              "sets the clock of the simulated GitHub",
	"internal/service/bolt_test.go nothing":                            "that nothing is handed out is looked at for a moment; a slow machine makes it pass",
	"internal/service/boltfull_linux_test.go fillDisk":                 "the time-out of a dead man, in a process without a test",
	"internal/service/intake_test.go TestA16SlowBodiesEnd":             "the sender is slow by design; the time-out is that of a dead man",
	"internal/service/intake_test.go TestA16Flood":                     "senders give up at different times, which decides nothing",
	"internal/service/interrupted_test.go Review":                      "makes it likely that jobs are under way when the process dies; any number may be",
	"internal/service/interrupted_test.go runnerChild":                 "the pause of a loop without an end",
	"internal/service/interrupted_test.go pauseIsOver":                 "a clock that is an hour behind",
	"internal/service/receive_test.go TestLogsAreClean":                "that a line has the time of today, to the hour",
	"cmd/holdpoint/doctor_test.go newClinic":                           "sets the clock of the simulated GitHub",
	"cmd/holdpoint/serve_test.go TestServeSurvivesKills":               "when the process is killed; the verdicts are the same whenever that is. Ends after 25 minutes",
	"cmd/holdpoint/servehostile_test.go TestServeUnderHeldConnections": "connections have to be slow by the server's clock; longer makes them slower",
	"cmd/lambda/fakeaws_test.go hide":                                  "the queue's own clock",
	"cmd/lambda/fakeaws_test.go later":                                 "the queue's own clock",
	"cmd/lambda/fakeaws_test.go receive":                               "the queue's own clock",
	"cmd/lambda/fakeaws_test.go send":                                  "the queue's own clock",
	"cmd/lambda/lambda_test.go coldStart":                              "of benchmarks",
	"cmd/lambda/lambda_test.go peakMemory":                             "of benchmarks",
	"cmd/lambda/lambda_test.go benchmarkColdStart":                     "of benchmarks",
	"cmd/lambda/load_test.go TestLoad":                                 "when processes are killed, and how long it took is printed; the verdicts are the same whenever that is",
	"cmd/lambda/load_test.go poll":                                     "the pause of a loop that another goroutine ends",
	"cmd/lambda/load_test.go settle":                                   "ends after 25 minutes",
	"cmd/lambda/runtimeapi_test.go ensure":                             "the time-out of a dead man",
	"cmd/lambda/runtimeapi_test.go invoke":                             "the time-out of a dead man, beyond the function's own",
	"cmd/lambda/runtimeapi_test.go next":                               "tells the function its deadline, as Lambda does",
}

// clocks are the functions that look at a clock, wait, or tell the size or the
// processor time of the process, by the name of their package.
var clocks = map[string][]string{
	"time":    {"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick"},
	"context": {"WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause"},
	"runtime": {"ReadMemStats"},
	"metrics": {"Read"},
	"debug":   {"ReadGCStats"},
	"syscall": {"Getrusage"},
	"unix":    {"Getrusage"},
}

// clockMethods are those of values: of connections, benchmarks and ended
// processes.
var clockMethods = []string{"Elapsed", "SetDeadline", "SetReadDeadline", "SetWriteDeadline", "UserTime", "SystemTime", "SysUsage"}

// processSize are the names under which Linux tells the size of a process.
var processSize = []string{"VmRSS", "VmHWM", "VmPeak", "VmSize", "/stat" + "m"}

// clockUses are the functions of a file that look at a clock, with how.
func clockUses(file *ast.File) map[string]string {
	uses := map[string]string{}
	for _, d := range file.Decls {
		name := "outside functions"
		if f, ok := d.(*ast.FuncDecl); ok {
			name = f.Name.Name
		}
		ast.Inspect(d, func(n ast.Node) bool {
			if use := clockUse(n); use != "" && !strings.HasPrefix(name, "Benchmark") {
				uses[name] = use
			}
			return true
		})
	}
	return uses
}

// clockUse is how a node looks at a clock, "" where it does not. A clock that
// is handed on and not read (time.Now without a call) is none.
func clockUse(n ast.Node) string {
	switch n := n.(type) {
	case *ast.CallExpr:
		s, ok := n.Fun.(*ast.SelectorExpr)
		if !ok {
			return ""
		}
		if of, ok := s.X.(*ast.Ident); ok && slices.Contains(clocks[of.Name], s.Sel.Name) {
			return of.Name + "." + s.Sel.Name
		}
		if slices.Contains(clockMethods, s.Sel.Name) {
			return s.Sel.Name
		}
	case *ast.BasicLit:
		for _, name := range processSize {
			if n.Kind == token.STRING && strings.Contains(n.Value, name) {
				return name
			}
		}
	}
	return ""
}

// TestClocks: no test's result depends on how fast the machine is or how busy.
func TestClocks(t *testing.T) {
	seen := map[string]bool{}
	for _, file := range testFiles(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", file), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for function, use := range clockUses(parsed) {
			at := filepath.ToSlash(file) + " " + function
			if seen[at] = true; mayLook[at] == "" && file != filepath.Join("internal", "clocks_test.go") {
				t.Errorf("%s uses %s: wait with internal/eventually, count what is done instead of its seconds, or say in mayLook why it decides nothing", at, use)
			}
		}
	}
	for _, at := range slices.Sorted(maps.Keys(mayLook)) {
		if !seen[at] {
			t.Errorf("%s looks at no clock any more: take it out of mayLook", at)
		}
	}
}

// testFiles are those of tests and of the packages that only tests use.
func testFiles(t *testing.T) (files []string) {
	t.Helper()
	for _, root := range []string{"internal", "cmd", "tools", "rules", "examples"} {
		err := filepath.WalkDir(filepath.Join("..", root), func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "testdata" {
				return fs.SkipDir
			}
			folder := filepath.Base(filepath.Dir(name))
			if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".go") &&
				(strings.HasSuffix(folder, "test") || folder == "eventually") {
				file, err := filepath.Rel("..", name)
				files = append(files, file)
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(files) < 100 {
		t.Fatalf("only %d files of tests", len(files))
	}
	return files
}

// The list must be able to fail.
func TestClockUsesAreFound(t *testing.T) {
	for code, found := range map[string]bool{
		"if time.Since(start) > time.Second { t.Error() }":               true,
		"took := time.Now().Sub(start)":                                  true,
		"ctx, cancel := context.WithTimeout(ctx, time.Second)":           true,
		"select { case <-time.After(time.Second): t.Fatal() }":           true,
		"runtime.ReadMemStats(&m)":                                       true,
		"_ = syscall.Getrusage(0, &u)":                                   true,
		"_ = c.SetDeadline(later)":                                       true,
		"fmt.Sscanf(line, \"VmRSS: %d kB\", &kb)":                        true,
		"use := process.ProcessState.SysUsage()":                         true,
		"q := open(path, time.Now)":                                      false,
		"budget := 3 * time.Second":                                      false,
		"eventually.True(t, \"it is there\", func() bool { return is })": false,
		"at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)":              false,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "x_test.go", "package x\nfunc TestX() {\n"+code+"\n}\n", 0)
		if err != nil {
			t.Fatal(err)
		}
		if uses := clockUses(file); (len(uses) > 0) != found {
			t.Errorf("%s: found %v", code, uses)
		}
	}
}
