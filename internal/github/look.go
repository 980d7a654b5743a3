package github

import "time"

// look is what this process keeps of the last review of a pull request. It
// orders and spares work and decides nothing: another process knows nothing of
// it.
type look struct {
	// began is when the review began to read, base the tip of the base branch
	// that it saw.
	began time.Time
	base  string
}

func (j Job) key() [2]int64 { return [2]int64{j.RepoID, int64(j.Number)} }

// looked keeps that a review came to its end.
func (r *Reading) looked() {
	if r.talk != nil {
		r.client.app.kept.looks.put(r.job.key(), look{began: r.began, base: r.Request.Ref.BaseSHA})
	}
}

// lookedAt is when a pull request was looked at last: as this process knows, or
// as its check run tells, which stays as it is where nothing changed.
func (c *client) lookedAt(job Job, number int, checked time.Time) time.Time {
	if l, ok := c.app.kept.looks.get(job.pull(number, "").key()); ok && l.began.After(checked) {
		return l.began
	}
	return checked
}

// sawBase reports whether a pull request was reviewed against the very commit
// that the job's branch moved to.
func (c *client) sawBase(job Job, number int) bool {
	l, ok := c.app.kept.looks.get(job.pull(number, "").key())
	return ok && l.base != "" && l.base == job.BaseSHA
}
