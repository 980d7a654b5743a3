package review

import "slices"

// Record is what one of our check runs says: its text, which only our app can
// write, and its conclusion, which is what GitHub goes by.
type Record struct {
	// Text is empty where there is no run yet.
	Text       string
	Conclusion Conclusion
}

// read decodes the record. Where the run concludes something else than its
// text says, one of the two was left over: no verdict in it is believed then,
// and each has to be made again. A text of before runs were written down is
// believed where its run passed.
func (r Record) read() (*ledger, error) {
	led, err := decodeLedger(r.Text)
	if err != nil {
		return nil, err
	}
	said := led.run
	if said == "" {
		said = Success
	}
	if said != r.Conclusion {
		for _, e := range led.entries {
			e.withdraw(Unreviewed)
		}
	}
	return led, nil
}

// PrivateSources are the ids of the private sources that a pull request was judged
// with.
func (r Record) PrivateSources(number int, baseRef string) []string {
	led, err := r.read()
	if err != nil {
		return nil
	}
	if e := led.of(number, baseRef); e != nil {
		return e.sources
	}
	return nil
}

// withdraw takes the verdict back, for a reason.
func (e *entry) withdraw(why Basis) { e.passed, e.basis, e.releases = false, why, nil }

// Withdraw is the text of the record without its verdict on a pull request, for
// a run that fails from now on. why is [Unreviewed] where the verdict is made
// again at once, [Broken] where it could not be made. A record that cannot be
// read is begun anew.
//
// concerned is false where the record has nothing of the base and not of this pull
// request alone: the run is that of others.
func (r Record) Withdraw(number int, baseRef string, why Basis) (text string, concerned bool) {
	led, err := r.read()
	if err != nil {
		led = &ledger{}
	}
	concerned = slices.ContainsFunc(led.entries, func(e *entry) bool { return e.baseRef == baseRef }) ||
		len(led.entries) > 0 && !slices.ContainsFunc(led.entries, func(e *entry) bool { return e.number != number })
	e := led.ensure(number, baseRef)
	e.withdraw(why)
	led.run = Failure
	text, _ = led.encode(e) // empty where it is too long to be kept: every verdict is gone
	return text, concerned
}
