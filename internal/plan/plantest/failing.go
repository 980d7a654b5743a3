package plantest

import "io/fs"

// Failing is a tree whose reads fail when Fail says so, as those of a disk or
// a network do. Fail is asked at every read: op is "open", "lstat", "stat",
// "readlink", "readdir" or "read"; nil lets it pass.
type Failing struct {
	fs.FS
	Fail func(op, name string) error
}

var (
	_ fs.ReadLinkFS = Failing{}
	_ fs.ReadFileFS = Failing{}
	_ fs.ReadDirFS  = Failing{}
	_ fs.StatFS     = Failing{}
)

func attempt[T any](f Failing, op, name string, read func(fs.FS, string) (T, error)) (T, error) {
	if err := f.Fail(op, name); err != nil {
		var none T
		return none, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return read(f.FS, name)
}

// Open opens a file or folder.
func (f Failing) Open(name string) (fs.File, error) { return attempt(f, "open", name, fs.FS.Open) }

// Lstat describes an entry; a link is described itself.
func (f Failing) Lstat(name string) (fs.FileInfo, error) { return attempt(f, "lstat", name, fs.Lstat) }

// Stat describes an entry.
func (f Failing) Stat(name string) (fs.FileInfo, error) { return attempt(f, "stat", name, fs.Stat) }

// ReadLink returns the target of a symbolic link.
func (f Failing) ReadLink(name string) (string, error) {
	return attempt(f, "readlink", name, fs.ReadLink)
}

// ReadDir lists a folder.
func (f Failing) ReadDir(name string) ([]fs.DirEntry, error) {
	return attempt(f, "readdir", name, fs.ReadDir)
}

// ReadFile returns the content of a file.
func (f Failing) ReadFile(name string) ([]byte, error) {
	return attempt(f, "read", name, fs.ReadFile)
}
