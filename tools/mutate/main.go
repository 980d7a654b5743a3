// Command mutate asks whether the tests notice when the code that decides is
// wrong. It negates every condition of the files in parts.yaml, passes over
// every guard and case, leaves out every operand, one at a time, and runs the
// tests of the package. What no test notices must be in survivors.yaml with its
// reason. Then it does the same with the mutations by hand in named.yaml, each
// of which a test must notice.
//
//	go run ./tools/mutate                        # everything, some hours
//	go run ./tools/mutate -package internal/rules
//	go run ./tools/mutate -only 'override: ' -package internal/review
//	go run ./tools/mutate -named                 # the ones by hand alone
//
// All mutations of a package are in one binary, each behind a switch, since
// building takes longer than testing. Nothing in the tree is written.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// folder has the lists.
const folder = "tools/mutate"

type options struct {
	pkg, only, first string
	cache            string
	quick            time.Duration
	named, generated bool
}

func main() {
	var o options
	flag.StringVar(&o.pkg, "package", "", "mutate this package alone")
	flag.StringVar(&o.only, "only", "", "mutations whose name fits this pattern alone")
	flag.BoolVar(&o.named, "named", false, "the mutations by hand alone")
	flag.BoolVar(&o.generated, "generated", false, "all but the mutations by hand")
	flag.StringVar(&o.cache, "cache", "", "keep there which tests reach what (default: the user's cache folder)")
	flag.DurationVar(&o.quick, "quick", 0, "spend no more processor time on the tests of one mutation: what survives then is only a guess")
	flag.StringVar(&o.first, "first", "", "try the tests that fit this pattern first, since they are about what is mutated")
	flag.Parse()
	if err := run(os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(1)
	}
}

// errSurvived: a mutation survived that is not accounted for.
var errSurvived = errors.New("tests do not notice all mutations")

func run(out io.Writer, o options) error {
	if _, err := os.Stat(folder); err != nil {
		return errors.New("run it at the root of the repository")
	}
	pattern, err := regexp.Compile(o.only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	if o.cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("-cache: %w", err)
		}
		o.cache = filepath.Join(user, "holdpoint-mutate")
	}
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var failed error
	if !o.named {
		failed = errors.Join(failed, generated(out, dir, o, pattern))
	}
	if !o.generated {
		failed = errors.Join(failed, byHand(out, dir, o, pattern))
	}
	return failed
}

// generated runs all parts.
func generated(out io.Writer, dir string, o options, pattern *regexp.Regexp) error {
	var parts []part
	if err := load(filepath.Join(folder, "parts.yaml"), &parts); err != nil {
		return err
	}
	survivors := known{}
	if err := errors.Join(load(filepath.Join(folder, "survivors.yaml"), &survivors), survivors.check()); err != nil {
		return err
	}
	var failed error
	for _, p := range parts {
		if o.pkg != "" && o.pkg != p.Package {
			continue
		}
		failed = errors.Join(failed, p.run(out, filepath.Join(dir, filepath.Base(p.Package)), o, survivors, pattern))
	}
	return failed
}

// byHand runs the mutations of named.yaml.
func byHand(out io.Writer, dir string, o options, pattern *regexp.Regexp) error {
	var all []named
	if err := load(filepath.Join(folder, "named.yaml"), &all); err != nil {
		return err
	}
	var failed error
	for i, n := range all {
		if o.pkg != "" && o.pkg != n.Package || !pattern.MatchString(n.Name) {
			continue
		}
		noticed, output, err := n.run(filepath.Join(dir, fmt.Sprint("named-", i)))
		switch {
		case err != nil:
			return err
		case noticed:
			fmt.Fprintf(out, "noticed   %s\n", n.Name)
			if o.only != "" {
				fmt.Fprintln(out, output)
			}
		default:
			fmt.Fprintf(out, "SURVIVED  %s: %s of %s passes\n", n.Name, n.Test, n.Package)
			failed = errSurvived
		}
	}
	return failed
}
