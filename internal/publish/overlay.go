package publish

import (
	"bytes"
	"io/fs"
	"path"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// edited is a tree in which one file has other content. The file and the
// folders above it have no object id, so that nobody takes them for unchanged.
type edited struct {
	fs.FS
	name    string
	content []byte
}

var (
	_ fs.ReadLinkFS = edited{}
	_ fs.ReadFileFS = edited{}
	_ fs.ReadDirFS  = edited{}
	_ fs.StatFS     = edited{}
)

func (e edited) touched(name string) bool {
	return name == "." || name == e.name || strings.HasPrefix(e.name, name+"/")
}

func (e edited) ReadLink(name string) (string, error) { return fs.ReadLink(e.FS, name) }

func (e edited) ReadFile(name string) ([]byte, error) {
	if name == e.name {
		return bytes.Clone(e.content), nil
	}
	return fs.ReadFile(e.FS, name)
}

func (e edited) Lstat(name string) (fs.FileInfo, error) {
	info, err := fs.Lstat(e.FS, name)
	return e.info(name, info, err)
}

func (e edited) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(e.FS, name)
	return e.info(name, info, err)
}

func (e edited) info(name string, info fs.FileInfo, err error) (fs.FileInfo, error) {
	if err != nil || !e.touched(name) {
		return info, err
	}
	size := info.Size()
	if name == e.name {
		size = int64(len(e.content))
	}
	return editedInfo{info, size}, nil
}

func (e edited) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(e.FS, name)
	if err != nil || !e.touched(name) {
		return entries, err
	}
	out := make([]fs.DirEntry, len(entries))
	for i, entry := range entries {
		out[i] = editedEntry{entry, e, path.Join(name, entry.Name())}
	}
	return out, nil
}

func (e edited) Open(name string) (fs.File, error) {
	f, err := e.FS.Open(name)
	if err != nil || name != e.name {
		return f, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return &editedFile{bytes.NewReader(e.content), editedInfo{info, int64(len(e.content))}, f}, nil
}

// editedInfo is the info of a touched entry: without an object id.
type editedInfo struct {
	fs.FileInfo
	size int64
}

func (i editedInfo) Size() int64 { return i.size }
func (i editedInfo) Sys() any    { return plan.ObjectID("") }

type editedEntry struct {
	fs.DirEntry
	tree edited
	name string
}

func (d editedEntry) Info() (fs.FileInfo, error) {
	info, err := d.DirEntry.Info()
	return d.tree.info(d.name, info, err)
}

type editedFile struct {
	*bytes.Reader
	info fs.FileInfo
	file fs.File
}

func (f *editedFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *editedFile) Close() error               { return f.file.Close() }
