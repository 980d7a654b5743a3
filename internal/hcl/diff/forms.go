package diff

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

// inForms brings a text into forms one after another: holds with the text,
// never where it cannot be read so, unsure where the form is not modelled.
func inForms(forms []plan.Form, s string) (string, answer) {
	for _, f := range forms {
		var ok answer
		if s, ok = inForm(f, s); ok != holds {
			return "", ok
		}
	}
	return s, holds
}

func inForm(f plan.Form, s string) (string, answer) {
	arg := func(i int) string {
		if i < len(f.Args) {
			return f.Args[i]
		}
		return ""
	}
	switch f.Kind {
	case plan.FormFold:
		return strings.ToLower(s), holds
	case plan.FormTrimSpace:
		return strings.TrimSpace(s), holds
	case plan.FormTrim:
		return strings.Trim(s, arg(0)), holds
	case plan.FormTrimLeft:
		return strings.TrimLeft(s, arg(0)), holds
	case plan.FormTrimRight:
		return strings.TrimRight(s, arg(0)), holds
	case plan.FormTrimPrefix:
		return strings.TrimPrefix(s, arg(0)), holds
	case plan.FormTrimSuffix:
		return strings.TrimSuffix(s, arg(0)), holds
	case plan.FormReplace:
		return strings.ReplaceAll(s, arg(0), arg(1)), holds
	case plan.FormAdd:
		return arg(0) + s + arg(1), holds
	case plan.FormTwice:
		return s + arg(0) + s, holds
	case plan.FormPart:
		return part(s, arg(0), arg(1))
	case plan.FormAfter:
		_, after, found := strings.Cut(s, arg(0))
		return after, answerOf(found)
	case plan.FormUnordered:
		parts := strings.Split(s, arg(0))
		slices.Sort(parts)
		return strings.Join(parts, arg(0)), answerOf(arg(0) != "")
	case plan.FormLookup:
		for i := 0; i+1 < len(f.Args); i += 2 {
			if f.Args[i] == s {
				return f.Args[i+1], holds
			}
		}
		return s, holds
	case plan.FormRegexp, plan.FormMatch:
		return matched(f, s)
	}
	return inMeaning(f.Kind, s)
}

func part(s, sep, index string) (string, answer) {
	parts := strings.Split(s, sep)
	i, err := strconv.Atoi(index)
	if i < 0 {
		i += len(parts)
	}
	if err != nil || i < 0 || i >= len(parts) {
		return "", never
	}
	return parts[i], holds
}

func matched(f plan.Form, s string) (string, answer) {
	re, err := regexp.Compile(f.Args[0])
	if err != nil {
		return "", unsure
	}
	if f.Kind == plan.FormRegexp {
		return re.ReplaceAllString(s, f.Args[1]), holds
	}
	groups := re.FindStringSubmatch(s)
	i, err := strconv.Atoi(f.Args[1])
	if err != nil || i >= len(groups) {
		return "", never
	}
	return groups[i], holds
}

// inMeaning writes what a text means in one way.
func inMeaning(kind plan.FormKind, s string) (string, answer) {
	switch kind {
	case plan.FormProtocol:
		return protocol(s)
	case plan.FormNumber:
		n, err := strconv.ParseFloat(s, 64)
		return strconv.FormatFloat(n, 'g', -1, 64), answerOf(err == nil)
	case plan.FormBool:
		b, err := strconv.ParseBool(s)
		return strconv.FormatBool(b), answerOf(err == nil)
	case plan.FormTime:
		t, err := time.Parse(time.RFC3339, s)
		return strconv.FormatInt(t.UnixNano(), 10), answerOf(err == nil)
	case plan.FormDuration:
		d, err := time.ParseDuration(s)
		return d.String(), answerOf(err == nil)
	case plan.FormIP:
		a, err := netip.ParseAddr(s)
		return a.String(), answerOf(err == nil)
	case plan.FormCIDR:
		p, err := netip.ParsePrefix(s)
		return p.Masked().String(), answerOf(err == nil)
	case plan.FormURL:
		u, err := url.Parse(s)
		if err != nil {
			return "", never
		}
		return u.String(), holds
	case plan.FormARN:
		parts := strings.SplitN(s, ":", 6)
		return parts[len(parts)-1], answerOf(len(parts) == 6 && parts[0] == "arn")
	case plan.FormBase64:
		return decoded(s), holds
	case plan.FormHash:
		return "\x00hash of " + s, holds // no text is the hash of itself
	case plan.FormSSHKey:
		words := strings.Fields(s)
		return strings.Join(words[:min(2, len(words))], " "), answerOf(len(words) > 1)
	case plan.FormJSON, plan.FormPolicy, plan.FormContainers:
		return document1(kind, s)
	}
	return "", unsure
}

func document1(kind plan.FormKind, s string) (string, answer) {
	v, ok := document(s)
	if !ok {
		return "", never
	}
	switch kind {
	case plan.FormPolicy:
		v = policy(v)
	case plan.FormContainers:
		v = containers(v)
	}
	b, err := json.Marshal(v)
	return string(b), answerOf(err == nil)
}

// protocol is the number of an IP protocol, -1 for all. Names that are not here
// are not modelled.
func protocol(s string) (string, answer) {
	switch s = strings.ToLower(s); s {
	case "all", "-1":
		return "-1", holds
	case "icmp":
		return "1", holds
	case "tcp":
		return "6", holds
	case "udp":
		return "17", holds
	case "icmpv6":
		return "58", holds
	}
	_, err := strconv.Atoi(s)
	if err != nil {
		return "", unsure
	}
	return s, holds
}
