package hcl_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/holdpoint-dev/holdpoint/internal/facts"
	"github.com/holdpoint-dev/holdpoint/internal/hcl"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// What code names and cannot be read is a gap at the file that changed, and a
// limit is one too; without a change of such a file there is none.
func TestCodeThatIsNotRead(t *testing.T) {
	config := "resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" {\n    command = \"./run.sh\"\n  }\n}\n"
	tree := func(script, last string) fstest.MapFS {
		out := fstest.MapFS{"main.tf": {Data: []byte(config)}, "run.sh": {Data: []byte(script)}, "last.sh": {Data: []byte(last)}}
		for i := range 150 {
			out[fmt.Sprintf("a%03d.sh", i)] = &fstest.MapFile{Data: []byte("true\n")}
		}
		return out
	}
	large := strings.Repeat("true # filler\n", 1<<17)
	var many, words strings.Builder
	for i := range 150 {
		fmt.Fprintf(&many, "./a%03d.sh\n", i)
	}
	for i := range 3000 {
		fmt.Fprintf(&words, "word%d\n", i)
	}
	files, text := many.String()+"./last.sh", words.String()+"./last.sh"
	for name, c := range map[string]struct {
		before, after fstest.MapFS
		kind          plan.GapKind
		at            string
	}{
		"a file that is too large":         {tree(large, ""), tree(large+"./other\n", ""), plan.GapLimit, "run.sh"},
		"too many files":                   {tree(files, "./first"), tree(files, "./other"), plan.GapLimit, "last.sh"},
		"too many words":                   {tree(text, "./first"), tree(text, "./other"), plan.GapLimit, "last.sh"},
		"a large file that stays":          {tree(large, "a"), tree(large, "b"), "", ""},
		"a script that is read to its end": {tree("./last.sh", "./first"), tree("./last.sh", "# why\n./first"), "", ""},
	} {
		p := hcl.Predict(c.before, c.after, facts.Load(), hcl.Options{})
		switch {
		case c.kind == "" && len(p.Gaps)+len(p.Changes) > 0:
			t.Errorf("%s: %v %v", name, p.Gaps, p.Changes)
		case c.kind != "" && (len(p.Gaps) != 1 || p.Gaps[0].Kind != c.kind || p.Gaps[0].At.File != c.at):
			t.Errorf("%s: %v %v", name, p.Gaps, p.Changes)
		}
	}
}
