package pull

import (
	"slices"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/lru"
	"github.com/holdpoint-dev/holdpoint/internal/rules"
)

// runKey is a check run of ours.
type runKey struct{ repository, head, name string }

// Seen is what this process has seen or written of pull requests. Copies of GitHub's
// database lag: an answer that is behind it is a stale copy.
type Seen struct {
	// updated is when a pull request last changed as far as we saw, by
	// repository and number; written are the check runs we wrote, by
	// repository, commit and name.
	updated *lru.Map[[2]int64, time.Time]
	written *lru.Map[runKey, int64]
	// named are the names of the check by repository and base branch.
	named *lru.Map[[2]string, string]
}

// NewSeen is what a process has seen that begins.
func NewSeen() *Seen {
	const most = 4096
	return &Seen{
		updated: lru.New[[2]int64](most, func(time.Time) int { return 1 }),
		written: lru.New[runKey](most, func(int64) int { return 1 }),
		named:   lru.New[[2]string](most, func(string) int { return 1 }),
	}
}

// Reader reads pull requests and merge groups of one repository.
type Reader struct {
	*api.Client
	seen *Seen
}

// NewReader makes the reader of a client's repository.
func NewReader(c *api.Client, s *Seen) Reader { return Reader{c, s} }

// SetName keeps the name of the check of a base branch.
func (c Reader) SetName(baseRef, name string) {
	c.seen.named.Put([2]string{c.Owner + "/" + c.Repo, baseRef}, name)
}

// Wrote keeps that a check run was written.
func (c Reader) Wrote(head, name string, id int64) {
	c.seen.written.Put(runKey{c.Owner + "/" + c.Repo, head, name}, id)
}

// staleFor is when to ask again after a stale answer.
const staleFor = 5 * time.Second

// fresh refuses an answer that is older than what this process has seen or
// written already: copies of GitHub's database lag. From one, everything of
// ours would be written a second time.
func (c Reader) fresh(v *Conversation) error {
	key := [2]int64{v.Repo.DatabaseID, int64(v.Pull.Number)}
	seen, _ := c.seen.updated.Get(key)
	stale := v.Pull.UpdatedAt.Before(seen)
	for _, name := range c.names(v) {
		id, ok := c.seen.written.Get(runKey{c.Owner + "/" + c.Repo, v.Pull.HeadRefOid, name})
		stale = stale || ok && !slices.ContainsFunc(v.Checks, func(k Check) bool { return k.DatabaseID == id })
	}
	if stale {
		return &api.LaterError{After: staleFor, Why: "GitHub's answer is older than one before"}
	}
	c.seen.updated.Put(key, v.Pull.UpdatedAt)
	return nil
}

// names are the names our check has had on pull requests of this base.
func (c Reader) names(v *Conversation) []string {
	names := c.NamesOf(v.Pull.BaseRefName)
	for _, k := range v.Checks {
		names = append(names, k.Name)
	}
	return names
}

// NamesOf are the names of the check of a base branch as far as this process
// knows them: the last that the settings gave it, and that without settings.
func (c Reader) NamesOf(baseRef string) (names []string) {
	if last, ok := c.seen.named.Get([2]string{c.Owner + "/" + c.Repo, baseRef}); ok {
		names = append(names, last)
	}
	return append(names, rules.Names{}.Of(baseRef))
}
