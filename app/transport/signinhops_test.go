package transport

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
)

// TestSignInRedirects: which redirects are followed, and what is not sent on.
func TestSignInRedirects(t *testing.T) {
	leakless(t)
	var elsewhere atomic.Pointer[http.Header]
	other := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere.Store(&r.Header)
		answers(`{"there":true}`)(w, r)
	}))
	as := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		switch path := r.URL.Path; {
		case path == "/other":
			http.Redirect(w, r, other+"/x", http.StatusFound)
		case path == "/private":
			http.Redirect(w, r, "https://10.255.255.1/x", http.StatusMovedPermanently)
		case path == "/nowhere":
			w.WriteHeader(http.StatusFound)
		case path == "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		case path == "/0":
			answers(`{"there":true}`)(w, r)
		default:
			_, _ = fmt.Sscanf(path, "/%d", &n)
			http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusTemporaryRedirect)
		}
	}))
	secret := http.Header{"Authorization": {"Bearer token-0123456789"}}
	proof := http.Header{"DPoP": {"proof-0123456789"}}
	version := http.Header{"MCP-Protocol-Version": {"2025-11-25"}, "Accept": {"application/json"}}
	for _, c := range []struct {
		name    string
		request SignInRequest
		status  int    // 0: an error
		entries int    //
		finding string // on the last entry
	}{
		{"none", get(as + "/0"), 200, 1, ""},
		{"three", get(as + "/3"), 200, 4, ""},
		{"four", get(as + "/4"), 307, 4, "the redirect after 3 others"},
		{"another origin", SignInRequest{Method: "GET", URL: as + "/other", Header: version, Follow: true, Purpose: "x"}, 200, 2, ""},
		{"not asked to", SignInRequest{Method: "GET", URL: as + "/1", Purpose: "x"}, 307, 1, "only a GET of metadata"},
		{"a POST", SignInRequest{Method: "POST", URL: as + "/1", Body: []byte("code=1"), Follow: true, Purpose: "x"}, 307, 1, "only a GET of metadata"},
		{"a token", SignInRequest{Method: "GET", URL: as + "/other", Header: secret, Follow: true, Purpose: "x"}, 302, 1, "carries credentials"},
		{"a proof", SignInRequest{Method: "GET", URL: as + "/1", Header: proof, Follow: true, Purpose: "x"}, 307, 1, "carries credentials"},
		{"no Location", get(as + "/nowhere"), 302, 1, "names no Location"},
		{"a private place", get(as + "/private"), 0, 2, ""},
		{"a file", get(as + "/file"), 0, 2, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			elsewhere.Store(nil)
			r := newRig(t)
			a, err := r.signIn(Target{URL: as}, Guard{}).Do(context.Background(), c.request)
			e := r.entries()
			if len(e) != c.entries || c.finding != "" && !strings.Contains(fmt.Sprint(e[len(e)-1].Findings), c.finding) {
				t.Fatalf("entries %+v", e)
			}
			if len(e) > 1 && e[1].Purpose != "redirect" {
				t.Errorf("purpose %q", e[1].Purpose)
			}
			if c.status == 0 {
				if f := fault.As(err); f == nil || len(f.Entries) != c.entries {
					t.Errorf("got %s", explain(err))
				}
				return
			}
			if err != nil || a.Status != c.status || len(a.Entries) != c.entries {
				t.Fatalf("%+v %s", a, explain(err))
			}
			if h := elsewhere.Load(); h != nil && (c.status != 200 || h.Get("Referer") != "" || h.Get("Authorization") != "" || h.Get("Mcp-Protocol-Version") == "") {
				t.Errorf("the other origin got %v", *h)
			}
			if c.status == 200 && (string(a.Body) != `{"there":true}` || c.entries == 2 && a.URL != other+"/x") {
				t.Errorf("answer %s from %s", a.Body, a.URL)
			}
		})
	}
}

// TestSignInStaysSecure: what was asked for over TLS is not fetched without, not even on this machine.
func TestSignInStaysSecure(t *testing.T) {
	leakless(t)
	var asked atomic.Int32
	plain := mcptest.Serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	a := newAuthority(t)
	secure := a.serve(http.RedirectHandler(plain, http.StatusFound), false, nil, net.IPv4(127, 0, 0, 1))
	r := newRig(t)
	s := r.signIn(Target{URL: secure, Network: Network{CA: file(t, "ca.pem", certPEM(a.cert))}}, Guard{AllowPrivate: true, AllowHTTP: []string{"127.0.0.1"}})
	got, err := s.Do(context.Background(), get(secure))
	s.Close()
	if err != nil || got.Status != 302 || got.Header.Get("Location") != plain || asked.Load() != 0 {
		t.Fatalf("%+v, asked %d times, %s", got, asked.Load(), explain(err))
	}
	if all := r.text(); !strings.Contains(all, "it leads from https to http") {
		t.Errorf("not told: %s", all)
	}
}

// TestSignInBounds: an answer that is too long is cut, one that is too slow or breaks off is an error, and a cancel ends
// it at once.
func TestSignInBounds(t *testing.T) {
	leakless(t)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(bytes.Repeat([]byte("0123456789abcdef"), 1<<20)) // 16 MiB in some 16 KiB
	_ = z.Close()
	as := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/exact":
			_, _ = w.Write(make([]byte, maxSignInBody))
		case "/huge":
			_, _ = w.Write(make([]byte, maxSignInBody+1))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
		case "/endless":
			_, _ = io.WriteString(w, `{"issuer":`)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case "/silent":
			<-r.Context().Done()
		case "/broken":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"issuer":`)
		case "/heads":
			w.Header().Set("X-Long", strings.Repeat("x", 2*signInHeaders))
		}
	}))
	ask := func(path string, cancel bool) (*SignInAnswer, error) {
		r := newRig(t)
		s := r.signIn(Target{URL: as}, Guard{})
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		if path == "/endless" || path == "/silent" {
			if cancel {
				time.AfterFunc(100*time.Millisecond, stop)
			} else {
				s.limit = 300 * time.Millisecond
			}
		}
		a, err := s.Do(ctx, get(as+path))
		for _, e := range r.entries() {
			if e.Open {
				t.Errorf("%s: open %+v", path, e)
			}
		}
		return a, err
	}
	for path, cut := range map[string]bool{"/exact": false, "/huge": true, "/bomb": true} {
		if a, err := ask(path, false); err != nil || a.Cut != cut || len(a.Body) != maxSignInBody {
			t.Errorf("%s: %d bytes, cut %v, %s", path, len(a.Body), a.Cut, explain(err))
		}
	}
	for path, kind := range map[string]fault.Kind{"/endless": fault.Timeout, "/silent": fault.Timeout, "/broken": fault.Closed, "/heads": fault.Connect} {
		if _, err := ask(path, false); !fault.Is(err, kind) || len(fault.As(err).Entries) != 1 || fault.As(err).Hint == "" {
			t.Errorf("%s: %s", path, explain(err))
		}
	}
	for _, path := range []string{"/endless", "/silent"} {
		if _, err := ask(path, true); !fault.Is(err, fault.Cancelled) {
			t.Errorf("%s, cancelled: %s", path, explain(err))
		}
	}
}
