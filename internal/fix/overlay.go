package fix

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// overlay is a tree in which some files have other content or are there
// besides. They and the folders above them have no object id, so that nobody
// takes them for unchanged.
type overlay struct {
	fs.FS
	files map[string][]byte
}

var (
	_ fs.ReadLinkFS = overlay{}
	_ fs.ReadFileFS = overlay{}
	_ fs.ReadDirFS  = overlay{}
	_ fs.StatFS     = overlay{}
)

// above reports whether an edited file lies below a folder.
func (o overlay) above(name string) bool {
	if name == "." {
		return true
	}
	for file := range o.files {
		if strings.HasPrefix(file, name+"/") {
			return true
		}
	}
	return false
}

func (o overlay) ReadLink(name string) (string, error) { return fs.ReadLink(o.FS, name) }

func (o overlay) ReadFile(name string) ([]byte, error) {
	if content, ok := o.files[name]; ok {
		return bytes.Clone(content), nil
	}
	return fs.ReadFile(o.FS, name)
}

func (o overlay) Lstat(name string) (fs.FileInfo, error) {
	info, err := fs.Lstat(o.FS, name)
	return o.info(name, info, err)
}

func (o overlay) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(o.FS, name)
	return o.info(name, info, err)
}

// info describes an entry that is edited, new or above one; others as they are.
func (o overlay) info(name string, info fs.FileInfo, err error) (fs.FileInfo, error) {
	content, edited := o.files[name]
	above := !edited && o.above(name)
	switch {
	case !edited && !above:
		return info, err
	case err == nil && edited:
		return entryInfo{name: info.Name(), mode: info.Mode(), size: int64(len(content))}, nil
	case err == nil:
		return entryInfo{name: info.Name(), mode: info.Mode(), size: info.Size()}, nil
	case edited:
		return entryInfo{name: path.Base(name), mode: 0o644, size: int64(len(content))}, nil
	}
	return entryInfo{name: path.Base(name), mode: fs.ModeDir | 0o755}, nil
}

func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(o.FS, name)
	if !o.above(name) {
		return entries, err
	}
	byName := map[string]fs.DirEntry{}
	for _, entry := range entries {
		byName[entry.Name()] = entry
	}
	for file := range o.files {
		rest := file
		if name != "." {
			var ok bool
			if rest, ok = strings.CutPrefix(file, name+"/"); !ok {
				continue
			}
		}
		first, _, _ := strings.Cut(rest, "/")
		info, err := o.Lstat(path.Join(name, first))
		if err != nil {
			return nil, err
		}
		byName[first] = fs.FileInfoToDirEntry(info)
	}
	out := slices.Collect(maps.Values(byName))
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

func (o overlay) Open(name string) (fs.File, error) {
	content, ok := o.files[name]
	if !ok && !o.above(name) {
		return o.FS.Open(name)
	}
	info, err := o.Lstat(name)
	if err != nil {
		return nil, err
	}
	if ok {
		return &openFile{bytes.NewReader(content), info}, nil
	}
	entries, err := o.ReadDir(name)
	return &openFolder{info: info, entries: entries}, err
}

// entryInfo is the info of a touched entry: without an object id.
type entryInfo struct {
	name string
	mode fs.FileMode
	size int64
}

func (i entryInfo) Name() string       { return i.name }
func (i entryInfo) Size() int64        { return i.size }
func (i entryInfo) Mode() fs.FileMode  { return i.mode }
func (i entryInfo) ModTime() time.Time { return time.Time{} }
func (i entryInfo) IsDir() bool        { return i.mode.IsDir() }
func (i entryInfo) Sys() any           { return plan.ObjectID("") }

type openFile struct {
	*bytes.Reader
	info fs.FileInfo
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

type openFolder struct {
	info    fs.FileInfo
	entries []fs.DirEntry
}

func (f *openFolder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFolder) Close() error               { return nil }

func (f *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.info.Name(), Err: fs.ErrInvalid}
}

func (f *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 || n > len(f.entries) {
		if n > 0 && len(f.entries) == 0 {
			return nil, io.EOF
		}
		n = len(f.entries)
	}
	out := f.entries[:n]
	f.entries = f.entries[n:]
	return out, nil
}
