package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// covering is a test with what it reaches.
type covering struct {
	in   binary
	test string
	took time.Duration // of processor time, beside what each process takes to begin
	ids  map[int]bool
	// preferred tests run first.
	preferred bool
	// kills are how many mutations it has noticed, by their function and by
	// what was done to which condition.
	kills map[string]int
}

// traced is what a file of the cache says about one test.
type traced struct {
	Took time.Duration
	IDs  []int
}

// longest is how long a test may take without any mutation.
const longest = 10 * time.Minute

// trace finds out which test reaches which mutation. Tracing takes longer than
// most of what follows, so what a binary and its test data showed is kept in the
// cache.
func (b binary) trace(dir, cache string) ([]covering, error) {
	key, err := b.digest()
	if err != nil {
		return nil, err
	}
	kept := map[string]traced{}
	file := filepath.Join(cache, key+".json")
	raw, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if kept, err = b.traceAll(dir); err != nil {
			return nil, err
		}
		if raw, err = json.Marshal(kept); err != nil {
			return nil, fmt.Errorf("traces of %s: %w", b.pkg, err)
		}
		if err := errors.Join(os.MkdirAll(cache, 0o700), os.WriteFile(file, raw, 0o600)); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	default:
		if err := json.Unmarshal(raw, &kept); err != nil {
			return nil, fmt.Errorf("read the traces of %s at %s: %w", b.pkg, file, err)
		}
	}
	var all []covering
	for _, test := range sorted(kept) {
		c := covering{in: b, test: test, took: kept[test].Took, ids: map[int]bool{}, kills: map[string]int{}}
		for _, id := range kept[test].IDs {
			c.ids[id] = true
		}
		all = append(all, c)
	}
	return all, nil
}

// traceAll runs every test by itself and notes which mutations it reaches. A
// test that fails without any is an error.
func (b binary) traceAll(dir string) (map[string]traced, error) {
	tests, err := b.tests()
	if err != nil {
		return nil, err
	}
	begins, err := b.begins()
	if err != nil {
		return nil, err
	}
	all := map[string]traced{}
	for _, test := range tests {
		file := filepath.Join(dir, filepath.Base(b.pkg)+"."+test+".trace")
		r, err := b.run(only(test), longest, traceVariable+"="+file)
		if err != nil {
			return nil, err
		}
		if !r.passed {
			return nil, fmt.Errorf("%s of %s fails without a mutation:\n%s", test, b.pkg, r.output)
		}
		c := traced{Took: max(r.spent-begins, 0)}
		reached, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for line := range strings.FieldsSeq(string(reached)) {
			id, err := strconv.Atoi(line)
			if err != nil {
				return nil, fmt.Errorf("trace of %s: %w", test, err)
			}
			c.IDs = append(c.IDs, id)
		}
		all[test] = c
	}
	return all, nil
}

// begins is how much processor time a process takes before any test.
func (b binary) begins() (time.Duration, error) {
	cmd := exec.Command(b.path, "-test.run", "^$")
	cmd.Dir = b.pkg
	if said, err := cmd.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("run no test of %s: %w\n%s", b.pkg, err, said)
	}
	return spent(cmd.ProcessState), nil
}

func spent(p *os.ProcessState) time.Duration { return p.UserTime() + p.SystemTime() }

// tests lists the top-level tests.
func (b binary) tests() ([]string, error) {
	cmd := exec.Command(b.path, "-test.list", "^Test")
	cmd.Dir = b.pkg
	said, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the tests of %s: %w", b.pkg, err)
	}
	return strings.Fields(string(said)), nil
}

// digest names the binary with the data that its tests read.
func (b binary) digest() (string, error) {
	sum := sha256.New()
	files := []string{b.path}
	err := filepath.WalkDir(filepath.Join(b.pkg, "testdata"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, name)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		return "", err
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "\n%s\n", filepath.Base(name))
		_, err = io.Copy(sum, f)
		if err := errors.Join(err, f.Close()); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)), nil
}
