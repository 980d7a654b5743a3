// Providerfacts makes the facts of rules/facts. It reads a provider's Go source
// tree, compiles nothing and starts nothing of it.
//
//	providerfacts extract -kind google -dir SOURCE -provider hashicorp/google -version 8.0.0 -out google.json
//	providerfacts compare -got google.json -want other.json
//	providerfacts pack -in google.json -date 2026-08-21
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "providerfacts:", err)
		}
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("say extract, compare or pack; each explains itself with -h")
	}
	switch args[0] {
	case "extract":
		return runExtract(args[1:])
	case "compare":
		return runCompare(args[1:])
	case "pack":
		return runPack(args[1:])
	}
	return fmt.Errorf("command %q is not known: say extract, compare or pack", args[0])
}
