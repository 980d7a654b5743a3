package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/holdpoint-dev/holdpoint/internal/sources/cache"
)

// bucket keeps what was fetched in S3. Its lifecycle rule forgets, nothing here
// counts what is used.
type bucket struct {
	client *s3.Client
	name   string
}

var _ cache.Store = bucket{}

func (c cloud) bucket(name string) bucket {
	client := s3.NewFromConfig(c.config, func(o *s3.Options) {
		o.DisableLogOutputChecksumValidationSkipped = true // it is no line of our log, and the tree's id is compared
	})
	return bucket{client: client, name: name}
}

// maxObject is more than a package within its limits needs, packed.
const maxObject = 128 << 20

// Get reads a value. S3 says that there is none only to who may list the bucket.
func (b bucket) Get(ctx context.Context, k cache.Key) ([]byte, error) {
	name := k.Path()
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &name})
	var missing *types.NoSuchKey
	if errors.As(err, &missing) {
		return nil, fmt.Errorf("cached content: %w", fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("cached content: %w", err)
	}
	defer out.Body.Close()
	value, err := io.ReadAll(io.LimitReader(out.Body, maxObject+1))
	if err == nil && len(value) > maxObject {
		err = fmt.Errorf("it has more than %d bytes", maxObject)
	}
	if err != nil {
		return nil, fmt.Errorf("cached content: %w", err)
	}
	return value, nil
}

// Put writes a value.
func (b bucket) Put(ctx context.Context, k cache.Key, value []byte) error {
	name := k.Path()
	if _, err := b.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &name, Body: bytes.NewReader(value)}); err != nil {
		return fmt.Errorf("cache %s: %w", k.Name, err)
	}
	return nil
}

// Drop lists and deletes what is in a scope. Work may do that to what belongs to one
// installation.
func (b bucket) Drop(ctx context.Context, s cache.Scope) error {
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: aws.String(s.Dir() + "/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("drop cached %s: %w", s, err)
		}
		if err := b.remove(ctx, page.Contents); err != nil {
			return fmt.Errorf("drop cached %s: %w", s, err)
		}
	}
	return nil
}

// remove deletes the objects of one page.
func (b bucket) remove(ctx context.Context, objects []types.Object) error {
	if len(objects) == 0 {
		return nil
	}
	var named types.Delete
	for _, o := range objects {
		named.Objects = append(named.Objects, types.ObjectIdentifier{Key: o.Key})
	}
	out, err := b.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &b.name, Delete: &named})
	if err == nil && len(out.Errors) > 0 {
		err = fmt.Errorf("%d objects stay: %s", len(out.Errors), aws.ToString(out.Errors[0].Message))
	}
	return err
}
