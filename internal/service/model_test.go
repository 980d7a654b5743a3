package service_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

var (
	modelHistories = flag.Int("model.histories", 300, "random histories of an attacker with write access; docs/security.md states the longest run")
	modelAll       = flag.Bool("model.all", false, "go on after a history that fails")
	modelFirst     = flag.Uint64("model.first", 0, "the first history's number: one that failed is tried again by its number with -model.histories 1")
)

// maxMoves is the length of a history.
const maxMoves = 14

// Random histories of somebody who may write and of people who do their work,
// over the simulated GitHub, through the real receiver, worker and publisher.
// Deliveries are lost, repeated and come in another order. After every move no
// pull request into a protected branch may be mergeable whose merge would leave
// a database out, unless an allowed person without a part in it released this
// very head on this base. Whether that is so is told by the model's own records
// (modeltruth_test.go), never by the product's.
func TestModelOfAnAttacker(t *testing.T) {
	if testing.Short() && *modelHistories == 300 {
		*modelHistories = 60
	}
	// Histories leave much behind and keep little.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	git := githubtest.NewGit(t)
	shown := map[string]int{}
	for n := range *modelHistories {
		number := *modelFirst + uint64(n)
		// A test of its own, so that its GitHub goes away with it.
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			h := newHistory(number)
			if wrong := h.play(t, git, shown); wrong != "" {
				h, wrong = h.shrink(t, git, wrong)
				t.Fatalf("settings: %s\n%s%s", h.setup.name, h, wrong)
			}
		})
		if t.Failed() && !*modelAll {
			return
		}
	}
	t.Logf("shown: %v", shown)
	if *modelHistories < 300 {
		return
	}
	for _, what := range []string{"destroying change held", "destroying change released", "released by label", "merged", "merged by the queue",
		"one head on two bases",
		"retargeted with a check", "lost", "repeated", "reordered", "given up", "settings of another branch", "objection", "a branch later"} {
		if shown[what] < *modelHistories/50 {
			t.Errorf("%s: %d times in %d histories, so the model shows nothing of it", what, shown[what], *modelHistories)
		}
	}
}

// history is a list of moves under some settings of the default branch.
type history struct {
	setup *setup
	moves []move
}

func newHistory(number uint64) history {
	r := rand.New(rand.NewPCG(number, 11))
	s := setups[r.IntN(len(setups))]
	return history{s, s.moves(r)}
}

func (h history) String() string {
	var b strings.Builder
	for i, m := range h.moves {
		fmt.Fprintf(&b, "%3d. %s\n", i+1, m)
	}
	return b.String()
}

// play plays the moves and returns what is wrong, "" for nothing.
func (h history) play(t *testing.T, git *githubtest.Git, shown map[string]int) string {
	w := newModelWorld(t, git, h.setup, shown)
	for i, m := range h.moves {
		w.step = i + 1
		w.do(m)
		if wrong := w.wrong(); wrong != "" {
			return fmt.Sprintf("after move %d: %s", i+1, wrong)
		}
	}
	w.step++
	w.do(move{kind: w.last()})
	if wrong := w.wrong(); wrong != "" {
		return "in the end: " + wrong
	}
	return ""
}

// shrink leaves moves out as long as something stays wrong.
func (h history) shrink(t *testing.T, git *githubtest.Git, wrong string) (history, string) {
	for i := 0; i < len(h.moves); {
		less := history{h.setup, append(append([]move{}, h.moves[:i]...), h.moves[i+1:]...)}
		if w := less.play(t, git, map[string]int{}); w != "" {
			h, wrong, i = less, w, 0
			continue
		}
		i++
	}
	return h, wrong
}
