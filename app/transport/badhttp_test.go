package transport

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// TestBadHTTP has the rows of the table for Streamable HTTP.
func TestBadHTTP(t *testing.T) {
	rows := []badRow{
		{name: "401", kind: fault.Auth, status: 401, message: "refused the first request (go) with 401", detail: "please sign in"},
		{name: "401-bare", kind: fault.Auth, status: 401, message: "refused the first request"},
		{name: "401-rpc", kind: fault.Auth, status: 401, message: "refused the first request", detail: "-32001"},
		{name: "401-endless", kind: fault.Auth, status: 401, message: "refused the first request", detail: "wait"},
		{name: "403-scope", kind: fault.Auth, status: 403, message: "with 403", detail: "not allowed"},
		{name: "403-object", kind: fault.Auth, status: 403, detail: "insufficient_scope"},
		{name: "403-empty", kind: fault.Auth, status: 403},
		{name: "403-null", kind: fault.Auth, status: 403},
		{name: "400-version", status: 400, rpc: -32022},
		{name: "400-header", status: 400, rpc: -32020},
		{name: "400-null-id", status: 400, rpc: -32000},
		{name: "400-other-id", status: 400, rpc: -32600, entries: "the status tells that it answers this request"},
		{name: "400-text", kind: fault.HTTP, status: 400, message: "400 Bad Request", detail: "no session"},
		{name: "404-text", kind: fault.HTTP, status: 404, message: "404 Not Found", detail: "page not found"},
		{name: "404-rpc", status: 404, rpc: -32601},
		{name: "404-session", status: 404, rpc: -32001},
		{name: "405", kind: fault.HTTP, status: 405, message: "405 Method Not Allowed"},
		{name: "500", kind: fault.HTTP, status: 500, message: "500 Internal Server Error", detail: "stack trace"},
		{name: "500-rpc", status: 500, rpc: -32603},
		{name: "502", kind: fault.HTTP, status: 502, detail: "Bad gateway"},
		{name: "503-retry", kind: fault.HTTP, status: 503, detail: "down"},
		{name: "503-rpc-no-err", kind: fault.HTTP, status: 503},
		{name: "429", kind: fault.HTTP, status: 429, detail: "slow down"},
		{name: "302", kind: fault.HTTP, status: 302, message: "points to https://elsewhere.example/login"},
		{name: "308-elsewhere", kind: fault.HTTP, status: 308, message: "points to http://127.0.0.1:1/steal"},
		{name: "300-nowhere", kind: fault.HTTP, status: 300, message: "named no Location"},
		{name: "307-same", entries: "it is followed, once"},
		{name: "307-loop", kind: fault.HTTP, status: 307, message: "points to"},
		{name: "202", kind: fault.Protocol, status: 202, message: "answered a request with status 202"},
		{name: "204", kind: fault.Protocol, status: 204, message: "answered a request with status 204", entries: "needs an answer (MCP, Transports: Sending Messages to the Server)."},
		{name: "200-challenge", entries: "A WWW-Authenticate header on status 200"},
		{name: "200-rpc-error", status: 200, rpc: -32602},
		{name: "reset", kind: fault.Connect, message: "closed the connection without an answer"},
		{name: "slow", kind: fault.Timeout, message: "Waited in vain for the response's head", wait: short},

		{name: "html", kind: fault.Protocol, status: 200, message: `content type "text/html"`, detail: "<h1>Welcome</h1>", entries: "or text/event-stream (MCP, Transports: Sending Messages to the Server)."},
		{name: "no-type", kind: fault.Protocol, status: 200, message: "without a content type", detail: `"ok":true`},
		{name: "invalid-json", kind: fault.Protocol, status: 200, message: "it is not JSON", detail: "nonsense"},
		{name: "truncated", kind: fault.Closed, status: 200, message: "broke off", detail: `{"jsonrpc"`},
		{name: "empty", kind: fault.Protocol, status: 200, message: "it is empty"},
		{name: "batch", status: 200, entries: "A batch: only protocol revision 2025-03-26"},
		{name: "batch-without", kind: fault.Protocol, status: 200, message: "a batch without it"},
		{name: "id-object", kind: fault.Protocol, status: 200, message: "its id is {}"},
		{name: "code-string", kind: fault.Protocol, status: 200, message: `its error code is "E1"`},
		{name: "wrong-id", kind: fault.Protocol, status: 200, message: `its id is "other", the request's is "t1"`, entries: "No request of ours has the id"},
		{name: "number-id", kind: fault.Protocol, status: 200, message: "its id is 1, the request's"},
		{name: "null-id", kind: fault.Protocol, status: 200, message: "an error without the request's id", rpc: -32700, entries: "answers no request"},
		{name: "garbage", kind: fault.Protocol, status: 200, message: "after top-level value", detail: "garbage"},
		{name: "both", kind: fault.Protocol, status: 200, message: "both a result and an error"},
		{name: "version-1", status: 200, entries: `it must be \"2.0\" (JSON-RPC 2.0 sections 4 and 5).`},
		{name: "wrong-case", kind: fault.Protocol, status: 200, message: "neither a method nor a result", entries: "case-sensitive"},
		{name: "notification", kind: fault.Protocol, status: 200, message: "it is a notification"},
		{name: "huge", status: 200},
		{name: "gzip", status: 200},
		{name: "gzip-stream", status: 200},
		{name: "gzip-broken", kind: fault.Closed, status: 200, message: "gzip: invalid header"},
		{name: "json-charset", status: 200},
		{name: "duplicate-key", status: 200, entries: "stands twice; the last one counts (RFC 8259 section 4)."},

		{name: "sse", status: 200},
		{name: "sse-wrong-first", status: 200, entries: `No request of ours has the id \"other\"`},
		{name: "sse-wrong-only", kind: fault.Protocol, status: 200, message: "ended without the answer", detail: `"id":"other"`},
		{name: "sse-null-id", kind: fault.Protocol, status: 200, message: "ended without the answer", detail: "which?"},
		{name: "sse-bad-event", status: 200, entries: "Not a JSON-RPC message"},
		{name: "sse-bad-only", kind: fault.Protocol, status: 200, message: "ended without the answer", detail: "not json"},
		{name: "sse-closed", kind: fault.Protocol, status: 200, message: "ended without the answer", detail: "No message came", entries: "without the answer (MCP, Transports"},
		{name: "sse-broken", kind: fault.Closed, status: 200, message: "broke off before the answer"},
		{name: "sse-cr", status: 200},
		{name: "sse-crlf", status: 200},
		{name: "sse-bom", status: 200},
		{name: "sse-multi-line", status: 200},
		{name: "sse-twice", status: 200, entries: "is over already"},
		{name: "sse-after", status: 200, entries: "notifications/late"},
		{name: "sse-open", status: 200},
		{name: "sse-request", status: 200, entries: "handed to whoever answers"},
		{name: "sse-named", status: 200, entries: `The event is named \"ping\"`},
		{name: "sse-partial", status: 200, entries: "The stream ended inside this event"},
		{name: "sse-both", kind: fault.Protocol, status: 200, message: "ended without the answer", detail: "both a result and an error"},
		{name: "sse-batch", status: 200, entries: "A batch"},
		{name: "sse-silent", kind: fault.Timeout, message: "No answer to go", wait: short},
		{name: "sse-huge", status: 200},
	}
	covered := map[string]bool{}
	for _, row := range rows {
		covered[row.name] = true
		t.Run(row.name, func(t *testing.T) {
			leakless(t)
			r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.BadHTTP(row.name)) + "/mcp"})
			wait := patience
			if row.wait > 0 {
				r.mustCall("first", "") // making the connection does not count
				wait = row.wait
			}
			a, err := r.callFor(wait, "go", `{}`)
			if row.entries != "" {
				eventually(t, row.entries+"\n", func() bool { return strings.Contains(r.text(), row.entries) })
			}
			row.check(t, r, a, err)
			if a != nil && a.Header == nil {
				t.Error("no headers")
			}
			r.close()
			for _, e := range r.entries() {
				if e.Kind == wire.KindHTTP && e.Open {
					t.Errorf("the exchange stays open: %+v", e)
				}
			}
		})
	}
	for _, mode := range mcptest.HTTPModes() {
		if !covered[mode] {
			t.Errorf("no row for %s", mode)
		}
	}
}

// TestHints: what the server says about waiting reaches the user.
func TestHints(t *testing.T) {
	for mode, hint := range map[string]string{"503-retry": "Retry-After: 120", "429": "Retry-After: 7", "404-text": "/mcp", "html": "web page"} {
		r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.BadHTTP(mode))})
		if _, err := r.call("go", ""); !strings.Contains(fault.From(err).Hint, hint) {
			t.Errorf("%s: hint %q, want %q in it", mode, fault.From(err).Hint, hint)
		}
	}
}

// TestChallenge: the challenge of a 401 is whole.
func TestChallenge(t *testing.T) {
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.BadHTTP("401"))})
	_, err := r.call("go", "")
	f := fault.As(err)
	if f == nil || f.Challenge == nil {
		t.Fatalf("got %v", err)
	}
	c := f.Challenge
	if c.Where != "the first request (go)" || c.Status != 401 || c.Error != "invalid_token" || len(c.Scopes) != 2 ||
		c.ResourceMetadata != "https://auth.example/.well-known/oauth-protected-resource" || !c.ResourceMetadataOther ||
		len(c.Raw) != 1 || c.Raw[0] != mcptest.Challenge || c.Body != "please sign in" || c.Exchange == 0 || c.Method != "POST" {
		t.Errorf("challenge %+v", c)
	}
	if got := f.Header.Get("WWW-Authenticate"); got != mcptest.Challenge {
		t.Errorf("header %q", got)
	}
}

// TestSecretHeadersStay: headers of the profile go to its origin and nowhere else, and never into the log.
func TestSecretHeadersStay(t *testing.T) {
	leakless(t)
	var got []http.Header
	thief := mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { got = append(got, r.Header) }))
	server := mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) {
		if p.R.Header.Get("X-Api-Key") != "topsecret-1234567" || p.R.Header.Get("Mcp-Method") != "go" {
			t.Errorf("headers %v", p.R.Header)
		}
		p.W.Header().Set("Location", thief)
		p.W.WriteHeader(307)
	}, nil))
	r := newRig(t)
	r.mask.Add("c1", "key", "topsecret-1234567")
	r.must(Target{Transport: profile.HTTP, URL: server, Headers: http.Header{"X-Api-Key": {"topsecret-1234567"}, "Mcp-Method": {"default"}}})
	_, err := r.call("go", "", http.Header{"Mcp-Method": {"go"}})
	badRow{kind: fault.HTTP, status: 307, message: "points to " + thief}.check(t, r, nil, err)
	if len(got) > 0 {
		t.Errorf("the redirect was followed: %v", got)
	}
	for _, e := range r.find(func(e wire.Entry) bool { return e.Kind == wire.KindHTTP }) {
		x, _ := r.log.Exchange(e.Seq)
		names := ""
		for _, h := range x.RequestHeaders {
			names += h.Name + " "
			if strings.Contains(h.Value, "topsecret") {
				t.Errorf("secret recorded in %s", h.Name)
			}
		}
		for _, want := range []string{"Host", "User-Agent", "Accept-Encoding", "Content-Length", "X-Api-Key"} {
			if !strings.Contains(names, want) {
				t.Errorf("no header %s among %s", want, names)
			}
		}
		if x.RemoteAddr == "" || x.Timing.Total == 0 || x.Proto != "HTTP/1.1" {
			t.Errorf("exchange %+v", x)
		}
	}
}
