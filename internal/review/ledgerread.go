package review

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// decodeLedger reads the text of a check run. An empty text is an empty
// ledger; every other text must be one of ours to the last character.
func decodeLedger(text string) (*ledger, error) {
	if strings.TrimSpace(text) == "" {
		return &ledger{}, nil
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	body, sum, found := strings.Cut(text, "\nend ")
	body += "\n"
	switch {
	case !strings.HasPrefix(text, "holdpoint ledger "):
		return nil, fmt.Errorf("%w: it is not a ledger", errLedger)
	case !strings.HasPrefix(text, ledgerHead+"\n"):
		return nil, fmt.Errorf("%w: it is of another version", errLedger)
	case !found:
		return nil, fmt.Errorf("%w: its end is missing", errLedger)
	}
	if want := sha256.Sum256([]byte(body)); strings.TrimRight(sum, "\n") != hex.EncodeToString(want[:16]) {
		return nil, fmt.Errorf("%w: it was changed", errLedger)
	}
	r := ledgerReader{sets: map[string]listing{}}
	for i, line := range strings.Split(strings.TrimSuffix(body, "\n"), "\n") {
		if i == 0 {
			continue
		}
		if err := r.line(line); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", errLedger, i+1, err)
		}
	}
	return &r.ledger, nil
}

type ledgerReader struct {
	ledger
	sets  map[string]listing
	entry *entry
}

func (r *ledgerReader) line(line string) error {
	f := fields{rest: line}
	keyword := f.word()
	if keyword != "set" && keyword != "pr" && keyword != "run" && r.entry == nil {
		return fmt.Errorf("%q is outside of a pull request", keyword)
	}
	switch keyword {
	case "run":
		if r.run != "" {
			return errors.New("the run is listed twice")
		}
		r.run = f.conclusion()
	case "set":
		s := listing{digest: f.word(), count: int(f.number())}
		prints, err := unpack(f.word())
		if err != nil {
			return err
		}
		if len(prints) > 0 && (len(prints) != s.count || !slices.IsSorted(prints) || digestOf(prints) != s.digest) {
			return errors.New("a set of findings does not fit its digest")
		}
		s.prints = prints
		r.sets[s.digest] = s
	case "pr":
		r.entry = &entry{number: int(f.number()), baseRef: f.quoted(), basis: Basis(f.word()), passed: f.conclusion() == Success,
			agent: f.agent()}
		if r.of(r.entry.number, r.entry.baseRef) != nil {
			return errors.New("a pull request is listed twice")
		}
		r.entries = append(r.entries, r.entry)
	case "listed", "told":
		var at time.Time
		if keyword == "listed" {
			at = f.time()
		}
		s, ok := r.sets[f.word()]
		if !ok {
			return errors.New("a set of findings is missing")
		}
		s.at = at
		if keyword == "listed" {
			r.entry.listed = append(r.entry.listed, s)
		} else {
			r.entry.unenforced = s
		}
	case "review":
		r.entry.shown = append(r.entry.shown, shownReview{f.number(), person{f.number(), f.quoted()}, f.time(), f.word(), f.quoted()})
	case "label":
		r.entry.labels = append(r.entry.labels, shownLabel{f.number(), f.quoted(), person{f.number(), f.quoted()}, f.time(), f.fits()})
	case "voided":
		r.entry.voided = f.time()
	case "pushed":
		r.entry.pushers = append(r.entry.pushers, person{f.number(), f.quoted()})
	case "read":
		r.entry.sources = append(r.entry.sources, f.word())
	case "release":
		r.entry.releases = append(r.entry.releases, Release{What: f.word(), ID: f.number(), Login: f.quoted(), Right: f.quoted(), At: f.time()})
	default:
		return fmt.Errorf("%q is not known", keyword)
	}
	return f.end()
}

// fields reads one line from the left. The first thing that is out of shape
// sticks.
type fields struct {
	rest string
	err  error
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
}

func (f *fields) word() string {
	word, rest, _ := strings.Cut(f.rest, " ")
	if word == "" {
		f.fail("a field is missing")
	}
	f.rest = rest
	return word
}

func (f *fields) number() int64 {
	word := f.word()
	n, err := strconv.ParseInt(word, 10, 64)
	if err != nil || n < 0 {
		f.fail("%q is not a number", word)
	}
	return n
}

func (f *fields) time() time.Time {
	word := f.word()
	t, err := time.Parse(timeForm, word)
	if err != nil {
		f.fail("%q is not a time", word)
	}
	return t.UTC()
}

func (f *fields) fits() bool {
	word := f.word()
	if word != "fits" && word != "other" {
		f.fail("%q is neither fits nor other", word)
	}
	return word == "fits"
}

func (f *fields) conclusion() Conclusion {
	c := Conclusion(f.word())
	if c != Success && c != Failure {
		f.fail("%q is neither %s nor %s", c, Success, Failure)
	}
	return c
}

func (f *fields) agent() bool {
	word := f.word()
	if word != byAgent && word != byPerson {
		f.fail("%q is neither %s nor %s", word, byAgent, byPerson)
	}
	return word == byAgent
}

func (f *fields) quoted() string {
	quoted, err := strconv.QuotedPrefix(f.rest)
	if err != nil {
		f.fail("a quoted text is missing")
		return ""
	}
	text, err := strconv.Unquote(quoted)
	if err != nil {
		f.fail("a quoted text is damaged")
	}
	f.rest = strings.TrimPrefix(f.rest[len(quoted):], " ")
	return text
}

func (f *fields) end() error {
	if f.err == nil && f.rest != "" {
		f.fail("%q is too much", f.rest)
	}
	return f.err
}
