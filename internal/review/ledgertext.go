package review

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The text of a ledger, one record a line, for people and for the next review:
//
//	holdpoint ledger 1
//	run failure
//	set a3f0… 12 <prefixes, ten bytes each, base64>
//	pr 12 "main" held failure agent
//	told b771…
//	listed 2026-11-23T08:00:01Z a3f0…
//	review 998877 583231 "alice" 2026-11-23T08:10:00Z 5f0c… "main"
//	label 5512 "holdpoint-override" 583231 "alice" 2026-11-23T08:10:00Z fits
//	voided 2026-11-23T08:10:00Z
//	pushed 42 "agent[bot]"
//	release approval 583231 "alice" "role write" 2026-11-23T08:10:00Z
//	end <digest of all lines above>
//
// Records below a `pr` line belong to it. Anything unknown, missing or out of
// shape makes the whole ledger unreadable, which holds.

// ledgerHead starts every ledger of this version.
const ledgerHead = "holdpoint ledger 1"

// LedgerLimit is what fits a check run's output.text (GitHub REST API,
// 2022-11-28: 65,535 characters; all of ours are ASCII).
const LedgerLimit = 65_535

// errLedger is wrapped by every error of reading one.
var errLedger = errors.New("the record in the check run cannot be read")

const timeForm = time.RFC3339

// Who made the change, as a `pr` line says it.
const (
	byAgent  = "agent"
	byPerson = "person"
)

// encode writes the ledger. Where it does not fit, other pull requests lose
// first the lists behind their digests, then the approvals that were shown;
// what is lost has to be given again, it never counts by itself.
func (l *ledger) encode(own *entry) (string, error) {
	l.order()
	text := l.text()
	shed := []func(*entry){
		func(e *entry) { e.shown = nil },
		func(e *entry) {
			for i := range e.listed {
				e.listed[i].prints = nil
			}
			if len(e.listed) > 1 {
				e.listed = nil
			}
			e.unenforced = listing{}
		},
		func(e *entry) { e.releases, e.labels = nil, nil },
	}
	for _, drop := range shed {
		for i := len(l.entries) - 1; i >= 0 && len(text) > LedgerLimit; i-- {
			if l.entries[i] != own {
				drop(l.entries[i])
				text = l.text()
			}
		}
	}
	for _, drop := range shed[:2] {
		if len(text) > LedgerLimit && own != nil {
			drop(own)
			text = l.text()
		}
	}
	if len(text) > LedgerLimit {
		return "", fmt.Errorf("the record of this head needs %d characters, more than a check run holds (%d)", len(text), LedgerLimit)
	}
	return text, nil
}

func (l *ledger) text() string {
	var b strings.Builder
	fmt.Fprintln(&b, ledgerHead)
	if l.run != "" {
		fmt.Fprintf(&b, "run %s\n", l.run)
	}
	written := map[string]bool{}
	for _, e := range l.entries {
		for _, s := range e.sets() {
			if !written[s.digest] {
				written[s.digest] = true
				fmt.Fprintf(&b, "set %s %d %s\n", s.digest, s.count, pack(l.printsOf(s.digest)))
			}
		}
	}
	for _, e := range l.entries {
		e.write(&b)
	}
	sum := sha256.Sum256([]byte(b.String()))
	fmt.Fprintf(&b, "end %s\n", hex.EncodeToString(sum[:16]))
	return b.String()
}

// sets are the sets of findings that the entry names.
func (e *entry) sets() []listing {
	if e.unenforced.count == 0 {
		return e.listed
	}
	return slices.Concat(e.listed, []listing{e.unenforced})
}

// printsOf finds the list behind a digest in any entry that still has it.
func (l *ledger) printsOf(digest string) []string {
	for _, e := range l.entries {
		for _, s := range e.sets() {
			if s.digest == digest && len(s.prints) > 0 {
				return s.prints
			}
		}
	}
	return nil
}

func (e *entry) write(b *strings.Builder) {
	verdict := Failure
	if e.passed {
		verdict = Success
	}
	author := byPerson
	if e.agent {
		author = byAgent
	}
	fmt.Fprintf(b, "pr %d %q %s %s %s\n", e.number, ascii(e.baseRef), e.basis, verdict, author)
	if e.unenforced.count > 0 {
		fmt.Fprintf(b, "told %s\n", e.unenforced.digest)
	}
	for _, s := range e.listed {
		fmt.Fprintf(b, "listed %s %s\n", s.at.UTC().Format(timeForm), s.digest)
	}
	for _, r := range e.shown {
		fmt.Fprintf(b, "review %d %d %q %s %s %q\n", r.id, r.by.id, ascii(r.by.login), r.at.UTC().Format(timeForm), r.head, ascii(r.base))
	}
	for _, r := range e.labels {
		fmt.Fprintf(b, "label %d %q %d %q %s %s\n", r.id, ascii(r.name), r.by.id, ascii(r.by.login), r.at.UTC().Format(timeForm), fits(r.fits))
	}
	if !e.voided.IsZero() {
		fmt.Fprintf(b, "voided %s\n", e.voided.UTC().Format(timeForm))
	}
	for _, p := range e.pushers {
		fmt.Fprintf(b, "pushed %d %q\n", p.id, ascii(p.login))
	}
	for _, id := range e.sources {
		fmt.Fprintf(b, "read %s\n", id)
	}
	for _, r := range e.releases {
		fmt.Fprintf(b, "release %s %d %q %q %s\n", r.What, r.ID, ascii(r.Login), ascii(r.Right), r.At.UTC().Format(timeForm))
	}
}

// ascii keeps %q from printing anything that is not ASCII.
type ascii string

func (a ascii) Format(s fmt.State, _ rune) { fmt.Fprint(s, strconv.QuoteToASCII(string(a))) }

func fits(yes bool) string {
	if yes {
		return "fits"
	}
	return "other"
}

func pack(prints []string) string {
	if len(prints) == 0 {
		return "-"
	}
	raw, err := hex.DecodeString(strings.Join(prints, ""))
	if err != nil {
		return "-"
	}
	return base64.RawStdEncoding.EncodeToString(raw)
}

func unpack(text string) ([]string, error) {
	if text == "-" {
		return nil, nil
	}
	raw, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw)%(prefixDigits/2) != 0 {
		return nil, errors.New("a set of findings is not whole")
	}
	all := hex.EncodeToString(raw)
	out := make([]string, 0, len(all)/prefixDigits)
	for ; all != ""; all = all[prefixDigits:] {
		out = append(out, all[:prefixDigits])
	}
	return out, nil
}
