package github_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/githubtest"
)

// fullFaults runs every fault at every call instead of a sample. It takes a
// quarter of an hour: go test -run TestFaults -full -timeout 1h
var fullFaults = flag.Bool("full", false, "inject every fault at every call")

// sampled is how many of the product a usual run takes. The seed is fixed: a
// failure can be had again.
const (
	sampled = 60
	seed    = 20261
)

// faults are the ways in which one call goes wrong.
var faults = []githubtest.Fault{
	{Status: 401}, {Status: 403}, {Status: 404}, {Status: 409}, {Status: 422}, {Status: 429}, {Status: 500}, {Status: 502}, {Status: 503},
	{Kind: githubtest.HangUp}, {Status: 502, After: true}, {Kind: githubtest.HangUp,
		After: true}, {Kind: githubtest.Cut}, {Kind: githubtest.Empty},
	{Kind: githubtest.Partial}, {Kind: githubtest.Stale},
	// Two more answers of the same kind follow the first.
	{Status: 500, Times: 3}, {Kind: githubtest.HangUp, Times: 3}, {Status: 403, Times: 3}, {Status: 422, Times: 3},
}

// Every fault at every call of every main story: the verdict is never success
// by mistake, and once the fault is over the final state is right, without
// duplicate comments.
func TestFaultsAtEveryCall(t *testing.T) {
	type injection struct {
		scenario scenario
		call     int
		fault    githubtest.Fault
	}
	var all []injection
	git := githubtest.NewGit(t) // of all: objects never change
	for _, sc := range scenarios {
		for call := range countCalls(t, git, sc) {
			for _, f := range faults {
				all = append(all, injection{sc, call, f})
			}
		}
	}
	r := rand.New(rand.NewPCG(seed, 0))
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	if !*fullFaults {
		all = all[:min(sampled, len(all))]
	}
	for _, in := range all {
		name := fmt.Sprintf("%s/call %d/%s", in.scenario.name, in.call, describe(in.fault))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inject(t, git, in.scenario, in.call, in.fault)
		})
	}
}

func describe(f githubtest.Fault) string {
	s := string(f.Kind)
	if f.Status != 0 {
		s = fmt.Sprint(f.Status)
	}
	if f.After {
		s += " after"
	}
	if f.Times > 1 {
		s += fmt.Sprintf(" %d times", f.Times)
	}
	return s
}

// countCalls counts the calls of a scenario without faults.
func countCalls(t *testing.T, git *githubtest.Git, sc scenario) int {
	s := &story{world: worldOn(t, git, githubtest.New(t, git), infra)}
	for _, step := range sc.steps {
		step(s)
		s.settle()
	}
	return len(s.hub.Log())
}

// inject runs a scenario with a fault at one of its calls, and then lets the
// deliveries of the end come again, as the sweep or a redelivery does.
func inject(t *testing.T, git *githubtest.Git, sc scenario, call int, f githubtest.Fault) {
	s := &story{world: worldOn(t, git, githubtest.New(t, git), infra)}
	f.Skip, f.Times = call, max(f.Times, 1)
	s.hub.Inject(&f)
	var all []githubtest.Delivery
	for _, step := range sc.steps {
		step(s)
		for range 20 {
			d := s.hub.Deliveries()
			all = append(all, d...)
			if s.take(d); len(s.queue) == 0 {
				break
			}
			s.work()
		}
	}
	s.hub.Heal()
	s.hub.Advance(time.Hour)
	s.slack = 0
	s.take(all)
	s.work()
	s.settle()
	if sc.again != nil && s.conclusion(s.pull, "holdpoint: main") != "success" {
		sc.again(s)
		s.settle()
	}
	sc.final(s)
	if t.Failed() {
		t.Logf("the fault struck %s; errors on the way: %v", s.struck(), s.errs)
	}
}

// struck names the calls that went wrong.
func (s *story) struck() (calls []string) {
	for _, e := range s.hub.Log() {
		if e.Fault {
			calls = append(calls, e.String())
		}
	}
	return calls
}
