package gitlocal_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/gitlocal"
)

// BenchmarkLoad compares two revisions of 20,000 files of which ten changed,
// and reads 100 files: what a review of a large repository does.
func BenchmarkLoad(b *testing.B) {
	dir := largeClone(b)
	for name, opt := range map[string]gitlocal.Options{"revisions": {}, "worktree": {WorkTree: true}} {
		b.Run(name, func(b *testing.B) {
			opt.Dir = dir
			for b.Loop() {
				req, closeAll, err := gitlocal.Load(context.Background(), opt)
				if err != nil {
					b.Fatal(err)
				}
				c := req.Comparisons[0]
				if len(c.Files) != 10 {
					b.Fatalf("%d files differ", len(c.Files))
				}
				for _, f := range c.Files {
					for i := range 10 {
						if _, err := fs.ReadFile(c.After, fmt.Sprintf("%s/f%d.tf", path.Dir(f.Path), i)); err != nil {
							b.Fatal(err)
						}
					}
				}
				if err := closeAll(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// largeClone makes the repository through git fast-import.
func largeClone(b *testing.B) string {
	b.Helper()
	var stream bytes.Buffer
	body := func(text string) { fmt.Fprintf(&stream, "data %d\n%s\n", len(text), text) }
	commit := func(branch, from string) {
		fmt.Fprintf(&stream, "commit refs/heads/%s\ncommitter Ada <ada@example.com> 1772355600 +0000\n", branch)
		body("one")
		stream.WriteString(from)
	}
	file := func(name, text string) {
		fmt.Fprintf(&stream, "M 100644 inline %s\n", name)
		body(text)
	}
	commit("main", "")
	content := strings.Repeat("  key = \"value\"\n", 40)
	for env := range 100 {
		for module := range 20 {
			for i := range 10 {
				name := fmt.Sprintf("env%d/mod%d/f%d.tf", env, module, i)
				file(name, "# "+name+"\n"+content)
			}
		}
	}
	commit("change", "from refs/heads/main\n")
	for env := 0; env < 100; env += 10 {
		file(fmt.Sprintf("env%d/mod1/f1.tf", env), "# changed\n"+content)
	}
	dir := b.TempDir()
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"fast-import", "--quiet"}, {"checkout", "-q", "change"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		if args[0] == "fast-import" {
			cmd.Stdin = &stream
		}
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
	}
	return dir
}
