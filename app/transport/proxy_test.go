package transport

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// TestProxy: the environment's proxy is read when the link is opened.
func TestProxy(t *testing.T) {
	leakless(t)
	var asked []string
	proxy := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String())
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":"t1","result":{}}`)
	}))
	t.Setenv("HTTP_PROXY", proxy)
	t.Setenv("NO_PROXY", "")
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: "http://mcp.example/mcp"})
	r.mustCall("go", "")
	if len(asked) != 1 || asked[0] != "http://mcp.example/mcp" {
		t.Errorf("asked %q", asked)
	}
}

// TestProxyRefuses: it is the proxy that is named, not the server.
func TestProxyRefuses(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := l.Addr().String()
	l.Close()
	t.Setenv("HTTP_PROXY", "http://user:topsecret-1234567@"+nobody)
	t.Setenv("NO_PROXY", "")
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: "http://mcp.example/mcp"})
	_, err = r.call("go", "")
	badRow{kind: fault.Connect, message: "The proxy for mcp.example:80 could not be used: dial tcp " + nobody}.check(t, r, nil, err)
	if all := r.text() + explain(err); strings.Contains(all, "topsecret") {
		t.Errorf("the proxy's password: %s", all)
	}
}

// TestProxyFaults: a proxy that wants a password, and a variable that names no proxy, are told without their values.
func TestProxyFaults(t *testing.T) {
	leakless(t)
	asking := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="office"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	known := strings.Replace(asking, "http://", "http://user:topsecret-1234567@", 1)
	const unusable = " is not the address of a proxy, so mcp.invalid:"
	for _, c := range []struct{ name, variable, value, none, url, message, hint string }{
		{"wants a password", "HTTPS_PROXY", asking, "", "https://mcp.invalid", "The proxy for mcp.invalid:443 refused the connection: 407 Proxy Authentication Required.", "http://user:password@"},
		{"wants another", "HTTPS_PROXY", known, "", "https://mcp.invalid", "407 Proxy Authentication Required.", "did not take the user and password"},
		{"wants a password, http", "HTTP_PROXY", asking, "", "http://mcp.invalid", "407", "http://user:password@"},
		{"unreadable", "HTTPS_PROXY", "http://user:topsecret%zz@proxy:80", "", "https://mcp.invalid", "HTTPS_PROXY" + unusable, "percent-encoded"},
		{"a password with #", "HTTP_PROXY", "http://user:topsecret#@proxy:80", "", "http://mcp.invalid", "HTTP_PROXY" + unusable, "percent-encoded"},
		{"no port", "http_proxy", "topsecret:port", "", "http://mcp.invalid", "http_proxy" + unusable, "http://host:port"},
		{"not for this host", "HTTPS_PROXY", "::topsecret", "mcp.invalid", "https://mcp.invalid", "mcp.invalid could not be resolved", ""},
		{"of the other scheme", "HTTPS_PROXY", "::topsecret", "", "http://mcp.invalid", "mcp.invalid could not be resolved", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "no_proxy"} {
				t.Setenv(name, "")
			}
			t.Setenv("NO_PROXY", c.none)
			t.Setenv(c.variable, c.value)
			r := newRig(t).must(Target{Transport: profile.HTTP, URL: c.url})
			_, err := r.call("go", "")
			f := fault.As(err)
			if f == nil || !strings.Contains(strings.ToLower(f.Message), strings.ToLower(c.message)) || !strings.Contains(f.Hint, c.hint) {
				t.Errorf("got %s", explain(err))
			}
			if all := r.text() + explain(err); strings.Contains(all, "topsecret") {
				t.Errorf("the variable's value: %s", all)
			}
		})
	}
}
