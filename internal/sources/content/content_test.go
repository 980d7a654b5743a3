package content

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

type entry struct {
	name, content string
	kind          byte
	mode          int64
}

func tarGzip(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	w := tar.NewWriter(z)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Typeflag: e.kind, Mode: e.mode, Size: int64(len(e.content))}
		if e.kind == 0 {
			h.Typeflag = tar.TypeReg
		}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		if h.Typeflag == tar.TypeSymlink || h.Typeflag == tar.TypeLink {
			h.Linkname, h.Size, e.content = e.content, 0, ""
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.content)); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	z.Close()
	return buf.Bytes()
}

// The tree id is git's own, whatever order the entries come in.
func TestTreeIDIsGits(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"main.tf": "a", "lib/x.tf": "b", "lib.tf": "c", "lib-a/z": "d", "run.sh": "#!", "deep/er/er/file": "", "LIB/x.tf": "e",
	}
	for name, text := range files {
		at := filepath.Join(dir, filepath.FromSlash(name))
		os.MkdirAll(filepath.Dir(at), 0o755)
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	os.Chmod(filepath.Join(dir, "run.sh"), 0o755)
	os.Symlink("../main.tf", filepath.Join(dir, "lib", "link"))
	git := func(args ...string) string {
		c := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.autocrlf=false"},
			args...)...)
		out, err := c.CombinedOutput()
		if err != nil {
			t.Fatalf("git %v: %v: %s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	git("init", "-q")
	git("add", "-A")
	git("commit", "-qm", "x")
	want := git("rev-parse", "HEAD^{tree}")

	packed, err := exec.Command("git", "-C", dir, "archive", "--format=tar.gz", "--prefix=o-r-123/", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Unpack(packed, TarGzip, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	tree := b.Strip()
	if got := string(tree.Root.ID()); got != want {
		t.Errorf("computed tree %s, git says %s", got, want)
	}
	again, err := Load(Pack(tree), DefaultLimits())
	if err != nil || string(again.Root.ID()) != want {
		t.Errorf("packed and loaded: %v, %v", again.Root.ID(), err)
	}
	if text, err := again.ReadFile("LIB/x.tf"); string(text) != "e" || err != nil {
		t.Errorf("names that differ in case alone: %q, %v", text, err)
	}
}

func TestHostileArchives(t *testing.T) {
	small := Limits{Compressed: 1 << 20, Expanded: 4 << 20, Entries: 50, File: 1 << 20, Ratio: 100, Free: 1 << 20, Path: 200}
	many := make([]entry, 60)
	for i := range many {
		many[i] = entry{name: strings.Repeat("d/", i%5) + string(rune('a'+i%26)) + strings.Repeat("x", i)}
	}
	for name, c := range map[string]struct {
		archive []byte
		want    plan.SourceWhy
		limit   string
	}{
		"climbs out":        {tarGzip(t, entry{name: "../evil", content: "x"}), plan.SourceUnsupported, ""},
		"climbs out inside": {tarGzip(t, entry{name: "a/../../evil", content: "x"}), plan.SourceUnsupported, ""},
		"absolute":          {tarGzip(t, entry{name: "/etc/passwd", content: "x"}), plan.SourceUnsupported, ""},
		"hard link": {tarGzip(t, entry{name: "a", content: "x"}, entry{name: "b", content: "a", kind: tar.TypeLink}),
			plan.SourceUnsupported, ""},
		"device":           {tarGzip(t, entry{name: "null", kind: tar.TypeChar}), plan.SourceUnsupported, ""},
		"fifo":             {tarGzip(t, entry{name: "pipe", kind: tar.TypeFifo}), plan.SourceUnsupported, ""},
		"file and folder":  {tarGzip(t, entry{name: "a", content: "x"}, entry{name: "a/b", content: "x"}), plan.SourceUnsupported, ""},
		"folder and file":  {tarGzip(t, entry{name: "a/b", content: "x"}, entry{name: "a", content: "x"}), plan.SourceUnsupported, ""},
		"too many entries": {tarGzip(t, many...), plan.SourceLimit, "entries"},
		"long path":        {tarGzip(t, entry{name: strings.Repeat("a/", 150) + "x", content: "x"}), plan.SourceLimit, "path"},
		"bomb by ratio":    {tarGzip(t, entry{name: "zero", content: strings.Repeat("\x00", 3<<20)}), plan.SourceLimit, "ratio"},
		"bomb of small files": {tarGzip(t, entry{name: "a", content: noise(2 << 18)}, entry{name: "b", content: strings.Repeat("\x00", 4<<20)}),
			plan.SourceLimit, "expanded"},
		"damaged":   {tarGzip(t, entry{name: "a", content: noise(5000)})[:2000], plan.SourceUntrusted, ""},
		"no gzip":   {[]byte("<html>sign in</html>"), plan.SourceUntrusted, ""},
		"too large": {[]byte(noise(1<<20 + 1)), plan.SourceLimit, "compressed"},
	} {
		_, err := Unpack(c.archive, TarGzip, small)
		var why *plan.SourceError
		if !errors.As(err, &why) || why.Why != c.want || why.Limit != c.limit {
			t.Errorf("%s: %v, want %s %s", name, err, c.want, c.limit)
		}
	}
}

// noise does not compress, and is the same every time.
func noise(n int) string {
	b := make([]byte, n)
	x := uint32(2463534242)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = byte(x)
	}
	return string(b)
}

func TestZip(t *testing.T) {
	pack := func(change func(w *zip.Writer)) []byte {
		var buf bytes.Buffer
		w := zip.NewWriter(&buf)
		change(w)
		w.Close()
		return buf.Bytes()
	}
	add := func(w *zip.Writer, name, text string, mode fs.FileMode) {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(mode)
		f, _ := w.CreateHeader(h)
		f.Write([]byte(text))
	}
	good := pack(func(w *zip.Writer) {
		add(w, "main.tf", "a", 0o644)
		add(w, "sub/", "", fs.ModeDir|0o755)
		add(w, "sub/link", "../main.tf", fs.ModeSymlink|0o777)
	})
	b, err := Unpack(good, Zip, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	tree := b.Tree()
	if err := CheckLinks(tree); err != nil {
		t.Error(err)
	}
	if text, err := tree.ReadFile("main.tf"); string(text) != "a" || err != nil {
		t.Errorf("read %q, %v", text, err)
	}
	broken := bytes.Clone(good)
	i := bytes.Index(broken, []byte("main.tf")) + len("main.tf")
	broken[i+2] ^= 0xff // the compressed data of the first file
	small := DefaultLimits()
	small.Entries, small.Expanded = 10, 1<<20
	for name, c := range map[string]struct {
		archive []byte
		want    plan.SourceWhy
		limit   string
	}{
		"wrong sum":  {broken, plan.SourceUntrusted, ""},
		"climbs out": {pack(func(w *zip.Writer) { add(w, "../x", "a", 0o644) }), plan.SourceUnsupported, ""},
		"device":     {pack(func(w *zip.Writer) { add(w, "x", "a", fs.ModeDevice|0o644) }), plan.SourceUnsupported, ""},
		"bomb":       {pack(func(w *zip.Writer) { add(w, "x", strings.Repeat("\x00", 3<<20), 0o644) }), plan.SourceLimit, "expanded"},
		"entries": {pack(func(w *zip.Writer) {
			for i := range 20 {
				add(w, strings.Repeat("x", i+1), "", 0o644)
			}
		}), plan.SourceLimit, "entries"},
	} {
		_, err := Unpack(c.archive, Zip, small)
		var why *plan.SourceError
		if !errors.As(err, &why) || why.Why != c.want || why.Limit != c.limit {
			t.Errorf("%s: %v, want %s %s", name, err, c.want, c.limit)
		}
	}
}

// A link out of an archive is refused; one inside is kept.
func TestLinks(t *testing.T) {
	for target, ok := range map[string]bool{"../other/main.tf": true, "../../outside": false, "/etc/passwd": false, "x": true, "..": true} {
		b, err := Unpack(tarGzip(t, entry{name: "sub/link", content: target, kind: tar.TypeSymlink}), TarGzip, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckLinks(b.Tree()); (err == nil) != ok {
			t.Errorf("link to %s: %v", target, err)
		}
	}
}

// A file beyond the limit of one file is there with its id, and not to be read;
// its neighbours are.
func TestLargeFile(t *testing.T) {
	small := DefaultLimits()
	small.File = 10
	b, err := Unpack(tarGzip(t, entry{name: "big", content: "12345678901"}, entry{name: "main.tf", content: "a"}), TarGzip, small)
	if err != nil {
		t.Fatal(err)
	}
	tree := b.Tree()
	if id := plan.ID(tree, "big"); id != BlobID([]byte("12345678901")) {
		t.Errorf("id of the large file: %s", id)
	}
	if _, err := tree.ReadFile("big"); err == nil || !strings.Contains(err.Error(), "more than the 10") {
		t.Errorf("read the large file: %v", err)
	}
	if _, err := tree.ReadFile("main.tf"); err != nil {
		t.Error(err)
	}
	again, err := Load(Pack(tree), small)
	if err != nil || again.Root.ID() != tree.Root.ID() {
		t.Errorf("packed and loaded: %v", err)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("PK\x05\x06"), true)
	f.Fuzz(func(t *testing.T, archive []byte, isZip bool) {
		format := TarGzip
		if isZip {
			format = Zip
		}
		small := Limits{Compressed: 1 << 16, Expanded: 1 << 18, Entries: 100, File: 1 << 16, Ratio: 100, Free: 1 << 20, Path: 200}
		b, err := Unpack(archive, format, small)
		if err != nil {
			return
		}
		tree := b.Tree()
		again, err := Load(Pack(tree), small)
		if err != nil || again.Root.ID() != tree.Root.ID() {
			t.Fatalf("packed and loaded: %v", err)
		}
	})
}
