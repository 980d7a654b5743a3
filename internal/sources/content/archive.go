package content

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Format is how an archive is packed. The zero value is invalid.
type Format string

const (
	TarGzip  Format = "tar.gz"
	TarBzip2 Format = "tar.bz2"
	Tar      Format = "tar"
	Zip      Format = "zip"
)

// Unpack reads an archive of a package. The whole archive is in memory, so that
// its digest could be told before.
func Unpack(archive []byte, format Format, limits Limits) (*Builder, error) {
	if int64(len(archive)) > limits.Compressed {
		return nil, Over("compressed", "", limits.Compressed, "bytes of archive")
	}
	b := NewBuilder(limits)
	var err error
	switch format {
	case Zip:
		err = b.zip(archive)
	case Tar:
		err = b.tar(bytes.NewReader(archive))
	case TarBzip2:
		err = b.tar(b.bounded(bzip2.NewReader(bytes.NewReader(archive)), len(archive)))
	case TarGzip:
		var packed io.Reader
		if packed, err = gzip.NewReader(bytes.NewReader(archive)); err == nil {
			err = b.tar(b.bounded(packed, len(archive)))
		}
	default:
		return nil, &plan.SourceError{Why: plan.SourceUnsupported, Text: fmt.Sprintf("archives of the kind %q are not read", format)}
	}
	var why *plan.SourceError
	if err != nil && !errors.As(err, &why) {
		return nil, &plan.SourceError{Why: plan.SourceUntrusted, Text: fmt.Sprintf("the archive is damaged: %v", err)}
	}
	return b, err
}

// bounded ends an unpacked stream at the limits, whatever is in it: padding and
// skipped entries count too.
func (b *Builder) bounded(r io.Reader, compressed int) *boundedReader {
	most := b.limits.Expanded + int64(b.limits.Entries)*1024 // a header and the padding of each entry
	limit := Over("expanded", "", b.limits.Expanded, "bytes when unpacked")
	if ratio := b.limits.Free + b.limits.Ratio*int64(compressed); ratio < most {
		most, limit = ratio, Over("ratio", "", b.limits.Ratio, "bytes for each byte of the archive")
	}
	return &boundedReader{r, most, limit}
}

type boundedReader struct {
	r    io.Reader
	left int64
	err  error
}

func (r *boundedReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, r.err
	}
	if int64(len(p)) > r.left {
		p = p[:r.left]
	}
	n, err := r.r.Read(p)
	r.left -= int64(n)
	return n, err
}

func (b *Builder) tar(r io.Reader) error {
	entries := tar.NewReader(r)
	for {
		h, err := entries.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := b.tarEntry(h, entries); err != nil {
			return err
		}
	}
}

func (b *Builder) tarEntry(h *tar.Header, r io.Reader) error {
	if err := b.Count(h.Name); err != nil {
		return err
	}
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	name, err := Clean(h.Name)
	if err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return b.Folder(name)
	case tar.TypeReg, tar.TypeGNUSparse:
		return b.File(name, h.Mode&0o100 != 0, h.Size, r)
	case tar.TypeSymlink:
		return b.Link(name, h.Linkname)
	case tar.TypeLink:
		return Refused(strconv.Quote(h.Name), "is a hard link, which packages may not have")
	}
	return Refused(strconv.Quote(h.Name), "is neither a file, a folder nor a symbolic link")
}

func (b *Builder) zip(archive []byte) error {
	// The directory of a zip is read at once: as many entries as it could have,
	// at 46 bytes each, bound what that costs.
	if most := len(archive) / 46; most > b.limits.Entries && zipEntries(archive) > b.limits.Entries {
		return Over("entries", "", int64(b.limits.Entries), "entries")
	}
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return err
	}
	left := b.bounded(nil, len(archive))
	for _, f := range z.File {
		if err := b.zipEntry(f, left); err != nil {
			return err
		}
	}
	return nil
}

// zipEntries counts the headers of a zip's directory.
func zipEntries(archive []byte) int { return bytes.Count(archive, []byte("PK\x01\x02")) }

func (b *Builder) zipEntry(f *zip.File, left *boundedReader) error {
	if err := b.Count(f.Name); err != nil {
		return err
	}
	name, err := Clean(f.Name)
	if err != nil {
		return err
	}
	mode := f.Mode()
	if mode.IsDir() {
		return b.Folder(name)
	}
	if mode.Type()&^fs.ModeSymlink != 0 {
		return Refused(strconv.Quote(f.Name), "is neither a file, a folder nor a symbolic link")
	}
	if f.UncompressedSize64 > uint64(b.limits.Expanded) {
		return Over("expanded", "", b.limits.Expanded, "bytes when unpacked")
	}
	size := int64(f.UncompressedSize64)
	if mode&fs.ModeSymlink != 0 && size > 4096 {
		return Over("path", "", 4096, "bytes in the target of a link")
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	left.r = r
	if mode&fs.ModeSymlink != 0 {
		target, err := io.ReadAll(io.LimitReader(left, size))
		if err != nil {
			return err
		}
		return b.Link(name, string(target))
	}
	return b.File(name, mode&0o100 != 0, size, left)
}

// CheckLinks refuses a package with a symbolic link that leads out of it. A
// repository may have such links: there they are seen by who follows them.
func CheckLinks(t *Tree) error { return t.Root.checkLinks("") }

func (n *Node) checkLinks(at string) error {
	for _, c := range n.children {
		name := at + c.name
		if c.mode&fs.ModeSymlink != 0 && !Inside(name, string(c.content)) {
			return Refused(strconv.Quote(name), "is a symbolic link out of the package")
		}
		if err := c.checkLinks(name + "/"); err != nil {
			return err
		}
	}
	return nil
}
