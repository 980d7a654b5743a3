package github

import (
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/lru"
)

// keptFacts is how many merge bases, file lists and the like are kept between jobs.
const keptFacts = 4096

// store keeps what never changes at GitHub, by its object id or by commit
// ids: whoever changes the content changes the id. What is least used goes
// first.
type store struct {
	bases *lru.Map[[2]string, mergeBase]
	files *lru.Map[[2]string, []diffFile]
	// openers are the apps that opened pull requests for people, empty for
	// none, by repository and number.
	openers *lru.Map[[2]int64, string]
	// looks are the last reviews of pull requests, by repository and number.
	looks *lru.Map[[2]int64, look]
	// meters are what pull requests may still ask for, likewise.
	meters *lru.Map[[2]int64, meter]
	// moves are when a branch of a repository was last seen to move: its
	// settings may be others since.
	moves *lru.Map[[2]string, time.Time]
}

func newStore() *store {
	return &store{
		bases:   lru.New[[2]string](keptFacts, func(mergeBase) int { return 1 }),
		files:   lru.New[[2]string](keptFacts, func(f []diffFile) int { return len(f) + 1 }),
		openers: lru.New[[2]int64](keptFacts, func(string) int { return 1 }),
		looks:   lru.New[[2]int64](keptFacts, func(look) int { return 1 }),
		meters:  lru.New[[2]int64](keptFacts, func(meter) int { return 1 }),
		moves:   lru.New[[2]string](keptFacts, func(time.Time) int { return 1 }),
	}
}
