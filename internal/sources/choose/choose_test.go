package choose

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

func outcome(v string, err error) string {
	var why *plan.SourceError
	if errors.As(err, &why) {
		return "no: " + string(why.Why)
	}
	if err != nil {
		return "UNTYPED " + err.Error()
	}
	return v
}

// The registry's cases are answered by Terraform itself, see the recordings in
// internal/sources; these are the corners of Helm and Flux.
func TestCharts(t *testing.T) {
	of := strings.Fields("1.0.0 1.2.0 1.10.0 2.0.0-rc.1 v0.9.0 1.10.0+build.1 latest nonsense")
	for _, c := range []struct{ constraint, want string }{
		{"", "1.10.0"}, {"latest", "1.10.0"}, {"*", "1.10.0"}, {"^1.0", "1.10.0"}, {"~1.2.0", "1.2.0"}, {"1.x", "1.10.0"}, {">=1.0.0 <1.5.0",
			"1.2.0"},
		{">=1.0.0-0", "2.0.0-rc.1"}, {"2.0.0-rc.1", "2.0.0-rc.1"}, {">1.10.0", "no: no-version"}, {"v0.9.0", "v0.9.0"}, {"0.9.0", "v0.9.0"},
		{"1.10.0+build.1", "1.10.0+build.1"}, {"1.2", "1.2.0"}, {"3.0.0", "no: no-version"}, {"not a version",
			"no: invalid"}, {strings.Repeat("1", 600), "no: invalid"},
		{"1.0.0 || 1.2.0", "1.2.0"}, {"1.0 - 1.5", "1.2.0"}, {"!=1.10.0", "1.2.0"},
	} {
		if got := outcome(Chart(c.constraint, of)); got != c.want {
			t.Errorf("%q: %s, want %s", c.constraint, got, c.want)
		}
	}
	if got := OCIVersions([]string{"1.0.0_build", "latest", "1.2", "v1.3.0", "1.4.0"}); strings.Join(got, " ") != "1.0.0+build 1.4.0" {
		t.Errorf("versions of tags: %v", got)
	}
}

func TestExact(t *testing.T) {
	for constraint, want := range map[string]string{"1.2.3": "1.2.3", "= 1.2.3": "1.2.3", " v1.2.3 ": "1.2.3", "1.2": "", "~> 1.2.3": "",
		">= 1.2.3": "", "1.2.3, < 2": "", "1.2.3-rc1": "", "": ""} {
		if got, _ := ExactModule(constraint); got != want {
			t.Errorf("%q: %q", constraint, got)
		}
	}
	for constraint, want := range map[string]bool{"1.2.3": true, "v1.2.3-rc.1+b": true, "1.2": false, "1.2.x": false, "^1.2.3": false,
		"": false, "=1.2.3": false} {
		if got := ExactChart(constraint); got != want {
			t.Errorf("%q: %v", constraint, got)
		}
	}
}

// OpenTofu takes a v before a pre-release, Terraform does not.
func TestPrereleaseWithAV(t *testing.T) {
	of := []string{"1.0.0", "2.0.0-beta1"}
	if got := outcome(Module(true)("v2.0.0-beta1", of)); got != "2.0.0-beta1" {
		t.Errorf("OpenTofu: %s", got)
	}
	if got := outcome(Module(false)("v2.0.0-beta1", of)); got != "no: no-version" {
		t.Errorf("Terraform: %s", got)
	}
}

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

func TestMoments(t *testing.T) {
	of := []Published{{"1.0.0", day(1)}, {"1.1.0", day(5)}, {"1.2.0", day(10)}, {"2.0.0", day(15)}, {"v1.0.1", day(20)}}
	unknown := []Published{{"1.0.0", day(1)}, {"1.2.0", time.Time{}}}
	for _, c := range []struct {
		what, constraint string
		at               time.Time
		of               []Published
		want             string
		moment           plan.Moment
	}{
		{"today's is not yet out", "~> 1.0", day(7), of, "1.1.0", plan.MomentAsked},
		{"today's was out", "~> 1.0", day(12), of, "1.2.0", plan.MomentAsked},
		{"a lower one that came out later", "~> 1.0.0", day(12), of, "1.0.0", plan.MomentAsked},
		{"the same with a v", "~> 1.0.0", day(21), of, "v1.0.1", plan.MomentAsked},
		{"no constraint", "", day(14), of, "1.2.0", plan.MomentAsked},
		{"none was out", "~> 2.0", day(12), of, "2.0.0", plan.MomentNow},
		{"nobody knows when", "~> 1.0", day(12), unknown, "1.2.0", plan.MomentNow},
		{"no moment", "~> 1.0", time.Time{}, of, "1.2.0", plan.MomentNow},
		{"a known one of unknown neighbours", "1.0.0", day(12), unknown, "1.0.0", plan.MomentAsked},
	} {
		got, err := At(c.at, c.constraint, Module(false), c.of)
		if err != nil || got.Version != c.want || got.Moment != c.moment {
			t.Errorf("%s: %v, %v; want %s of %s", c.what, got, err, c.want, c.moment)
		}
	}
	if got := outcome("", func() error { _, err := At(day(3), "~> 9", Module(false), of); return err }()); got != "no: no-version" {
		t.Errorf("nothing satisfies: %s", got)
	}
}

func TestCompare(t *testing.T) {
	was := plan.Source{Kind: plan.ModuleSource, Address: "a/b/c", Ref: plan.Ref{Kind: plan.RefVersion, Text: "~> 1.0"}, Side: plan.Before,
		Depth: 1}
	is := was
	is.Side = plan.After
	one, two := plan.Package{Digest: "git:github.com/a/b@1", Dir: "."}, plan.Package{Digest: "git:github.com/a/b@2", Dir: "."}
	sub := one
	sub.Dir = "sub"
	bumped := is
	bumped.Ref.Text = "~> 1.1"
	for _, c := range []struct {
		after plan.Source
		is    plan.Package
		want  Live
	}{
		{is, one, Same}, {is, two, Drift}, {bumped, two, Changed}, {bumped, one, Same}, {is, sub, Drift},
	} {
		if got := Compare(was, c.after, one, c.is); got != c.want {
			t.Errorf("%v %v: %s, want %s", c.after, c.is, got, c.want)
		}
	}
}
