package recipe

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// rule is one of a Makefile or a justfile.
type rule struct {
	targets, needs []string
	text           string
}

// rules are those of a file, with its other lines as text.
type rules struct {
	head string
	all  []rule
}

var (
	makeHeader = regexp.MustCompile(`^([^\s:=#$%]+(?:\s+[^\s:=#$%]+)*)\s*:([^:=$%][^=$%;]*)?(;.*)?$`)
	makeSets   = regexp.MustCompile(`^\s*(export\s+|override\s+)*[\w.-]+\s*(\?|\+|:{1,3}|!)?=|^(un)?export(\s+[\w.-]+)*\s*$`)
	justHeader = regexp.MustCompile(`^@?([A-Za-z_][\w-]*(?:\s+[*+$]?[\w-]+)*)\s*:([^=].*)?$`)
	justSets   = regexp.MustCompile(`^(export\s+)?[\w-]+\s*:=|^set\s+[\w-]+|^\[[^\]]*\]\s*$`)
	comment    = regexp.MustCompile(`^\s*(#|$)`)
	// notPlain is what makes other rules, or chooses among them.
	notPlain    = regexp.MustCompile(`\$[({]eval\b|^\.`)
	punctuation = strings.NewReplacer("(", " ", ")", " ", "&", " ", "|", " ")
)

// makeRules are the lines of a Makefile that its goals reach: all of it where it
// has more than plain rules and settings.
func makeRules(text string, goals []string) string {
	return reached(text, goals, func(line string) (targets, needs []string, ok bool) {
		m := makeHeader.FindStringSubmatch(line)
		if m == nil {
			return nil, nil, false
		}
		return strings.Fields(m[1]), strings.Fields(punctuation.Replace(m[2])), true
	}, makeSets)
}

func justRules(text string, goals []string) string {
	if len(goals) > 1 {
		return text // what is a goal and what is an argument of one is not told apart
	}
	return reached(text, goals, func(line string) (targets, needs []string, ok bool) {
		m := justHeader.FindStringSubmatch(line)
		if m == nil {
			return nil, nil, false
		}
		return strings.Fields(m[1])[:1], strings.Fields(punctuation.Replace(m[2])), true
	}, justSets)
}

func reached(text string, goals []string, header func(string) (targets, needs []string, ok bool), sets *regexp.Regexp) string {
	found, ok := parse(text, header, sets)
	if !ok || len(found.all) == 0 {
		return text
	}
	if len(goals) == 0 {
		goals = found.all[0].targets[:1]
	}
	wanted := map[string]bool{}
	for queue := slices.Clone(goals); len(queue) > 0; queue = queue[1:] {
		if wanted[queue[0]] {
			continue
		}
		wanted[queue[0]] = true
		for _, r := range found.all {
			if slices.Contains(r.targets, queue[0]) {
				queue = append(queue, r.needs...)
			}
		}
	}
	out := found.head
	for _, g := range goals {
		if !slices.ContainsFunc(found.all, func(r rule) bool { return slices.Contains(r.targets, g) }) {
			return text
		}
	}
	for _, r := range found.all {
		if slices.ContainsFunc(r.targets, func(target string) bool { return wanted[target] }) {
			out += r.text
		}
	}
	return out
}

func parse(text string, header func(string) (targets, needs []string, ok bool), sets *regexp.Regexp) (rules, bool) {
	var out rules
	for line := range strings.SplitSeq(continued.ReplaceAllString(text, " "), "\n") {
		line = strings.TrimRight(line, "\r")
		indented := strings.HasPrefix(line, "\t") || strings.HasPrefix(line, " ")
		targets, needs, ok := header(line)
		switch {
		case comment.MatchString(line) && !indented, strings.HasPrefix(line, ".PHONY:"):
		case notPlain.MatchString(line):
			return rules{}, false
		case indented && len(out.all) > 0:
			out.all[len(out.all)-1].text += line + "\n"
		case sets.MatchString(line):
			out.head += line + "\n"
		case ok:
			out.all = append(out.all, rule{targets, needs, line + "\n"})
		default:
			return rules{}, false
		}
	}
	return out, true
}

// installs are the scripts that an installation runs, in their order
// (docs.npmjs.com/cli/v11/using-npm/scripts).
var installs = []string{"preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"}

func reachedScripts(text string, goals []string) string {
	return packageScripts(text, goals, wantedScripts)
}

func everyScript(scripts map[string]string, _ []string) []string {
	return slices.Sorted(maps.Keys(scripts))
}

// packageScripts are the scripts of a package.json that are wanted, one a line:
// nothing else in it is run.
func packageScripts(text string, goals []string, wanted func(map[string]string, []string) []string) string {
	var file struct {
		Scripts map[string]string `json:"scripts"`
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return text
	}
	var out strings.Builder
	for _, name := range wanted(file.Scripts, goals) {
		if script, ok := file.Scripts[name]; ok {
			out.WriteString(name + ": " + script + "\n")
		}
	}
	return out.String()
}

func wantedScripts(scripts map[string]string, goals []string) []string {
	if len(goals) == 0 {
		return installs
	}
	name := goals[0]
	if (name == "run" || name == "run-script") && len(goals) > 1 {
		name = goals[1]
	}
	_, known := scripts[name]
	switch {
	case known:
		return []string{"pre" + name, name, "post" + name}
	case slices.Contains([]string{"install", "i", "ci", "add", "update", "rebuild"}, name):
		return installs
	case slices.Contains([]string{"exec", "x", "dlx"}, name):
		return nil
	}
	return everyScript(scripts, nil)
}
