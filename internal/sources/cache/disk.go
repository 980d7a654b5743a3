package cache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Disk is a Store in a folder. When it grows beyond its size, what was not used
// for longest goes. Several processes may share a folder.
type Disk struct {
	dir  string
	most int64
	now  func() time.Time

	mu   sync.Mutex
	size int64 // as far as this process knows
}

// A value has this name until it is whole. One that is left for an hour belongs
// to a process that died.
const (
	newPrefix = ".new-"
	abandoned = time.Hour
)

// maxScan is how many values a folder is cleaned of at once at most; more means
// that it belongs to somebody else.
const maxScan = 1_000_000

// NewDisk makes the folder where it is missing. Most is in bytes.
func NewDisk(dir string, most int64, now func() time.Time) (*Disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cache folder: %w", err)
	}
	d := &Disk{dir: dir, most: most, now: now}
	values, err := d.scan()
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		d.size += v.size
	}
	return d, nil
}

func (d *Disk) path(k Key) string { return filepath.Join(d.dir, filepath.FromSlash(k.Path())) }

// Get reads a value, and marks it as used.
func (d *Disk) Get(_ context.Context, k Key) ([]byte, error) {
	name := d.path(k)
	value, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("cached content: %w", err)
	}
	now := d.now()
	_ = os.Chtimes(name, now, now) // another process may have removed it
	return value, nil
}

// Put writes a value beside its place and moves it there, so that nobody reads
// half of one. A value larger than the whole cache is not kept.
func (d *Disk) Put(_ context.Context, k Key, value []byte) error {
	if int64(len(value)) > d.most {
		return nil
	}
	name := d.path(k)
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return fmt.Errorf("cache %s: %w", k.Name, err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), newPrefix+"*")
	if err != nil {
		return fmt.Errorf("cache %s: %w", k.Name, err)
	}
	_, err = f.Write(value)
	err = errors.Join(err, f.Close())
	now := d.now()
	if err == nil {
		err = os.Chtimes(f.Name(), now, now)
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return fmt.Errorf("cache %s: %w", k.Name, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.size += int64(len(value)); d.size > d.most {
		return d.shrink()
	}
	return nil
}

// Drop removes a scope.
func (d *Disk) Drop(_ context.Context, s Scope) error {
	if err := os.RemoveAll(filepath.Join(d.dir, s.Dir())); err != nil {
		return fmt.Errorf("drop cached %s: %w", s, err)
	}
	return nil
}

type value struct {
	name string
	size int64
	used time.Time
}

func (d *Disk) scan() ([]value, error) {
	var all []value
	err := filepath.WalkDir(d.dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed meanwhile
		}
		if err != nil {
			return err
		}
		if all = append(all, value{name, info.Size(), info.ModTime()}); len(all) > maxScan {
			return fmt.Errorf("more than %d files", maxScan)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cache folder %s: %w", d.dir, err)
	}
	return all, nil
}

// shrink makes room down to nine tenths of the size, so that it is not done at
// every value.
func (d *Disk) shrink() error {
	all, err := d.scan()
	if err != nil {
		return err
	}
	d.size = 0
	for _, v := range all {
		d.size += v.size
	}
	slices.SortFunc(all, func(a, b value) int { return a.used.Compare(b.used) })
	for _, v := range all {
		if d.size <= d.most/10*9 {
			break
		}
		if strings.HasPrefix(filepath.Base(v.name), newPrefix) && d.now().Sub(v.used) < abandoned {
			continue // somebody is writing it
		}
		if err := os.Remove(v.name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cache folder: %w", err)
		}
		d.size -= v.size
	}
	return nil
}
