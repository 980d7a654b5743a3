package trees

import (
	"bytes"
	"errors"
	"maps"
	"strings"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Rebase is what merging a pull request by rebasing makes, by the ids of trees: one
// commit after the other is applied to the tip of the base, those that merge not at
// all. What a later commit takes back of an earlier one is then taken from the base
// too, where a merge of the two ends leaves it alone.
type Rebase struct {
	Objects *Objects
	// Base and Head are the ends of the change, Onto is the tip of the base branch,
	// Merged what merging makes of it.
	Base, Head, Onto, Merged string
	Steps                    []RebaseStep
}

// RebaseStep is a commit that is applied.
type RebaseStep struct{ Before, After string }

// Want notes the folders of all steps, so that they come at once.
func (b *Rebase) Want() {
	for _, s := range b.Steps {
		for _, tree := range []string{s.Before, s.After} {
			_, _ = b.Objects.folder(tree)
		}
	}
}

// Apply applies the steps. It returns the tree that they end with, and the paths
// of which that is not told, as [Merge] does. An error is [plan.ErrNotFetched] where
// something has to be brought first.
func (b *Rebase) Apply(wants func(name string) bool) (id string, both []Clash, err error) {
	id = b.Onto
	for _, s := range b.Steps {
		m := &merger{objects: b.Objects, digits: len(id), wants: wants, settled: b.settled}
		if id, err = m.trees(s.Before, id, s.After); err != nil {
			return "", nil, err
		}
		both = append(both, m.both...)
	}
	return id, both, nil
}

// settled is a file as merging leaves it, where no commit takes back what
// another one did to it: applied one by one they make the same.
func (b *Rebase) settled(name string) (e entry, ok bool, err error) {
	sum := map[[2]string]int{}
	for _, s := range b.Steps {
		did, ok, err := b.did(name, s.Before, s.After)
		if err != nil || !ok {
			return entry{}, false, err
		}
		for at, n := range did {
			if n*sum[at] < 0 {
				return entry{}, false, nil
			}
			sum[at] += n
		}
	}
	did, ok, err := b.did(name, b.Base, b.Head)
	if err != nil || !ok || !maps.Equal(did, sum) {
		return entry{}, false, err
	}
	e, err = b.find(b.Merged, name)
	return e, regular(e), err
}

// did counts which neighbouring lines a change of a file adds, and removes.
func (b *Rebase) did(name, before, after string) (did map[[2]string]int, ok bool, err error) {
	var sides [2]entry
	for i, tree := range []string{before, after} {
		if sides[i], err = b.find(tree, name); err != nil {
			return nil, false, err
		}
	}
	did = map[[2]string]int{}
	if sides[0].is(sides[1]) {
		return did, true, nil
	}
	for i, e := range sides {
		if !regular(e) {
			return nil, false, nil
		}
		text, err := b.Objects.blob(e)
		if errors.Is(err, plan.ErrUnreadable) {
			return nil, false, nil
		} else if err != nil {
			return nil, false, err
		}
		last := ""
		for line := range bytes.Lines(text) {
			did[[2]string{last, string(line)}] += 2*i - 1
			last = string(line)
		}
	}
	maps.DeleteFunc(did, func(_ [2]string, n int) bool { return n == 0 })
	return did, true, nil
}

// find is an entry below a tree, the zero one for none.
func (b *Rebase) find(tree, name string) (entry, error) {
	e := dirOf(tree)
	for part := range strings.SplitSeq(name, "/") {
		if !e.isDir() {
			return entry{}, nil
		}
		list, err := b.Objects.folder(e.id)
		if err != nil {
			return entry{}, err
		}
		if e = named(list, part); e.id == "" {
			return e, nil
		}
	}
	return e, nil
}
