package gitlocal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// git runs the git program in one folder, in a way that cannot change the
// repository, reach the network, or run a program that the repository names.
type git struct {
	exe string
	dir string
	env []string
	// off are settings that switch off what the repository's own ones name.
	off []string
}

// newGit finds git on the PATH. env is the environment of the caller; what it
// says of git (GIT_DIR of a hook, GIT_TRACE) does not reach the child.
func newGit(dir string, env []string) (git, error) {
	exe, err := exec.LookPath("git")
	if err != nil {
		return git{}, fmt.Errorf("find git: %w: install git, or compare two plain folders", err)
	}
	clean := make([]string, 0, len(env)+8)
	for _, kv := range env {
		if !strings.HasPrefix(kv, "GIT_") {
			clean = append(clean, kv)
		}
	}
	return git{exe: exe, dir: dir, env: append(clean,
		"LC_ALL=C",
		"GIT_OPTIONAL_LOCKS=0", // do not refresh the index behind the user's back
		"GIT_NO_LAZY_FETCH=1",  // git 2.45 and later: no fetch of a partial clone's missing objects
		"GIT_ALLOW_PROTOCOL=none",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_NO_REPLACE_OBJECTS=1", // replace refs exist here alone; GitHub does not know them
	)}, nil
}

// command is `git ARGS` with the repository's own programs switched off.
func (g git) command(ctx context.Context, args ...string) *exec.Cmd {
	fixed := []string{"-C", g.dir, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false"}
	cmd := exec.CommandContext(ctx, g.exe, slices.Concat(fixed, g.off, args)...)
	cmd.Env = g.env
	return cmd
}

// withoutFilters switches the repository's content filters off: one of them
// (Git LFS) writes into the repository when it cleans a file.
func (g git) withoutFilters(ctx context.Context) (git, error) {
	out, _, err := g.asked(ctx, "config", "-z", "--name-only", "--get-regexp", `^filter\..*\.(clean|smudge|process|required)$`)
	if err != nil {
		return git{}, err
	}
	for _, key := range fields(out) {
		off := key + "="
		if strings.HasSuffix(key, ".required") {
			off += "false"
		}
		g.off = append(g.off, "-c", off)
	}
	return g, nil
}

// asked runs `git ARGS` that answers "there is none" by status 1 without a
// word. Whatever else goes wrong, the end of git by a signal included, is an
// error: it says nothing about what there is.
func (g git) asked(ctx context.Context, args ...string) (out []byte, found bool, err error) {
	out, err = g.output(ctx, args...)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 && said(err) == "" {
		return nil, false, nil
	}
	return out, err == nil, err
}

// output runs `git ARGS` and returns what it prints. The error carries git's
// own first line.
func (g git) output(ctx context.Context, args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	cmd := g.command(ctx, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		return out, nil
	}
	said := firstLine(stderr.String())
	if said == "" {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	return nil, &gitError{command: args[0], said: said, err: err}
}

// gitError is a failed git command with the first line of what it said.
type gitError struct {
	command, said string
	err           error
}

func (e *gitError) Error() string { return "git " + e.command + ": " + e.said }
func (e *gitError) Unwrap() error { return e.err }

// said returns git's own words for err, or "".
func said(err error) string {
	var ge *gitError
	if errors.As(err, &ge) {
		return ge.said
	}
	return ""
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimPrefix(strings.TrimPrefix(line, "fatal: "), "error: ")
}

// fields splits the NUL-separated output of a git command.
func fields(out []byte) []string {
	if len(out) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}
