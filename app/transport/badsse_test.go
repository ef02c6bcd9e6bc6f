package transport

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

func sseTarget(t *testing.T, s *mcptest.SSEServer) Target {
	if s.Post == nil {
		s.Post = mcptest.Accept
	}
	return Target{Transport: profile.SSE, URL: mcptest.Serve(t, s) + "/sse"}
}

func refuse(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("WWW-Authenticate", mcptest.Challenge)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// TestBadSSEStart has the rows of the table for the start of HTTP+SSE.
func TestBadSSEStart(t *testing.T) {
	rows := []struct {
		badRow
		server *mcptest.SSEServer
	}{
		{badRow{name: "401 on the GET", kind: fault.Auth, status: 401, message: "refused the start of the SSE stream", detail: "sign in"}, &mcptest.SSEServer{Get: refuse(401, "sign in")}},
		{badRow{name: "403 on the GET", kind: fault.Auth, status: 403, message: "with 403"}, &mcptest.SSEServer{Get: refuse(403, "no")}},
		{badRow{name: "404 on the GET", kind: fault.HTTP, status: 404, message: "404 Not Found", detail: "nothing here"}, &mcptest.SSEServer{Get: refuse(404, "nothing here")}},
		{badRow{name: "500 on the GET", kind: fault.HTTP, status: 500, message: "500"}, &mcptest.SSEServer{Get: refuse(500, "oops")}},
		{badRow{name: "text/html", kind: fault.Protocol, status: 200, message: `content type "text/html`, detail: "<h1>Hello"}, &mcptest.SSEServer{Get: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<h1>Hello</h1>") }}},
		{badRow{name: "endpoint elsewhere", kind: fault.Protocol, message: "another origin: http://other.example/message", entries: "points to another origin"}, &mcptest.SSEServer{Endpoint: "http://other.example/message"}},
		{badRow{name: "endpoint with another scheme", kind: fault.Protocol, message: "another origin"}, &mcptest.SSEServer{Endpoint: "javascript:alert(1)"}},
		{badRow{name: "endpoint too long", kind: fault.Protocol, message: "a URL of more than 8192 is not used"}, &mcptest.SSEServer{Endpoint: "/" + strings.Repeat("m", maxEndpoint)}},
		{badRow{name: "endpoint empty", kind: fault.Protocol, message: "holds no URL"}, &mcptest.SSEServer{Endpoint: " "}},
		{badRow{name: "stream ends", kind: fault.Protocol, message: "ended before it named an endpoint"}, &mcptest.SSEServer{Get: func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/event-stream") }}},
		{badRow{name: "redirect", kind: fault.HTTP, status: 302, message: "points to"}, &mcptest.SSEServer{Get: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://elsewhere.example/")
			w.WriteHeader(302)
		}}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			leakless(t)
			r := newRig(t)
			row.check(t, r, nil, r.open(sseTarget(t, row.server)))
		})
	}
	t.Run("no endpoint", func(t *testing.T) {
		leakless(t)
		r := newRig(t)
		ctx, cancel := context.WithTimeout(context.Background(), short)
		defer cancel()
		target := sseTarget(t, &mcptest.SSEServer{Endpoint: "-"})
		target.Server, target.Conn = "Test server", "c1"
		_, err := Open(ctx, target, r.options())
		badRow{kind: fault.Timeout, message: "sent no endpoint event"}.check(t, r, nil, err)
	})
}

// TestBadSSE has the rows of the table for requests over HTTP+SSE.
func TestBadSSE(t *testing.T) {
	onStream := func(block func(p mcptest.Post) string) func(*mcptest.SSEServer, mcptest.Post) {
		return func(s *mcptest.SSEServer, p mcptest.Post) {
			p.W.WriteHeader(202)
			s.Send(block(p))
		}
	}
	rows := []struct {
		badRow
		post func(*mcptest.SSEServer, mcptest.Post)
	}{
		{badRow{name: "answer"}, mcptest.Accept},
		{badRow{name: "401 on the POST", kind: fault.Auth, status: 401, message: "refused the first request (go)"}, func(_ *mcptest.SSEServer, p mcptest.Post) {
			p.W.Header().Set("WWW-Authenticate", mcptest.Challenge)
			p.Text(401, "sign in")
		}},
		{badRow{name: "500 on the POST", kind: fault.HTTP, status: 500, detail: "oops"}, func(_ *mcptest.SSEServer, p mcptest.Post) { p.Text(500, "oops") }},
		{badRow{name: "JSON-RPC error in a 400", status: 400, rpc: -32600}, func(_ *mcptest.SSEServer, p mcptest.Post) {
			p.JSON(400, `{"jsonrpc":"2.0","id":`+p.ID+`,"error":{"code":-32600,"message":"m"}}`)
		}},
		{badRow{name: "inline answer", status: 200, entries: "HTTP+SSE sends messages on the stream"}, func(_ *mcptest.SSEServer, p mcptest.Post) { p.JSON(200, p.OK()) }},
		{badRow{name: "number id", kind: fault.Protocol, message: "an answer must repeat it as it was", entries: "an answer must repeat it"}, onStream(func(p mcptest.Post) string {
			return `data: {"jsonrpc":"2.0","id":1,"result":{}}`
		})},
		{badRow{name: "null id", kind: fault.Protocol, message: "id null", rpc: -32600}, onStream(func(p mcptest.Post) string {
			return `data: {"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"m"}}`
		})},
		{badRow{name: "bad event", kind: fault.Timeout, message: "No answer to go", detail: "not json", wait: short}, onStream(func(p mcptest.Post) string { return "data: not json" })},
		{badRow{name: "server request with the id of ours", entries: "handed to whoever answers"}, onStream(func(p mcptest.Post) string {
			return "data: {\"jsonrpc\":\"2.0\",\"id\":" + p.ID + ",\"method\":\"ping\"}\n\n" + p.Event()
		})},
		{badRow{name: "stream lost", kind: fault.Closed, message: "ended the SSE stream", entries: "ended the SSE stream"}, func(s *mcptest.SSEServer, p mcptest.Post) {
			p.W.WriteHeader(202)
			s.Drop()
		}},
		{badRow{name: "held POST", wait: patience}, func(s *mcptest.SSEServer, p mcptest.Post) {
			p.W.WriteHeader(202)
			p.W.(http.Flusher).Flush()
			s.Send(p.Event())
			<-p.R.Context().Done()
		}},
		{badRow{name: "second endpoint", entries: "A second endpoint event"}, onStream(func(p mcptest.Post) string { return "event: endpoint\ndata: /other\n\n" + p.Event() })},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			leakless(t)
			r := newRig(t)
			target := sseTarget(t, &mcptest.SSEServer{Post: row.post})
			if row.name == "number id" {
				target.URL += "?x=1"
			}
			r.must(target)
			wait := patience
			if row.wait > 0 {
				wait = row.wait
			}
			ctx, cancel := context.WithTimeout(context.Background(), wait)
			defer cancel()
			id := "t1"
			if row.name == "number id" {
				id = "1"
			}
			a, err := r.link.Call(ctx, Request{ID: id, Method: "go", Params: json.RawMessage(`{}`)})
			row.check(t, r, a, err)
			if row.name == "stream lost" {
				select {
				case <-r.link.Done():
				case <-time.After(patience):
					t.Fatal("Done stays open")
				}
				if !fault.Is(r.link.Err(), fault.Closed) {
					t.Errorf("Err: %v", r.link.Err())
				}
				if _, err := r.call("go", ""); !fault.Is(err, fault.Closed) {
					t.Errorf("a later call: %v", err)
				}
			}
		})
	}
}

// TestSSESecretQuery: a token in the endpoint's query stays out of the log.
func TestSSESecretQuery(t *testing.T) {
	r := newRig(t).must(sseTarget(t, &mcptest.SSEServer{Endpoint: "/message?access_token=topsecret-1234567"}))
	r.mustCall("go", "")
	if strings.Contains(r.text(), "topsecret") {
		t.Errorf("secret in the log:\n%s", r.text())
	}
}
