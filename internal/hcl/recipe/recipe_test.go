package recipe_test

import (
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/hcl/recipe"
)

// What a command starts is found however it is begun, and what is only named is
// not.
func TestCommands(t *testing.T) {
	for text, want := range map[string]string{
		`make a`:                             "make a",
		`cd x && exec make a`:                "x: make a",
		`cd "$(dirname "$0")" && make a`:     "make a",
		`A=b sudo -u root timeout 5m make a`: "make a",
		`["bash", "-c", "set -e; make a"]`:   "make a",
		`subprocess.run(["make", "a"])`:      "make a",
		`var.b ? "make a" : "true"`:          "make a",
		"<<-EOT\n  make \\\n    a\nEOT":      "make a",
		`aws-vault exec prod -- make a`:      "make a",
		"a:\n\t@$(MAKE) -C b a":              "make -C b a",
		`echo make a`:                        "",
		`./run.sh --recipe make`:             "",
		`echo "first: make a"`:               "",
	} {
		var got []string
		for _, c := range recipe.Commands(text) {
			if _, ok := recipe.Of(c); ok {
				got = append(got, strings.TrimPrefix(c.Dir+": ", ": ")+strings.Join(c.Words, " "))
			}
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// Of a file only what a goal reaches counts where the file is plain, else all.
func TestPart(t *testing.T) {
	plain := "V = 1\n.PHONY: a\na: b ## does it\n\tone\nb:\n\ttwo\nc:\n\tthree\n"
	for _, c := range []struct{ command, text, in, out string }{
		{"make", plain, "V = 1|one|two", "three"}, {"make b", plain, "two", "one|three"}, {"make a c", plain, "one|two|three", ""},
		{"make $X", plain, "one|two|three", ""}, {"make d", plain, "one|two|three", ""}, {"make -j 4 X=y b", plain, "two", "one|three"},
		{"make b", plain + "%.o: %.c\n\tcc\n", "three", ""}, {"make b", plain + "include x\n", "three", ""},
		{"make b", plain + "ifdef X\nd:\n\tfour\nendif\n", "three", ""},
		{"just b", "set x\na x='1': b\n  one\n", "one", ""}, {"just b", "b: c\n  two\n\nc:\n  three\nd y: b\n  four\n", "two|three", "four"},
		{"task b", "tasks:\n  a: one\n  b: two\n", "one|two", ""},
		{"npm run a", `{"scripts":{"prea":"zero","a":"one","b":"two"},"x":"other"}`, "zero|one", "two|other"},
		{"npm ci", `{"scripts":{"postinstall":"one","b":"two"}}`, "one", "two"}, {"npx-run", "", "", ""},
		{"yarn what", `{"scripts":{"a":"one","b":"two"},"x":"other"}`, "one|two", "other"}, {"npm ci", `{"scripts":`, "scripts", ""},
	} {
		r, _ := recipe.Of(recipe.Commands(c.command)[0])
		if c.text == "" {
			continue
		}
		got := r.Part(c.text)
		for _, word := range strings.Split(c.in, "|") {
			if !strings.Contains(got, word) {
				t.Errorf("%s: %q is left out of %q", c.command, word, got)
			}
		}
		for _, word := range strings.Split(c.out, "|") {
			if word != "" && strings.Contains(got, word) {
				t.Errorf("%s: %q is in %q", c.command, word, got)
			}
		}
	}
}

// Only lines that stand alone may go.
func TestLess(t *testing.T) {
	for _, c := range []struct {
		before, after string
		want          bool
	}{
		{"a\nb\nc", "a\nc", true}, {"a\nb", "a\nb", true}, {"a\nb", "b\na", false}, {"a", "a\nb", false}, {"a\n# set -e\nb", "a\nb", true},
		{"set -e\na", "a", false}, {"if a\nthen b\nfi", "then b\nfi", false}, {"exit 1\na", "a", false}, {"a ||\nb\nc", "c", false},
		{"a \\\nb\nc", "a \\\nc", false}, {"X=1\na", "a", false}, {"cat <<E\nb\nE\na", "a", false},
		{"a \"\nb\n\"", "b", false}, {"b && exit\na", "a", false},
		{"#!/bin/sh\na", "a", false}, {"./check a\nb", "b", false},
		{"f() {\na\n}\nb", "b", false}, {"./lib.sh\na", "a", true}, {". lib.sh\na", "a", false},
	} {
		if got := recipe.Less(recipe.Lines(c.before), recipe.Lines(c.after)); got != c.want {
			t.Errorf("%q to %q: %t", c.before, c.after, got)
		}
	}
}
