package apply_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// absent are numbers that no scenario has.
var absent = map[int]bool{158: true, 159: true}

// TestScenarios: every scenario of an update has a fixture or a written reason,
// and no reason is stale.
func TestScenarios(t *testing.T) {
	text, err := os.ReadFile("testdata/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	for id := 80; id <= 192; id++ {
		files, _ := filepath.Glob(fmt.Sprintf("testdata/patch/k%03d-*.txtar", id))
		leftOut := strings.Contains(string(text), fmt.Sprintf("\n| K%03d |", id))
		switch {
		case absent[id]:
		case len(files) == 0 && !leftOut:
			t.Errorf("K%03d has neither a fixture nor a reason", id)
		case len(files) > 0 && leftOut:
			t.Errorf("K%03d has a fixture and is listed as left out", id)
		}
	}
}
