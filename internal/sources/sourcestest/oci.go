package sourcestest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// OCI is a registry in memory, with the token flow of the public ones.
type OCI struct {
	// Realm is where tokens are handed out; empty for a registry that asks for
	// none. A token is for one repository.
	Realm string
	// User and Password are wanted at the realm where they are not empty.
	User, Password string
	// Page is how many tags one answer lists; 0 for all.
	Page int

	mu    sync.Mutex
	blobs map[string][]byte // by repository and digest
	media map[string]string
	tags  map[string]map[string]string // by repository: tag, digest
}

// Layer is one blob of an artifact.
type Layer struct {
	MediaType string
	Data      []byte
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Push puts an artifact under a tag, and returns the digest of its manifest.
func (o *OCI) Push(repo, tag, artifact, config string, layers ...Layer) string {
	m := map[string]any{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json"}
	if artifact != "" {
		m["artifactType"] = artifact
	}
	describe := func(l Layer) map[string]any {
		o.put(repo, digest(l.Data), "", l.Data)
		return map[string]any{"mediaType": l.MediaType, "digest": digest(l.Data), "size": len(l.Data)}
	}
	m["config"] = describe(Layer{config, []byte("{}")})
	list := []any{}
	for _, l := range layers {
		list = append(list, describe(l))
	}
	m["layers"] = list
	data, _ := json.Marshal(m)
	return o.PushManifest(repo, tag, "application/vnd.oci.image.manifest.v1+json", data)
}

// PushManifest puts any manifest under a tag.
func (o *OCI) PushManifest(repo, tag, media string, data []byte) string {
	d := digest(data)
	o.put(repo, d, media, data)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.tags == nil {
		o.tags = map[string]map[string]string{}
	}
	if o.tags[repo] == nil {
		o.tags[repo] = map[string]string{}
	}
	o.tags[repo][tag] = d
	return d
}

// Replace changes the bytes behind a digest, as a hostile registry would.
func (o *OCI) Replace(repo, of string, data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.blobs[repo+"@"+of] = data
}

func (o *OCI) put(repo, d, media string, data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.blobs == nil {
		o.blobs, o.media = map[string][]byte{}, map[string]string{}
	}
	o.blobs[repo+"@"+d] = data
	if media != "" {
		o.media[repo+"@"+d] = media
	}
}

// Token hands out tokens.
func (o *OCI) Token(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if o.User != "" && (user != o.User || password != o.Password) {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"token": "for " + r.URL.Query().Get("scope")})
}

// ServeHTTP is the distribution protocol, reading only.
func (o *OCI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/v2/")
	if !ok {
		http.NotFound(w, r)
		return
	}
	kind, repo, name := "", "", ""
	for _, k := range []string{"/manifests/", "/blobs/", "/tags/"} {
		if i := strings.LastIndex(path, k); i >= 0 {
			kind, repo, name = k, path[:i], path[i+len(k):]
		}
	}
	if o.Realm != "" && r.Header.Get("Authorization") != "Bearer for repository:"+repo+":pull" {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm=%q,service="registry",scope="repository:%s:pull"`, o.Realm, repo))
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if kind == "/tags/" {
		o.list(w, r, repo)
		return
	}
	if d, tagged := o.tags[repo][name]; tagged {
		name = d
	}
	data, ok := o.blobs[repo+"@"+name]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if media := o.media[repo+"@"+name]; media != "" {
		w.Header().Set("Content-Type", media)
	}
	w.Header().Set("Docker-Content-Digest", name)
	w.Header().Set("Content-Length", fmt.Sprint(len(data)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(data)
	}
}

func (o *OCI) list(w http.ResponseWriter, r *http.Request, repo string) {
	var all []string
	for tag := range o.tags[repo] {
		all = append(all, tag)
	}
	slices.Sort(all)
	if o.Page > 0 {
		last := r.URL.Query().Get("last")
		i, found := slices.BinarySearch(all, last)
		if found {
			i++
		}
		all = all[i:]
		if len(all) > o.Page {
			all = all[:o.Page]
			w.Header().Set("Link", fmt.Sprintf(`</v2/%s/tags/list?last=%s>; rel="next"`, repo, all[len(all)-1]))
		}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"name": repo, "tags": all})
}
