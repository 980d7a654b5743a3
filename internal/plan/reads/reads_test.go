package reads_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/plantest"
	"github.com/holdpoint-dev/holdpoint/internal/plan/reads"
)

// ways are all the ways to read a tree.
var ways = map[string]func(fs.FS) error{
	"lstat":    func(tree fs.FS) error { _, err := fs.Lstat(tree, "a/b.tf"); return err },
	"stat":     func(tree fs.FS) error { _, err := fs.Stat(tree, "a/b.tf"); return err },
	"id":       func(tree fs.FS) error { plan.ID(tree, "a/b.tf"); return nil },
	"resolve":  func(tree fs.FS) error { _, err := plan.Resolve(tree, "a/b.tf"); return err },
	"readlink": func(tree fs.FS) error { _, err := fs.ReadLink(tree, "a/link"); return err },
	"readdir":  func(tree fs.FS) error { _, err := fs.ReadDir(tree, "a"); return err },
	"read":     func(tree fs.FS) error { _, err := fs.ReadFile(tree, "a/b.tf"); return err },
	"open":     func(tree fs.FS) error { _, err := tree.Open("a/b.tf"); return err },
	"walk": func(tree fs.FS) error {
		return fs.WalkDir(tree, ".", func(string, fs.DirEntry, error) error { return nil })
	},
}

func tree(fail error) fs.FS {
	before, _, _ := plantest.Archive([]byte("-- before/a/b.tf --\nx\n-- before/a/link@ --\nb.tf\n"))
	return plantest.Failing{FS: before, Fail: func(string, string) error { return fail }}
}

// Whatever way a read fails, it is noticed, with the tree and the path. What
// is absent or of another kind is an answer.
func TestFailureIsNoticed(t *testing.T) {
	for _, fail := range []error{
		syscall.EIO, fs.ErrPermission, io.ErrUnexpectedEOF, io.EOF, plan.ErrNotFetched, context.Canceled, errors.New("git ended"),
	} {
		for name, read := range ways {
			var log reads.Log
			_ = read(log.Tree("the tree before", tree(fail)))
			if err := log.Err(); !errors.Is(err, fail) || !strings.Contains(err.Error(), "the tree before") {
				t.Errorf("%s that fails by %v: noticed is %v", name, fail, err)
			}
		}
	}
	for _, fail := range []error{nil, fs.ErrNotExist, fs.ErrInvalid, plan.ErrUnreadable} {
		for name, read := range ways {
			var log reads.Log
			_ = read(log.Tree("the tree before", tree(fail)))
			if err := log.Err(); err != nil {
				t.Errorf("%s that says %v: noticed is %v", name, fail, err)
			}
		}
	}
}

// What fails after a file was opened is noticed as well; its end is none.
func TestFailureOfAnOpenFileIsNoticed(t *testing.T) {
	for name, use := range map[string]func(fs.File) error{
		"read": func(f fs.File) error { _, err := io.ReadAll(f); return err },
		"stat": func(f fs.File) error { _, err := f.Stat(); return err },
		"list": func(f fs.File) error { _, err := f.(fs.ReadDirFile).ReadDir(-1); return err },
		"some": func(f fs.File) error { _, err := f.(fs.ReadDirFile).ReadDir(1); return err },
	} {
		for _, fail := range []error{syscall.EIO, io.EOF} {
			var log reads.Log
			f, err := log.Tree("the tree before", breaking{fail}).Open("a")
			if err != nil {
				t.Fatal(err)
			}
			_ = use(f)
			if noticed := log.Err() != nil; noticed != (!errors.Is(fail, io.EOF) || name == "stat") {
				t.Errorf("%s that fails by %v: noticed is %v", name, fail, log.Err())
			}
		}
	}
}

// breaking is a tree whose files open and then fail.
type breaking struct{ err error }

func (b breaking) Open(string) (fs.File, error)       { return b, nil }
func (b breaking) Stat() (fs.FileInfo, error)         { return nil, b.err }
func (b breaking) Read([]byte) (int, error)           { return 0, b.err }
func (b breaking) ReadDir(int) ([]fs.DirEntry, error) { return nil, b.err }
func (b breaking) Close() error                       { return nil }

// No tree stays none.
func TestNoTree(t *testing.T) {
	var log reads.Log
	if log.Tree("the organization's settings", nil) != nil {
		t.Error("there is a tree now")
	}
}
