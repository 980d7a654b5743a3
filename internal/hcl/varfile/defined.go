package varfile

import (
	"cmp"
	"regexp"
	"strings"
)

// variable is how shells, Make, and the expressions of pipelines write one. A
// command whose output is taken stands for what nobody can tell beforehand.
var variable = regexp.MustCompile(`\$\{\{[ \t]*([^}\n]*?)[ \t]*\}\}|\{\{[ \t]*([^}\n]*?)[ \t]*\}\}|` +
	`\$\{([^}\n]*)\}|\$\(([^)\n]*)\)|\$env:(\w+)|\$+(\w+)|%(\w+)%`)

var (
	lastWord = regexp.MustCompile(`[\w-]+$`)
	noWord   = regexp.MustCompile(`\W+`)
)

// withHoles writes every variable in a text as the last word of its name: that
// is `env` for `matrix.env`, `.env` and `env` alike.
func withHoles(text string) string {
	text = strings.ReplaceAll(text, hole, "")
	return variable.ReplaceAllStringFunc(text, func(whole string) string {
		m := variable.FindStringSubmatch(whole)
		name := strings.TrimRight(cmp.Or(m[1], m[2], m[3], m[4], m[5], m[6], m[7]), `'"] `)
		if word := lastWord.FindString(name); word != "" && !strings.ContainsAny(name, " :") {
			return hole + word + hole
		}
		return hole + "_" + noWord.ReplaceAllString(name, "_") + hole
	})
}

// defined are the values that a text gives its variables; nil for one that also
// has a value from outside the manifest.
type defined map[string][]string

var (
	defines = regexp.MustCompile(`(?m)^[ \t]*(?:-[ \t]+)?(?:export[ \t]+|set[ \t]+|local[ \t]+)?` +
		`["']?([\w-]+)["']?[ \t]*(\?=|:=|=|:)[ \t]*([^\n]*?)[ \t\r]*$`)
	loops   = regexp.MustCompile(`\bfor[ \t]+(\w+)[ \t]+in[ \t]+([\w./ \t-]+?)[ \t]*(?:;|\n|\\\n|$)`)
	element = regexp.MustCompile(`^[ \t]*-[ \t]+["']?([\w./-]+)["']?[ \t\r]*$`)
	plain   = regexp.MustCompile(`^[\w./@+~\x00-]+$`)
	comment = regexp.MustCompile(`[ \t]#.*$`)
)

func definitions(text string) defined {
	out := defined{}
	open := map[string]bool{}
	for _, m := range defines.FindAllStringSubmatchIndex(text, -1) {
		name, how := text[m[2]:m[3]], text[m[4]:m[5]]
		values := valuesOf(text[m[6]:m[7]], text[m[1]:])
		if how == "?=" || len(values) == 0 {
			open[name] = true
		}
		out[name] = append(out[name], values...)
	}
	for _, m := range loops.FindAllStringSubmatch(text, -1) {
		out[m[1]] = append(out[m[1]], strings.Fields(m[2])...)
	}
	for name := range open {
		delete(out, name)
	}
	return out
}

// valuesOf are the values that a definition gives: one, those of a list on its
// line, or those of one below it. None where it gives others too.
func valuesOf(text, below string) []string {
	text = strings.TrimSpace(comment.ReplaceAllString(text, ""))
	if text == "" {
		var out []string
		for line := range strings.SplitSeq(strings.TrimPrefix(below, "\n"), "\n") {
			m := element.FindStringSubmatch(line)
			if m == nil {
				break
			}
			out = append(out, m[1])
		}
		return out
	}
	list, isList := strings.CutPrefix(text, "[")
	if !isList {
		list = text
	}
	var out []string
	for v := range strings.SplitSeq(strings.TrimSuffix(list, "]"), ",") {
		if v = strings.Trim(strings.TrimSpace(v), `"'`); !plain.MatchString(v) {
			return nil
		}
		out = append(out, v)
	}
	if !isList && len(out) > 1 {
		return nil
	}
	return out
}

// maxSpellings bounds the spellings of one name, and how deep its variables
// stand in each other.
const maxSpellings, maxDeep = 32, 4

// fill writes the values of variables into a text, in every way there is.
func (d defined) fill(text string) []Name {
	all := []string{text}
	for range maxDeep {
		var next []string
		more := false
		for _, s := range all {
			name, values := d.first(s)
			if name == "" {
				next = append(next, s)
				continue
			}
			more = true
			for _, v := range values {
				next = append(next, strings.ReplaceAll(s, hole+name+hole, v))
			}
		}
		if len(next) > maxSpellings {
			break
		}
		if all = next; !more {
			break
		}
	}
	out := make([]Name, 0, len(all))
	for _, s := range all {
		out = append(out, Name(s))
	}
	return out
}

// first is the first variable in a text that has values, none of which is itself.
func (d defined) first(s string) (string, []string) {
	parts := strings.Split(s, hole)
	for i := 1; i < len(parts); i += 2 {
		values := d[parts[i]]
		if len(values) > 0 && !strings.Contains(strings.Join(values, ""), hole+parts[i]+hole) {
			return parts[i], values
		}
	}
	return "", nil
}
