package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// web is a scripted HTTP server: on answers a JSON-RPC method, get the GET requests. What it got is "POST method" or
// "GET", in order.
type web struct {
	on  map[string]http.HandlerFunc
	get http.HandlerFunc

	mu  sync.Mutex
	got []string
	hdr map[string]http.Header
}

func (w *web) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var m msg
	_ = json.Unmarshal(body, &m)
	w.mu.Lock()
	w.got = append(w.got, strings.TrimSpace(r.Method+" "+m.Method))
	w.hdr[m.Method] = r.Header.Clone()
	w.mu.Unlock()
	r = r.WithContext(context.WithValue(r.Context(), webKey{}, m))
	r.Body = io.NopCloser(bytes.NewReader(body))
	do := w.on[m.Method]
	switch {
	case r.Method == http.MethodPost && do != nil:
		do(rw, r)
	case r.Method == http.MethodPost && m.ID == nil:
		rw.WriteHeader(http.StatusAccepted)
	case r.Method == http.MethodGet && w.get != nil:
		w.get(rw, r)
	case r.Method == http.MethodPost:
		jsonRPC(404, `"error":{"code":-32601,"message":"no"}`)(rw, r)
	default:
		rw.WriteHeader(http.StatusMethodNotAllowed)
	}
}

func (w *web) requests() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.got...)
}

type webKey struct{}

// jsonRPC answers with a status and the member result or error.
func jsonRPC(status int, member string) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		m, _ := r.Context().Value(webKey{}).(msg)
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(status)
		_, _ = fmt.Fprintf(rw, `{"jsonrpc":"2.0","id":%s,%s}`, m.ID, member)
	}
}

func plain(status int, contentType, body string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", contentType)
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, body)
	}
}

func initResult(version string) http.HandlerFunc {
	return jsonRPC(200, `"result":{"protocolVersion":"`+version+`","capabilities":{},"serverInfo":{"name":"w","version":"1"}}`)
}

// webConfig connects over the real transport.
func webConfig(url string) Config {
	log, mask := wire.NewLog(wire.Config{}), wire.NewMasker(make([]byte, 32))
	return Config{
		Server: "web", Conn: "k1", Transport: HTTP, Log: log, Client: ClientInfo{Name: "test", Version: "1"},
		Dial: func(ctx context.Context, kind Transport, h transport.Handlers) (transport.Link, error) {
			t := transport.Target{Server: "web", Conn: "k1", URL: url}
			reach(&t, kind)
			return transport.Open(ctx, t, transport.Options{Log: log, Mask: mask, Handlers: h})
		},
	}
}

// oldSSE serves HTTP+SSE of 2024-11-05 at the same URL: GET opens the stream, posts to ?old are answered on it.
func oldSSE(w *web, refuse http.HandlerFunc) {
	events := make(chan string, 10)
	w.get = func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(rw, "event: endpoint\ndata: ?old=1\n\n")
		rw.(http.Flusher).Flush()
		for {
			select {
			case e := <-events:
				_, _ = io.WriteString(rw, "event: message\ndata: "+e+"\n\n")
				rw.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	}
	w.on["initialize"] = func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("old") == "" {
			refuse(rw, r)
			return
		}
		m, _ := r.Context().Value(webKey{}).(msg)
		rw.WriteHeader(http.StatusAccepted)
		events <- fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2024-11-05","capabilities":{}}}`, m.ID)
	}
}

func wasLegacy(c *Config) { c.Remembered = Legacy }

const tlsPort = "Client sent an HTTP request to an HTTPS server.\n"

// The era matrix of HTTP (2026-07-28/basic/transports/streamable-http#backward-compatibility, checklist 1.4).
func TestEraHTTP(t *testing.T) {
	const discover, initialize, told = "POST server/discover", "POST initialize", "POST notifications/initialized"
	good := jsonRPC(200, `"result":`+discoverResult(LatestModern))
	legacy := []string{discover, initialize, told, "GET"}
	for _, tt := range []struct {
		name    string
		serve   func(*web)
		config  func(*Config)
		version string
		kind    fault.Kind // of the error
		text    string     // in its message or hint
		got     []string
	}{
		{name: "modern", serve: func(w *web) { w.on["server/discover"] = good }, version: LatestModern, got: []string{discover}},
		{name: "modern, first refused with -32022 offering the same", serve: func(w *web) {
			n := 0
			w.on["server/discover"] = func(rw http.ResponseWriter, r *http.Request) {
				if n++; n == 1 {
					jsonRPC(400, `"error":{"code":-32022,"message":"no","data":{"supported":["2026-07-28"]}}`)(rw, r)
					return
				}
				good(rw, r)
			}
		}, version: LatestModern, got: []string{discover, discover}},
		{name: "legacy: 404 and -32601", serve: func(*web) {}, version: LatestLegacy, got: legacy},
		{name: "legacy: 200 and an empty result", serve: func(w *web) { w.on["server/discover"] = jsonRPC(200, `"result":{}`) }, version: LatestLegacy, got: legacy},
		{name: "legacy: old SDK", serve: func(w *web) {
			w.on["server/discover"] = plain(400, "application/json", `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: Unsupported protocol version"},"id":null}`)
		}, version: LatestLegacy, got: legacy},
		{name: "legacy: session server", serve: func(w *web) {
			w.on["server/discover"] = plain(400, "application/json", `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Invalid or missing session ID"},"id":null}`)
		}, version: LatestLegacy, got: legacy},
		{name: "legacy: 400 without body", serve: func(w *web) { w.on["server/discover"] = plain(400, "text/plain", "") }, version: LatestLegacy, got: legacy},
		{name: "legacy: 405", serve: func(w *web) { w.on["server/discover"] = plain(405, "text/plain", "no") }, version: LatestLegacy, got: legacy},
		{name: "legacy: 202", serve: func(w *web) { w.on["server/discover"] = plain(202, "", "") }, version: LatestLegacy, got: legacy},
		{name: "modern error with id null", serve: func(w *web) {
			w.on["server/discover"] = plain(400, "application/json", `{"jsonrpc":"2.0","error":{"code":-32022,"message":"no","data":{"supported":["2031-01-01"]}},"id":null}`)
		}, kind: fault.Protocol, text: "supports 2031-01-01", got: []string{discover}},
		{name: "401 stops", serve: func(w *web) {
			w.on["server/discover"] = func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("WWW-Authenticate", `Bearer resource_metadata="https://as.example/x"`)
				rw.WriteHeader(401)
			}
		}, kind: fault.Auth, got: []string{discover}},
		{name: "403 stops", serve: func(w *web) { w.on["server/discover"] = plain(403, "text/plain", "") }, kind: fault.Auth, got: []string{discover}},
		{name: "500 is no evidence", serve: func(w *web) { w.on["server/discover"] = plain(500, "text/plain", "oops") }, kind: fault.HTTP, text: "500", got: []string{discover}},
		{name: "503 with a JSON-RPC error is no evidence", serve: func(w *web) {
			w.on["server/discover"] = jsonRPC(503, `"error":{"code":-32603,"message":"busy"}`)
		}, kind: fault.HTTP, text: "503", got: []string{discover}},
		{name: "401 on initialize", serve: func(w *web) { w.on["initialize"] = plain(401, "text/plain", "") }, kind: fault.Auth, got: []string{discover, initialize}},
		{name: "401 on notifications/initialized", serve: func(w *web) {
			w.on["initialize"] = initResult(LatestLegacy)
			w.on["notifications/initialized"] = plain(401, "text/plain", "")
		}, kind: fault.Auth, got: []string{discover, initialize, told}},
		{name: "modern error on initialize", serve: func(w *web) {
			n := 0
			w.on["server/discover"] = func(rw http.ResponseWriter, r *http.Request) {
				if n++; n == 1 {
					jsonRPC(400, `"error":{"code":-32602,"message":"no"}`)(rw, r)
					return
				}
				good(rw, r)
			}
			w.on["initialize"] = jsonRPC(400, `"error":{"code":-32020,"message":"Missing MCP-Protocol-Version header"}`)
		}, version: LatestModern, got: []string{discover, initialize, discover}},
		{name: "HTTP+SSE after 404", serve: func(w *web) { oldSSE(w, plain(404, "text/plain", "no")) }, version: "2024-11-05", got: []string{discover, initialize, "GET", initialize, told}},
		{name: "HTTP+SSE after 405", serve: func(w *web) { oldSSE(w, plain(405, "text/plain", "no")) }, version: "2024-11-05", got: []string{discover, initialize, "GET", initialize, told}},
		{name: "HTTP+SSE after 400 with an error of JSON-RPC", serve: func(w *web) {
			oldSSE(w, jsonRPC(400, `"error":{"code":-32000,"message":"no"}`))
		}, version: "2024-11-05", got: []string{discover, initialize, "GET", initialize, told}},
		{name: "SSE set", serve: func(w *web) { oldSSE(w, plain(500, "text/plain", "")) }, config: func(c *Config) { c.Transport = SSE }, version: "2024-11-05", got: []string{"GET", initialize, told}},
		{name: "no MCP endpoint", serve: func(w *web) {
			w.on["server/discover"] = plain(404, "text/html", "<h1>Not found</h1>")
			w.on["initialize"] = plain(404, "text/html", "<h1>Not found</h1>")
			w.get = plain(404, "text/html", "<h1>Not found</h1>")
		}, text: "This URL may be no MCP endpoint", got: []string{discover, initialize, "GET"}},
		{name: "401 on the SSE stream", serve: func(w *web) {
			w.on["initialize"] = plain(405, "text/plain", "")
			w.get = plain(401, "text/plain", "")
		}, kind: fault.Auth, got: []string{discover, initialize, "GET"}},
		{name: "modern pinned", serve: func(*web) {}, config: func(c *Config) { c.Era = Modern }, kind: fault.Protocol, text: "does not speak 2026-07-28", got: []string{discover}},
		{name: "legacy pinned", serve: func(w *web) { w.on["initialize"] = initResult("2025-03-26") }, config: func(c *Config) { c.Era = Legacy }, version: "2025-03-26", got: []string{initialize, told, "GET"}},
		{name: "legacy remembered", serve: func(*web) {}, config: wasLegacy, version: LatestLegacy, got: []string{initialize, told, "GET"}},
		{name: "legacy remembered, modern now", serve: func(w *web) {
			w.on["server/discover"] = good
			w.on["initialize"] = jsonRPC(404, `"error":{"code":-32601,"message":"no"}`)
		}, config: wasLegacy, version: LatestModern, got: []string{initialize, discover}},
		{name: "legacy remembered, HTTP+SSE now", serve: func(w *web) { oldSSE(w, plain(405, "text/plain", "no")) }, config: wasLegacy, version: "2024-11-05", got: []string{initialize, discover, initialize, "GET", initialize, told}},
		{name: "legacy remembered, 401 now", serve: func(w *web) { w.on["initialize"] = plain(401, "text/plain", "") }, config: wasLegacy, kind: fault.Auth, got: []string{initialize}},
		{name: "legacy remembered, 502 now", serve: func(w *web) { w.on["initialize"] = plain(502, "text/plain", "") }, config: wasLegacy, kind: fault.HTTP, got: []string{initialize}},
		{name: "TLS port", serve: func(w *web) { w.on["server/discover"] = plain(400, "text/plain", tlsPort) }, kind: fault.Connect, text: "https://", got: []string{discover}},
		{name: "TLS port, legacy pinned", serve: func(w *web) { w.on["initialize"] = plain(400, "text/plain", tlsPort) }, config: func(c *Config) { c.Era = Legacy }, kind: fault.Connect, text: "https://", got: []string{initialize}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := &web{on: map[string]http.HandlerFunc{"initialize": initResult(LatestLegacy)}, hdr: map[string]http.Header{}}
			tt.serve(w)
			srv := httptest.NewServer(w)
			defer srv.Close()
			defer srv.CloseClientConnections()
			cfg := webConfig(srv.URL + "/mcp")
			if tt.config != nil {
				tt.config(&cfg)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			s, err := Connect(ctx, cfg)
			if d := cmp.Diff(tt.got, w.requests()); d != "" {
				t.Error(d)
			}
			if tt.version == "" {
				var f *fault.CallError
				if !errors.As(err, &f) || tt.kind != "" && f.Kind != tt.kind || !strings.Contains(f.Message+f.Hint, tt.text) {
					t.Fatalf("error %+v", err)
				}
				if f.Kind == fault.Auth && f.Challenge == nil {
					t.Error("no challenge")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer closeSession(t, s)
			if got := s.Info().Version; got != tt.version {
				t.Errorf("version %s, want %s (%s)", got, tt.version, s.Info().How)
			}
		})
	}
}
