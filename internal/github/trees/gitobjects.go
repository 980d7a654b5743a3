package trees

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
)

// Fetcher brings what is wanted of git's objects.
type Fetcher struct {
	*api.Client
	cache *Cache
}

// Limits of one job's reading.
const (
	// batch is how many blobs one GraphQL question asks for, and batchBytes
	// about how large its answer may become.
	batch      = 100
	batchBytes = 4 << 20
	// smallText is the size up to which a blob is asked for by GraphQL, which
	// cuts longer texts.
	smallText = 400 << 10
	// maxFolders and maxBlobs bound what is read for one job, at once and in
	// all.
	maxFolders = 2000
	maxBlobs   = 20_000
)

// Folders brings all wanted folders. A folder comes with all that is
// below it in one request; where GitHub cuts that short, it is listed alone,
// and what is below is asked for when somebody wants it.
func (c Fetcher) Folders(ctx context.Context, o *Objects) error {
	o.mu.Lock()
	var ids []string
	for id := range o.wantedFolders {
		if !c.takeKept(o, id) {
			ids = append(ids, id)
		}
	}
	o.wantedFolders = map[string]bool{}
	total := len(o.folders) + len(ids)
	o.mu.Unlock()
	if len(ids) > maxFolders || total > maxBlobs*4 {
		return fmt.Errorf("read %d folders: %w", total, api.ErrTooLarge)
	}
	sort.Strings(ids)
	return api.Together(ctx, ids, func(ctx context.Context, id string) error {
		found, err := c.listFolder(ctx, id)
		if err != nil {
			return err
		}
		o.mu.Lock()
		defer o.mu.Unlock()
		for id, f := range found {
			o.folders[id] = f
			c.cache.folders.Put(id, f)
		}
		return nil
	})
}

// takeKept takes a folder that an earlier job brought, with all below it that is
// kept: asking for one after the other takes a round each. The caller holds o.mu.
func (c Fetcher) takeKept(o *Objects, id string) bool {
	if _, ok := o.folders[id]; ok {
		return true
	}
	f, ok := c.cache.folders.Get(id)
	if !ok {
		return false
	}
	o.folders[id] = f
	for _, e := range f {
		if e.isDir() {
			c.takeKept(o, e.id)
		}
	}
	return true
}

// treeAnswer is GitHub's answer for a tree.
type treeAnswer struct {
	SHA  string `json:"sha"`
	Tree []struct {
		Path string `json:"path"`
		Mode string `json:"mode"`
		Type string `json:"type"`
		SHA  string `json:"sha"`
		Size int64  `json:"size"`
	} `json:"tree"`
	Truncated *bool `json:"truncated"`
}

// listFolder lists a tree and, where GitHub gives them whole, all below it.
// Every folder is checked against its own id.
func (c Fetcher) listFolder(ctx context.Context, id string) (map[string][]entry, error) {
	if !api.IsObjectID(id) {
		return nil, fmt.Errorf("tree id %q is none", id)
	}
	var answer treeAnswer
	for _, query := range []string{"?recursive=1", ""} {
		answer = treeAnswer{}
		if _, err := c.Do(ctx, http.MethodGet, c.RepoPath("/git/trees/%s%s", id, query), nil, &answer); err != nil {
			return nil, err
		}
		if answer.Truncated == nil {
			return nil, fmt.Errorf("tree %s: GitHub does not say whether it is whole", id)
		}
		if !*answer.Truncated {
			break
		}
	}
	if *answer.Truncated {
		return nil, fmt.Errorf("tree %s: one folder has more entries than GitHub lists: %w", id, api.ErrTooLarge)
	}
	return folders(id, answer)
}

// folders sorts a listing into folders by their ids and verifies each.
func folders(id string, answer treeAnswer) (map[string][]entry, error) {
	byPath := map[string][]entry{".": {}}
	ids := map[string]string{".": id}
	for _, e := range answer.Tree {
		if !api.IsObjectID(e.SHA) || e.Path == "" {
			return nil, fmt.Errorf("tree %s: an entry without path or id", id)
		}
		dir := path.Dir(e.Path)
		byPath[dir] = append(byPath[dir], entry{name: path.Base(e.Path), mode: e.Mode, id: e.SHA, size: e.Size})
		if e.Type == "tree" {
			ids[e.Path] = e.SHA
		}
	}
	out := map[string][]entry{}
	for dir, list := range byPath {
		if ids[dir] == "" {
			return nil, fmt.Errorf("tree %s: entries below %s, which is none of its folders", id, dir)
		}
		if got := treeID(list, len(id)); got != ids[dir] {
			return nil, fmt.Errorf("tree %s: the listing of %s is not that of %s", id, dir, ids[dir])
		}
		slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.name, b.name) })
		out[ids[dir]] = list
	}
	return out, nil
}

// treeID works out the id of a tree from its entries (git's gitformat: mode,
// name and raw id of each, sorted as if folders ended in a slash).
func treeID(list []entry, digits int) string {
	key := func(e entry) string {
		if e.isDir() {
			return e.name + "/"
		}
		return e.name
	}
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b entry) int { return strings.Compare(key(a), key(b)) })
	var b bytes.Buffer
	for _, e := range sorted {
		raw, err := hex.DecodeString(e.id)
		if err != nil {
			return ""
		}
		fmt.Fprintf(&b, "%s %s\x00%s", strings.TrimPrefix(e.mode, "0"), e.name, raw)
	}
	return objectID("tree", b.Bytes(), digits)
}

// objectID is the git id of an object in a repository whose ids have that many
// digits.
func objectID(kind string, content []byte, digits int) string {
	h := sha1.New()
	if digits == 64 {
		h = sha256.New()
	}
	fmt.Fprintf(h, "%s %d\x00", kind, len(content))
	h.Write(content)
	return hex.EncodeToString(h.Sum(nil))
}

// Blobs brings all wanted files: small ones many in one question, the
// others one by one. Every content is checked against its id, which also
// finds text that GitHub converted from another encoding.
func (c Fetcher) Blobs(ctx context.Context, o *Objects) error {
	o.mu.Lock()
	wanted := o.wantedBlobs
	o.wantedBlobs = map[string]int64{}
	for id := range wanted {
		if b, ok := c.cache.blobs.Get(id); ok {
			o.blobs[id] = b
			delete(wanted, id)
		}
	}
	total := len(o.blobs) + len(wanted)
	o.mu.Unlock()
	if total > maxBlobs {
		return fmt.Errorf("read %d files: %w", total, api.ErrTooLarge)
	}
	var groups [][]string
	var single []string
	size := int64(0)
	for _, id := range slices.Sorted(maps.Keys(wanted)) {
		if wanted[id] > smallText {
			single = append(single, id)
			continue
		}
		if len(groups) == 0 || len(groups[len(groups)-1]) == batch || size+wanted[id] > batchBytes {
			groups, size = append(groups, nil), 0
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], id)
		size += wanted[id]
	}
	keep := func(id string, content []byte) {
		o.mu.Lock()
		o.blobs[id] = content
		o.mu.Unlock()
		c.cache.blobs.Put(id, content)
	}
	var mu sync.Mutex
	err := api.Together(ctx, groups, func(ctx context.Context, ids []string) error {
		found, err := c.texts(ctx, ids)
		for _, id := range ids {
			if b, ok := found[id]; ok {
				keep(id, b)
				continue
			}
			mu.Lock()
			single = append(single, id)
			mu.Unlock()
		}
		return err
	})
	if err != nil {
		return err
	}
	return api.Together(ctx, single, func(ctx context.Context, id string) error {
		b, err := c.blob(ctx, id)
		if err == nil {
			keep(id, b)
		}
		return err
	})
}

// texts asks for many blobs at once. Those that GraphQL does not give byte for
// byte are missing in the result.
func (c Fetcher) texts(ctx context.Context, ids []string) (map[string][]byte, error) {
	var q strings.Builder
	q.WriteString("query Blobs($owner:String!,$name:String!){repository(owner:$owner,name:$name){")
	for i, id := range ids {
		fmt.Fprintf(&q, "o%d:object(oid:%q){...b}", i, id)
	}
	q.WriteString("}} fragment b on GitObject{__typename ...on Blob{oid text isBinary isTruncated}}")
	var out struct {
		Repository map[string]*struct {
			OID         string
			Text        *string
			IsTruncated bool
		}
	}
	if err := c.GraphQL(ctx, q.String(), map[string]any{"owner": c.Owner, "name": c.Repo}, &out); err != nil {
		return nil, fmt.Errorf("read %d files of %s/%s: %w", len(ids), c.Owner, c.Repo, err)
	}
	found := map[string][]byte{}
	for i, id := range ids {
		b := out.Repository[fmt.Sprintf("o%d", i)]
		if b == nil || b.Text == nil || objectID("blob", []byte(*b.Text), len(id)) != id {
			continue
		}
		found[id] = []byte(*b.Text)
	}
	return found, nil
}

// blob reads one blob byte for byte.
func (c Fetcher) blob(ctx context.Context, id string) ([]byte, error) {
	var answer struct {
		Content  string `json:"content"`
		Encoding string `json:"encoding"`
	}
	if _, err := c.Do(ctx, http.MethodGet, c.RepoPath("/git/blobs/%s", id), nil, &answer); err != nil {
		return nil, err
	}
	content := []byte(answer.Content)
	if answer.Encoding == "base64" {
		var err error
		if content, err = base64.StdEncoding.DecodeString(strings.ReplaceAll(answer.Content, "\n", "")); err != nil {
			return nil, fmt.Errorf("blob %s: %w", id, err)
		}
	}
	if objectID("blob", content, len(id)) != id {
		return nil, fmt.Errorf("blob %s: the content is not that of the id", id)
	}
	return content, nil
}

// NewFetcher makes one that keeps in a cache what it brought.
func NewFetcher(c *api.Client, cache *Cache) Fetcher { return Fetcher{c, cache} }
