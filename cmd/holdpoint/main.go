// Command holdpoint predicts what a change of infrastructure code would delete
// or replace, and holds it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/holdpoint-dev/holdpoint/internal/gitlocal"
	"github.com/holdpoint-dev/holdpoint/internal/kube"
	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
)

func main() {
	os.Exit(Main(os.Args, os.Stdin, os.Stdout, os.Stderr, os.Environ()))
}

// commands is the table of commands, one file each: a struct with its flags
// and a method Run(*app) error.
type commands struct {
	VersionFlag kong.VersionFlag `name:"version" help:"Print the version."`

	Review   reviewCommand   `cmd:"" help:"Review a change and decide whether it is held."`
	Predict  predictCommand  `cmd:"" help:"Predict what applying a change does, without any rules."`
	Explain  explainCommand  `cmd:"" help:"Show the decision for described approvals, to try settings."`
	Settings settingsCommand `cmd:"" help:"Check settings, or print their schema."`
	Facts    factsCommand    `cmd:"" help:"Show what is known of a Terraform resource type."`
	Version  versionCommand  `cmd:"" help:"Print the version."`

	Serve       serveCommand       `cmd:"" help:"Run the service in one process: webhooks, reviews and the search for missed events."`
	Setup       setupCommand       `cmd:"" help:"Create the GitHub App and store its credentials."`
	Doctor      doctorCommand      `cmd:"" help:"Check an installation and list what to fix."`
	DeadLetters deadLettersCommand `cmd:"" help:"List and replay failed jobs of serve."`
}

// Exit statuses. With review they are the verdict.
const (
	statusClear   = 0
	statusFailure = 1
	statusUsage   = 2
	statusHeld    = 3
)

// app is what a command gets from the outside.
type app struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	env            []string
	// render builds kustomizations and charts.
	render kube.Renderer
}

var (
	// errHeld ends a review that holds. It has been told already.
	errHeld = errors.New("held")
	// errUsage marks what the user can mend on the command line.
	errUsage = errors.New("usage")
)

// exitRequest is how the command line parser asks for the end (--help).
type exitRequest int

// Main runs one command line, whose first element is the program's name, and
// returns the exit status.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer, env []string) int {
	if render.ChildRequested(args, env) {
		return render.Main(stdin, stdout)
	}
	if apart.ChildRequested(args, env) {
		return sourcesChild(stdin, stdout, stderr, (&app{env: env}).look)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer context.AfterFunc(ctx, stop)() // a second signal ends the process where it is
	a := &app{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, env: env, render: render.New(render.Limits{})}
	return a.run(args[1:])
}

// run runs one command line and returns the exit status.
func (a *app) run(args []string) (status int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exitRequest:
			status = int(r)
		default:
			panic(r)
		}
	}()
	var table commands
	parser, err := kong.New(&table,
		kong.Name("holdpoint"),
		kong.Description("Shows what a change of infrastructure code would delete or replace, before it is merged.\n\nExit status: 0 clear, 3 "+
			"held, 2 usage, 1 failure."),
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(func(code int) { panic(exitRequest(code)) }),
		kong.Vars{"version": versionLine()},
		formats(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintf(a.stderr, "holdpoint: %v\n", err)
		return statusFailure
	}
	line, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(a.stderr, "holdpoint: %v (holdpoint --help lists commands and flags)\n", err)
		return statusUsage
	}
	err = line.Run(a)
	if err != nil && !errors.Is(err, errHeld) {
		fmt.Fprintf(a.stderr, "holdpoint: %v\n", err)
	}
	return exitStatus(err)
}

// errStopped ends a command that a signal stopped.
var errStopped = errors.New("interrupted by a signal: no decision")

// unlessStopped runs what a command works out before it prints. A signal ends
// it at once, wherever it is: the programs that it reads through may have got
// the signal as well, and nothing that follows can be relied on.
func (a *app) unlessStopped(work func() error) error {
	ended := make(chan error, 1)
	go func() { ended <- work() }()
	var err error
	select {
	case err = <-ended:
	case <-a.ctx.Done():
	}
	if a.ctx.Err() != nil {
		return errStopped
	}
	return err
}

func exitStatus(err error) int {
	switch {
	case err == nil:
		return statusClear
	case errors.Is(err, errHeld):
		return statusHeld
	case errors.Is(err, errUsage), errors.Is(err, gitlocal.ErrUsage):
		return statusUsage
	default:
		return statusFailure
	}
}
