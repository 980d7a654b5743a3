package hcl_test

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
)

// counted is a root of n instances of an AWS type and as many of terraform_data
// that refer to them.
func counted(n int, trigger string) fs.FS {
	return plantest.Tree(map[string]string{"main.tf": fmt.Sprintf(`
variable "env" {
  default = "prod"
}
resource "aws_ebs_volume" "v" {
  count             = %[1]d
  availability_zone = "eu-west-1a"
  size              = 10 + count.index
  encrypted         = true
  tags = {
    Name = "${var.env}-${count.index}"
  }
}
resource "terraform_data" "t" {
  count            = %[1]d
  input            = aws_ebs_volume.v[count.index].id
  triggers_replace = %[2]q
}
`, n/2, trigger)})
}

// processorTime is what this process used so far: on a busy machine the clock
// says little.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func benchmark(b *testing.B, before, after fs.FS, changes int) {
	b.Helper()
	load := facts.Load()
	hcl.Predict(before, after, load, hcl.Options{}) // the facts are unpacked once
	b.ReportAllocs()
	start := processorTime()
	defer func() { b.ReportMetric(float64((processorTime()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op") }()
	var w *work.Meter
	defer func() { b.ReportMetric(float64(w.Used()), "units/op") }()
	for b.Loop() {
		w = hcl.NewWork()
		p := hcl.Predict(before, after, load, hcl.Options{Work: w})
		if len(p.Changes) != changes || len(p.Gaps) != 0 {
			b.Fatalf("%d changes, %d gaps, want %d changes: %v", len(p.Changes), len(p.Gaps), changes, p.Gaps)
		}
	}
}

// One instance of many goes: everything is evaluated on both sides.
func BenchmarkInstances(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			after := plantest.Tree(map[string]string{"main.tf": fileOf(b, counted(n, "a")) + "# changed\n"})
			benchmark(b, counted(n, "a"), after, 0)
		})
	}
}

// Half of the instances are replaced, each with its chain of causes.
func BenchmarkReplacements(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmark(b, counted(n, "a"), counted(n, "b"), n/2) })
	}
}

func fileOf(b *testing.B, tree fs.FS) string {
	data, err := fs.ReadFile(tree, "main.tf")
	if err != nil {
		b.Fatal(err)
	}
	return string(data)
}

// 200 roots of which one changes.
func BenchmarkRoots(b *testing.B) {
	roots := func(changed string) fs.FS {
		files := map[string]string{}
		for i := range 200 {
			trigger := "a"
			if i == 77 {
				trigger = changed
			}
			var body strings.Builder
			fmt.Fprintf(&body, "terraform {\n  backend \"s3\" {\n    key = \"k%d\"\n  }\n}\n", i)
			for j := range 30 {
				fmt.Fprintf(&body, "resource \"terraform_data\" \"r%d\" {\n  input = \"x%d\"\n  triggers_replace = %q\n}\n", j, j, trigger)
			}
			files[fmt.Sprintf("stacks/s%d/main.tf", i)] = body.String()
		}
		return plantest.Tree(files)
	}
	benchmark(b, roots("a"), roots("b"), 30)
}

// A chain of 100 locals, each from the one before.
func BenchmarkLocalChain(b *testing.B) {
	chain := func(first string) fs.FS {
		var body strings.Builder
		fmt.Fprintf(&body, "locals {\n  l0 = { a = %q }\n", first)
		for i := range 100 {
			fmt.Fprintf(&body, "  l%d = merge(local.l%d, { k%d = \"${local.l%d.a}-%d\" })\n", i+1, i, i, i, i)
		}
		body.WriteString("}\nresource \"terraform_data\" \"r\" {\n  triggers_replace = local.l100\n}\n")
		return plantest.Tree(map[string]string{"main.tf": body.String()})
	}
	benchmark(b, chain("x"), chain("y"), 1)
}

// A for_each of 10,000 keys that loses one.
func BenchmarkForEach(b *testing.B) {
	each := func(n int) fs.FS {
		var y strings.Builder
		for i := range n {
			fmt.Fprintf(&y, "key-%05d: {size: %d, name: n%d}\n", i, i, i)
		}
		return plantest.Tree(map[string]string{
			"keys.yaml": y.String(),
			"main.tf":   "locals {\n  keys = yamldecode(file(\"keys.yaml\"))\n}\nresource \"terraform_data\" \"r\" {\n  for_each = local.keys\n  input = \"${each.key}-${each.value.size}\"\n  triggers_replace = local.keys[each.key].name\n}\n",
		})
	}
	benchmark(b, each(10000), each(9999), 1)
}

// Hostile inputs, each of which ends at a limit: what a unit of work costs.
func BenchmarkLimits(b *testing.B) {
	before := plantest.Tree(map[string]string{"main.tf": "resource \"terraform_data\" \"a\" {\n  triggers_replace = 0\n}\n"})
	cases := hostile()
	maps.Copy(cases, multiplied())
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		b.Run(name, func(b *testing.B) {
			after, start := plantest.Tree(cases[name]), processorTime()
			var took spent
			for b.Loop() {
				_, took = counting(before, after)
			}
			b.ReportMetric(float64((processorTime()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
			b.ReportMetric(float64(took.units), "units/op")
		})
	}
}
