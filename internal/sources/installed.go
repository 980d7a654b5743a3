package sources

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/plan/modulesjson"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/choose"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
)

// Installed are the modules that `terraform init` or `terraform get` has put
// below a root module: .terraform/modules. A module of a registry is taken
// where the version fits the constraint; one of a repository where the address
// is the same, which is how Terraform decides too.
type Installed struct {
	root    fs.FS
	limits  content.Limits
	records []modulesjson.Record
}

// NewInstalled reads the record of a root module. Without one, nothing is
// installed.
func NewInstalled(root fs.FS, limits content.Limits) (*Installed, error) {
	data, err := fs.ReadFile(root, modulesjson.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return &Installed{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", modulesjson.Path, err)
	}
	records, err := modulesjson.Parse(data)
	return &Installed{root, limits, records}, err
}

// Resolve finds a module that is installed. One that is installed in several
// versions that fit is not answered: which call is meant, a source does not say.
func (i *Installed) Resolve(_ context.Context, s plan.Source) (plan.Package, error) {
	a, err := address.Parse(s)
	if err != nil {
		return plan.Package{}, err
	}
	none := &plan.SourceError{Why: plan.SourceGone, Subject: s.Address, Text: "is not installed"}
	if s.Kind != plan.ModuleSource {
		return plan.Package{}, none
	}
	var fit *modulesjson.Record
	for n, r := range i.records {
		if !i.same(s, a, r) {
			continue
		}
		if fit != nil && fit.Version != r.Version {
			return plan.Package{}, &plan.SourceError{Why: plan.SourceNoVersion, Subject: s.Address,
				Text: fmt.Sprintf("is installed as %s and as %s", fit.Version, r.Version)}
		}
		fit = &i.records[n]
	}
	if fit == nil {
		return plan.Package{}, none
	}
	return i.read(s, a, *fit)
}

func (i *Installed) same(s plan.Source, a address.Address, r modulesjson.Record) bool {
	if r.Source == "" || address.IsLocal(r.Source) {
		return false
	}
	recorded := s
	recorded.Address = r.Source
	b, err := address.Parse(recorded)
	if err != nil || a.Kind != b.Kind || a.Host != b.Host || a.Path != b.Path || a.URL != b.URL || a.Dir != b.Dir || a.Ref != b.Ref {
		return false
	}
	if a.Kind != address.Registry {
		return r.Version == ""
	}
	_, err = choose.Module(s.OpenTofu)(a.Ref.Text, []string{r.Version})
	return err == nil
}

// read takes the whole package: the folder that Terraform made for the call,
// which the record's folder may lie below.
func (i *Installed) read(s plan.Source, a address.Address, r modulesjson.Record) (plan.Package, error) {
	top := path.Join(".terraform/modules", r.Key)
	dir, ok := below(r.Dir, top)
	if !ok {
		top, dir = r.Dir, "."
	}
	if !fs.ValidPath(top) {
		return plan.Package{}, &plan.SourceError{Why: plan.SourceUnsupported, Subject: s.Address, Text: "is installed outside of the root module"}
	}
	tree, err := Read(i.root, top, i.limits)
	if err != nil {
		return plan.Package{}, about(err, top)
	}
	m := plan.MomentNow
	if _, exact := choose.ExactModule(a.Ref.Text); exact && a.Kind == address.Registry || address.IsCommit(a.Ref.Text) {
		m = plan.MomentExact
	}
	return plan.Package{Tree: tree, Dir: dir, Digest: "tree:" + string(tree.Root.ID()), Version: r.Version, Moment: m}, nil
}

// below is a path relative to a folder above it.
func below(name, top string) (string, bool) {
	if name == top {
		return ".", true
	}
	if len(name) > len(top) && name[:len(top)] == top && name[len(top)] == '/' {
		return name[len(top)+1:], true
	}
	return "", false
}
