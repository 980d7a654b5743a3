package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/kube/render"
	"github.com/holdpoint-dev/holdpoint/internal/service"
	"github.com/holdpoint-dev/holdpoint/internal/sources/apart"
)

// serveCommand is the service in one process: it takes webhooks, reviews, and
// finds what was missed, over a queue in a file.
type serveCommand struct{}

// Help lists the configuration.
func (serveCommand) Help() string {
	return `Configuration is in the environment:

  HOLDPOINT_APP_ID               the App's numeric id (required)
  HOLDPOINT_APP_KEY_FILE         file with the App's private key (required)
  HOLDPOINT_WEBHOOK_SECRET_FILE  file with the webhook secret; while it is
                                 rotated, the old one on a second line (required)
  HOLDPOINT_DATA                 folder of the queue (required)
  HOLDPOINT_GITHUB_URL           GitHub Enterprise Server (default https://github.com)
  HOLDPOINT_WRITES_PER_HOUR      checks and reviews written for one account
                                 (default 400; github.com allows 500)
  HOLDPOINT_LISTEN               address for webhooks (default :8080)
  HOLDPOINT_METRICS_LISTEN       address for metrics (default 127.0.0.1:9090)
  HOLDPOINT_WORKERS              repositories reviewed at once (default 4)
  HOLDPOINT_JOB_SECONDS          time of one try of a review (default 15)
  HOLDPOINT_SWEEP_MINUTES        time between searches for missed events (default 15)
  HOLDPOINT_SOURCES              on, or off: external modules, charts and bases
                                 elsewhere are not fetched (default on)
  HOLDPOINT_SOURCES_HOSTS        hosts to fetch from beside the usual public ones
  HOLDPOINT_SOURCES_MIRRORS      HOST=https://ADDRESS of what serves its paths
  HOLDPOINT_SOURCES_MIB          size of what is kept of them (default 1024)
  HOLDPOINT_LOG_LEVEL            debug, info, warn or error (default info)

Webhooks go to /webhook. /healthz says that the process runs, /readyz that it
takes events, /metrics on the metrics address is for Prometheus.`
}

// serveConfig is the configuration of serve.
type serveConfig struct {
	App                   service.App
	KeyFile, SecretFile   string
	Data                  string
	Listen, ListenMetrics string
	Workers               int
	Budget, Every, Grace  time.Duration
	Level                 slog.Level

	// Sources: what repositories name and do not hold is fetched.
	// SourcesEnvironment is what the process that fetches is told of it, and
	// SourcesSpace the size of what is kept in bytes.
	Sources            bool
	SourcesEnvironment []string
	SourcesSpace       int64
}

// readServeConfig reads the environment and tells every error at once.
func readServeConfig(look func(string) (string, bool)) (serveConfig, error) {
	e := service.NewEnvironment(look)
	c := serveConfig{
		App:           e.App(),
		KeyFile:       e.Required("HOLDPOINT_APP_KEY_FILE", "the file with the App's private key"),
		SecretFile:    e.Required("HOLDPOINT_WEBHOOK_SECRET_FILE", "the file with the webhook secret"),
		Data:          e.Required("HOLDPOINT_DATA", "a persistent folder for the queue"),
		Listen:        e.Text("HOLDPOINT_LISTEN", ":8080"),
		ListenMetrics: e.Text("HOLDPOINT_METRICS_LISTEN", "127.0.0.1:9090"),
		Workers:       int(e.Number("HOLDPOINT_WORKERS", 4, 1, 64)),
		Budget:        e.Period("HOLDPOINT_JOB_SECONDS", time.Second, 15*time.Second, 5*time.Second, 5*time.Minute),
		Every:         e.Period("HOLDPOINT_SWEEP_MINUTES", time.Minute, 15*time.Minute, 5*time.Minute, 24*time.Hour),
		Level:         e.Level("HOLDPOINT_LOG_LEVEL"),
	}
	c.Grace = c.Budget
	c.Sources, c.SourcesSpace = e.FetchesSources(), e.Number(sourcesSpaceVariable, 1024, 16, 1<<20)<<20
	e.Hosts() // what the child would refuse is refused now
	for _, name := range append(service.SourceVariables(), "SSL_CERT_FILE", "SSL_CERT_DIR") {
		if v, ok := look(name); ok {
			c.SourcesEnvironment = append(c.SourcesEnvironment, name+"="+v)
		}
	}
	for _, a := range []struct{ name, value string }{{"HOLDPOINT_LISTEN", c.Listen}, {"HOLDPOINT_METRICS_LISTEN", c.ListenMetrics}} {
		if _, _, err := net.SplitHostPort(a.value); err != nil {
			e.Fail(a.name, "is %q; want host:port or :port", a.value)
		}
	}
	return c, e.Err()
}

// look finds a variable in an environment in the form of os.Environ.
func (a *app) look(name string) (string, bool) {
	for _, pair := range a.env {
		if key, value, ok := strings.Cut(pair, "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// Run serves until the process is told to stop.
func (serveCommand) Run(a *app) error {
	config, err := readServeConfig(a.look)
	if err != nil {
		return fmt.Errorf("%w: configuration:\n%w", errUsage, err)
	}
	s, err := newServer(a.ctx, config, service.NewLogger(a.stderr, config.Level))
	if err != nil {
		return err
	}
	defer s.close()
	return s.run(a.ctx)
}

// server is the running service.
type server struct {
	config   serveConfig
	log      *slog.Logger
	queue    *service.BoltQueue
	meter    *prometheusMeter
	receiver service.Receiver
	runner   service.Runner
	sweeper  service.Sweeper
	fetching *apart.Process // nil where nothing is fetched
	stopping atomic.Bool

	web, metrics, admin net.Listener
}

// newServer reads the secrets, opens the queue and the listeners: whatever is
// wrong refuses to start.
func newServer(ctx context.Context, c serveConfig, log *slog.Logger) (*server, error) {
	secrets := service.NewSecretCache(readFile(c.SecretFile), time.Now)
	if _, err := secrets.Webhook(ctx, false); err != nil {
		return nil, err
	}
	s := &server{config: c, log: log}
	var err error
	if s.queue, err = service.OpenBolt(filepath.Join(c.Data, queueFile), time.Now); err != nil {
		return nil, err
	}
	if err := s.assemble(ctx, secrets); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// queueFile is the queue in the data folder.
const queueFile = "queue.db"

func (s *server) assemble(ctx context.Context, secrets service.SecretSource) error {
	c := s.config
	s.meter = newPrometheus(s.queue)
	pipeline, err := service.NewPipeline(render.New(render.Limits{}))
	if err != nil {
		return err
	}
	if c.Sources {
		client, child, err := newSources(c)
		if err != nil {
			return err
		}
		s.fetching, pipeline.Sources = child, service.Sources(client, c.App)
		pipeline.Forget = service.Forgetting(client.Store)
	}
	source, err := service.NewAppSource(ctx, service.AppOptions{App: c.App, Key: service.NewCachedSecret(readFile(c.KeyFile), time.Now),
		Rules: pipeline.Rules, Meter: s.meter, Log: s.log, Now: time.Now})
	if err != nil {
		return err
	}
	pipeline.App = source.Get
	worker := service.Worker{Reviewer: pipeline, Queue: s.queue,
		Budget: c.Budget, Meter: s.meter, Log: s.log, Now: time.Now}
	s.receiver = service.Receiver{Secrets: secrets, Queue: s.queue, Meter: s.meter, Log: s.log, Now: time.Now}
	s.runner = service.Runner{Queue: s.queue, Worker: worker, Workers: c.Workers, Grace: c.Grace}
	s.sweeper = service.Sweeper{GitHub: source.Sweep, Queue: s.queue, Every: c.Every, Meter: s.meter, Log: s.log, Now: time.Now}
	if s.web, err = net.Listen("tcp", c.Listen); err != nil {
		return fmt.Errorf("listen for webhooks: %w", err)
	}
	if s.metrics, err = net.Listen("tcp", c.ListenMetrics); err != nil {
		return fmt.Errorf("listen for metrics: %w", err)
	}
	if s.admin, err = listenAdmin(c.Data); err != nil {
		return err
	}
	return nil
}

func (s *server) close() {
	for _, l := range []net.Listener{s.web, s.metrics, s.admin} {
		if l != nil {
			_ = l.Close()
		}
	}
	if s.fetching != nil {
		_ = s.fetching.Close() // it ends with this process anyway
	}
	if err := s.queue.Close(); err != nil {
		s.log.Error("queue did not close", "error", err)
	}
}

func readFile(name string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		raw, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("read secret: %w", err)
		}
		if len(strings.TrimSpace(string(raw))) == 0 {
			return "", fmt.Errorf("read secret %s: it is empty", name)
		}
		return string(raw), nil
	}
}

// run serves until ctx ends, then is no longer ready and lets the reviews
// under way end. An event that comes meanwhile is taken: it lies on disk for
// the next process.
func (s *server) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, func() {
		s.stopping.Store(true)
		s.log.Info("stopping", "cause", context.Cause(ctx))
	})()
	servers := []*http.Server{s.serve(s.web, s.webRoutes(), cancel), s.serve(s.metrics, s.metricsRoutes(), cancel),
		s.serve(s.admin, s.adminRoutes(), cancel)}
	go s.sweep(ctx)
	s.log.Info("serving", "version", service.Version(), "webhooks", s.web.Addr().String(), "metrics", s.metrics.Addr().String(), "app",
		s.config.App.ID)
	err := s.runner.Run(ctx)
	if ctx.Err() == nil {
		cancel(err)
	}
	grace, end := context.WithTimeout(context.WithoutCancel(ctx), s.config.Grace)
	defer end()
	for _, h := range servers {
		_ = h.Shutdown(grace)
	}
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// Times of the listeners. GitHub waits for ten seconds in all.
const (
	headerTime  = 5 * time.Second
	requestTime = 10 * time.Second
	answerTime  = 30 * time.Second
)

// intakeLimits are those of each listener. The largest event, without a length,
// is read into 16 and then into 32 MiB. Whoever sends slower than this needs
// more than the ten seconds of GitHub's for a large one.
func intakeLimits() service.IntakeLimits {
	return service.IntakeLimits{Connections: 512, Bytes: 48 << 20, Rate: 128 << 10, Grace: 3 * time.Second, Most: requestTime}
}

func (s *server) serve(l net.Listener, h http.Handler, fail context.CancelCauseFunc) *http.Server {
	server := &http.Server{Handler: h, ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: answerTime,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	l = service.NewIntake(intakeLimits(), s.meter, time.Now).Protect(server, l)
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			fail(fmt.Errorf("serve %s: %w", l.Addr(), err))
		}
	}()
	return server
}

// sweep looks for missed events now and then. The first time is soon: the
// process may have been away.
func (s *server) sweep(ctx context.Context) {
	for wait := time.Minute; ; wait = s.config.Every {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := s.sweeper.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("sweep failed in part", "error", err)
		}
	}
}

func (s *server) webRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/webhook", s.receiver)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if _, err := s.queue.Stats(); s.stopping.Load() || err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	return mux
}

func (s *server) metricsRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", s.meter.handler())
	return mux
}
