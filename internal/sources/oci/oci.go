// Package oci reads artifacts of OCI registries: charts, modules of OpenTofu,
// and bundles of manifests.
package oci

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	spec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
	"github.com/holdpoint-dev/holdpoint/internal/sources/content"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// Client reads registries. It is safe for concurrent use.
type Client struct {
	Client *fetch.Client
	Known  *cache.Resolutions
	Store  cache.Store
	Limits content.Limits
	// Secret is what a host takes; the zero Secret for none.
	Secret func(host string) Secret
}

// Review is what may differ from one review to the next.
type Review struct {
	Scope cache.Scope // of answers that a secret brought
	Anew  bool        // tags are looked up again
}

// Repo is one repository of a registry.
type Repo struct{ Host, Path string }

func (r Repo) String() string { return r.Host + "/" + r.Path }

const (
	maxManifest = 4 << 20 // distribution-spec, pushing manifests
	maxTags     = 10_000
	maxTagPages = 50
)

func (c *Client) key(r Review, repo Repo, name string) cache.Key {
	scope := cache.Public
	if c.Secret(repo.Host) != (Secret{}) || c.Client.Hosts().Private(repo.Host) {
		scope = r.Scope
	}
	return cache.Key{Scope: scope, Name: name}.Through(c.Client.Hosts().Mirror(repo.Host))
}

// open is oras over our client.
func (c *Client) open(repo Repo) (*remote.Repository, error) {
	r, err := remote.NewRepository(repo.String())
	if err != nil {
		return nil, &plan.SourceError{Why: plan.SourceInvalid, Subject: repo.String(), Text: "is not a repository of an OCI registry"}
	}
	r.Client = &door{client: c.Client, host: r.Reference.Host(), repo: r.Reference.Repository, secret: c.Secret(repo.Host)}
	r.MaxMetadataBytes = maxManifest
	r.TagListMaxPages = maxTagPages
	r.SkipReferrersGC = true
	return r, nil
}

// Resolve is the digest that a tag points to now.
func (c *Client) Resolve(ctx context.Context, r Review, repo Repo, tag string) (string, error) {
	key := c.key(r, repo, "oci-tag:"+repo.String()+":"+tag)
	data, err := c.Known.Resolve(ctx, key, r.Anew, func(ctx context.Context, _ string) (cache.Found, error) {
		remote, err := c.open(repo)
		if err != nil {
			return cache.Found{}, err
		}
		desc, err := remote.Resolve(ctx, tag)
		if err != nil {
			return cache.Found{}, explain(ctx, err, repo, tag)
		}
		if desc.Digest.Algorithm() != digest.SHA256 || desc.Digest.Validate() != nil {
			return cache.Found{}, &plan.SourceError{Why: plan.SourceUnsupported, Subject: repo.String(), Text: "its digests are not SHA-256"}
		}
		return cache.Found{Value: []byte(desc.Digest)}, nil
	})
	return string(data), err
}

// Tags lists the tags of a repository.
func (c *Client) Tags(ctx context.Context, r Review, repo Repo) ([]string, error) {
	key := c.key(r, repo, "oci-tags:"+repo.String())
	data, err := c.Known.Resolve(ctx, key, r.Anew, func(ctx context.Context, _ string) (cache.Found, error) {
		remote, err := c.open(repo)
		if err != nil {
			return cache.Found{}, err
		}
		var all []string
		err = remote.Tags(ctx, "", func(tags []string) error {
			if all = append(all, tags...); len(all) > maxTags {
				return content.Over("tags", repo.String(), maxTags, "tags")
			}
			return nil
		})
		if err != nil {
			return cache.Found{}, explain(ctx, err, repo, "")
		}
		return cache.Found{Value: []byte(strings.Join(all, "\n"))}, nil
	})
	if err != nil || len(data) == 0 {
		return nil, err
	}
	return strings.Split(string(data), "\n"), nil
}

// Want chooses the layer of a manifest that holds the content.
type Want struct {
	// Artifact is the artifact type that the manifest must have, empty for any.
	Artifact string
	// Layers are the media types that the layer may have, best first; empty
	// for the first layer, whatever it is.
	Layers []string
	// Only: there may be no second layer of that type.
	Only bool
}

// Pull brings the layer of a manifest, checked against both digests.
func (c *Client) Pull(ctx context.Context, r Review, repo Repo, manifest string, want Want) ([]byte, spec.Descriptor, error) {
	data, err := c.manifest(ctx, r, repo, manifest)
	if err != nil {
		return nil, spec.Descriptor{}, err
	}
	layer, err := choose(data, repo, want)
	if err != nil {
		return nil, spec.Descriptor{}, err
	}
	if layer.Size > c.Limits.Compressed {
		return nil, layer, content.Over("compressed", repo.String(), c.Limits.Compressed, "bytes of archive")
	}
	blob, err := c.kept(ctx, r, repo, string(layer.Digest), func(remote *remote.Repository) ([]byte, error) {
		body, err := remote.Blobs().Fetch(ctx, layer)
		if err != nil {
			return nil, err
		}
		defer body.Close()
		return bounded(body, min(layer.Size, c.Limits.Compressed), "compressed", repo.String())
	})
	return blob, layer, err
}

func (c *Client) manifest(ctx context.Context, r Review, repo Repo, manifest string) ([]byte, error) {
	return c.kept(ctx, r, repo, manifest, func(remote *remote.Repository) ([]byte, error) {
		_, body, err := remote.Manifests().FetchReference(ctx, manifest)
		if err != nil {
			return nil, err
		}
		defer body.Close()
		return bounded(body, maxManifest, "manifest", repo.String())
	})
}

// kept reads what has a digest, from the cache or from the registry.
func (c *Client) kept(
	ctx context.Context, r Review, repo Repo, want string, read func(*remote.Repository) ([]byte, error),
) ([]byte, error) {
	if _, err := digest.Parse(want); err != nil || !strings.HasPrefix(want, "sha256:") {
		return nil, &plan.SourceError{Why: plan.SourceUnsupported, Subject: repo.String(), Text: "its digests are not SHA-256"}
	}
	key := c.key(r, repo, "blob:"+repo.String()+"@"+want)
	if data, err := c.Store.Get(ctx, key); err == nil && Sum(data) == want {
		return data, nil
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	remote, err := c.open(repo)
	if err != nil {
		return nil, err
	}
	data, err := read(remote)
	if err != nil {
		return nil, explain(ctx, err, repo, want)
	}
	if Sum(data) != want {
		return nil, &plan.SourceError{Why: plan.SourceUntrusted, Subject: repo.String(), Text: "the content is not that of " + want}
	}
	return data, c.Store.Put(ctx, key, data)
}

// Sum is the digest of some bytes as OCI writes it.
func Sum(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func choose(data []byte, repo Repo, want Want) (spec.Descriptor, error) {
	refuse := func(text string) (spec.Descriptor, error) {
		return spec.Descriptor{}, &plan.SourceError{Why: plan.SourceUnsupported, Subject: repo.String(), Text: text}
	}
	var m struct {
		spec.Manifest
		Manifests json.RawMessage `json:"manifests"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return spec.Descriptor{}, &plan.SourceError{Why: plan.SourceUntrusted, Subject: repo.String(), Text: "its manifest is damaged"}
	}
	if len(m.Manifests) > 0 {
		return refuse("is an index of several artifacts, not one")
	}
	if want.Artifact != "" && m.ArtifactType != want.Artifact {
		return refuse(fmt.Sprintf("is an artifact of type %q, not %q", m.ArtifactType, want.Artifact))
	}
	if len(want.Layers) == 0 && len(m.Layers) > 0 {
		return m.Layers[0], nil
	}
	for _, media := range want.Layers {
		is := func(d spec.Descriptor) bool { return d.MediaType == media }
		i := slices.IndexFunc(m.Layers, is)
		if i < 0 {
			continue
		}
		if want.Only && slices.ContainsFunc(m.Layers[i+1:], is) {
			return refuse("has several layers of type " + media)
		}
		return m.Layers[i], nil
	}
	return refuse("has no layer of type " + strings.Join(want.Layers, " or "))
}

// explain makes an error of oras one of a source.
func explain(ctx context.Context, err error, repo Repo, ref string) error {
	var why *plan.SourceError
	var answer *errcode.ErrorResponse
	subject := strings.TrimSpace(repo.String() + " " + ref)
	switch {
	case errors.As(err, &why):
		if why.Subject == "" {
			named := *why
			named.Subject = subject
			return &named
		}
		return why
	case ctx.Err() != nil:
		if cause := context.Cause(ctx); errors.As(cause, &why) {
			return why
		}
		return ctx.Err()
	case errors.Is(err, errdef.ErrNotFound):
		return &plan.SourceError{Why: plan.SourceGone, Subject: subject, Text: "there is no such thing, or it is private"}
	case errors.As(err, &answer):
		return fetch.Refusal(fetch.Response{Status: answer.StatusCode}, subject)
	}
	return &plan.SourceError{Why: plan.SourceDown, Subject: subject, Text: fmt.Sprintf("cannot be read: %v", err)}
}
