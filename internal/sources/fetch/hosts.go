package fetch

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"code.dny.dev/ssrf"

	"github.com/holdpoint-dev/holdpoint/internal/plan"
)

// Hosts says which hosts may be asked, and how. It never changes.
type Hosts struct {
	exact    map[string]bool
	suffixes []string
	mirrors  map[string]*url.URL
	guards   map[string]*ssrf.Guardian
	guard    *ssrf.Guardian
}

// HostRules are what a deployment says of hosts. A repository's settings never
// reach Mirrors and Private: they are the operator's.
type HostRules struct {
	// Listed are host names; `*.example.com` is every host below example.com.
	Listed []string
	// Mirrors maps a listed host to the https address that serves its paths
	// instead.
	Mirrors map[string]string
	// Private maps a host to the address ranges that it may be in although
	// they are private. Loopback and link-local addresses stay refused.
	Private map[string][]netip.Prefix
}

// DefaultHosts are the public hosts that are asked without any setting: module
// registries, GitHub, OCI registries with their token and blob hosts, and the
// hosts of chart repositories that configurations name most.
func DefaultHosts() []string {
	return []string{
		"registry.terraform.io", "registry.opentofu.org",
		"api.github.com", "github.com", "codeload.github.com", "raw.githubusercontent.com",
		"objects.githubusercontent.com", "release-assets.githubusercontent.com", "github-releases.githubusercontent.com",
		"ghcr.io", "pkg-containers.githubusercontent.com",
		"registry-1.docker.io", "auth.docker.io", "production.cloudflare.docker.com", "production.cloudfront.docker.com",
		"docker-images-prod.6aa30f8b08e16409b46e0173d6de2f56.r2.cloudflarestorage.com",
		"quay.io", "cdn.quay.io", "cdn01.quay.io", "cdn02.quay.io", "cdn03.quay.io", "cdn04.quay.io",
		"registry.k8s.io", "*.pkg.dev", "gcr.io", "public.ecr.aws", "d5l0dvt14r5h8.cloudfront.net", "d2glxqk2uabbnd.cloudfront.net",
		"mcr.microsoft.com", "*.data.mcr.microsoft.com", "registry.gitlab.com", "code.forgejo.org", "codeberg.org",
		"*.github.io", "charts.bitnami.com", "repo.broadcom.com", "charts.jetstack.io", "helm.releases.hashicorp.com",
		"helm.cilium.io", "charts.external-secrets.io", "helm.traefik.io", "traefik.github.io", "charts.longhorn.io",
		"charts.rook.io", "helm.elastic.co", "helm.datadoghq.com", "charts.gitlab.io", "charts.crossplane.io",
		"charts.fluxcd.io", "charts.konghq.com", "charts.min.io", "helm.nginx.com", "charts.authentik.io",
		"cloudnative-pg.github.io", "helm.ngc.nvidia.com", "helm.mariadb.com", "charts.kubegres.io", "downloads.tigera.io",
		"docs.tigera.io", "charts.rancher.io", "releases.rancher.com", "helm.goharbor.io", "helm.camunda.io",
		"emberstack.github.io", "pkgs.tailscale.com", "bjw-s-labs.github.io", "istio-release.storage.googleapis.com",
	}
}

// never are the ranges that no operator can open: what is in them is this very
// machine or its cloud's metadata.
func never() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16"),
		netip.MustParsePrefix("::/127"), netip.MustParsePrefix("fe80::/10"), netip.MustParsePrefix("fd00:ec2::/32"),
		netip.MustParsePrefix("::ffff:0:0/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
		netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"),
	}
}

// NewHosts checks the rules of a deployment.
func NewHosts(rules HostRules) (*Hosts, error) {
	h := &Hosts{exact: map[string]bool{}, mirrors: map[string]*url.URL{}, guards: map[string]*ssrf.Guardian{},
		guard: ssrf.New(ssrf.WithPorts(443), ssrf.WithAnyNetwork())}
	for _, name := range rules.Listed {
		if !plainHost(strings.TrimPrefix(name, "*.")) {
			return nil, fmt.Errorf("host %q: want a host name in lower case, or *. and one", name)
		}
		if below, ok := strings.CutPrefix(name, "*"); ok {
			h.suffixes = append(h.suffixes, below)
		} else {
			h.exact[name] = true
		}
	}
	for host, address := range rules.Mirrors {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || !plainHost(u.Host) || u.User != nil || u.RawQuery != "" {
			return nil, fmt.Errorf("mirror of %s: %q: want an https address without port, user and query", host, address)
		}
		h.mirrors[host] = u
	}
	for host, ranges := range rules.Private {
		guard, err := privateGuard(ranges)
		if err != nil {
			return nil, fmt.Errorf("private ranges of %s: %w", host, err)
		}
		h.guards[host] = guard
	}
	return h, nil
}

func privateGuard(ranges []netip.Prefix) (*ssrf.Guardian, error) {
	var v4, v6 []netip.Prefix
	for _, r := range ranges {
		for _, no := range never() {
			if r.Overlaps(no) {
				return nil, fmt.Errorf("%s overlaps %s, which nothing can open", r, no)
			}
		}
		if r.Addr().Is4() {
			v4 = append(v4, r)
		} else {
			v6 = append(v6, r)
		}
	}
	return ssrf.New(ssrf.WithPorts(443), ssrf.WithAnyNetwork(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)), nil
}

// plainHost reports whether a name is a DNS name in lower case without a port, and
// no IP address.
func plainHost(name string) bool {
	if name == "" || len(name) > 253 || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") || !strings.Contains(name, ".") {
		return false
	}
	top := name[strings.LastIndexByte(name, '.')+1:]
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-.") == "" && strings.Trim(top, "0123456789") != ""
}

// Listed reports whether a host may be asked. A mirrored host may: it is the
// mirror that is asked.
func (h *Hosts) Listed(host string) bool {
	if h.exact[host] || h.mirrors[host] != nil {
		return true
	}
	for _, suffix := range h.suffixes {
		if strings.HasSuffix(host, suffix) && len(host) > len(suffix) {
			return true
		}
	}
	return false
}

// Mirror is the host that answers in the place of another, empty for none.
func (h *Hosts) Mirror(host string) string {
	if m := h.mirrors[host]; m != nil {
		return m.Host
	}
	return ""
}

// Private reports whether a host may be in a private range: not everybody
// reaches what it serves, although it asks for no credential.
func (h *Hosts) Private(host string) bool { return h.guards[host] != nil }

// Check refuses an address that may not be asked.
func (h *Hosts) Check(u *url.URL) error {
	host := strings.ToLower(u.Hostname())
	refuse := func(text string) error {
		return &plan.SourceError{Why: plan.SourceNotListed, Subject: u.Host, Text: text}
	}
	switch {
	case u.Scheme != "https":
		return refuse("only https addresses are fetched")
	case u.User != nil:
		return refuse("addresses with a user or password are not fetched")
	case u.Port() != "" && u.Port() != "443":
		return refuse("only port 443 is asked")
	case !plainHost(host) || !h.Listed(host):
		return refuse("the host is not listed; the organization's settings can add it (sources.hosts)")
	}
	return nil
}

// through is the address that is really asked.
func (h *Hosts) through(u *url.URL) *url.URL {
	m := h.mirrors[strings.ToLower(u.Hostname())]
	if m == nil {
		return u
	}
	to := *u
	to.Host = m.Host
	to.Path = strings.TrimSuffix(m.Path, "/") + u.Path
	if u.RawPath != "" {
		to.RawPath = strings.TrimSuffix(m.EscapedPath(), "/") + u.RawPath
	}
	return &to
}

// dialable refuses an address that a host resolved to.
func (h *Hosts) dialable(host string, to netip.AddrPort) error {
	guard := h.guard
	if g := h.guards[host]; g != nil {
		guard = g
	}
	if err := guard.SafeAddrPort(netip.AddrPortFrom(to.Addr().Unmap().WithZone(""), to.Port())); err != nil {
		return &plan.SourceError{Why: plan.SourceNotListed, Subject: host, Text: fmt.Sprintf("its address may not be connected to: %v", err)}
	}
	return nil
}
