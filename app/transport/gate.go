package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// lookupTime bounds the look-up of a name whose connection a proxy makes.
const lookupTime = 5 * time.Second

// gate is the http.RoundTripper below a sign-in's tap: it lets out what the guard allows. A direct connection is
// judged when it is dialled, by the very address it goes to, so that a name cannot lead elsewhere between the check
// and the use.
type gate struct {
	guard  Guard
	target Target
	server *url.URL // of the MCP server, nil when its URL cannot be read
	rec    *recorder
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)

	mu    sync.Mutex
	bases map[string]*http.Transport // by origin, and whether a proxy is between
	proxy func(*http.Request) (*url.URL, error)
	there []place // where the MCP server is; nil: not known yet
	known bool
}

func newGate(t Target, g Guard, rec *recorder) *gate {
	k := &gate{guard: g, target: t, rec: rec, bases: map[string]*http.Transport{}}
	k.lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
		if a, err := netip.ParseAddr(host); err == nil {
			return []netip.Addr{a}, nil
		}
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}
	k.server, _ = url.Parse(t.URL)
	return k
}

// visit is what one request of a sign-in learns on its way.
type visit struct{ unchecked atomic.Bool }

type visitKey struct{}

// RoundTrip implements http.RoundTripper.
func (k *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	if refused := k.guard.refuseURL(req.URL, k.rec.shown(req.URL)); refused != nil {
		return nil, refused
	}
	proxy, f := k.proxyFor(req)
	if f != nil {
		return nil, f
	}
	if proxy != nil {
		if refused := k.behindProxy(req); refused != nil {
			return nil, refused
		}
	} else {
		k.places(req.Context()) // looked up before the dial, which must not wait
	}
	base, f := k.base(req.URL, proxy)
	if f != nil {
		return nil, f
	}
	return base.RoundTrip(req)
}

func (k *gate) proxyFor(req *http.Request) (*url.URL, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.proxy == nil {
		proxy, f := proxyFor(k.rec, k.target.Network)
		if f != nil {
			return nil, f
		}
		k.proxy = proxy
	}
	return k.proxy(req)
}

// behindProxy judges what a proxy will be asked for, as far as the name can be resolved here.
func (k *gate) behindProxy(req *http.Request) error {
	ctx, cancel := context.WithTimeout(req.Context(), lookupTime)
	defer cancel()
	addrs, err := k.lookup(ctx, req.URL.Hostname())
	if err != nil || len(addrs) == 0 {
		if v, ok := req.Context().Value(visitKey{}).(*visit); ok {
			v.unchecked.Store(true)
		}
		return nil
	}
	for _, a := range addrs {
		if refused := k.judge(req.Context(), a, req.URL); refused != nil {
			return refused
		}
	}
	return nil
}

// judge is the refusal of an address, or nil.
func (k *gate) judge(ctx context.Context, a netip.Addr, u *url.URL) error {
	own := k.server != nil && strings.EqualFold(k.server.Hostname(), u.Hostname())
	if refused := k.guard.refuse(locate(a), u, k.rec.shown(u), own, k.places(ctx)); refused != nil {
		return refused
	}
	return nil
}

// places are those of the MCP server. A server with any public address is at a public one. That a name leads to this
// machine opens this machine only when the name itself says so: a server's owner can let its name lead elsewhere
// between the connection and this look-up (DNS rebinding), and plain HTTP is spoken here.
func (k *gate) places(ctx context.Context) []place {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known || k.server == nil || k.server.Hostname() == "" {
		return k.there
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	addrs, err := k.lookup(ctx, k.server.Hostname())
	if err != nil { // asked again by the next request
		return nil
	}
	k.known = true
	for _, a := range addrs {
		p := locate(a).place
		if p == placePublic {
			k.there = nil
			break
		}
		if !slices.Contains(k.there, p) && (p != placeLoopback || isLoopbackName(k.server.Hostname())) {
			k.there = append(k.there, p)
		}
	}
	return k.there
}

// base is the HTTP transport for one origin. Each origin has its own, so that no connection dialled for one is used
// for another that may do less.
func (k *gate) base(u, proxy *url.URL) (*http.Transport, error) {
	key := u.Scheme + "://" + hostPort(u)
	if proxy != nil {
		key += " by proxy"
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if b := k.bases[key]; b != nil {
		return b, nil
	}
	origin := &url.URL{Scheme: u.Scheme, Host: u.Host}
	dialer := newDialer()
	if proxy == nil {
		dialer.ControlContext = func(ctx context.Context, _, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil {
				return fmt.Errorf("read the address to connect to: %w", err)
			}
			return k.judge(ctx, to.Addr(), origin)
		}
	}
	b, f := newBase(k.rec, k.targetOf(u), u.Hostname(), dialer)
	if f != nil {
		return nil, f
	}
	b.Proxy = k.proxy
	b.MaxResponseHeaderBytes = signInHeaders
	k.bases[key] = b
	return b, nil
}

// targetOf is the target as it is for an origin: certificates that vouch for the MCP server vouch for no other, and the
// client's own is shown to others only where the user says so.
func (k *gate) targetOf(u *url.URL) Target {
	t := k.target
	if k.server != nil && sameOrigin(u, k.server) {
		return t
	}
	t.Trust = nil
	if !t.Network.ClientCertAll {
		t.Network.ClientCert, t.Network.ClientKey = "", ""
	}
	return t
}

func (k *gate) closeIdle() {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, b := range k.bases {
		b.CloseIdleConnections()
	}
}
