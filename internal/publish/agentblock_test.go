package publish

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/holdpoint-dev/holdpoint/internal/publish/schematest"
)

var blocks = regexp.MustCompile("(?s)```json\n(.*?)```")

// Every block of the golden files is what docs/agent.schema.json says, and reads
// back as it was made: no line break is put inside of a string.
func TestAgentBlocksFitTheSchema(t *testing.T) {
	seen := 0
	for _, dir := range []string{"reviews", "real"} {
		goldens, err := filepath.Glob(filepath.Join("testdata", dir, "*.golden"))
		if err != nil {
			t.Fatal(err)
		}
		for _, golden := range goldens {
			raw, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range blocks.FindAllSubmatch(raw, -1) {
				seen++
				if err := schematest.Validate(schemaOf(t, "agent"), m[1]); err != nil {
					t.Errorf("%s: %v\n%s", golden, err, m[1])
				}
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d blocks", seen)
	}
}

// Texts that look like the structure of a block stay inside of their strings.
func TestBlockJSONKeepsStrings(t *testing.T) {
	for _, text := range append([]string{`a","b`, `{"loss":`, `,"via":`, `"objects":["`, "x\",\n\"fixes\":[", `\`, `\"`}, nasty...) {
		if !utf8.ValidString(text) { // JSON has no other strings
			continue
		}
		in := agentBlock{Cause: agentCause{At: text, Change: text}, Why: text, Via: []string{text, text},
			Lost:  []agentLoss{{Loss: text, Objects: []string{text, text}}},
			Fixes: []agentFix{{Verified: true, Fix: text, Edits: []agentEdit{{File: text, By: []string{text, text}}}}}}
		var out agentBlock
		if err := json.Unmarshal([]byte(blockJSON(in)), &out); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		want, _ := json.Marshal(in)
		got, _ := json.Marshal(out)
		if string(got) != string(want) {
			t.Errorf("%q became %s", text, got)
		}
	}
}

// What an agent reads of the example is short enough to be read.
func TestAgentTextIsShort(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "real", "example-production.golden"))
	if err != nil {
		t.Fatal(err)
	}
	check, _, _ := strings.Cut(string(raw), "-- review.md --")
	_, check, _ = strings.Cut(check, "-- check.md --\n")
	if n := utf8.RuneCountInString(check); n > 9000 {
		t.Errorf("the check has %d characters, more than 9000", n)
	}
	block := blocks.FindString(check)
	if n := utf8.RuneCountInString(block); block == "" || n > 2500 {
		t.Errorf("the block has %d characters, more than 2500", n)
	}
	t.Logf("check %d, block %d, notice %d characters",
		utf8.RuneCountInString(check), utf8.RuneCountInString(block), utf8.RuneCountInString(agentNotice))
}
