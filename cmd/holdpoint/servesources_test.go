package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/eventually"
	"github.com/holdpoint-dev/holdpoint/internal/service/servicetest"
	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
	"github.com/holdpoint-dev/holdpoint/internal/sources/sourcestest"
)

// internetFile tells the child of a server under test of the internet that the
// test has. It lies in the data folder.
const internetFile = "internet.json"

// testNetwork reaches that internet and nothing else.
func testNetwork() fetch.Network {
	return sourcestest.Elsewhere(filepath.Join(filepath.Dir(os.Getenv(sourcesDataVariable)), internetFile))
}

// TestServeFetchesSources: an agent raises the version of a module. The server
// has it fetched by its child and names what the new version destroys; the
// version that destroys nothing passes. With sources off neither is known.
func TestServeFetchesSources(t *testing.T) {
	for _, c := range []struct{ name, sources, destroys, harmless string }{
		{"on", "on", servicetest.Destroyed, "success"},
		{"off", "off", "acme/db/aws", "failure"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := sourcestest.New(t)
			registry := servicetest.NewRegistry(t, n)
			s := newServed(t, registry.Hub)
			s.env = append(s.env, "HOLDPOINT_SOURCES="+c.sources)
			n.Write(t, filepath.Join(s.data, internetFile))
			s.start()
			destroys, harmless := registry.Open("devin-ai-integration[bot]", servicetest.Destroys), registry.Open("renovate[bot]",
				servicetest.Harmless)
			for _, d := range registry.Hub.Deliveries() {
				if status := s.post(d); status != http.StatusAccepted {
					t.Errorf("delivery: %d", status)
				}
			}
			eventually.True(t, "both are reviewed", func() bool { return s.idle() && len(destroys()) > 0 && len(harmless()) > 0 })
			held, other := destroys()[0], harmless()[0]
			if held.Conclusion != "failure" || !strings.Contains(held.Summary+held.Text, c.destroys) {
				t.Errorf("what destroys: %s without %s:\n%s", held.Conclusion, c.destroys, held.Summary)
			}
			if other.Conclusion != c.harmless {
				t.Errorf("what is harmless: %s, want %s:\n%s", other.Conclusion, c.harmless, other.Summary)
			}
			if text := s.log.String(); strings.Contains(text, "PRIVATE KEY") {
				t.Errorf("the log:\n%s", text)
			}
		})
	}
}
