package command

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// How says what kind of text a line is from.
type How string

const (
	// Script is a script or a pipeline: a tool counts anywhere but in what is
	// only printed.
	Script How = "script"
	// Embedded is text that may hold a command: a tool counts where a command
	// begins.
	Embedded How = "embedded"
	// Mention counts a tool anywhere but in a comment.
	Mention How = "mention"
)

// Valid reports whether it is one of the three.
func (h How) Valid() bool { return h == Script || h == Embedded || h == Mention }

// longest bounds the line that is read, in bytes: what lies behind is not.
const longest = 16 << 10

// Destroys reports whether a line holds a command of the table.
func (t Table) Destroys(line string, how How) bool {
	line = strings.TrimSpace(line)
	if len(line) > longest {
		line = line[:longest]
	}
	if comment.MatchString(line) {
		return false
	}
	line = t.named(plain(line))
	if how == Script && slices.ContainsFunc(t.toolless, func(r *Row) bool { return r.text.MatchString(line) }) {
		return true
	}
	if how != Mention && prose.MatchString(line) && !strings.Contains(line, "$(") {
		return false
	}
	for _, part := range parts(line) {
		if (how == Mention || !part.printed) && t.inPart(part.text, line, how) {
			return true
		}
	}
	return false
}

// comment is a line that no tool runs. `#!` names what runs a script.
var comment = regexp.MustCompile(`^(#([^!]|$)|//|::|(?i:rem)\s|\*\s|/\*|<!--|--\s|\{\{-?\s*/\*|"""|''')`)

// prose is a key whose value people read. In scripts an assignment has no spaces.
var prose = regexp.MustCompile(`^(-\s+)?["']?(?i:name|displayname|description|desc|title|summary|message|msg|label|help|comment|docs?|notes?|about|if|when|example|usage|placeholder|runbook\w*)["']?(:\s| = )`)

// plain takes out what a shell takes out of a word: empty quotes, and a
// backslash before a letter.
func plain(line string) string {
	line = strings.NewReplacer(`""`, "", `''`, "", `\"`, `"`, `\'`, `'`, `\n`, " ; ", `\t`, " ").Replace(line)
	return escaped.ReplaceAllString(line, "$1")
}

var (
	escaped  = regexp.MustCompile(`\\([a-zA-Z])`)
	variable = regexp.MustCompile(`\$(?:\{([A-Za-z_]\w*)(?::?-[^}]*)?\}|\(([A-Z_]+)\)|([A-Za-z_]\w*))`)
)

// named puts a tool's name where a variable has it: $(KUBECTL), ${TERRAFORM_BIN}.
func (t Table) named(line string) string {
	return variable.ReplaceAllStringFunc(line, func(text string) string {
		m := variable.FindStringSubmatch(text)
		name := strings.ToLower(m[1] + m[2] + m[3])
		for _, ending := range []string{"", "_bin", "_cmd", "_path"} {
			if tool := strings.TrimSuffix(name, ending); t.byTool[tool] != nil {
				return tool
			}
		}
		return text
	})
}

// part is a piece of a line that runs as one command.
type part struct {
	text string
	// printed: it is only shown.
	printed bool
}

// parts splits a line where a shell begins another command, what it
// substitutes included. What is printed into an interpreter is run by it.
func parts(line string) []part {
	var out []part
	for range 20 {
		at := substituted.FindStringSubmatchIndex(line)
		if at == nil {
			break
		}
		inner := line[max(at[2], at[4]):max(at[3], at[5])]
		out = append(out, parts(inner)...)
		line = line[:at[0]] + "$_" + line[at[1]:]
	}
	pieces := split(line, true)
	for i, piece := range pieces {
		if printed(piece) && !slices.ContainsFunc(pieces[i+1:], interprets) && !written.MatchString(piece) {
			out = append(out, part{piece, true})
			continue
		}
		for _, inner := range split(piece, false) {
			out = append(out, part{inner, false})
		}
	}
	return out
}

var (
	substituted = regexp.MustCompile("\\$\\(([^()]*)\\)|`([^`]*)`")
	written     = regexp.MustCompile(`>\s*\S+\.(ba|z)?sh\b`)
	// leading is what stands before a command in lists, make and YAML.
	leading  = regexp.MustCompile(`^([-@+]+\s*|["']?[\w.-]+["']?:\s+|[|>]\s|(then|do|else)\s)*["']?`)
	printers = regexp.MustCompile(`^(?i)(echo|printf|print|puts|p|log\S*|info|warn\w*|error|debug|notice|note|say|die|fail|abort|usage|logger|write-\w+|console\.\w+|fmt\.\w+|t\.\w+|assert\w*|expect|raise|throw|grep|egrep|fgrep|rg|which|type|man|alias|git)\b`)
	readers  = regexp.MustCompile(`^\W*(sudo\s+)?(\S*/)?(sh|bash|zsh|dash|ksh|xargs|ssh|psql|mysql|mariadb|sqlite3|clickhouse-client|cqlsh|mongosh|mongo|redis-cli|sqlcmd|pwsh|python3?|ruby|node|eval)\b`)
)

func printed(piece string) bool {
	piece = strings.TrimSpace(piece)
	return printers.MatchString(piece[len(leading.FindString(piece)):])
}

func interprets(piece string) bool { return readers.MatchString(piece) }

// split cuts at ; & | and, where quotes are kept whole, not inside them. A
// comment at the end goes.
func split(line string, quotes bool) []string {
	var out []string
	var open byte
	start := 0
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case open != 0:
			if c == open {
				open = 0
			}
		case quotes && (c == '"' || c == '\''):
			open = c
		case c == ';' || c == '&' || c == '|':
			out, start = append(out, line[start:i]), i+1
		case quotes && c == '#' && i > 0 && (line[i-1] == ' ' || line[i-1] == '\t'):
			return append(out, line[start:i])
		}
	}
	return append(out, line[start:])
}

// word is a word of a command and where it begins.
type word struct {
	text string
	at   int
}

// words are what lies between spaces, quotes, brackets and commas. An
// assignment is two words.
func words(text string) []word {
	var out []word
	add := func(from, to int) {
		if m := assigned.FindString(text[from:to]); m != "" && len(m) < to-from {
			out = append(out, word{m, from})
			from += len(m)
		}
		if from < to {
			out = append(out, word{text[from:to], from})
		}
	}
	start := 0
	for i := range len(text) {
		if strings.IndexByte(" \t\"'`,[](){}", text[i]) >= 0 {
			add(start, i)
			start = i + 1
		}
	}
	add(start, len(text))
	return out
}

var assigned = regexp.MustCompile(`^[A-Za-z_]\w*=`)

// inPart looks for a tool and what it is told in one command.
func (t Table) inPart(text, line string, how How) bool {
	all := words(text)
	plainWords := make([]string, len(all))
	for i, w := range all {
		plainWords[i] = w.text
	}
	for i, w := range all {
		for _, r := range t.byTool[program(w.text)] {
			if r.Scripts && how != Script || how == Embedded && !begins(text, all, i) {
				continue
			}
			if r.fits(plainWords[i+1:], line) {
				return true
			}
		}
	}
	return false
}

// program is the name of a program as a word runs it: without its folder,
// version and ending.
func program(w string) string {
	w = path.Base(w)
	if name, version, found := strings.Cut(w, "@"); found && name != "" && version != "" {
		w = name
	}
	if name, tag, found := strings.Cut(w, ":"); found && name != "" && tag != "" {
		w = name
	}
	return ending.ReplaceAllString(w, "")
}

var ending = regexp.MustCompile(`(?i)\.(exe|cmd|bat|sh)$`)

// openers are words behind which a command begins.
var openers = []string{
	"sudo", "doas", "exec", "then", "do", "else", "time", "nohup", "env", "xargs", "eval", "if", "!", "while", "--", "-",
	"npx", "bunx", "dlx", "pnpm", "yarn", "npm", "bun", "run", "-c", "-ec", "-lc", "-xc", "-ce", "-exc", "-euc", "RUN", "CMD", "ENTRYPOINT",
}

// begins reports whether a command begins at a word.
func begins(text string, all []word, i int) bool {
	before := strings.TrimRight(text[:all[i].at], " \t")
	if before == "" || strings.IndexByte("\"'`[(:={,>", before[len(before)-1]) >= 0 {
		return true
	}
	return i > 0 && slices.Contains(openers, all[i-1].text)
}
