// Package render turns kustomizations and charts into objects. What it renders
// is written by the author of a pull request, so it happens in a child process
// of the same binary, which gets the files of one unit over a pipe and has
// nothing else: no network, no programs, no files of the host, and limits on
// its work, its memory and its output. A program that renders calls [Main]
// before anything else when [ChildRequested] says so.
package render

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/holdpoint-dev/holdpoint/internal/kube/request"
	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// childArgument and childVariable mark a process as a renderer. Both are
// needed, so that neither a stray argument nor an inherited variable starts
// one.
const (
	childArgument = "render-child"
	childVariable = "HOLDPOINT_RENDER_CHILD=1"
)

// ChildRequested reports whether the process was started as a renderer. args
// are os.Args, environ is os.Environ().
func ChildRequested(args, environ []string) bool {
	return len(args) == 2 && args[1] == childArgument && slices.Contains(environ, childVariable)
}

// Main is the child: it answers requests from in on out until in ends, and
// returns the exit code of the process.
func Main(in io.Reader, out io.Writer) int {
	m, err := newMeter(os.Getenv(workVariable))
	if err != nil {
		return 2
	}
	confineSelf(m.memory)
	debug.SetMaxStack(maxStack)
	go m.watch()
	for {
		var req request.Request
		err := readFrame(in, &req, maxRequestBytes)
		if errors.Is(err, io.EOF) {
			return 0
		}
		if err != nil {
			return 2
		}
		if err := writeFrame(out, measured(req, m), maxResponseBytes); err != nil {
			return 2
		}
		// The next unit starts with the memory of a fresh process.
		debug.FreeOSMemory()
	}
}

// measured renders one unit within the limit of work. How it went beyond the
// limit is of no matter, its answer is the same.
func measured(req request.Request, m *meter) request.Rendered {
	m.begin()
	res := answer(req, m)
	work, over := m.end()
	if over != nil {
		res = request.Rendered{Failure: over}
	}
	res.Work = work
	return res
}

// answer renders one unit. The libraries may panic on input that they do not
// expect; that is a failure of this unit only.
func answer(req request.Request, m *meter) (res request.Rendered) {
	defer func() {
		if r := recover(); r != nil {
			res = failed(plan.GapInternal, "rendering failed: %v", r)
		}
	}()
	switch req.Tool {
	case request.Kustomize:
		return kustomize(req, m)
	case request.Helm:
		return chart(req, m)
	}
	return failed(plan.GapInternal, "no renderer for a unit of the kind %q", req.Tool)
}

func failed(kind plan.GapKind, format string, args ...any) request.Rendered {
	return request.Rendered{Failure: &request.Failure{Kind: kind, Why: oneLine(fmt.Sprintf(format, args...))}}
}

// Frames are an eight-byte length and that many bytes of JSON.

func writeFrame(w io.Writer, value any, limit int) error {
	body, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode a frame: %w", err)
	}
	if len(body) > limit {
		over := failed(plan.GapLimit, "more than %d MiB were rendered", limit>>20)
		if body, err = json.Marshal(over); err != nil {
			return fmt.Errorf("encode a frame: %w", err)
		}
	}
	var head [8]byte
	binary.BigEndian.PutUint64(head[:], uint64(len(body)))
	if _, err := w.Write(append(head[:], body...)); err != nil {
		return fmt.Errorf("write a frame: %w", err)
	}
	return nil
}

func readFrame(r io.Reader, into any, limit int) error {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	size := binary.BigEndian.Uint64(head[:])
	if size > uint64(limit) {
		return fmt.Errorf("read a frame: %d bytes are more than the limit of %d", size, limit)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return fmt.Errorf("read a frame: %w", err)
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("decode a frame: %w", err)
	}
	return nil
}
