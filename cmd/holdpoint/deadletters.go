package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/service"
)

// deadLettersCommand shows and replays what serve gave up. It asks the running
// server, and opens the queue itself where none runs.
type deadLettersCommand struct {
	List   deadListCommand   `cmd:"" help:"List the failed jobs."`
	Replay deadReplayCommand `cmd:"" help:"Put failed jobs back into the queue."`
}

type deadListCommand struct {
	Data string `help:"Folder of the queue." env:"HOLDPOINT_DATA" required:"" placeholder:"DIR"`
	JSON bool   `help:"Print JSON." name:"json"`
}

type deadReplayCommand struct {
	Data    string   `help:"Folder of the queue." env:"HOLDPOINT_DATA" required:"" placeholder:"DIR"`
	All     bool     `help:"Replay every one." xor:"which"`
	Numbers []uint64 `arg:"" optional:"" name:"number" help:"Numbers from the list." xor:"which"`
}

// adminSocket is where a running server takes commands; who may write the
// folder may give them.
const adminSocket = "admin.sock"

// deadLetters is the part of the queue that the commands use.
type deadLetters interface {
	DeadLetters() ([]service.DeadLetter, error)
	Replay(ctx context.Context, letter uint64) error
}

// openDeadLetters finds the running server, or opens the file.
func openDeadLetters(ctx context.Context, data string) (deadLetters, func(), error) {
	socket := filepath.Join(data, adminSocket)
	if conn, err := net.Dial("unix", socket); err == nil {
		_ = conn.Close()
		transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}}
		return remoteLetters{ctx, &http.Client{Transport: transport, Timeout: requestTime}}, transport.CloseIdleConnections, nil
	}
	file := filepath.Join(data, queueFile)
	if _, err := os.Stat(file); err != nil {
		return nil, nil, fmt.Errorf("%w: no queue in %s: %w", errUsage, data, err)
	}
	queue, err := service.OpenBolt(file, time.Now)
	if err != nil {
		return nil, nil, err
	}
	return queue, func() { _ = queue.Close() }, nil
}

// Run lists.
func (c *deadListCommand) Run(a *app) error {
	queue, done, err := openDeadLetters(a.ctx, c.Data)
	if err != nil {
		return err
	}
	defer done()
	letters, err := queue.DeadLetters()
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(a.stdout)
		out.SetIndent("", "  ")
		return out.Encode(letters)
	}
	table := tabwriter.NewWriter(a.stdout, 0, 8, 2, ' ', 0)
	for _, l := range letters {
		job, err := l.Message.DecodeJob()
		what := job.String()
		if err != nil {
			what = "job that cannot be read"
		}
		fmt.Fprintf(table, "%d\t%s\t%q\t%s\t%q\n", l.Number, l.Died.UTC().Format(time.RFC3339), what, l.Message.ID, l.Reason)
	}
	return table.Flush()
}

// Run replays.
func (c *deadReplayCommand) Run(a *app) error {
	queue, done, err := openDeadLetters(a.ctx, c.Data)
	if err != nil {
		return err
	}
	defer done()
	numbers := c.Numbers
	if c.All {
		letters, err := queue.DeadLetters()
		if err != nil {
			return err
		}
		for _, l := range letters {
			numbers = append(numbers, l.Number)
		}
	} else if len(numbers) == 0 {
		return fmt.Errorf("%w: name the jobs to replay, or --all", errUsage)
	}
	for _, n := range numbers {
		if err := queue.Replay(a.ctx, n); err != nil {
			return err
		}
		fmt.Fprintf(a.stdout, "replayed %d\n", n)
	}
	return nil
}

// listenAdmin opens the socket. One that is left of a killed process is
// removed: the queue's file is locked by us already.
func listenAdmin(data string) (net.Listener, error) {
	path := filepath.Join(data, adminSocket)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open admin socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("open admin socket (its path may be too long, choose a shorter HOLDPOINT_DATA): %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("open admin socket: %w", err)
	}
	return l, nil
}

func (s *server) adminRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /dead-letters", func(w http.ResponseWriter, _ *http.Request) {
		letters, err := s.queue.DeadLetters()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(letters)
	})
	mux.HandleFunc("POST /dead-letters/{number}/replay", func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.ParseUint(r.PathValue("number"), 10, 64)
		if err == nil {
			err = s.queue.Replay(r.Context(), n)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		s.log.Info("dead letter replayed", "number", n)
	})
	return mux
}

// remoteLetters asks a running server.
type remoteLetters struct {
	ctx    context.Context
	client *http.Client
}

// DeadLetters lists.
func (r remoteLetters) DeadLetters() ([]service.DeadLetter, error) {
	raw, err := r.call(r.ctx, http.MethodGet, "/dead-letters")
	if err != nil {
		return nil, err
	}
	var letters []service.DeadLetter
	if err := json.Unmarshal(raw, &letters); err != nil {
		return nil, fmt.Errorf("read the server's dead letters: %w", err)
	}
	return letters, nil
}

// Replay replays.
func (r remoteLetters) Replay(ctx context.Context, letter uint64) error {
	_, err := r.call(ctx, http.MethodPost, fmt.Sprintf("/dead-letters/%d/replay", letter))
	return err
}

func (r remoteLetters) call(ctx context.Context, method, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://holdpoint"+path, nil)
	if err != nil {
		return nil, fmt.Errorf("ask the running server: %w", err)
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the running server: %w", err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("ask the running server: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the running server: %s", bytes.TrimSpace(raw))
	}
	return raw, nil
}
