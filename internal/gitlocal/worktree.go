package gitlocal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// workTree is the tree a commit of everything would have: tracked files as
// they lie on disk, and untracked ones that are not ignored. A file that git
// knows to be untouched is read from the object database under the id in the
// index, so an untouched folder costs neither reading nor hashing.
func (r *Repository) workTree(ctx context.Context) (*tree, error) {
	top, err := r.topLevel(ctx)
	if err != nil {
		return nil, err
	}
	d, err := openDisk(top, r.hashes)
	if err != nil {
		return nil, err
	}
	r.closers = append(r.closers, d.root.Close)
	index, err := r.readIndex(ctx, top)
	if err != nil {
		return nil, err
	}
	root := &node{}
	for name, file := range index {
		e, ok, err := r.workEntry(d, name, file)
		if err != nil {
			return nil, fmt.Errorf("read %s in the work tree: %w", name, err)
		}
		if ok {
			root.put(name, e)
		}
	}
	return &tree{Root: root.entry(".", r.hashes)}, nil
}

// indexed is what the index says of a path.
type indexed struct {
	mode string
	id   plan.ObjectID
	// trusted: the file on disk is the object id, or is not checked out.
	trusted bool
}

// readIndex lists tracked and untracked files. It asks from the top of the
// work tree, where all names are relative to it.
func (r *Repository) readIndex(ctx context.Context, top string) (map[string]indexed, error) {
	g := r.git
	g.dir = top
	// -v tells files that are not checked out (S) and, by a small letter,
	// files that git was told to take for unchanged (git-ls-files(1)).
	tracked, err := g.output(ctx, "ls-files", "-z", "-v", "--stage")
	if err != nil {
		return nil, fmt.Errorf("list tracked files: %w", err)
	}
	files := map[string]indexed{}
	for _, line := range fields(tracked) {
		head, name, ok := strings.Cut(line, "\t")
		words := strings.Fields(head)
		if !ok || len(words) != 4 {
			return nil, fmt.Errorf("list tracked files: unexpected line %q", line)
		}
		merged := words[3] == "0"
		files[name] = indexed{mode: words[1], id: plan.ObjectID(words[2]), trusted: merged && (words[0] == "H" || words[0] == "S")}
	}
	touched, err := g.output(ctx, "diff-files", "-z", "--name-only", "--no-ext-diff")
	if err != nil {
		return nil, fmt.Errorf("list touched files: %w", err)
	}
	for _, name := range fields(touched) {
		file := files[name]
		file.trusted = false
		files[name] = file
	}
	untracked, err := g.output(ctx, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return nil, fmt.Errorf("list untracked files: %w", err)
	}
	for _, name := range fields(untracked) {
		// A name with a final slash is a repository inside this one that
		// is no submodule; git would not add its files.
		if !strings.HasSuffix(name, "/") {
			files[name] = indexed{}
		}
	}
	return files, nil
}

// workEntry is one path of the work tree; false where the file is gone.
func (r *Repository) workEntry(d *disk, name string, file indexed) (entry, bool, error) {
	base := path.Base(name)
	if file.mode == "160000" {
		id := file.id
		if !file.trusted {
			id = "" // at another commit than recorded, or removed
		}
		return entry{name: base, mode: fs.ModeIrregular, id: known(id)}, true, nil
	}
	if file.trusted {
		mode, err := fileMode(file.mode)
		if err != nil {
			return entry{}, false, err
		}
		return r.objects.blob(base, mode, file.id), true, nil
	}
	if inside, err := d.inFolders(name); err != nil || !inside {
		return entry{}, false, err
	}
	e, err := d.entry(name)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && e.mode.IsDir()) {
		return entry{}, false, nil
	}
	if err != nil {
		return entry{}, false, err
	}
	if r.crlf && e.mode.IsRegular() {
		e = withoutCRLF(e, r.hashes)
	}
	return e, true, nil
}

// inFolders reports whether everything above a path is a real folder. For git
// a tracked file behind a symbolic link or a file is gone.
func (d *disk) inFolders(name string) (bool, error) {
	at := ""
	for part := range strings.SplitSeq(path.Dir(name), "/") {
		at = path.Join(at, part)
		found, err := d.root.Lstat(at)
		if errors.Is(err, fs.ErrNotExist) || (err == nil && !found.IsDir()) {
			return false, nil
		}
		if err != nil {
			return false, plain(err)
		}
	}
	return true, nil
}

// withoutCRLF reads a text file as git would store it where core.autocrlf is
// set: with LF line ends. A file with a NUL byte is not text.
func withoutCRLF(e entry, hashes hashing) entry {
	raw := e.read
	e.read = func() ([]byte, error) {
		content, err := raw()
		if err != nil || bytes.IndexByte(content, 0) >= 0 {
			return content, err
		}
		return bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), nil
	}
	read := e.read
	e.id = sync.OnceValue(func() plan.ObjectID {
		content, err := read()
		if err != nil {
			return ""
		}
		return hashes.id("blob", content)
	})
	return e
}

// node is a folder while the work tree is put together from full paths.
type node struct {
	files   []entry
	folders map[string]*node
}

func (n *node) put(name string, e entry) {
	first, rest, deeper := strings.Cut(name, "/")
	if !deeper {
		n.files = append(n.files, e)
		return
	}
	if n.folders == nil {
		n.folders = map[string]*node{}
	}
	if n.folders[first] == nil {
		n.folders[first] = &node{}
	}
	n.folders[first].put(rest, e)
}

func (n *node) entry(name string, hashes hashing) entry {
	list := listOnce(func() ([]entry, error) {
		entries := append([]entry(nil), n.files...)
		for sub, folder := range n.folders {
			entries = append(entries, folder.entry(sub, hashes))
		}
		return entries, nil
	})
	return entry{name: name, mode: fs.ModeDir | 0o755, list: list, id: sync.OnceValue(func() plan.ObjectID {
		entries, err := list()
		if err != nil {
			return ""
		}
		return hashes.tree(entries)
	})}
}
