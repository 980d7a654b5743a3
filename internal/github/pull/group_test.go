package pull

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/github/api"
	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
	"github.com/holdpoint-dev/holdpoint/internal/review"
)

// The name of a group's branch ends with the number of its last pull request.
func TestQueueNumber(t *testing.T) {
	for ref, want := range map[string]int{
		"gh-readonly-queue/main/pr-12-0123abc": 12, "gh-readonly-queue/release/1/pr-3-0123abc": 3, "gh-readonly-queue/pr-9-x/pr-3-0123abc": 3,
		"main/pr-12-0123abc": 0, "gh-readonly-queue/main/12-0123abc": 0, "gh-readonly-queue/main/pr-x-0123abc": 0, "gh-readonly-queue/main/": 0, "": 0,
	} {
		if got := queueNumber(ref); got != want {
			t.Errorf("%s ends with #%d, want #%d", ref, got, want)
		}
	}
}

// What GitHub answers of a group: a part that is missing is an error, and a
// queue that does not show the group's members from its base to its head holds.
func TestAnswersOfAGroup(t *testing.T) {
	const end = `{"oid":"x","tree":{"oid":"t"},"checkSuites":{"totalCount":0,"pageInfo":{"hasNextPage":false},"nodes":[]}}`
	entry := func(position, number int, base, head string) string {
		return fmt.Sprintf(`{"position":%d,"baseCommit":{"oid":%q},"headCommit":{"oid":%q},"pullRequest":{"number":%d,"headRefOid":"h","baseRefName":"main"}}`, position, base, head, number)
	}
	queue := func(more bool, entries ...string) string {
		return fmt.Sprintf(`{"entries":{"totalCount":%d,"pageInfo":{"hasNextPage":%t,"endCursor":"c"},"nodes":[%s]}}`, len(entries), more, strings.Join(entries, ","))
	}
	answer := func(id int, base, head, queue string) string {
		return fmt.Sprintf(`{"databaseId":%d,"base":%s,"head":%s,"mergeQueue":%s}`, id, base, head, queue)
	}
	one, two, three := entry(1, 11, "base", "one"), entry(2, 12, "one", "two"), entry(3, 13, "two", "head")
	fine := queue(false, three, one, two, entry(0, 10, "before", "base"), entry(4, 14, "head", "after"))
	nobody := `{"position":2,"baseCommit":{"oid":"one"},"headCommit":{"oid":"two"}}`
	for what, c := range map[string]struct {
		answer     string
		members    []int
		doubt, err string
	}{
		"the group":                    {answer: answer(1, end, end, fine), members: []int{11, 12, 13}},
		"nothing":                      {answer: "null", err: "both of its ends"},
		"no base":                      {answer: answer(1, "null", end, fine), err: "both of its ends"},
		"no head":                      {answer: answer(1, end, "null", fine), err: "both of its ends"},
		"a base that is no commit":     {answer: answer(1, `{"oid":"x"}`, end, fine), err: "both of its ends"},
		"a head that is no commit":     {answer: answer(1, end, `{"oid":"x"}`, fine), err: "both of its ends"},
		"another repository":           {answer: answer(2, end, end, fine), err: api.ErrRepository.Error()},
		"no check runs":                {answer: answer(1, end, `{"oid":"x","tree":{"oid":"t"}}`, fine), err: "check suites"},
		"no queue":                     {answer: answer(1, end, end, "null"), doubt: "no merge queue"},
		"a queue without entries":      {answer: answer(1, end, end, "{}"), err: "entries of the merge queue"},
		"a queue that goes on":         {answer: answer(1, end, end, queue(true, one, two, three)), err: "more than 3 entries"},
		"an entry of no pull request":  {answer: answer(1, end, end, queue(false, one, nobody, three)), members: []int{11}, doubt: "which pull request"},
		"one beside the group":         {answer: answer(1, end, end, queue(false, `{"position":0}`, one, two, three)), members: []int{11, 12, 13}},
		"a queue that ends before":     {answer: answer(1, end, end, queue(false, one, two)), members: []int{11, 12}, doubt: "no entries from"},
		"a queue that begins behind":   {answer: answer(1, end, end, queue(false, two, three)), doubt: "no entries from"},
		"an empty queue":               {answer: answer(1, end, end, queue(false)), doubt: "no entries from"},
		"a queue with another at last": {answer: answer(1, end, end, queue(false, one, two, entry(3, 15, "two", "head"))), members: []int{11, 12, 15}, doubt: "ends with #15"},
	} {
		var a *groupAnswer
		if err := json.Unmarshal([]byte(c.answer), &a); err != nil {
			t.Fatal(err)
		}
		g, err := a.group(webhooks.Job{RepoID: 1, BaseSHA: "base", HeadSHA: "head", GroupRef: "gh-readonly-queue/main/pr-13-x"})
		if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error %v, want %q", what, err, c.err)
		}
		if err != nil {
			continue
		}
		var members []int
		for _, m := range g.Members {
			members = append(members, m.Number)
		}
		if !slices.Equal(members, c.members) || (g.Doubtful != "") != (c.doubt != "") || !strings.Contains(g.Doubtful, c.doubt) {
			t.Errorf("%s: %d, %q, want %d, %q", what, members, g.Doubtful, c.members, c.doubt)
		}
	}
}

// The record of a member is that of the latest run of the name on its head.
func TestEvidenceOfAGroup(t *testing.T) {
	g := &Group{Doubtful: "why", Members: []Member{
		{Number: 1, Head: "a", BaseRef: "main", Checks: []Check{
			{DatabaseID: 2, Name: "holdpoint: main", Text: "new", Conclusion: "FAILURE"}, {DatabaseID: 1, Name: "holdpoint: main", Text: "old", Conclusion: "SUCCESS"},
			{DatabaseID: 3, Name: "holdpoint: dev", Text: "dev", Conclusion: "SUCCESS"},
		}}, {Number: 2, Head: "b", BaseRef: "main"},
	}}
	want := []review.Member{{Number: 1, HeadSHA: "a", BaseRef: "main", Ledger: review.Record{Text: "new", Conclusion: review.Failure}}, {Number: 2, HeadSHA: "b", BaseRef: "main"}}
	if got := g.Evidence("holdpoint: main"); got.Doubtful != "why" || !slices.Equal(got.Members, want) {
		t.Errorf("%+v", got)
	}
}
