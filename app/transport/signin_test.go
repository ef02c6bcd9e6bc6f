package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const scope = "signin/p1"

// signIn makes the client of a sign-in at the MCP server with that URL.
func (r *rig) signIn(t Target, g Guard) *SignInClient {
	t.Server, t.Conn = "Test server", "c1"
	o := r.options()
	o.MaskScope = scope
	s := NewSignInClient(t, o, g)
	r.t.Cleanup(s.Close)
	return s
}

// public makes names lead to a public address: the MCP server's, when it is asked where that is.
func public(s *SignInClient) *SignInClient {
	s.gate.lookup = func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("93.184.216.34")}, nil
	}
	return s
}

func get(u string) SignInRequest {
	return SignInRequest{Method: http.MethodGet, URL: u, Purpose: "server metadata", Follow: true}
}

func answers(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

// TestSignInRequest: what is sent is what was given, nothing of the profile, no cookie; what came back is true, what is
// recorded is masked by the names of OAuth's members.
func TestSignInRequest(t *testing.T) {
	leakless(t)
	var heads []http.Header
	var bodies []string
	as := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		heads, bodies = append(heads, r.Header.Clone()), append(bodies, string(body))
		http.SetCookie(w, &http.Cookie{Name: "as", Value: "cookie-0123456789abcdef"})
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("DPoP-Nonce", "nonce-1")
		w.WriteHeader(400)
		_, _ = io.WriteString(w, `{"access_token":"access-0123456789","refresh_token":"refresh-0123456789","scope":"read"}`)
	}))
	r := newRig(t)
	s := r.signIn(Target{URL: as + "/mcp", Headers: http.Header{"X-Api-Key": {"profile-key-0123"}, "Cookie": {"a=b"}}}, Guard{})
	form := "grant_type=authorization_code&code=code-0123456789&code_verifier=verifier-0123456789&client_assertion=assertion-0123456789"
	head := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "authorization": {"Basic aWQ6c2VjcmV0LTAxMjM0NTY3ODk="}, "DPoP": {"proof-0123456789"}}
	for range 2 {
		a, err := s.Do(context.Background(), SignInRequest{Method: "POST", URL: as + "/token?id_token_hint=hint-0123456789", Header: head, Body: []byte(form), Purpose: "token"})
		if err != nil {
			t.Fatal(explain(err))
		}
		if a.Status != 400 || !strings.Contains(string(a.Body), `"access-0123456789"`) || a.Header.Get("DPoP-Nonce") != "nonce-1" || a.Cut || a.Unchecked || len(a.Entries) != 1 || a.URL != as+"/token?id_token_hint=hint-0123456789" {
			t.Errorf("answer %+v", a)
		}
	}
	for i, h := range heads {
		if bodies[i] != form || h.Get("Authorization") != "Basic aWQ6c2VjcmV0LTAxMjM0NTY3ODk=" || h.Get("Dpop") != "proof-0123456789" {
			t.Errorf("sent %q %q", h, bodies[i])
		}
		for name := range h {
			if !strings.Contains(" Authorization Dpop Content-Type Content-Length User-Agent Accept-Encoding ", " "+name+" ") {
				t.Errorf("header %s was added", name)
			}
		}
		if h.Get("User-Agent") != "Sightglass" {
			t.Errorf("User-Agent %q", h.Get("User-Agent"))
		}
	}
	e := r.find(func(e wire.Entry) bool { return e.Kind == wire.KindHTTP })
	if len(e) != 2 || e[0].Purpose != "token" || e[0].Conn != "c1" || e[0].Open || e[0].Status != 400 || e[0].ReqBytes != int64(len(form)) {
		t.Fatalf("entries %+v", e)
	}
	all := r.everything()
	for _, secret := range []string{"access-01", "refresh-01", "code-01", "verifier-01", "assertion-01", "hint-01", "aWQ6c2", "secret-01", "proof-01", "cookie-01", "profile-key"} {
		if strings.Contains(all, secret) {
			t.Errorf("%s stands in the log", secret)
		}
	}
	if body := r.body(e[0].Seq, wire.PartRequest); !strings.Contains(body, "grant_type=authorization_code&code=‹code #") {
		t.Errorf("request as recorded: %s", body)
	}
}

// TestSignInSecretsOutliveTheConnection: a token that a sign-in got is masked where an MCP exchange shows it, also after
// the connection ended on which it was got; when the sign-in is forgotten, so is the token.
func TestSignInSecretsOutliveTheConnection(t *testing.T) {
	const token = "access-0123456789abcdef"
	r := newRig(t)
	as := mcptest.Serve(t, answers(`{"access_token":"`+token+`"}`))
	if _, err := r.signIn(Target{URL: as}, Guard{}).Do(context.Background(), get(as+"/token")); err != nil {
		t.Fatal(explain(err))
	}
	r.mask.Forget("c1")
	r.must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) {
		p.JSON(200, `{"jsonrpc":"2.0","id":`+p.ID+`,"result":{"echo":"`+token+`"}}`)
	}, nil))})
	r.mustCall("go", "")
	if all := r.everything(); strings.Contains(all, token) || !strings.Contains(all, `"echo":"‹token #`) {
		t.Errorf("log: %s", all)
	}
	r.mask.Forget(scope)
	if got := string(r.mask.Text("c1", []byte(token))); got != token {
		t.Errorf("still known: %s", got)
	}
}

// TestSignInGuard: what is not asked for is told with URL, address, rule and remedy, and is an entry that says so; the
// server behind it hears nothing.
func TestSignInGuard(t *testing.T) {
	leakless(t)
	var asked atomic.Int32
	as := mcptest.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	local := Target{URL: as + "/mcp"}
	far := Target{URL: "https://mcp.example/mcp"}
	port := as[strings.LastIndex(as, ":"):]
	for _, c := range []struct {
		name, url string
		target    Target
		guard     Guard
		refusal   string
	}{
		{"server here, authorization server here", as, local, Guard{}, ""},
		{"by name", "http://localhost" + port, local, Guard{}, ""},
		{"server far", as, far, Guard{}, "leads to 127.0.0.1, a loopback address (RFC 1122 section 3.2.1.3); the MCP server is at a public address"},
		{"server far, by name", "http://localhost" + port, far, Guard{}, "a loopback address"},
		{"server far, IPv4 in IPv6", "http://[::ffff:127.0.0.1]" + port, far, Guard{}, "a loopback address"},
		{"server far, unspecified", "http://0.0.0.0" + port, far, Guard{}, "a loopback address"},
		{"server far, allowed", as, far, Guard{AllowPrivate: true}, ""},
		{"another private place", "https://10.255.255.1/", local, Guard{}, "leads to 10.255.255.1, a private address (RFC 1918); the MCP server is at a loopback one"},
		{"metadata service", "http://169.254.169.254/latest", local, Guard{AllowPrivate: true, AllowHTTP: []string{"169.254.169.254"}}, "metadata service of a cloud"},
		{"metadata service, its own", "http://169.254.169.254/latest", Target{URL: "http://169.254.169.254/mcp"}, Guard{AllowPrivate: true, AllowHTTP: []string{"169.254.169.254"}}, "metadata service of a cloud"},
		{"no TLS", "http://as.example/x?client_secret=topsecret-0123", local, Guard{AllowPrivate: true}, "is plain HTTP"},
		{"a password", "https://user:topsecret-0123@as.example/", local, Guard{}, "user or password"},
		{"a file", "file:///etc/passwd", local, Guard{}, "no http or https URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked.Store(0)
			r := newRig(t)
			s := r.signIn(c.target, c.guard)
			if c.target.URL == far.URL {
				public(s)
			}
			_, err := s.Do(context.Background(), get(c.url))
			f := fault.As(err)
			e := r.entries()
			if strings.Contains(r.everything(err), "topsecret") {
				t.Errorf("a secret: %s", r.everything(err))
			}
			if c.refusal == "" {
				if err != nil || asked.Load() != 1 {
					t.Fatalf("asked %d times, %s", asked.Load(), explain(err))
				}
				return
			}
			if f == nil || f.Kind != fault.Connect || !strings.Contains(f.Message, c.refusal) || f.Hint == "" || f.Step != "server metadata" || asked.Load() != 0 {
				t.Fatalf("asked %d times, %s", asked.Load(), explain(err))
			}
			if len(e) != 1 || len(f.Entries) != 1 || f.Entries[0] != e[0].Seq || e[0].Open || r.exchange(e[0].Seq).Err != f.Message {
				t.Errorf("entries %+v, %v", e, f.Entries)
			}
		})
	}
}

// TestSignInPlaces: a server is at a private place only when all its addresses are.
func TestSignInPlaces(t *testing.T) {
	as := mcptest.Serve(t, answers(`{}`))
	for _, c := range []struct {
		addrs string
		err   error
		ok    bool
	}{
		{"127.0.0.1 ::1", nil, false}, // a name that leads here now led elsewhere when the server was connected to (DNS rebinding)
		{"127.0.0.1 10.0.0.1", nil, false},
		{"127.0.0.1 93.184.216.34", nil, false},
		{"93.184.216.34 127.0.0.1", nil, false},
		{"", errors.New("no such host"), false},
	} {
		s := newRig(t).signIn(Target{URL: "https://mcp.example"}, Guard{})
		s.gate.lookup = func(context.Context, string) (out []netip.Addr, err error) {
			for a := range strings.FieldsSeq(c.addrs) {
				out = append(out, netip.MustParseAddr(a))
			}
			return out, c.err
		}
		if _, err := s.Do(context.Background(), get(as)); (err == nil) != c.ok {
			t.Errorf("%q: %s", c.addrs, explain(err))
		}
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		if _, err := newRig(t).signIn(Target{URL: "https://" + host + "/mcp"}, Guard{}).Do(context.Background(), get(as)); err != nil {
			t.Errorf("%s: %s", host, explain(err))
		}
	}
	s := newRig(t).signIn(Target{URL: "https://mcp.example"}, Guard{})
	s.gate.lookup = func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
	}
	if there := s.gate.places(context.Background()); len(there) != 1 || there[0] != placePrivate {
		t.Errorf("a name in a private network: %q", there)
	}
}

// TestSignInBehindProxy: what can be resolved here is judged here; the rest goes out and says that it was not.
func TestSignInBehindProxy(t *testing.T) {
	leakless(t)
	var asked []string
	proxy := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Host)
		answers(`{}`)(w, r)
	}))
	known := map[string]string{"far.example": "93.184.216.34", "near.example": "10.0.0.8", "mcp.example": "93.184.216.34", "two.example": "93.184.216.34 169.254.169.254"}
	guard := Guard{AllowHTTP: []string{"far.example", "near.example", "unknown.example", "two.example", "10.0.0.8"}}
	r := newRig(t)
	s := r.signIn(Target{URL: "https://mcp.example", Network: Network{Proxy: proxy}}, guard)
	s.gate.lookup = func(_ context.Context, host string) (out []netip.Addr, err error) {
		if a, err := netip.ParseAddr(host); err == nil {
			return []netip.Addr{a}, nil
		}
		for a := range strings.FieldsSeq(known[host]) {
			out = append(out, netip.MustParseAddr(a))
		}
		return out, nil
	}
	for _, c := range []struct {
		host          string
		ok, unchecked bool
	}{{"far.example", true, false}, {"unknown.example", true, true}, {"near.example", false, false}, {"10.0.0.8", false, false}, {"two.example", false, false}} {
		asked = nil
		a, err := s.Do(context.Background(), get("http://"+c.host+"/x"))
		if (err == nil) != c.ok || c.ok && a.Unchecked != c.unchecked || (len(asked) == 1) != c.ok {
			t.Errorf("%s: asked %q, %+v, %s", c.host, asked, a, explain(err))
		}
	}
}

// TestSignInInsideACall: a token refreshed from inside a call is an exchange of its own: the call's frame and headers
// stay with the call.
func TestSignInInsideACall(t *testing.T) {
	leakless(t)
	as := mcptest.Serve(t, answers(`{"access_token":"new-0123456789"}`))
	r := newRig(t)
	s := r.signIn(Target{URL: as}, Guard{})
	refresher := &fakeSource{token: "old-0123456789"}
	refresher.observe = func(resp *http.Response) bool {
		if resp.StatusCode != 401 {
			return false
		}
		_, err := s.Do(resp.Request.Context(), SignInRequest{Method: "POST", URL: as + "/token", Body: []byte("refresh_token=refresh-0123456789"), Purpose: "refresh"})
		if err != nil {
			t.Error(explain(err))
		}
		refresher.set("new-0123456789")
		return true
	}
	r.must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) {
		if p.R.Header.Get("Authorization") != "Bearer new-0123456789" {
			p.Text(401, "expired")
			return
		}
		p.JSON(200, p.OK())
	}, nil))}, func(o *Options) { o.Auth = refresher })
	r.mustCall("go", "")
	e := r.find(func(e wire.Entry) bool { return e.Kind == wire.KindHTTP })
	slices.SortFunc(e, func(a, b wire.Entry) int { return int(a.Seq) - int(b.Seq) })
	if len(e) != 3 || e[0].Purpose != "" || e[1].Purpose != "refresh" || e[2].Purpose != "retry" || e[1].Call != "" || e[0].Call != e[2].Call {
		t.Fatalf("entries\n%s", r.text())
	}
	if name := r.exchange(e[0].Seq).URL; strings.Contains(name, "/token") {
		t.Errorf("the call's exchange is %s", name)
	}
	frames := r.find(func(e wire.Entry) bool { return e.Kind == wire.KindFrame && e.Dir == wire.Out })
	if len(frames) != 1 || frames[0].Exchange != e[0].Seq {
		t.Errorf("frames %+v", frames)
	}
}

// TestSignInBadURL: what no URL is named without its secrets.
func TestSignInBadURL(t *testing.T) {
	_, err := newRig(t).signIn(Target{URL: "https://mcp.example"}, Guard{}).Do(context.Background(), get("https://as.example/%zz?client_secret=topsecret-0123"))
	if f := fault.As(err); f == nil || f.Kind != fault.Input || strings.Contains(explain(err), "topsecret") {
		t.Errorf("got %s", explain(err))
	}
}

func (r *rig) exchange(seq uint64) wire.Exchange {
	x, _ := r.log.Exchange(seq)
	return x
}
