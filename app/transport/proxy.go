package transport

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// proxyOf gives the proxy of each request by the environment as it is now; net/http's own reads it once per process.
// A variable that names no proxy is an error for the requests it is about: httpproxy would pass over it, and a request
// that was to go through the proxy would go out directly.
func proxyOf() func(*http.Request) (*url.URL, error) {
	cfg := httpproxy.FromEnvironment()
	bad := map[string]error{}
	for scheme, value := range map[string]*string{"http": &cfg.HTTPProxy, "https": &cfg.HTTPSProxy} {
		if *value != "" && !isProxy(*value) {
			bad[scheme] = &badProxy{proxyVariable(scheme)}
			*value = "http://proxy.invalid" // never dialled: it lets NO_PROXY and loopback decide as ever
		}
	}
	proxy := cfg.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		u, err := proxy(r.URL)
		if u != nil && bad[r.URL.Scheme] != nil {
			return nil, bad[r.URL.Scheme]
		}
		return u, err
	}
}

// isProxy tells whether a value names a proxy: a URL, or "host[:port]".
func isProxy(value string) bool {
	u, err := url.Parse(value)
	if (err != nil || u.Host == "") && !strings.Contains(value, "://") {
		u, err = url.Parse("http://" + value)
	}
	if err != nil || u.Host == "" {
		return false
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h": // what net/http dials
		return true
	}
	return false
}

// proxyVariable is the environment variable in use for a scheme: as in httpproxy, capitals come first.
func proxyVariable(scheme string) string {
	name := strings.ToUpper(scheme) + "_PROXY"
	if os.Getenv(name) == "" {
		return strings.ToLower(name)
	}
	return name
}

// badProxy is a variable that names no proxy. Its value is not told: it may hold a password.
type badProxy struct{ variable string }

func (e *badProxy) Error() string { return e.variable + " is not the address of a proxy" }

// proxyRefusal is a proxy's answer to CONNECT that is no 200.
type proxyRefusal struct {
	status    int
	text      string // "407 Proxy Authentication Required"
	asks      string // its Proxy-Authenticate
	presented bool   // the proxy's URL has a user
}

func (e *proxyRefusal) Error() string {
	if e.asks == "" {
		return "CONNECT: " + e.text
	}
	return "CONNECT: " + e.text + "\nProxy-Authenticate: " + e.asks
}

// proxyAnswered keeps what net/http drops of a proxy's refusal: the status and what the proxy asks for.
func proxyAnswered(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	asks := strings.Join(resp.Header.Values("Proxy-Authenticate"), ", ")
	return &proxyRefusal{resp.StatusCode, clip([]byte(resp.Status), 200), clip([]byte(asks), maxField), proxy.User != nil}
}

// explain puts a refusal into words. own: the proxy is the server's own setting.
func (e *proxyRefusal) explain(f *fault.CallError, host string, own bool) {
	f.Message = fmt.Sprintf("The proxy for %s refused the connection: %s.", host, e.text)
	f.Hint = "HTTPS_PROXY names this proxy: ask who runs it, or add the host to NO_PROXY."
	if own {
		f.Hint = "The server's network settings name this proxy: ask who runs it, or choose another."
	}
	if e.status != http.StatusProxyAuthRequired {
		return
	}
	f.Hint = proxyLogin(own)
	if e.presented {
		f.Hint = "The proxy did not take the user and password in HTTPS_PROXY: correct them; special characters have to be percent-encoded."
		if own {
			f.Hint = "The proxy did not take the user and password in the server's network settings: correct them; special characters have to be percent-encoded."
		}
	}
}

// proxyLogin says where a proxy's user and password belong.
func proxyLogin(own bool) string {
	if own {
		return "The proxy wants a user and password: put them into the proxy of the server's network settings, as in http://user:password@proxy:port."
	}
	return "The proxy wants a user and password: put them into HTTP_PROXY and HTTPS_PROXY, as in http://user:password@proxy:port, and start Sightglass again."
}
