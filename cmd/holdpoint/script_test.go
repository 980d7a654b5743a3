package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// status runs a command and wants an exit status: `status 3 holdpoint review`.
// What it prints is there for stdout and stderr checks of the next lines.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// writeBytes makes a file that an archive cannot hold: `bytes FILE invalid`
// writes text that is not UTF-8, `bytes FILE N` N bytes of comment lines.
func writeBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes FILE invalid|N")
	}
	content := []byte("# caf\xe9\nresource \"terraform_data\" \"a\" {\n  input = \"\xff\"\n}\n")
	if args[1] != "invalid" {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		line := []byte(strings.Repeat("#", 127) + "\n")
		content = bytes.Repeat(line, n/len(line)+1)[:n]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), content, 0o644))
}
