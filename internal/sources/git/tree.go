package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/address"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// Digest names the content of a repository at a commit.
func Digest(repo, commit string) string { return "git:github.com/" + repo + "@" + commit }

// Cached is the tree of a commit where the cache has it.
func (g *GitHub) Cached(ctx context.Context, grant Grant, repo, commit string) (*content.Tree, bool) {
	data, err := g.Store.Get(ctx, g.key(grant, Digest(repo, commit)))
	if err != nil {
		return nil, false
	}
	id, packed, ok := bytes.Cut(data, []byte("\n"))
	if !ok {
		return nil, false
	}
	tree, err := content.Load(packed, g.Limits)
	if err != nil || string(tree.Root.ID()) != string(id) {
		return nil, false // damaged: read it again
	}
	return tree, true
}

// Tree brings the files of a commit. Nothing is kept whose tree has another id
// than the commit says.
func (g *GitHub) Tree(ctx context.Context, grant Grant, repo string, c Commit) (*content.Tree, error) {
	tree, err := g.read(ctx, grant, repo, c)
	if err != nil {
		return nil, named(err, "github.com/"+repo)
	}
	if tree.Root.ID() != c.Tree {
		return nil, &plan.SourceError{Why: plan.SourceUntrusted, Subject: "github.com/" + repo, Text: "the files are not those of commit " + c.ID}
	}
	value := append([]byte(string(c.Tree)+"\n"), content.Pack(tree)...)
	return tree, g.Store.Put(ctx, g.key(grant, Digest(repo, c.ID)), value)
}

// read takes the archive, which is one request. An archive leaves files out and
// changes others where .gitattributes says so, and has no submodules; what
// differs is then read object by object.
func (g *GitHub) read(ctx context.Context, grant Grant, repo string, c Commit) (*content.Tree, error) {
	r := fetch.Request{URL: "https://" + API + "/repos/" + repo + "/tarball/" + c.ID, Limit: g.Limits.Compressed, Name: "compressed"}
	if grant.Token != "" {
		r.Authorization = "Bearer " + grant.Token
	}
	resp, err := g.Client.Get(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := fetch.Refusal(resp, "github.com/"+repo); err != nil {
		return nil, err
	}
	b, err := content.Unpack(resp.Body, content.TarGzip, g.Limits)
	if err != nil {
		return nil, err
	}
	have := map[plan.ObjectID]*content.Node{}
	if tree := b.Strip(); tree != nil {
		if tree.Root.ID() == c.Tree {
			return tree, nil
		}
		have = content.Blobs(tree)
	}
	return g.objects(ctx, grant, repo, c, have)
}

type listing struct {
	SHA  string `json:"sha"`
	Tree []struct {
		Path string `json:"path"`
		Mode string `json:"mode"`
		Type string `json:"type"`
		SHA  string `json:"sha"`
		Size int64  `json:"size"`
	} `json:"tree"`
	Truncated bool `json:"truncated"`
}

// maxObjects is how many files are read one by one.
const maxObjects = 100

func (g *GitHub) objects(
	ctx context.Context, grant Grant, repo string, c Commit, have map[plan.ObjectID]*content.Node,
) (*content.Tree, error) {
	list, err := lookup[listing](ctx, g, grant, repo, "/git/trees/"+string(c.Tree)+"?recursive=1", true)
	if err != nil {
		return nil, err
	}
	if list.Truncated {
		return nil, content.Over("entries", "github.com/"+repo, int64(g.Limits.Entries), "entries")
	}
	b, read := content.NewBuilder(g.Limits), 0
	for _, e := range list.Tree {
		name, err := content.Clean(e.Path)
		if err == nil {
			err = b.Count(e.Path)
		}
		if err != nil {
			return nil, err
		}
		id := plan.ObjectID(e.SHA)
		switch {
		case e.Type == "tree":
			err = b.Folder(name)
		case e.Type == "commit":
			err = b.Submodule(name, id)
		case e.Size > g.Limits.File:
			err = b.Absent(name, e.Mode == "100755", e.Size, id)
		default:
			if have[id] == nil {
				if read++; read > maxObjects {
					return nil, content.Over("objects", "github.com/"+repo, maxObjects, "files that its archive does not have")
				}
				if have[id], err = g.blob(ctx, grant, repo, id); err != nil {
					return nil, err
				}
			}
			err = b.Keep(name, e.Mode, have[id])
		}
		if err != nil {
			return nil, err
		}
	}
	return b.Tree(), nil
}

func (g *GitHub) blob(ctx context.Context, grant Grant, repo string, id plan.ObjectID) (*content.Node, error) {
	if !address.IsCommit(string(id)) {
		return nil, down(repo, "its answer names no object")
	}
	at := "https://" + API + "/repos/" + repo + "/git/blobs/" + string(id)
	resp, err := g.get(ctx, grant, at, "", "application/vnd.github.raw+json", g.Limits.File)
	if err == nil {
		err = fetch.Refusal(resp, "github.com/"+repo)
	}
	if err != nil {
		return nil, err
	}
	n := content.NewBlob(resp.Body)
	if n.ID() != id {
		return nil, &plan.SourceError{Why: plan.SourceUntrusted, Subject: "github.com/" + repo,
			Text: fmt.Sprintf("another file came than %s", id)}
	}
	return n, nil
}

// Folder finds the folder that an address means in a tree.
func Folder(tree fs.FS, dir string, glob bool) (string, error) {
	if glob {
		found, err := fs.Glob(tree, dir)
		if err != nil || len(found) != 1 {
			return "", &plan.SourceError{Why: plan.SourceGone, Subject: dir, Text: fmt.Sprintf("the pattern fits %d folders, not one", len(found))}
		}
		dir = found[0]
	}
	real, err := plan.Resolve(tree, dir)
	if err == nil {
		var info fs.FileInfo
		if info, err = fs.Stat(tree, real); err == nil && plan.IsSubmodule(info) {
			return "", &plan.SourceError{Why: plan.SourceUnsupported, Subject: dir, Text: "is a git submodule"}
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", &plan.SourceError{Why: plan.SourceGone, Subject: strconv.Quote(dir), Text: "the package has no such folder"}
	}
	if err != nil {
		return "", &plan.SourceError{Why: plan.SourceUnsupported, Subject: strconv.Quote(dir), Text: err.Error()}
	}
	return real, nil
}
