// Providerfacts makes the facts of rules/facts.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "providerfacts:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("usage: providerfacts pack ...")
	}
	switch args[0] {
	case "pack":
		return runPack(args[1:])
	}
	return fmt.Errorf("command %q is not known", args[0])
}
