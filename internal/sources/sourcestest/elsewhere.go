package sourcestest

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"testing"

	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// way is how another process reaches the internet of a test.
type way struct {
	Address   string
	Authority []byte
}

// Write writes a file that tells another process the way to this internet; the
// process reads it with Elsewhere.
func (n *Internet) Write(t testing.TB, file string) {
	t.Helper()
	raw, err := json.Marshal(way{n.Address, n.Authority.Raw})
	if err == nil {
		err = os.WriteFile(file, raw, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Elsewhere reaches the internet that wrote the file and nothing else. Without
// the file no name resolves.
func Elsewhere(file string) fetch.Network {
	var to way
	raw, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(raw, &to)
	}
	pool := x509.NewCertPool()
	if err == nil {
		var authority *x509.Certificate
		if authority, err = x509.ParseCertificate(to.Authority); err == nil {
			pool.AddCert(authority)
		}
	}
	return fetch.Network{Roots: pool,
		Resolve: func(context.Context, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("93.184.216.34")}, err
		},
		Connect: func(ctx context.Context, _ netip.AddrPort) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "tcp", to.Address)
		}}
}
