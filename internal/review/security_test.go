package review

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	securityRow = regexp.MustCompile(`(?m)^\| ([AEFS]\d+) \| ([^|]+) \| ([^|]*) \|$`)
	quotedName  = regexp.MustCompile("`([^`]+)`")
	testName    = regexp.MustCompile(`^((?:internal|cmd)[a-z/0-9]*)\.((?:Test|Fuzz)\w+)$`)
)

// docs/security.md has a row for every failure case and evasion, and what a
// row names is there.
func TestSecurityMap(t *testing.T) {
	data, err := os.ReadFile("../../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for _, m := range securityRow.FindAllStringSubmatch(string(data), -1) {
		rows[m[1]] = m[3]
	}
	for _, id := range demanded() {
		row, ok := rows[id]
		switch {
		case !ok:
			t.Errorf("%s has no row", id)
		case strings.TrimSpace(row) == "":
			t.Errorf("%s names neither a test nor a reason", id)
		}
	}
	for id, row := range rows {
		for _, m := range quotedName.FindAllStringSubmatch(row, -1) {
			if err := shown(m[1]); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
	}
	for id, tests := range attackTests(t) {
		for _, name := range tests {
			if !strings.Contains(rows[id], "`"+name+"`") {
				t.Errorf("the row of %s does not name %s", id, name)
			}
		}
	}
	scripts, err := filepath.Glob("testdata/decisions/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		name := strings.TrimSuffix(filepath.Base(script), ".txtar")
		for _, id := range regexp.MustCompile(`^([AEF]\d+-)+`).FindAllString(name, -1) {
			for id := range strings.SplitSeq(strings.Trim(id, "-"), "-") {
				if !strings.Contains(rows[id], "`decisions/"+name+"`") {
					t.Errorf("the row of %s does not name decisions/%s", id, name)
				}
			}
		}
	}
}

// attackTests are the tests that are called after attacks, by the attack.
func attackTests(t *testing.T) map[string][]string {
	t.Helper()
	named := regexp.MustCompile(`(?m)^func (Test(A\d+)\w*)\(`)
	tests := map[string][]string{}
	for _, root := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", "..", root), func(name string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			folder, err := filepath.Rel(filepath.Join("..", ".."), filepath.Dir(name))
			for _, m := range named.FindAllStringSubmatch(string(text), -1) {
				tests[m[2]] = append(tests[m[2]], filepath.ToSlash(folder)+"."+m[1])
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return tests
}

// demanded are the cases that must have a row.
func demanded() (ids []string) {
	for letter, last := range map[string]int{"A": 17, "F": 72, "E": 56, "S": 23} {
		for i := 1; i <= last; i++ {
			ids = append(ids, fmt.Sprint(letter, i))
		}
	}
	return ids
}

// shown reports what is wrong with a name in the table.
func shown(name string) error {
	if script, ok := strings.CutPrefix(name, "decisions/"); ok {
		_, err := os.Stat(filepath.Join("testdata", "decisions", script+".txtar"))
		return err
	}
	if m := testName.FindStringSubmatch(name); m != nil {
		files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(m[1]), "*_test.go"))
		if err != nil {
			return err
		}
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if strings.Contains(string(data), "\nfunc "+m[2]+"(") {
				return nil
			}
		}
		return fmt.Errorf("there is no test %s", name)
	}
	if path.Ext(name) != "" && strings.Contains(name, "/") {
		_, err := os.Stat(filepath.Join("..", "..", filepath.FromSlash(name)))
		return err
	}
	return nil // a setting or a command
}
