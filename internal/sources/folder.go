package sources

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/choose"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/git"
)

// Folder is a mirror of sources in a folder, for installations without the
// internet and for tests:
//
//	modules/HOST/NAMESPACE/NAME/SYSTEM/VERSION/   the package of a module
//	git/github.com/OWNER/NAME/REF/                a repository; REF is a commit, a tag or a branch, HEAD the default branch
//	charts/HOST[/PATH]/NAME/VERSION/              a chart, Chart.yaml at its top
//	oci/HOST/REPOSITORY/TAG/                      an artifact, a module or a chart
//	files/HOST/PATH                               a file, or an archive of a module unpacked
//	dates.json                                    {"modules/HOST/.../VERSION": "2026-01-02T00:00:00Z"}, optional
//
// OWNER, NAME and HOST are in lower case. A slash in REF or TAG is written %2F.
type Folder struct {
	files  fs.FS
	limits content.Limits
	// BasePushed is as in Review.
	basePushed time.Time
	dates      map[string]time.Time
}

// NewFolder reads the dates of a mirror folder.
func NewFolder(files fs.FS, limits content.Limits, basePushed time.Time) (*Folder, error) {
	f := &Folder{files: files, limits: limits, basePushed: basePushed}
	data, err := fs.ReadFile(files, "dates.json")
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &f.dates)
	}
	if err != nil {
		return nil, fmt.Errorf("read dates.json of the mirror folder: %w", err)
	}
	return f, nil
}

// Resolve finds a source in the folder.
func (f *Folder) Resolve(_ context.Context, s plan.Source) (plan.Package, error) {
	a, err := address.Parse(s)
	if err != nil {
		return plan.Package{}, err
	}
	for {
		at, p, err := f.find(s, a)
		var why *plan.SourceError
		if errors.As(err, &why) && why.Why == plan.SourceGone && a.Or != nil {
			a = *a.Or
			continue
		}
		if err != nil {
			return plan.Package{}, about(err, s.Address)
		}
		return f.read(at, a, p)
	}
}

// find is the folder of a source, and what is known of it.
func (f *Folder) find(s plan.Source, a address.Address) (string, plan.Package, error) {
	switch a.Kind {
	case address.Registry:
		return f.version(s, a.Ref.Text, path.Join("modules", a.Host, a.Path), choose.Module(s.OpenTofu), choose.ExactModule)
	case address.Repository:
		u, err := url.Parse(a.URL)
		if err != nil {
			return "", plan.Package{}, err
		}
		return f.version(s, a.Ref.Text, path.Join("charts", a.Host, u.Path, a.Name), choose.Chart, exactChart)
	case address.GitHub:
		return f.ref(a, style(s, a))
	case address.OCI:
		if a.Ref.Kind == plan.RefVersion || a.Ref.Text == "" {
			return f.version(s, a.Ref.Text, path.Join("oci", a.Host, a.Path), choose.Chart, exactChart)
		}
		return f.there(path.Join("oci", a.Host, a.Path, escaped(a.Ref.Text)), moment(a.Ref.Kind == plan.RefDigest))
	}
	return f.there(path.Join("files", place(a.URL)), plan.MomentNow)
}

func exactChart(c string) (string, bool) { return c, choose.ExactChart(c) }

func escaped(ref string) string { return strings.ReplaceAll(ref, "/", "%2F") }

func moment(exact bool) plan.Moment {
	if exact {
		return plan.MomentExact
	}
	return plan.MomentNow
}

func (f *Folder) there(at string, m plan.Moment) (string, plan.Package, error) {
	if _, err := fs.Stat(f.files, at); err != nil {
		return "", plan.Package{}, &plan.SourceError{Why: plan.SourceGone, Text: "the mirror folder has no " + at}
	}
	return at, plan.Package{Moment: m}, nil
}

func (f *Folder) version(
	s plan.Source, constraint, below string, pick choose.Pick, exact func(string) (string, bool),
) (string, plan.Package, error) {
	entries, err := fs.ReadDir(f.files, below)
	if err != nil {
		return "", plan.Package{}, &plan.SourceError{Why: plan.SourceGone, Text: "the mirror folder has no " + below}
	}
	var list []choose.Published
	for _, e := range entries {
		if e.IsDir() {
			v := strings.ReplaceAll(e.Name(), "%2F", "/")
			list = append(list, choose.Published{Version: v, At: f.dates[below+"/"+e.Name()]})
		}
	}
	choice, err := choose.Now(constraint, pick, list)
	if s.Side == plan.Before {
		choice, err = choose.At(f.basePushed, constraint, pick, list)
	}
	if err != nil {
		return "", plan.Package{}, err
	}
	if _, ok := exact(constraint); ok {
		choice.Moment = plan.MomentExact
	}
	at := path.Join(below, escaped(choice.Version))
	if _, err := fs.Stat(f.files, at); err != nil {
		at = path.Join(below, "v"+escaped(choice.Version))
	}
	return at, plan.Package{Version: choice.Version, Moment: choice.Moment}, nil
}

func (f *Folder) ref(a address.Address, how git.Style) (string, plan.Package, error) {
	below := path.Join("git", a.Host, a.Path)
	if a.Ref.Kind == plan.RefVersion {
		return f.version(plan.Source{Side: plan.After}, a.Ref.Text, below, choose.Tag, exactChart)
	}
	ref := a.Ref.Text
	if ref == "" {
		ref = "HEAD"
	}
	ref = strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/tags/")
	_, exact := commit(a.Ref, how)
	return f.there(path.Join(below, escaped(ref)), moment(exact))
}

// read makes the package of a folder or a file of the mirror.
func (f *Folder) read(at string, a address.Address, p plan.Package) (plan.Package, error) {
	tree, err := Read(f.files, at, f.limits)
	if err != nil {
		return plan.Package{}, about(err, at)
	}
	p.Tree, p.Digest = tree, "tree:"+string(tree.Root.ID())
	dir, glob := a.Dir, a.Glob
	p.Dir, err = git.Folder(tree, dir, glob)
	return p, about(err, at)
}

// Read takes a folder, or a single file, of a file system into memory.
func Read(files fs.FS, at string, limits content.Limits) (*content.Tree, error) {
	b := content.NewBuilder(limits)
	err := fs.WalkDir(files, at, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(name, at), "/")
		if rel == "" && e.IsDir() {
			return nil
		}
		if rel == "" {
			rel = path.Base(name)
		}
		if err := b.Count(rel); err != nil {
			return err
		}
		return readEntry(b, files, name, rel, e)
	})
	if err != nil {
		return nil, err
	}
	return b.Tree(), nil
}

func readEntry(b *content.Builder, files fs.FS, name, rel string, e fs.DirEntry) error {
	switch {
	case e.IsDir() && e.Name() == ".git":
		return fs.SkipDir
	case e.IsDir():
		return b.Folder(rel)
	case e.Type()&fs.ModeSymlink != 0:
		target, err := fs.ReadLink(files, name)
		if err != nil {
			return err
		}
		return b.Link(rel, target)
	case !e.Type().IsRegular():
		return content.Refused(name, "is neither a file, a folder nor a symbolic link")
	}
	f, err := files.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return b.File(rel, info.Mode()&0o100 != 0, info.Size(), f)
}
