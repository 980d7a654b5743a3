package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Network is how names and addresses are reached. The guard stands between the
// two and is part of no implementation: whoever hands in a network of their own
// still connects to nothing but what it lets through.
type Network struct {
	Resolve func(ctx context.Context, host string) ([]netip.Addr, error)
	Connect func(ctx context.Context, to netip.AddrPort) (net.Conn, error)
	Roots   *x509.CertPool // nil for the system's
}

// SystemNetwork is the machine's.
func SystemNetwork() Network {
	var dialer net.Dialer
	return Network{
		Resolve: func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		},
		Connect: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", to.String())
		},
	}
}

// connectTime bounds one connection, from the name to the end of the handshake.
const connectTime = 2 * time.Second

// dialTLS resolves a host once, refuses it when any of its addresses is one
// that may not be connected to, and connects to just those that were looked at.
func (c *Client) dialTLS(ctx context.Context, _, address string) (net.Conn, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil {
		return nil, err
	}
	ctx, stop := Within(ctx, c.clock, "connection", connectTime)
	defer stop()
	conn, err := c.dial(ctx, host, uint16(port))
	if err != nil {
		return nil, because(ctx, err)
	}
	secure := tls.Client(conn, &tls.Config{ServerName: host, RootCAs: c.network.Roots, MinVersion: tls.VersionTLS12})
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, because(ctx, err)
	}
	return secure, nil
}

func (c *Client) dial(ctx context.Context, host string, port uint16) (net.Conn, error) {
	addresses, err := c.network.Resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	if len(addresses) == 0 {
		return nil, fmt.Errorf("%s has no address", host)
	}
	for _, a := range addresses {
		if err := c.hosts.dialable(host, netip.AddrPortFrom(a, port)); err != nil {
			return nil, err
		}
	}
	for i, a := range addresses {
		var conn net.Conn
		if conn, err = c.network.Connect(ctx, netip.AddrPortFrom(a.Unmap(), port)); err == nil {
			return conn, nil
		}
		if i == 3 {
			break
		}
	}
	return nil, err
}

// because prefers the reason that ended the context over what came of it.
func because(ctx context.Context, err error) error {
	var why *plan.SourceError
	if errors.As(err, &why) {
		return err
	}
	if cause := context.Cause(ctx); errors.As(cause, &why) {
		return cause
	}
	return err
}
