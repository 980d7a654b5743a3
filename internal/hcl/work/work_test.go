package work_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/work"
)

func TestMeter(t *testing.T) {
	all := work.New("this change", 100)
	a, b := all.Part("this root", 60), all.Part("this root", 60)
	for _, step := range []struct {
		name string
		m    *work.Meter
		n    int
		want string
	}{
		{"within", a, 60, ""},
		{"one too many", a, 1, "this root takes more than 60"},
		{"another part", b, 30, ""},
		{"more than the whole has left", b, 20, "this change takes more than 100"},
		{"what would fit, after a refusal", b, 1, "this change takes more than 100"},
		{"the whole too", all, 1, "this change takes more than 100"},
		{"nothing counts", nil, 1 << 40, ""},
	} {
		err := step.m.Spend(step.n)
		if step.want == "" && err != nil || step.want != "" && (err == nil || !strings.Contains(err.Error(), step.want)) {
			t.Errorf("%s: got %v, want %q", step.name, err, step.want)
		}
	}
	if got := []int{a.Used(), b.Used(), all.Used(), a.Refused(), b.Refused(), all.Refused()}; got[0] != 60 || got[1] != 30 || got[2] != 90 ||
		got[3] != 1 || got[4] != 2 || got[5] != 2 {
		t.Errorf("used and refused: %v", got)
	}
	if a.Err() == nil || all.Err() == nil || (*work.Meter)(nil).Err() != nil {
		t.Error("a limit that was reached is not told")
	}
}
