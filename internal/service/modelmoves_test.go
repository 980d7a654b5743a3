package service_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// move is one act. What does not fit the state (a pull request that is not
// there) does nothing, so that moves can be left out.
type move struct {
	kind   moveKind
	branch string // the branch that is pushed or opened from
	from   string // what it starts from, or the base
	what   string // the content of a push, a name or a role
	rules  string // the settings that a push brings, by name
	pull   int    // a pull request, by its number
	who    string
	n      int // which of several
}

type moveKind string

const (
	pushes     moveKind = "push"
	points     moveKind = "point"  // a branch at the commit of another
	branches   moveKind = "branch" // a protected branch that was not there yet
	opens      moveKind = "open"
	retargets  moveKind = "retarget"
	labels     moveKind = "label"
	unlabels   moveKind = "unlabel"
	renames    moveKind = "rename"
	comments   moveKind = "comment"
	approves   moveKind = "approve"
	objects    moveKind = "object"
	dismisses  moveKind = "dismiss"
	rebinds    moveKind = "rebind"
	asks       moveKind = "ask for a review"
	rerequests moveKind = "re-request the check"
	titles     moveKind = "title"
	drafts     moveKind = "draft"
	closes     moveKind = "close"
	reopens    moveKind = "reopen"
	merges     moveKind = "merge"
	enqueues   moveKind = "enqueue"
	roles      moveKind = "role"
	settles    moveKind = "settle" // all deliveries arrive and are worked off
	loses      moveKind = "lose"
	repeats    moveKind = "repeat"
	reorders   moveKind = "reorder"
	arrives    moveKind = "arrive" // one delivery arrives and is worked off
	sweeps     moveKind = "sweep"
	fails      moveKind = "fail" // reading fails until everything was worked off
)

func (m move) String() string {
	switch m.kind {
	case pushes:
		s := fmt.Sprintf("%s pushes %s on top of %s: %s", m.who, m.branch, m.from, m.what)
		if m.rules != "" {
			s += ", with the settings " + m.rules + " " + fmt.Sprintf("%q", evil[m.rules])
		}
		return s
	case points:
		if m.from == group {
			return fmt.Sprintf("%s pushes %s at the last commit of the merge queue", m.who, m.branch)
		}
		return fmt.Sprintf("%s pushes %s at the commit of %s", m.who, m.branch, m.from)
	case branches:
		return fmt.Sprintf("%s makes the branch %s at the commit of %s", m.who, m.branch, m.from)
	case opens:
		return fmt.Sprintf("%s opens a pull request from %s to %s", m.who, m.branch, m.from)
	case retargets:
		return fmt.Sprintf("%s retargets #%d to %s", m.who, m.pull, m.from)
	case roles:
		return fmt.Sprintf("%s gets the role %s", m.who, m.what)
	case settles:
		return "everything that was sent arrives and is worked off"
	case sweeps:
		return "the sweep runs, and everything that was sent arrives and is worked off"
	case loses, arrives:
		return fmt.Sprintf("delivery %d of those under way: %s", m.n, m.kind)
	case repeats:
		return fmt.Sprintf("GitHub sends a delivery again, the %dth from the last", m.n)
	case reorders:
		return "the deliveries under way are reversed"
	case fails:
		return "pull requests cannot be read until everything was worked off"
	case labels, unlabels, renames:
		return fmt.Sprintf("%s: %s %s on #%d", m.who, m.kind, m.what, m.pull)
	}
	return fmt.Sprintf("%s: %s #%d", m.who, m.kind, m.pull)
}

// group stands for the merge queue's last commit.
const group = "group"

// What a push leaves in the files, of what it starts from.
const (
	harmless  = "a word in README.md"
	destroys  = "without the database orders"
	destroys2 = "without any database"
	restores  = "with all databases"
	adds      = "with a further database"
)

// evil are settings that an attacker writes to a branch of their own.
var evil = map[string]string{
	"naming main, nobody held": "version: 1\nenforce: {data: nobody, identity: nobody, traffic: nobody, capacity: nobody, none: nobody}\n" +
		"checks:\n  - {name: elsewhere, bases: [main]}\n  - {name: main, bases: [evil]}\n",
	"naming main":     "version: 1\nchecks:\n  - {name: elsewhere, bases: [main]}\n  - {name: main, bases: [evil]}\n",
	"naming releases": "version: 1\nchecks:\n  - {name: releases, bases: [evil]}\n  - {name: all, bases: [evil]}\n",
	"one name":        "version: 1\nchecks:\n  - {name: main, bases: [\"**\"]}\n",
	"mallory":         "version: 1\nunknown_requester: accept\napprovals:\n  - {users: [mallory, eve]}\noverride: {label: note, users: [mallory, eve]}\n",
	"broken":          "version: 1\nnews: true\n",
}

// setup is a repository: the settings of its default branch and what they mean.
type setup struct {
	name, settings string
	// protected are the required checks by base. Nobody pushes to these bases.
	protected map[string]string
	// shared is the pattern of the bases whose check has one name, "" for none.
	shared string
	// number of approvals, and who may give them: those who may write, where
	// there are no users.
	number int
	users  []string
	// labelled are who may override beside maintainers.
	labelled []string
	// queue: main is merged to by a merge queue.
	queue bool
	// scenes that are played more often than others.
	scenes []scene
}

const accept = "version: 1\nunknown_requester: accept\n"

var ownNames = map[string]string{"main": "holdpoint: main", "release/1": "holdpoint: release/1"}

var setups = []*setup{
	{name: "none", protected: ownNames, number: 1, scenes: []scene{namedElsewhere, releasedThenPushed}},
	{name: "the requester need not be known", settings: accept, protected: ownNames, number: 1,
		scenes: []scene{namedElsewhere, releasedElsewhere, releasedThenPushed, movedBase, cameBack, byLabel, byLabel}},
	{name: "two approvals", settings: accept + "approvals:\n  - {roles: [write], number: 2}\n", protected: ownNames, number: 2,
		scenes: []scene{releasedElsewhere, releasedThenPushed}},
	{name: "one name for all", settings: accept + "checks:\n  - {name: all, bases: [\"**\"]}\n", shared: "**",
		protected: map[string]string{"main": "holdpoint: all", "release/1": "holdpoint: all"}, number: 1,
		scenes: []scene{namedElsewhere, releasedElsewhere, oneName, byLabel}},
	{name: "one name for releases", settings: accept + "checks:\n  - {name: releases, bases: [\"release/*\"]}\n", shared: "release/*",
		protected: map[string]string{"main": "holdpoint: main", "release/1": "holdpoint: releases", "release/2": "holdpoint: releases",
			"release/3": "holdpoint: releases"}, number: 1,
		scenes: []scene{releasedElsewhere, oneName, laterBranch, laterBranch, movedBeside}},
	{name: "users", settings: accept + "approvals:\n  - {users: [mallory, alice]}\noverride: {label: holdpoint-override, users: [mallory]}\n",
		protected: ownNames, number: 1, users: []string{"mallory", "alice"}, labelled: []string{"mallory"}, scenes: []scene{releasedByMallory,
			byLabel}},
	{name: "merge queue", settings: accept, protected: map[string]string{"main": "holdpoint: main"}, number: 1, queue: true,
		scenes: []scene{queued, queued, namedElsewhere}},
	{name: "merge queue, one name for all", settings: accept + "checks:\n  - {name: all, bases: [\"**\"]}\n", shared: "**",
		protected: map[string]string{"main": "holdpoint: all", "release/1": "holdpoint: all",
			"release/2": "holdpoint: all"}, number: 1, queue: true,
		scenes: []scene{queued, queuedBeside, oneName}},
}

// scene is a list of moves that lead to where something can go wrong.
type scene func(r *rand.Rand) []move

func (s *setup) moves(r *rand.Rand) []move {
	played := s.scenes[r.IntN(len(s.scenes))](r)
	var out []move
	for len(played) > 0 || len(out) < maxMoves {
		switch {
		case len(out) == maxMoves:
			return out
		case len(played) > 0 && (r.IntN(4) > 0 || len(out)+len(played) >= maxMoves):
			out, played = append(out, played[0]), played[1:]
		case len(played) == 0 && r.IntN(6) == 0:
			return out
		default:
			out = append(out, randomMove(r))
		}
	}
	return out
}

func pick[T any](r *rand.Rand, all ...T) T { return all[r.IntN(len(all))] }

// attackers push, open and set; the others have opinions.
func attacker(r *rand.Rand) string { return pick(r, "devin", "devin", "eve") }

func anyone(r *rand.Rand) string { return pick(r, "alice", "dana", "alice", "dana", "eve", "mallory") }

var (
	ownBranches = []string{"work", "more", "evil"}
	bases       = []string{"main", "main", "release/1", "evil", "work", "release/2", "release/3"}
	contents    = []string{destroys, destroys, destroys, harmless, destroys2, restores, adds}
)

func someSettings(r *rand.Rand) string {
	if r.IntN(3) > 0 {
		return ""
	}
	return pick(r, "naming main, nobody held", "naming main", "naming releases", "one name", "mallory", "broken")
}

func someSettle(r *rand.Rand) []move {
	if r.IntN(3) == 0 {
		return nil
	}
	return []move{{kind: settles}}
}

// randomMoves are the moves between those of a scene, with how often each is made.
var randomMoves = []struct {
	much int
	make func(r *rand.Rand) move
}{
	{18, func(*rand.Rand) move { return move{kind: settles} }},
	{10, func(r *rand.Rand) move {
		return move{kind: pushes, who: attacker(r), branch: pick(r, ownBranches...), from: pick(r, "main", "work", "more", "release/1"),
			what: pick(r, contents...), rules: someSettings(r)}
	}},
	{4, func(r *rand.Rand) move {
		return move{kind: points, who: attacker(r), branch: pick(r, ownBranches...), from: pick(r, "work", "more", "main", group)}
	}},
	{10, func(r *rand.Rand) move {
		return move{kind: opens, who: attacker(r), branch: pick(r, ownBranches...), from: pick(r, bases...)}
	}},
	{1, func(r *rand.Rand) move {
		return move{kind: branches, who: "dana", branch: "release/3", from: pick(r, "main", "release/1", "more")}
	}},
	{8, func(r *rand.Rand) move {
		return move{kind: retargets, who: attacker(r), pull: 1 + r.IntN(3), from: pick(r, bases...)}
	}},
	{10, func(r *rand.Rand) move { return move{kind: approves, who: anyone(r), pull: 1 + r.IntN(3)} }},
	{3, func(r *rand.Rand) move { return move{kind: objects, who: anyone(r), pull: 1 + r.IntN(3)} }},
	{3, func(r *rand.Rand) move {
		return move{kind: dismisses, who: attacker(r), pull: 1 + r.IntN(3), n: r.IntN(3)}
	}},
	{2, func(r *rand.Rand) move { return move{kind: rebinds, who: "GitHub", pull: 1 + r.IntN(3)} }},
	{4, func(r *rand.Rand) move {
		return move{kind: labels, who: pick(r, "alice", "dana", "devin", "eve", "mallory"), pull: 1 + r.IntN(3),
			what: pick(r, overrideLabel, overrideLabel, "note")}
	}},
	{2, func(r *rand.Rand) move {
		return move{kind: unlabels, who: attacker(r), pull: 1 + r.IntN(3), what: pick(r, overrideLabel, "note")}
	}},
	{2, func(r *rand.Rand) move { return move{kind: renames, who: attacker(r), what: overrideLabel} }},
	{1, func(r *rand.Rand) move { return move{kind: comments, who: attacker(r), pull: 1 + r.IntN(3)} }},
	{1, func(r *rand.Rand) move { return move{kind: asks, who: attacker(r), pull: 1 + r.IntN(3)} }},
	{3, func(r *rand.Rand) move { return move{kind: rerequests, who: attacker(r), pull: 1 + r.IntN(3)} }},
	{4, func(r *rand.Rand) move { return move{kind: titles, who: attacker(r), pull: 1 + r.IntN(3)} }},
	{1, func(r *rand.Rand) move { return move{kind: drafts, who: attacker(r), pull: 1 + r.IntN(3)} }},
	{2, func(r *rand.Rand) move { return move{kind: closes, who: attacker(r), pull: 1 + r.IntN(3)} }},
	{2, func(r *rand.Rand) move { return move{kind: reopens, who: attacker(r), pull: 1 + r.IntN(3)} }},
	{6, func(r *rand.Rand) move { return move{kind: merges, who: attacker(r), pull: 1 + r.IntN(3)} }},
	{3, func(r *rand.Rand) move { return move{kind: enqueues, who: attacker(r), pull: 1 + r.IntN(3)} }},
	{2, func(r *rand.Rand) move {
		return move{kind: roles, who: pick(r, "dana", "alice", "mallory"), what: pick(r, "read", "triage", "write")}
	}},
	{8, func(r *rand.Rand) move { return move{kind: loses, n: r.IntN(2)} }},
	{4, func(r *rand.Rand) move { return move{kind: repeats, n: r.IntN(6)} }},
	{6, func(r *rand.Rand) move { return move{kind: reorders} }},
	{4, func(r *rand.Rand) move { return move{kind: arrives, n: r.IntN(4)} }},
	{1, func(*rand.Rand) move { return move{kind: sweeps} }},
	{2, func(*rand.Rand) move { return move{kind: fails} }},
}

func randomMove(r *rand.Rand) move {
	total := 0
	for _, m := range randomMoves {
		total += m.much
	}
	n := r.IntN(total)
	for _, m := range randomMoves {
		if n -= m.much; n < 0 {
			return m.make(r)
		}
	}
	return move{}
}

// namedElsewhere: one head is opened to a protected base and to a branch whose
// settings the attacker wrote.
func namedElsewhere(r *rand.Rand) []move {
	out := []move{
		{kind: pushes, who: "devin", branch: "evil", from: pick(r, "main", "release/1"), what: pick(r, harmless, destroys),
			rules: pick(r, "naming main, nobody held", "naming main", "naming releases", "one name", "mallory")},
		{kind: pushes, who: "devin", branch: "work", from: "main", what: destroys},
		{kind: points, who: "devin", branch: "more", from: "work"},
	}
	two := []move{
		{kind: opens, who: attacker(r), branch: "work", from: pick(r, "main", "release/1")},
		{kind: opens, who: attacker(r), branch: "more", from: "evil"},
	}
	if r.IntN(2) == 0 {
		slices.Reverse(two)
	}
	out = append(append(append(out, two[0]), someSettle(r)...), two[1], move{kind: settles})
	return append(out, move{kind: titles, who: "devin", pull: 1 + r.IntN(2)}, move{kind: settles}, move{kind: merges, who: "devin", pull: 1})
}

// releasedElsewhere: a head is released on one base, or loses nothing there,
// and goes to another.
func releasedElsewhere(r *rand.Rand) []move {
	out := []move{
		{kind: pushes, who: "devin", branch: "work", from: "main", what: destroys},
		{kind: opens, who: "devin", branch: "work", from: pick(r, "release/1", "release/2", "evil", "main")},
		{kind: settles},
		{kind: approves, who: "alice", pull: 1},
		{kind: approves, who: "dana", pull: 1},
		{kind: settles},
	}
	if r.IntN(2) == 0 {
		out = append(out, move{kind: retargets, who: "devin", pull: 1, from: pick(r, "main", "release/1", "release/2")})
	} else {
		out = append(out, move{kind: points, who: "devin", branch: "more", from: "work"},
			move{kind: opens, who: "devin", branch: "more", from: pick(r, "main", "release/1")})
	}
	return append(append(out, someSettle(r)...), move{kind: merges, who: "devin", pull: 1 + r.IntN(2)})
}

// oneName: a head that loses nothing on one base of a name goes to another.
func oneName(r *rand.Rand) []move {
	out := []move{
		{kind: pushes, who: "devin", branch: "work", from: pick(r, "main", "release/1"), what: destroys},
		{kind: opens, who: "devin", branch: "work", from: pick(r, "release/1", "release/1", "evil")},
		{kind: settles},
	}
	if r.IntN(3) == 0 {
		out = append(out, move{kind: approves, who: pick(r, "alice", "dana", "mallory"), pull: 1}, move{kind: settles})
	}
	if r.IntN(3) == 0 {
		out = append(out, move{kind: retargets, who: "devin", pull: 1, from: pick(r, "main", "release/2")})
		return append(out, move{kind: merges, who: "devin", pull: 1})
	}
	return append(out,
		move{kind: points, who: "devin", branch: "more", from: "work"},
		move{kind: opens, who: attacker(r), branch: "more", from: pick(r, "main", "release/2")},
		move{kind: merges, who: "devin", pull: 2})
}

// laterBranch: a branch of the name is made after the head passed, with a
// database that the head leaves out.
func laterBranch(r *rand.Rand) []move {
	return append([]move{
		{kind: pushes, who: "dana", branch: "more", from: "main", what: adds},
		{kind: pushes, who: "devin", branch: "work", from: "more", what: restores},
		{kind: opens, who: "devin", branch: "work", from: pick(r, "release/1", "release/2")},
		{kind: settles},
		{kind: branches, who: "dana", branch: "release/3", from: pick(r, "more", "more", "more", "main")},
		{kind: settles},
	}, append(pick(r, nil, nil, []move{{kind: approves, who: "alice", pull: 1}}, []move{{kind: titles, who: "devin", pull: 1}}),
		move{kind: points, who: "devin", branch: "evil", from: "work"},
		move{kind: opens, who: attacker(r), branch: "evil", from: "release/3"},
		move{kind: merges, who: "devin", pull: 2})...)
}

// movedBeside: what loses nothing on a base of a name loses something when
// another one has moved.
func movedBeside(r *rand.Rand) []move {
	return append([]move{
		{kind: pushes, who: "dana", branch: "more", from: "release/2", what: adds},
		{kind: pushes, who: "devin", branch: "work", from: "more", what: restores},
		{kind: opens, who: "dana", branch: "more", from: "release/2"},
		{kind: opens, who: "devin", branch: "work", from: "release/1"},
		{kind: settles},
		{kind: approves, who: "alice", pull: 1},
		{kind: settles},
		{kind: merges, who: "dana", pull: 1},
		{kind: settles},
	}, append(pick(r, nil, []move{{kind: titles, who: "devin", pull: 2}}),
		move{kind: points, who: "devin", branch: "evil", from: "work"},
		move{kind: opens, who: "eve", branch: "evil", from: "release/2"},
		move{kind: merges, who: "devin", pull: 3})...)
}

// releasedThenPushed: a head is released and another one pushed.
func releasedThenPushed(r *rand.Rand) []move {
	return append([]move{
		{kind: pushes, who: "devin", branch: "work", from: "main", what: pick(r, destroys, harmless)},
		{kind: opens, who: "devin", branch: "work", from: "main"},
		{kind: settles},
		{kind: approves, who: "alice", pull: 1},
		{kind: approves, who: "dana", pull: 1},
	}, append(someSettle(r),
		move{kind: pushes, who: attacker(r), branch: "work", from: pick(r, "work", "main"), what: pick(r, destroys2, destroys)},
		move{kind: rebinds, who: "GitHub", pull: 1}, move{kind: settles}, move{kind: merges, who: "devin", pull: 1})...)
}

// movedBase: what loses nothing on a base loses something when that has moved.
func movedBase(r *rand.Rand) []move {
	return append([]move{
		{kind: pushes, who: "dana", branch: "more", from: "main", what: adds},
		{kind: pushes, who: "devin", branch: "work", from: "more", what: pick(r, restores, destroys2)},
		{kind: opens, who: "dana", branch: "more", from: "main"},
		{kind: opens, who: "devin", branch: "work", from: "main"},
		{kind: settles},
		{kind: merges, who: "dana", pull: 1},
	}, append(someSettle(r), move{kind: merges, who: "devin", pull: 2})...)
}

// cameBack: what nobody proposes any more comes back when its base has moved.
func cameBack(r *rand.Rand) []move {
	gone := pick(r,
		[2]move{{kind: closes, who: "devin", pull: 2}, {kind: reopens, who: "devin", pull: 2}},
		[2]move{{kind: retargets, who: "devin", pull: 2, from: "release/2"}, {kind: retargets, who: "devin", pull: 2, from: "main"}},
		[2]move{{kind: pushes, who: "devin", branch: "work", from: "main", what: harmless},
			{kind: opens, who: "eve", branch: "evil", from: "main"}})
	return []move{
		{kind: pushes, who: "dana", branch: "more", from: "main", what: adds},
		{kind: pushes, who: "devin", branch: "work", from: "more", what: restores},
		{kind: points, who: "devin", branch: "evil", from: "work"},
		{kind: opens, who: "dana", branch: "more", from: "main"},
		{kind: opens, who: "devin", branch: "work", from: "main"},
		{kind: settles},
		gone[0],
		{kind: settles},
		{kind: merges, who: "dana", pull: 1},
		{kind: settles},
		gone[1],
		{kind: merges, who: "devin", pull: 2},
	}
}

// byLabel: the override, by somebody.
func byLabel(r *rand.Rand) []move {
	return append([]move{
		{kind: pushes, who: "devin", branch: "work", from: "main", what: pick(r, destroys, harmless)},
		{kind: opens, who: "devin", branch: "work", from: pick(r, "main", "main", "release/1", "evil")},
		{kind: settles},
		{kind: labels, who: pick(r, "alice", "alice", "alice", "mallory", "mallory", "eve", "dana", "devin"), pull: 1,
			what: pick(r, overrideLabel, overrideLabel, "note")},
	}, append(someSettle(r),
		pick(r,
			move{kind: pushes, who: "devin", branch: "work", from: "work", what: destroys2},
			move{kind: retargets, who: "devin", pull: 1, from: "main"},
			move{kind: renames, who: "devin", what: overrideLabel},
			move{kind: titles, who: "devin", pull: 1}),
		move{kind: settles}, move{kind: merges, who: "devin", pull: 1})...)
}

// releasedByMallory: somebody whom the settings name and who has no access.
func releasedByMallory(r *rand.Rand) []move {
	out := []move{
		{kind: pushes, who: "devin", branch: "work", from: "main", what: destroys},
		{kind: opens, who: "devin", branch: "work", from: "main"},
		{kind: settles},
	}
	if r.IntN(2) == 0 {
		out = append(out, move{kind: roles, who: "mallory", what: pick(r, "write", "read", "none")})
	}
	return append(out, move{kind: approves, who: pick(r, "mallory", "alice"), pull: 1}, move{kind: settles},
		move{kind: merges, who: "devin", pull: 1})
}

// queued: a release, the queue, and an objection.
func queued(r *rand.Rand) []move {
	out := []move{
		{kind: pushes, who: "devin", branch: "work", from: "main", what: destroys},
		{kind: opens, who: "devin", branch: "work", from: "main"},
		{kind: settles},
		{kind: approves, who: "alice", pull: 1},
		{kind: settles},
		{kind: enqueues, who: "devin", pull: 1},
	}
	if r.IntN(3) == 0 {
		return append(out, move{kind: settles}, move{kind: merges, who: "devin", pull: 1})
	}
	out = append(out, move{kind: objects, who: "dana", pull: 1})
	if r.IntN(2) == 0 {
		// The group's delivery comes after that of the objection.
		out = append(out, move{kind: fails}, move{kind: arrives, n: 1})
	}
	return append(out, move{kind: settles}, move{kind: merges, who: "devin", pull: 1})
}

// queuedBeside: what the queue lets into one base of a name goes to another.
func queuedBeside(r *rand.Rand) []move {
	return append([]move{
		{kind: pushes, who: "devin", branch: "work", from: "main", what: pick(r, destroys, destroys2)},
		{kind: opens, who: "devin", branch: "work", from: "main"},
		{kind: settles},
		{kind: approves, who: pick(r, "alice", "alice", "mallory"), pull: 1},
		{kind: settles},
		{kind: enqueues, who: "devin", pull: 1},
		{kind: settles},
		{kind: points, who: "devin", branch: "more", from: group},
		{kind: opens, who: attacker(r), branch: "more", from: pick(r, "release/1", "release/2")},
	}, append(someSettle(r), move{kind: merges, who: "devin", pull: 2})...)
}
