package command

import (
	"encoding/base64"
	"encoding/hex"
	"path"
	"regexp"
	"slices"
	"strings"
)

// printers only show their arguments.
var printers = regexp.MustCompile(`(?i)^(@?(echo|printf|print|puts|p|say|die|fail|abort|usage|help|alert|logger|notify\w*|title|step|section|header|` +
	`banner|msg|message|note|ok|success|` +
	`confirm|prompt|ask|describe|it|throw|raise|read|grep|egrep|fgrep|rg|ag|sed|which|type|man|git|gh|glab|jq|yq|awk|test|label|maintainer|\[+)|` +
	`([\w.:-]*[_.:-])?(log|info|warn|warning|err|error|debug|notice|print|echo|assert|expect|slack)(s|f|ln|ing)?([_.:-][\w.:-]*)?|write-\w+)$`)

// speaks is a variable whose value people read.
var speaks = regexp.MustCompile(
	`(?i)(usage|help|msg|message|desc\w*|title|name|text|comment|label|prompt|note|doc|readme|body|summary|pattern|regex\w*)$`)

// wrappers run the command that their arguments hold.
var wrappers = []string{
	"sudo", "doas", "env", "exec", "command", "builtin", "time", "timeout", "gtimeout", "nohup", "nice", "ionice", "setsid",
	"stdbuf", "chronic", "unbuffer", "xargs", "parallel", "watch", "retry", "eval", "find", "fd", "ssh", "su", "runuser", "chroot",
	"nsenter", "flock", "trap", "run", "su-exec", "gosu", "tini", "dumb-init", "npx", "npm", "pnpm", "pnpx", "yarn", "bun", "bunx",
	"bundle", "poetry", "pipenv", "uv", "uvx", "pdm", "hatch", "rye", "pipx", "python", "python3", "python2", "py", "ruby", "node",
	"deno", "tsx", "ts-node", "php", "perl", "docker", "podman", "nerdctl", "docker-compose", "kubectl", "oc", "heroku", "fly",
	"flyctl", "railway", "lando", "ddev", "dotenv", "dotenvx", "doppler", "op", "infisical", "chamber", "aws-vault",
	"aws-vault.exe", "envchain", "direnv", "nix", "nix-shell", "devbox", "mise", "asdf", "rtx", "conda", "vagrant", "teleport",
	"tsh", "gcloud", "aws", "az", "with-env", "cross-env", "dotenv-cli", "sail", "wp", "cmd", "powershell", "pwsh", "start-process",
	"invoke-expression", "iex", "bash", "sh", "zsh", "dash", "ksh", "ash", "busybox", "wsl", "xvfb-run", "strace", "proxychains",
	"torsocks", "terragrunt",
}

// shells run what they read.
var shells = []string{
	"sh", "bash", "zsh", "dash", "ksh", "ash", "busybox", "ssh", "at", "batch", "crontab", "parallel", "xargs", "pwsh", "powershell", "eval",
	"source", ".",
}

// scriptName is a file that is run later on.
var scriptName = regexp.MustCompile(`(?i)(\.(ba|z|k|da)?sh|\.ps1|\.bat|\.cmd|rc|profile|crontab|Makefile|justfile|entrypoint|BASH_ENV)$`)

func prints(commands []*simple) string {
	if len(commands) == 0 {
		return ""
	}
	text, _ := commands[len(commands)-1].printed()
	return text
}

// printed is what a command writes, where the text says so.
func (c *simple) printed() (string, bool) {
	if len(c.words) == 0 {
		return "", false
	}
	args := c.words[1:]
	switch programOf(c.words[0].text) {
	case "echo", "printf":
		var out []string
		for i, a := range args {
			format := len(args) > 1 && slices.Contains([]string{"%s", `%s\n`, "%b"}, a.text)
			if i == 0 && (format || slices.Contains([]string{"-n", "-e", "-ne", "-en"}, a.text)) {
				continue
			}
			out = append(out, a.text)
		}
		return unescape(strings.Join(out, " ")), true
	case "cat", "tee":
		return c.input()
	case "which", "type", "command":
		if n := len(args); n > 0 {
			return args[n-1].text, true
		}
	case "base64", "gbase64":
		if hasAny(args, "-d", "-D", "--decode", "-di") {
			return decoded(c, base64.StdEncoding.DecodeString)
		}
	case "rev":
		text, ok := c.input()
		return reversed(text), ok
	case "tr":
		text, ok := c.input()
		if !ok || len(args) != 2 || strings.HasPrefix(args[0].text, "-") {
			return "", false
		}
		return translated(text, args[0].text, args[1].text), true
	case "xxd":
		if hasAny(args, "-r", "-rp", "-pr") {
			return decoded(c, hex.DecodeString)
		}
	}
	return "", false
}

func hasAny(words []word, want ...string) bool {
	return slices.ContainsFunc(words, func(w word) bool { return slices.Contains(want, w.text) })
}

func decoded(c *simple, decode func(string) ([]byte, error)) (string, bool) {
	text, ok := c.input()
	if !ok {
		return "", false
	}
	out, err := decode(strings.Join(strings.Fields(text), ""))
	return string(out), err == nil
}

// reversed are the lines of a text, each from its end.
func reversed(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		letters := []rune(line)
		slices.Reverse(letters)
		lines[i] = string(letters)
	}
	return strings.Join(lines, "\n")
}

// translated is a text in which the letters of one set are those of another.
func translated(text, from, to string) string {
	was, is := letters(from), letters(to)
	return strings.Map(func(r rune) rune {
		switch i := slices.Index(was, r); {
		case i < 0 || len(is) == 0:
			return r
		case i < len(is):
			return is[i]
		}
		return is[len(is)-1]
	}, text)
}

var letterClasses = strings.NewReplacer("[:lower:]", "a-z", "[:upper:]", "A-Z", "[:digit:]", "0-9")

// letters are those of a set as tr reads it: `a-z` stands for all between.
func letters(set string) []rune {
	all := []rune(unescape(letterClasses.Replace(set)))
	var out []rune
	for i := 0; i < len(all); i++ {
		if i+2 < len(all) && all[i+1] == '-' && all[i] < all[i+2] && all[i+2]-all[i] < 1<<8 {
			for r := all[i]; r <= all[i+2]; r++ {
				out = append(out, r)
			}
			i += 2
			continue
		}
		out = append(out, all[i])
	}
	return out
}

// input is what a command reads, where the text says so.
func (c *simple) input() (string, bool) {
	switch {
	case c.fed != "":
		return c.fed, true
	case c.from != nil:
		return c.from.printed()
	}
	return "", false
}

// onlyPrints reports whether a command shows its arguments and does nothing
// with them.
func (c *simple) onlyPrints() bool { return printers.MatchString(programOf(c.words[0].text)) }

func isWrapper(program string) bool { return slices.Contains(wrappers, program) }

func isShell(program string) bool { return slices.Contains(shells, program) }

var programEnding = regexp.MustCompile(`(?i)\.(exe|cmd|bat|sh)$`)

// programOf is the name of a program as a word runs it: without its folder,
// version and ending, and without what make and batch files put before it.
func programOf(w string) string {
	w = strings.TrimLeft(w, "@-+")
	if w == "" || strings.ContainsAny(w, " \t\n") {
		return ""
	}
	w = path.Base(strings.ReplaceAll(w, `\`, "/"))
	for _, mark := range []string{"@", ":"} {
		if name, version, ok := strings.Cut(w, mark); ok && name != "" && version != "" && !strings.HasPrefix(name, "$") {
			w = name
		}
	}
	return programEnding.ReplaceAllString(w, "")
}
