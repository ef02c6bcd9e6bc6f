package transport

import (
	"context"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// TestResume: a stream that ends, or breaks, behind an event id is asked for its rest after the pause named.
func TestResume(t *testing.T) {
	for _, breaks := range []bool{false, true} {
		t.Run(fmt.Sprintf("breaks=%v", breaks), func(t *testing.T) {
			leakless(t)
			var mu sync.Mutex
			var asked []string
			var ended, resumed time.Time
			answer := ""
			post := func(p mcptest.Post) {
				if p.Method != "go" {
					p.JSON(200, p.OK())
					return
				}
				mu.Lock()
				answer = p.Event()
				mu.Unlock()
				p.Stream("id: e1\nretry: 300\ndata: ")
				mu.Lock()
				ended = time.Now()
				mu.Unlock()
				if breaks {
					p.Cut()
				}
			}
			get := func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				defer mu.Unlock()
				asked = append(asked, r.Header.Get("Last-Event-ID"))
				resumed = time.Now()
				w.Header().Set("Content-Type", "text/event-stream")
				_, _ = io.WriteString(w, "id: e2\n"+answer+"\n\n")
			}
			r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(post, get))})
			r.initialize()
			r.mustCall("go", "")
			mu.Lock()
			defer mu.Unlock()
			if len(asked) != 1 || asked[0] != "e1" || resumed.Sub(ended) < 290*time.Millisecond {
				t.Errorf("asked %q after %v", asked, resumed.Sub(ended))
			}
		})
	}
}

// TestListen: the GET stream brings requests and notifications, is opened again behind its last event, not in a
// tight loop, and stops at Close.
func TestListen(t *testing.T) {
	leakless(t)
	var mu sync.Mutex
	var ids []string
	get := func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.WriteHeader(405)
			return
		}
		mu.Lock()
		ids = append(ids, r.Header.Get("Last-Event-ID"))
		n := len(ids)
		mu.Unlock()
		w.Header().Set("Content-Type", "text/event-stream")
		if n > 2 {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
			return
		}
		fmt.Fprintf(w, "id: g%d\nretry: 20\ndata: {\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"roots/list\"}\n\n", n, n)
	}
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) {
		if p.ID == "" || p.Method == "" {
			p.W.WriteHeader(202)
			return
		}
		p.JSON(200, p.OK())
	}, get))})
	r.initialize()
	r.link.Listen(nil)
	r.link.Listen(nil) // a second one changes nothing
	eventually(t, "three streams and two requests", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(ids) == 3 && len(r.incoming()) == 2
	})
	if got := strings.Join(ids, ","); got != ",g1,g2" {
		t.Errorf("Last-Event-ID %q", got)
	}
}

// TestListenStops: a 4xx ends listening, a 500 slows it down.
func TestListenStops(t *testing.T) {
	leakless(t)
	for _, status := range []int{400, 404, 405, 500} {
		var mu sync.Mutex
		n := 0
		r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) },
			func(w http.ResponseWriter, _ *http.Request) { mu.Lock(); n++; mu.Unlock(); w.WriteHeader(status) }))})
		r.link.Listen(func(err error) { t.Errorf("refused called: %v", err) })
		eventually(t, "one GET", func() bool { mu.Lock(); defer mu.Unlock(); return n == 1 })
		time.Sleep(300 * time.Millisecond) // what must not happen: a tight loop
		mu.Lock()
		if n != 1 {
			t.Errorf("%d: %d GETs", status, n)
		}
		mu.Unlock()
		r.close()
	}
}

// TestSession: the id goes with every later request, a 404 with it ends the session, Close sends DELETE.
func TestSession(t *testing.T) {
	leakless(t)
	var mu sync.Mutex
	var seen []string
	gone := false
	post := func(p mcptest.Post) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, p.Method+" "+p.R.Header.Get("Mcp-Session-Id")+" "+p.R.Header.Get("MCP-Protocol-Version"))
		switch {
		case gone:
			p.JSON(404, `{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}`)
		case p.ID == "":
			p.W.WriteHeader(202)
		default:
			if p.Method == "initialize" {
				p.W.Header().Set("Mcp-Session-Id", "session-0123456789")
			}
			p.JSON(200, p.OK())
		}
	}
	other := func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.Method+" "+r.Header.Get("Mcp-Session-Id")+" "+r.Header.Get("X-Profile"))
		w.WriteHeader(204)
	}
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(post, other)), Headers: http.Header{"X-Profile": {"mine"}}})
	r.initialize()
	r.mustCall("go", "")
	mu.Lock()
	gone = true
	mu.Unlock()
	_, err := r.call("go", "")
	badRow{kind: fault.Session, status: 404, message: "does not know the session", rpc: -32001}.check(t, r, nil, err)
	r.close()
	mu.Lock()
	defer mu.Unlock()
	const id = "session-0123456789"
	want := []string{"initialize  ", "notifications/initialized " + id + " 2025-06-18", "go " + id + " 2025-06-18", "go " + id + " 2025-06-18", "DELETE " + id + " mine"}
	if got := strings.Join(seen, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	if !strings.Contains(r.text(), "session ended (DELETE: 204)") {
		t.Errorf("no entry of the DELETE\n%s", r.text())
	}
}

// TestNetworkErrors: why a server cannot be reached is told in its own words.
func TestNetworkErrors(t *testing.T) {
	leakless(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	closed.Close()
	quiet := log.New(io.Discard, "", 0)
	secure := httptest.NewUnstartedServer(mcptest.Scripted(func(p mcptest.Post) { p.JSON(200, p.OK()) }, nil))
	secure.Config.ErrorLog = quiet
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := mcptest.Serve(t, mcptest.BadHTTP("sse"))
	for _, c := range []struct{ name, url, message, detail string }{
		{"refused", "http://" + nobody, "The connection to " + nobody + " was refused.", ""},
		{"dns", "http://no-such-host.invalid/mcp", "no-such-host.invalid could not be resolved", ""},
		{"certificate", secure.URL, "is not trusted: it was signed by an authority this system does not know", "SHA-256 fingerprint: "},
		{"name", strings.Replace(secure.URL, "127.0.0.1", "localhost", 1), "is not trusted: it is for example.com", "issuer: "},
		{"https to http", strings.Replace(plain, "http:", "https:", 1), "answered an HTTPS request with plain HTTP", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t).must(Target{Transport: profile.HTTP, URL: c.url})
			_, err := r.call("go", "")
			badRow{kind: fault.Connect, message: c.message, detail: c.detail}.check(t, r, nil, err)
		})
	}
	t.Run("http to https", func(t *testing.T) {
		r := newRig(t).must(Target{Transport: profile.HTTP, URL: strings.Replace(secure.URL, "https:", "http:", 1)})
		_, err := r.call("go", "")
		badRow{kind: fault.Connect, status: 400, message: "speaks TLS: it was asked with plain HTTP", detail: "HTTPS"}.check(t, r, nil, err)
		if f := fault.As(err); f.Hint != hintTLS {
			t.Errorf("hint %q", f.Hint)
		}
	})
	for name, said := range map[string]string{
		"nginx":  "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<center>The plain HTTP request was sent to HTTPS port</center>",
		"alert":  "\x15\x03\x01\x00\x02\x02\x46", // protocol_version, fatal
		"apache": "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nReason: You're speaking plain HTTP to an SSL-enabled server port.",
		"node":   "", // it hangs up
	} {
		t.Run("http to https: "+name, func(t *testing.T) {
			r := newRig(t).must(Target{Transport: profile.HTTP, URL: "http://" + says(t, said)})
			_, err := r.call("go", "")
			f := fault.As(err)
			if f == nil || f.Kind != fault.Connect || !strings.Contains(f.Hint, "https:// in the URL") {
				t.Errorf("got %s", explain(err))
			}
		})
	}
	t.Run("trusted by fingerprint", func(t *testing.T) {
		print := Fingerprint(secure.Certificate())
		if b, err := hex.DecodeString(print); err != nil || len(b) != 32 {
			t.Fatalf("fingerprint %q", print)
		}
		r := newRig(t).must(Target{Transport: profile.HTTP, URL: secure.URL, Trust: []string{strings.ToUpper(print)}})
		r.mustCall("go", "")
		r.close()
		e := r.find(func(e wire.Entry) bool { return e.Kind == wire.KindHTTP })
		if x, _ := r.log.Exchange(e[0].Seq); !strings.Contains(x.TLS, "TLS 1.3") || !strings.Contains(x.TLS, "certificate of") || x.Timing.TLS == 0 {
			t.Errorf("exchange %+v", x)
		}
	})
	t.Run("expired", func(t *testing.T) {
		err := certProblem(expired(t), "h")
		if !strings.Contains(err, "it expired on 2001") {
			t.Errorf("got %q", err)
		}
	})
	for _, bad := range []string{"", "ftp://x", "http://", "http://[::1", "just text"} {
		if err := newRig(t).open(Target{Transport: profile.HTTP, URL: bad}); !fault.Is(err, fault.Input) {
			t.Errorf("URL %q: %v", bad, err)
		}
	}
}

// says is the address of a listener that answers the first bytes of each connection with text and hangs up.
func says(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 64<<10))
			_, _ = io.WriteString(c, text)
			c.Close()
		}
	}()
	return l.Addr().String()
}

// TestSlowReply: an answer to a server's question reaches the server even when its sender lost patience.
func TestSlowReply(t *testing.T) {
	leakless(t)
	got := make(chan string, 1)
	release := make(chan struct{})
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) {
		<-release
		got <- string(p.Body)
		p.W.WriteHeader(202)
	}, nil))})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := r.link.Reply(ctx, []byte(`"q1"`), []byte(`{"action":"accept"}`), nil); !fault.Is(err, fault.Timeout) {
		t.Errorf("got %s", explain(err))
	}
	close(release)
	if body := <-got; body != `{"jsonrpc":"2.0","id":"q1","result":{"action":"accept"}}` {
		t.Errorf("body %s", body)
	}
}

// expired is the error of a certificate that ended in 2001.
func expired(t *testing.T) error {
	t.Helper()
	return x509.CertificateInvalidError{Reason: x509.Expired, Cert: &x509.Certificate{
		NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC),
	}}
}

// TestStrayStream: what a server sends in answer to a notification is shown and used.
func TestStrayStream(t *testing.T) {
	leakless(t)
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) {
		p.Stream(`data: {"jsonrpc":"2.0","id":5,"method":"ping"}`)
	}, nil))})
	if err := r.link.Notify(context.Background(), "notifications/initialized", nil, nil); err != nil {
		t.Error(err)
	}
	eventually(t, "the stray request arrives", func() bool { return len(r.incoming()) == 1 })
	if !strings.Contains(r.text(), "202 Accepted without a body is right (MCP, Transports: Sending Messages to the Server)") {
		t.Errorf("no finding\n%s", r.text())
	}
}

// TestInitializeRefused: a 4xx on initialize is what it is, and no guess about another transport.
func TestInitializeRefused(t *testing.T) {
	leakless(t)
	for _, row := range []struct {
		badRow
		post func(mcptest.Post)
	}{
		{badRow{name: "JSON-RPC error", status: 400, rpc: -32022}, func(p mcptest.Post) {
			p.JSON(400, `{"jsonrpc":"2.0","id":`+p.ID+`,"error":{"code":-32022,"message":"m","data":{"supported":["2026-07-28"]}}}`)
		}},
		{badRow{name: "404", kind: fault.HTTP, status: 404, detail: "nothing"}, func(p mcptest.Post) { p.Text(404, "nothing") }},
		{badRow{name: "405", kind: fault.HTTP, status: 405}, func(p mcptest.Post) { p.Text(405, "") }},
		{badRow{name: "400", kind: fault.HTTP, status: 400, detail: "why"}, func(p mcptest.Post) { p.Text(400, "why") }},
	} {
		r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(row.post, nil))})
		a, err := r.call("initialize", initParams)
		row.check(t, r, a, err)
	}
}

// TestManyCalls: calls from many goroutines on one link do not meet each other's answers.
func TestManyCalls(t *testing.T) {
	leakless(t)
	for name, target := range targets(t) {
		r := newRig(t).must(target)
		r.initialize()
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				a, err := r.call("tools/call", fmt.Sprintf(`{"name":"echo","arguments":{"text":"call %d."}}`, i))
				if err != nil || !strings.Contains(string(a.Result), fmt.Sprintf("call %d.", i)) {
					t.Errorf("%s: call %d: %v", name, i, err)
				}
			})
		}
		wg.Wait()
		r.close()
	}
}
