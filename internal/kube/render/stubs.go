package render

import (
	"encoding/base64"
	"fmt"
	"strings"
	"text/template"
	"time"
)

// The largest results that a template may ask of one function call. Real
// charts stay far below them.
const (
	maxLoop   = 100_000
	maxRepeat = 1 << 20
	maxRandom = 4096
)

// keyPair is what the certificate functions return: templates read Cert and
// Key of it.
type keyPair struct{ Cert, Key string }

var madeUp = keyPair{Cert: "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
	Key: "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"}

// functions are those of the templates of a chart beside Helm's own: stubs, and
// those that count the steps.
func functions(m *meter) template.FuncMap {
	funcs := stubs()
	funcs[stepFunction], funcs[textFunction] = m.step, countedText
	return funcs
}

// stubs replaces functions whose results differ from run to run by constants,
// so that two renderings of the same chart are equal, and bounds those that
// can be asked for any amount of memory.
func stubs() template.FuncMap {
	funcs := template.FuncMap{
		"now":           func() time.Time { return time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC) },
		"ago":           func(any) string { return "0s" },
		"uuidv4":        func() string { return "00000000-0000-4000-8000-000000000000" },
		"getHostByName": func(string) string { return "" },
		"lookup":        func(_, _, _, _ string) map[string]any { return map[string]any{} },
		"shuffle":       func(s string) string { return s },
		"randInt":       func(low, high int) int { return low },
		"randBytes":     randomBytes,
		"until":         until,
		"untilStep":     untilStep,
		"seq":           seq,
		"repeat":        repeat,
		"indent":        indent,
		"nindent": func(n int, s string) (string, error) {
			text, err := indent(n, s)
			return "\n" + text, err
		},
		"bcrypt":         func(string) string { return "$2a$10$stub" },
		"htpasswd":       func(user, _ string) string { return user + ":$2a$10$stub" },
		"derivePassword": func(uint32, string, string, string, string) string { return "stub" },
		"genPrivateKey":  func(string) string { return madeUp.Key },
		"encryptAES":     func(_, text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) },
		"decryptAES":     func(string, string) string { return "" },
	}
	for _, name := range []string{"randAlphaNum", "randAlpha", "randNumeric", "randAscii"} {
		funcs[name] = random
	}
	for _, name := range []string{"genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey", "genSignedCert",
		"genSignedCertWithKey", "buildCustomCert"} {
		funcs[name] = func(...any) keyPair { return madeUp }
	}
	return funcs
}

func random(n int) (string, error) {
	if n < 0 || n > maxRandom {
		return "", fmt.Errorf("%d random characters are more than the limit of %d", n, maxRandom)
	}
	return strings.Repeat("1", n), nil
}

func randomBytes(n int) (string, error) {
	if n < 0 || n > maxRandom {
		return "", fmt.Errorf("%d random bytes are more than the limit of %d", n, maxRandom)
	}
	return base64.StdEncoding.EncodeToString(make([]byte, n)), nil
}

// until counts from 0 towards n (sprig v3.3.0 numeric.go, until).
func until(n int) ([]int, error) {
	if n < 0 {
		return untilStep(0, n, -1)
	}
	return untilStep(0, n, 1)
}

// untilStep counts as sprig does: a step in the wrong direction counts nothing
// (sprig v3.3.0 numeric.go, untilStep).
func untilStep(start, stop, step int) ([]int, error) {
	v := []int{}
	if step == 0 || (stop < start) != (step < 0) {
		return v, nil
	}
	if (stop-start)/step > maxLoop {
		return nil, fmt.Errorf("counting from %d to %d is more than the limit of %d", start, stop, maxLoop)
	}
	for i := start; (step > 0 && i < stop) || (step < 0 && i > stop); i += step {
		v = append(v, i)
	}
	return v, nil
}

// seq counts as the program of that name does, both ends included (sprig
// v3.3.0 numeric.go, seq).
func seq(params ...int) (string, error) {
	start, step, stop := 1, 1, 0
	switch len(params) {
	case 1:
		stop = params[0]
	case 2:
		start, stop = params[0], params[1]
	case 3:
		start, step, stop = params[0], params[1], params[2]
	default:
		return "", nil
	}
	end := stop + 1
	if stop < start {
		if len(params) == 3 && step > 0 {
			return "", nil
		}
		end = stop - 1
		if len(params) < 3 {
			step = -1
		}
	}
	numbers, err := untilStep(start, end, step)
	return strings.Trim(fmt.Sprint(numbers), "[]"), err
}

func repeat(n int, s string) (string, error) {
	if n < 0 || n*len(s) > maxRepeat || n > maxRepeat {
		return "", fmt.Errorf("repeating %d times is more than the limit of %d bytes", n, maxRepeat)
	}
	return strings.Repeat(s, n), nil
}

func indent(n int, s string) (string, error) {
	if n < 0 || n > 1000 {
		return "", fmt.Errorf("an indentation of %d is more than the limit of 1000", n)
	}
	pad := strings.Repeat(" ", n)
	return pad + strings.ReplaceAll(s, "\n", "\n"+pad), nil
}
