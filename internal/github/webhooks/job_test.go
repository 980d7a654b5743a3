package webhooks_test

import (
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/github/webhooks"
)

// E48, L16: of many events of one pull request those in between are needless,
// but for those that show something only they can tell.
func TestE48LaterJobsReplaceEarlierOnes(t *testing.T) {
	push := webhooks.Job{Kind: webhooks.KindPull, RepoID: 1, Number: 7}
	review := push
	review.Review = &webhooks.ReviewFact{ID: 3}
	other := push
	other.Number = 8
	if !push.Replaces(push) || !review.Replaces(push) || push.Replaces(other) {
		t.Error("a job replaces the wrong ones")
	}
	put := push
	put.NotBefore = time.Unix(1, 0)
	if push.Replaces(put) || !put.Replaces(push) {
		t.Error("a job that was put off loses its turn")
	}
}

// A2: a later job of a branch does not take the place of one that leads to the
// other branches of its name, or takes back what passed under it.
func TestA2LaterMovesLoseNothing(t *testing.T) {
	move := webhooks.Job{Kind: webhooks.KindBase, RepoID: 1, BaseRef: "release/2"}
	beside, made := move, move
	beside.Beside, made.Created = "release/1", true
	for name, c := range map[string]struct {
		later, earlier webhooks.Job
		want           bool
	}{
		"a move, a move":             {move, move, true},
		"a move, beside another":     {move, beside, true},
		"beside others, both":        {beside, beside, true},
		"beside another, a move":     {beside, move, false},
		"a move, its making":         {move, made, false},
		"made again, its making":     {made, made, true},
		"its making, a move":         {made, move, true},
		"beside another, its making": {beside, made, false},
	} {
		if got := c.later.Replaces(c.earlier); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

// A13: of a label's deliveries the last one stands for those before it, unless
// an earlier one may be what lets the change through.
func TestA13LabelsReplaceEarlierOnes(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	job := func(action string, label, by int64, second int) webhooks.Job {
		return webhooks.Job{Kind: webhooks.KindPull, Event: "pull_request", Action: action, RepoID: 1, Number: 7, Sender: webhooks.Actor{ID: by},
			Label: &webhooks.LabelFact{ID: label, Name: "holdpoint-override", At: at.Add(time.Duration(second) * time.Second)}}
	}
	bot := job("labeled", 3, 9, 0)
	bot.Sender.Bot = true
	edited := job("edited", 3, 5, 1)
	edited.Event = "label"
	plain := webhooks.Job{Kind: webhooks.KindPull, Event: "pull_request", Action: "edited", RepoID: 1, Number: 7}
	approved, commented, dismissed := plain, plain, plain
	approved.Event, approved.Action, approved.Review = "pull_request_review", "submitted", &webhooks.ReviewFact{State: "APPROVED"}
	commented.Event, commented.Action, commented.Review = "pull_request_review", "submitted", &webhooks.ReviewFact{State: "COMMENTED"}
	dismissed.Event, dismissed.Action, dismissed.Review = "pull_request_review", "dismissed", &webhooks.ReviewFact{State: "DISMISSED"}
	for name, c := range map[string]struct {
		later, earlier webhooks.Job
		want           bool
	}{
		"taken off":                        {job("unlabeled", 3, 6, 1), job("labeled", 3, 5, 0), true},
		"taken off in the same second":     {job("unlabeled", 3, 6, 0), job("labeled", 3, 5, 0), true},
		"taken off before":                 {job("unlabeled", 3, 6, 0), job("labeled", 3, 5, 1), false},
		"another label taken off":          {job("unlabeled", 4, 6, 1), job("labeled", 3, 5, 0), false},
		"set again":                        {job("labeled", 3, 5, 1), job("labeled", 3, 5, 0), true},
		"set again in the same second":     {job("labeled", 3, 5, 0), job("labeled", 3, 5, 0), false},
		"set by another person":            {job("labeled", 3, 6, 1), job("labeled", 3, 5, 0), false},
		"another label set":                {job("labeled", 4, 5, 1), job("labeled", 3, 5, 0), false},
		"something else":                   {plain, job("labeled", 3, 5, 0), false},
		"something else after a removal":   {plain, job("unlabeled", 3, 5, 0), true},
		"something else after a bot's":     {plain, bot, true},
		"its definition changed":           {edited, job("labeled", 3, 5, 0), false},
		"after its definition changed":     {job("unlabeled", 3, 5, 2), edited, false},
		"something else after an approval": {plain, approved, false},
		"something else after a comment":   {plain, commented, true},
		"something else after a dismissal": {plain, dismissed, true},
	} {
		if got := c.later.Replaces(c.earlier); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}
