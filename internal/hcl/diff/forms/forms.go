// Package forms brings texts into the forms in which providers compare them: a
// policy whatever its order, an amount whatever its unit. It compares nothing
// itself.
package forms

import (
	"encoding/json"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Answer is what is known of a question about a text. The zero value is invalid.
type Answer int

const (
	Unasked Answer = iota + 1 // the facts say nothing about it
	Unsure                    // what decides is not known
	Never
	Holds
)

// AnswerOf is Holds or Never.
func AnswerOf(b bool) Answer {
	if b {
		return Holds
	}
	return Never
}

// InAll brings a text into forms one after another: holds with the text,
// Never where it cannot be read so, unsure where the form is not modelled.
func InAll(forms []plan.Form, s string) (string, Answer) {
	for _, f := range forms {
		var ok Answer
		if s, ok = In(f, s); ok != Holds {
			return "", ok
		}
	}
	return s, Holds
}

// In brings a text into one form; see InAll.
func In(f plan.Form, s string) (string, Answer) {
	arg := func(i int) string {
		if i < len(f.Args) {
			return f.Args[i]
		}
		return ""
	}
	switch f.Kind {
	case plan.FormFold:
		return strings.ToLower(s), Holds
	case plan.FormTrimSpace:
		return strings.TrimSpace(s), Holds
	case plan.FormTrim:
		return strings.Trim(s, arg(0)), Holds
	case plan.FormTrimLeft:
		return strings.TrimLeft(s, arg(0)), Holds
	case plan.FormTrimRight:
		return strings.TrimRight(s, arg(0)), Holds
	case plan.FormTrimPrefix:
		return strings.TrimPrefix(s, arg(0)), Holds
	case plan.FormTrimSuffix:
		return strings.TrimSuffix(s, arg(0)), Holds
	case plan.FormReplace:
		return strings.ReplaceAll(s, arg(0), arg(1)), Holds
	case plan.FormAdd:
		return arg(0) + s + arg(1), Holds
	case plan.FormTwice:
		return s + arg(0) + s, Holds
	case plan.FormPart:
		return part(s, arg(0), arg(1))
	case plan.FormAfter:
		_, after, found := strings.Cut(s, arg(0))
		return after, AnswerOf(found)
	case plan.FormUnordered:
		parts := strings.Split(s, arg(0))
		slices.Sort(parts)
		return strings.Join(parts, arg(0)), AnswerOf(arg(0) != "")
	case plan.FormLookup:
		for i := 0; i+1 < len(f.Args); i += 2 {
			if f.Args[i] == s {
				return f.Args[i+1], Holds
			}
		}
		return s, Holds
	case plan.FormRegexp, plan.FormMatch:
		return matched(f, s)
	}
	return inMeaning(f.Kind, s)
}

func part(s, sep, index string) (string, Answer) {
	parts := strings.Split(s, sep)
	i, err := strconv.Atoi(index)
	if i < 0 {
		i += len(parts)
	}
	if err != nil || i < 0 || i >= len(parts) {
		return "", Never
	}
	return parts[i], Holds
}

func matched(f plan.Form, s string) (string, Answer) {
	re, err := regexp.Compile(f.Args[0])
	if err != nil {
		return "", Unsure
	}
	if f.Kind == plan.FormRegexp {
		return re.ReplaceAllString(s, f.Args[1]), Holds
	}
	groups := re.FindStringSubmatch(s)
	i, err := strconv.Atoi(f.Args[1])
	if err != nil || i >= len(groups) {
		return "", Never
	}
	return groups[i], Holds
}

// inMeaning writes what a text means in one way.
func inMeaning(kind plan.FormKind, s string) (string, Answer) {
	switch kind {
	case plan.FormProtocol:
		return protocol(s)
	case plan.FormNumber:
		n, err := strconv.ParseFloat(s, 64)
		return strconv.FormatFloat(n, 'g', -1, 64), AnswerOf(err == nil)
	case plan.FormBool:
		b, err := strconv.ParseBool(s)
		return strconv.FormatBool(b), AnswerOf(err == nil)
	case plan.FormTime:
		t, err := time.Parse(time.RFC3339, s)
		return strconv.FormatInt(t.UnixNano(), 10), AnswerOf(err == nil)
	case plan.FormDuration:
		d, err := time.ParseDuration(s)
		return d.String(), AnswerOf(err == nil)
	case plan.FormIP:
		a, err := netip.ParseAddr(s)
		return a.String(), AnswerOf(err == nil)
	case plan.FormCIDR:
		p, err := netip.ParsePrefix(s)
		return p.Masked().String(), AnswerOf(err == nil)
	case plan.FormURL:
		u, err := url.Parse(s)
		if err != nil {
			return "", Never
		}
		return u.String(), Holds
	case plan.FormARN:
		parts := strings.SplitN(s, ":", 6)
		return parts[len(parts)-1], AnswerOf(len(parts) == 6 && parts[0] == "arn")
	case plan.FormBase64:
		return Decoded(s), Holds
	case plan.FormHash:
		return "\x00hash of " + s, Holds // no text is the hash of itself
	case plan.FormSSHKey:
		words := strings.Fields(s)
		return strings.Join(words[:min(2, len(words))], " "), AnswerOf(len(words) > 1)
	case plan.FormJSON, plan.FormPolicy, plan.FormContainers:
		return inDocumentForm(kind, s)
	}
	return "", Unsure
}

func inDocumentForm(kind plan.FormKind, s string) (string, Answer) {
	v, ok := Document(s)
	if !ok {
		return "", Never
	}
	switch kind {
	case plan.FormPolicy:
		v = Policy(v)
	case plan.FormContainers:
		v = Containers(v)
	}
	b, err := json.Marshal(v)
	return string(b), AnswerOf(err == nil)
}

// protocol is the number of an IP protocol, -1 for all. Names that are not here
// are not modelled.
func protocol(s string) (string, Answer) {
	switch s = strings.ToLower(s); s {
	case "all", "-1":
		return "-1", Holds
	case "icmp":
		return "1", Holds
	case "tcp":
		return "6", Holds
	case "udp":
		return "17", Holds
	case "icmpv6":
		return "58", Holds
	}
	_, err := strconv.Atoi(s)
	if err != nil {
		return "", Unsure
	}
	return s, Holds
}
