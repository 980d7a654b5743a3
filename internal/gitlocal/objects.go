package gitlocal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// MaxFile is the size in bytes above which a file is not read. It is the
// limit GitHub has for files in a repository (docs.github.com, "About large
// files on GitHub"), so that a local review and one on GitHub agree.
const MaxFile = 100 << 20

// TooLargeError is a file of more than MaxFile bytes.
type TooLargeError struct{ Size int64 }

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("file is too large: %d bytes, the limit is %d", e.Size, MaxFile)
}

// Is reports that the error is a [plan.ErrUnreadable].
func (e *TooLargeError) Is(target error) bool { return target == plan.ErrUnreadable }

// errMissing means that the repository has no such object.
var errMissing = errors.New("no such object in this clone")

// objects reads objects through one `git cat-file --batch`, which serves every
// kind of repository git itself serves: worktrees, packs, alternates, SHA-256,
// reftable. It is safe for concurrent use; requests queue up.
type objects struct {
	// start starts the child process again.
	start func() *exec.Cmd
	// partial: the clone is one from which objects may be missing.
	partial bool

	mu     sync.Mutex
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	broken error
}

func openObjects(ctx context.Context, g git, partial bool) (*objects, error) {
	o := &objects{partial: partial, start: func() *exec.Cmd { return g.command(ctx, "cat-file", "--batch") }}
	if err := o.restart(); err != nil {
		return nil, err
	}
	return o, nil
}

func (o *objects) restart() error {
	cmd := o.start()
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("start git cat-file: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start git cat-file: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start git cat-file: %w", err)
	}
	o.cmd, o.in, o.out = cmd, in, bufio.NewReaderSize(out, 64<<10)
	return nil
}

// close ends the child process. It returns the failure after which nothing
// could be read any more, also to somebody who did not hear of it: a size that
// is asked for has no error.
func (o *objects) close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	broken := o.broken
	o.broken = errClosed
	if errors.Is(broken, errClosed) {
		return nil
	}
	o.in.Close()
	if err := o.cmd.Wait(); err != nil && broken == nil {
		return fmt.Errorf("end git cat-file: %w", err)
	}
	return broken
}

var errClosed = errors.New("repository is closed")

// object is one object as cat-file gives it.
type object struct {
	id      plan.ObjectID
	kind    string // blob, tree, commit, tag
	content []byte
}

// get reads the object a name stands for: an id or any revision syntax of
// git. It fails with errMissing where there is none, and with a
// TooLargeError without keeping the content where it is over MaxFile.
func (o *objects) get(name string) (object, error) {
	if strings.ContainsAny(name, "\n\x00") || name == "" {
		return object{}, errMissing
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.broken != nil {
		return object{}, o.broken
	}
	obj, err := o.exchange(name)
	if o.partial && errors.Is(err, io.EOF) && o.refused() {
		if err := o.restart(); err != nil {
			o.broken = err
			return object{}, err
		}
		return object{}, errMissing
	}
	var large *TooLargeError
	if err != nil && !errors.Is(err, errMissing) && !errors.As(err, &large) {
		// The stream is out of step: nothing that follows can be trusted.
		o.broken = fmt.Errorf("read from git cat-file: %w: it ended or was stopped; try again", err)
		return object{}, o.broken
	}
	return obj, err
}

// refused reports whether the child ended by itself: git before 2.45 cannot be
// told to leave a missing object missing, and ends when it is not let fetch
// one. A child that a signal ended says nothing about the object.
func (o *objects) refused() bool {
	var exit *exec.ExitError
	return errors.As(o.cmd.Wait(), &exit) && exit.ExitCode() > 0
}

// exchange sends one name and reads the answer, `<id> <kind> <size>` and the
// content, or `<name> missing` and the like (git-cat-file(1), BATCH OUTPUT).
func (o *objects) exchange(name string) (object, error) {
	if _, err := io.WriteString(o.in, name+"\n"); err != nil {
		return object{}, err
	}
	line, err := o.out.ReadString('\n')
	if err != nil {
		return object{}, err
	}
	line = strings.TrimSuffix(line, "\n")
	words := strings.Split(line, " ")
	if last := words[len(words)-1]; last == "missing" || last == "ambiguous" {
		return object{}, errMissing
	}
	if len(words) != 3 {
		return object{}, fmt.Errorf("unexpected answer %q", line)
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil {
		return object{}, fmt.Errorf("unexpected answer %q", line)
	}
	obj := object{id: plan.ObjectID(words[0]), kind: words[1]}
	if size > MaxFile {
		if _, err := io.CopyN(io.Discard, o.out, size+1); err != nil {
			return object{}, err
		}
		return object{}, &TooLargeError{Size: size}
	}
	obj.content = make([]byte, size+1)
	if _, err := io.ReadFull(o.out, obj.content); err != nil {
		return object{}, err
	}
	obj.content = obj.content[:size:size]
	return obj, nil
}
