// Package sourcestest is an internet on loopback for tests: hosts with names,
// public addresses and certificates of an authority of its own, GitHub's API
// over real git repositories, and a clock that goes only when it is told to.
package sourcestest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/sources/fetch"
)

// Internet answers for hosts by name. It is safe for concurrent use.
type Internet struct {
	Address   string // of the listener, for programs that cannot be handed a network
	Authority *x509.Certificate

	mu        sync.Mutex
	hosts     map[string]http.Handler
	addresses map[string]func() []netip.Addr
	connected []netip.AddrPort
	seen      []fetch.Seen
	key       *ecdsa.PrivateKey
	certs     map[string]*tls.Certificate
	server    *http.Server
}

// New starts an internet without hosts that ends with the test.
func New(t testing.TB) *Internet {
	t.Helper()
	n := &Internet{hosts: map[string]http.Handler{}, addresses: map[string]func() []netip.Addr{}, certs: map[string]*tls.Certificate{}}
	n.authority(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.Address = listener.Addr().String()
	n.server = &http.Server{Handler: n, ReadHeaderTimeout: time.Minute}
	go func() { _ = n.server.Serve(tls.NewListener(listener, &tls.Config{GetCertificate: n.certificate})) }() // ends with Close
	t.Cleanup(func() { _ = n.server.Close() })
	return n
}

// Host lets a handler answer for a name. Its address is a public one.
func (n *Internet) Host(name string, h http.Handler) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.hosts[name] = h
}

// Resolves makes a name resolve to addresses, one answer a question.
func (n *Internet) Resolves(name string, answers ...[]netip.Addr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	i := 0
	n.addresses[name] = func() []netip.Addr {
		a := answers[min(i, len(answers)-1)]
		i++
		return a
	}
}

// ServeHTTP hands a request to the host that it names.
func (n *Internet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.Host
	if host, _, err := net.SplitHostPort(name); err == nil {
		name = host
	}
	n.mu.Lock()
	h := n.hosts[name]
	n.mu.Unlock()
	if h == nil {
		http.Error(w, "no such host "+name, http.StatusBadGateway)
		return
	}
	h.ServeHTTP(w, r)
}

// Network reaches this internet and nothing else.
func (n *Internet) Network() fetch.Network {
	pool := x509.NewCertPool()
	pool.AddCert(n.Authority)
	return fetch.Network{Resolve: n.resolve, Connect: n.connect, Roots: pool}
}

func (n *Internet) resolve(_ context.Context, host string) ([]netip.Addr, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if answer := n.addresses[host]; answer != nil {
		return answer(), nil
	}
	if n.hosts[host] == nil {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return []netip.Addr{netip.MustParseAddr("93.184.216.34")}, nil
}

func (n *Internet) connect(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	n.mu.Lock()
	n.connected = append(n.connected, to)
	n.mu.Unlock()
	var d net.Dialer
	return d.DialContext(ctx, "tcp", n.Address)
}

// Connected lists the addresses that were connected to.
func (n *Internet) Connected() []netip.AddrPort {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]netip.AddrPort(nil), n.connected...)
}

// Observe takes note of a request, and Seen lists them.
func (n *Internet) Observe(s fetch.Seen) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seen = append(n.seen, s)
}

// Seen lists the requests since the last Forget.
func (n *Internet) Seen() []fetch.Seen {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]fetch.Seen(nil), n.seen...)
}

// Forget begins counting anew.
func (n *Internet) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seen, n.connected = nil, nil
}

func (n *Internet) authority(t testing.TB) {
	var err error
	if n.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &n.key.PublicKey, n.key)
	if err != nil {
		t.Fatal(err)
	}
	if n.Authority, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
}

func (n *Internet) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	name := hello.ServerName
	if c := n.certs[name]; c != nil {
		return c, nil
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(int64(len(n.certs) + 2)), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: []string{name}}
	if name == "" || name == "localhost" { // programs that were told an address
		template.DNSNames = []string{"localhost"}
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, n.Authority, &n.key.PublicKey, n.key)
	if err != nil {
		return nil, fmt.Errorf("certificate for %s: %w", name, err)
	}
	c := &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: n.key}
	n.certs[name] = c
	return c, nil
}

// HandlerOf is what answers for a name.
func (n *Internet) HandlerOf(name string) http.Handler {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.hosts[name]
}
