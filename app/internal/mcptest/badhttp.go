package mcptest

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sort"
	"strings"
	"time"
)

// Post is one POSTed message as a scripted server sees it.
type Post struct {
	W      http.ResponseWriter
	R      *http.Request
	ID     string // raw JSON; empty for a notification or a reply
	Method string // empty for a reply
	Body   []byte
}

// JSON answers with status and a JSON body.
func (p Post) JSON(status int, body string) {
	p.W.Header().Set("Content-Type", "application/json")
	p.W.WriteHeader(status)
	_, _ = io.WriteString(p.W, body)
}

// Text answers with status and a plain body.
func (p Post) Text(status int, body string) {
	p.W.Header().Set("Content-Type", "text/plain")
	p.W.WriteHeader(status)
	_, _ = io.WriteString(p.W, body)
}

// Stream writes events; each is a whole block without its empty line.
func (p Post) Stream(blocks ...string) {
	p.W.Header().Set("Content-Type", "text/event-stream")
	p.W.WriteHeader(http.StatusOK)
	p.W.(http.Flusher).Flush()
	p.More(blocks...)
}

// More writes further events of a stream that was begun.
func (p Post) More(blocks ...string) {
	for _, b := range blocks {
		_, _ = io.WriteString(p.W, b+"\n\n")
		p.W.(http.Flusher).Flush()
	}
}

// OK is the good answer's JSON.
func (p Post) OK() string { return ok(p.ID) }

// Event is the good answer as an event block.
func (p Post) Event() string { return "event: message\ndata: " + p.OK() }

// Cut closes the connection under the answer.
func (p Post) Cut() {
	if c, _, err := http.NewResponseController(p.W).Hijack(); err == nil {
		if tcp, is := c.(*net.TCPConn); is {
			_ = tcp.SetLinger(0)
		}
		c.Close()
	}
}

// Scripted is a handler that answers each POST by post; GET and DELETE get 405 unless other is set.
func Scripted(post func(Post), other http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			if other == nil {
				http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
				return
			}
			other(w, r)
			return
		}
		p := Post{W: w, R: r}
		p.Body, _ = io.ReadAll(r.Body)
		var f frame
		if json.Unmarshal(p.Body, &f) == nil {
			p.ID, p.Method = string(f.ID), f.Method
		}
		post(p)
	})
}

// Challenge is a WWW-Authenticate value with every parameter a client should show.
const Challenge = `Bearer realm="test", resource_metadata="https://auth.example/.well-known/oauth-protected-resource", scope="mcp:read mcp:write", error="invalid_token", error_description="the token expired"`

// HTTPModes are the names of the bad answers of [BadHTTP].
func HTTPModes() []string {
	var names []string
	for name := range httpModes() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// BadHTTP answers initialize and notifications well and every request "go" as mode says.
func BadHTTP(mode string) http.Handler {
	act := httpModes()[mode]
	if act == nil {
		panic("no such mode: " + mode)
	}
	return Scripted(func(p Post) {
		switch {
		case p.Method == "go":
			act(p)
		case p.ID == "" || p.Method == "":
			p.W.WriteHeader(http.StatusAccepted)
		default:
			p.JSON(200, p.OK())
		}
	}, nil)
}

func httpModes() map[string]func(Post) {
	all := map[string]func(Post){}
	for _, group := range []map[string]func(Post){statusModes(), bodyModes(), streamModes()} {
		for name, act := range group {
			all[name] = act
		}
	}
	return all
}

func statusModes() map[string]func(Post) {
	challenge := func(p Post) { p.W.Header().Set("WWW-Authenticate", Challenge) }
	rpc := func(p Post, code int) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":"refused","data":{"n":9007199254740993}}}`, p.ID, code)
	}
	return map[string]func(Post){
		"401":         func(p Post) { challenge(p); p.Text(401, "please sign in") },
		"401-bare":    func(p Post) { p.W.WriteHeader(401) },
		"401-rpc":     func(p Post) { challenge(p); p.JSON(401, rpc(p, -32001)) },
		"401-endless": func(p Post) { challenge(p); p.Text(401, "wait"); p.W.(http.Flusher).Flush(); <-p.R.Context().Done() },
		"403-scope": func(p Post) {
			p.W.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="files:write"`)
			p.Text(403, "not allowed")
		},
		"403-object":  func(p Post) { p.JSON(403, `{"error":"insufficient_scope"}`) },
		"403-empty":   func(p Post) { p.JSON(403, `{}`) },
		"403-null":    func(p Post) { p.JSON(403, `null`) },
		"400-version": func(p Post) { p.JSON(400, rpc(p, -32022)) },
		"400-header":  func(p Post) { p.JSON(400, rpc(p, -32020)) },
		"400-text":    func(p Post) { p.Text(400, "bad request: no session") },
		"400-null-id": func(p Post) {
			p.JSON(400, `{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request"}}`)
		},
		"400-other-id": func(p Post) {
			p.JSON(400, `{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Bad Request"}}`)
		},
		"404-text": func(p Post) { p.Text(404, "404 page not found") },
		"404-rpc":  func(p Post) { p.JSON(404, rpc(p, -32601)) },
		"405":      func(p Post) { p.Text(405, "no POST here") },
		"500":      func(p Post) { p.Text(500, "stack trace") },
		"500-rpc":  func(p Post) { p.JSON(500, rpc(p, -32603)) },
		"502": func(p Post) {
			p.W.Header().Set("Content-Type", "text/html")
			p.W.WriteHeader(502)
			_, _ = io.WriteString(p.W, "<h1>Bad gateway</h1>")
		},
		"503-retry": func(p Post) { p.W.Header().Set("Retry-After", "120"); p.Text(503, "down") },
		"429":       func(p Post) { p.W.Header().Set("Retry-After", "7"); p.Text(429, "slow down") },
		"302": func(p Post) {
			p.W.Header().Set("Location", "https://elsewhere.example/login?next=x")
			p.W.WriteHeader(302)
		},
		"308-elsewhere": func(p Post) { p.W.Header().Set("Location", "http://127.0.0.1:1/steal"); p.W.WriteHeader(308) },
		"300-nowhere":   func(p Post) { p.W.WriteHeader(300) },
		"307-same":      func(p Post) { hop(p, 307) },
		"307-loop":      func(p Post) { p.W.Header().Set("Location", p.R.URL.Path); p.W.WriteHeader(307) },
		"202":           func(p Post) { p.W.WriteHeader(202) },
		"204":           func(p Post) { p.W.WriteHeader(204) },
		"200-challenge": func(p Post) { challenge(p); p.JSON(200, p.OK()) },
		"reset":         func(p Post) { p.Cut() },
		"slow":          func(p Post) { <-p.R.Context().Done() },
		"200-rpc-error": func(p Post) { p.JSON(200, rpc(p, -32602)) },
		"404-session": func(p Post) {
			p.JSON(404, `{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}`)
		},
		"503-rpc-no-err": func(p Post) { p.JSON(503, p.OK()) },
	}
}

// hop redirects once, to the same path with a query.
func hop(p Post, status int) {
	if p.R.URL.RawQuery == "" {
		p.W.Header().Set("Location", p.R.URL.Path+"?hop=1")
		p.W.WriteHeader(status)
		return
	}
	p.JSON(200, p.OK())
}

func bodyModes() map[string]func(Post) {
	return map[string]func(Post){
		"html": func(p Post) {
			p.W.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(p.W, "<h1>Welcome</h1>")
		},
		"no-type":      func(p Post) { p.W.Header()["Content-Type"] = nil; _, _ = io.WriteString(p.W, p.OK()) },
		"invalid-json": func(p Post) { p.JSON(200, `{"jsonrpc": nonsense`) },
		"truncated": func(p Post) {
			p.W.Header().Set("Content-Length", "5000")
			p.JSON(200, p.OK()[:20])
		},
		"empty":         func(p Post) { p.JSON(200, "") },
		"batch":         func(p Post) { p.JSON(200, `[{"jsonrpc":"2.0","method":"notifications/x"},`+p.OK()+`]`) },
		"batch-without": func(p Post) { p.JSON(200, `[{"jsonrpc":"2.0","method":"notifications/x"}]`) },
		"id-object":     func(p Post) { p.JSON(200, `{"jsonrpc":"2.0","id":{},"result":{}}`) },
		"code-string": func(p Post) {
			p.JSON(200, `{"jsonrpc":"2.0","id":`+p.ID+`,"error":{"code":"E1","message":"m"}}`)
		},
		"wrong-id":  func(p Post) { p.JSON(200, ok(`"other"`)) },
		"number-id": func(p Post) { p.JSON(200, ok(`1`)) },
		"null-id": func(p Post) {
			p.JSON(200, `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}`)
		},
		"garbage": func(p Post) { p.JSON(200, p.OK()+" garbage") },
		"both": func(p Post) {
			p.JSON(200, `{"jsonrpc":"2.0","id":`+p.ID+`,"result":{},"error":{"code":1,"message":"m"}}`)
		},
		"version-1":    func(p Post) { p.JSON(200, `{"jsonrpc":"1.0","id":`+p.ID+`,"result":{}}`) },
		"wrong-case":   func(p Post) { p.JSON(200, `{"jsonrpc":"2.0","ID":`+p.ID+`,"Result":{}}`) },
		"notification": func(p Post) { p.JSON(200, `{"jsonrpc":"2.0","method":"notifications/x"}`) },
		"huge": func(p Post) {
			p.JSON(200, `{"jsonrpc":"2.0","id":`+p.ID+`,"result":{"t":"`+strings.Repeat("x", 16<<20)+`"}}`)
		},
		"gzip":        func(p Post) { compressed(p, "application/json", p.OK()) },
		"gzip-stream": func(p Post) { compressed(p, "text/event-stream", p.Event()+"\n\n") },
		"gzip-broken": func(p Post) { p.W.Header().Set("Content-Encoding", "gzip"); p.JSON(200, "this is not gzip") },
		"json-charset": func(p Post) {
			p.W.Header().Set("Content-Type", "Application/JSON; charset=utf-8")
			_, _ = io.WriteString(p.W, p.OK())
		},
		"duplicate-key": func(p Post) { p.JSON(200, `{"jsonrpc":"2.0","id":`+p.ID+`,"result":{"a":1},"result":{"a":2}}`) },
	}
}

func compressed(p Post, contentType, body string) {
	p.W.Header().Set("Content-Type", contentType)
	p.W.Header().Set("Content-Encoding", "gzip")
	z := gzip.NewWriter(p.W)
	_, _ = io.WriteString(z, body)
	z.Close()
}

func streamModes() map[string]func(Post) {
	data := func(s string) string { return "data: " + s }
	return map[string]func(Post){
		"sse":             func(p Post) { p.Stream(p.Event()) },
		"sse-wrong-first": func(p Post) { p.Stream(data(ok(`"other"`)), p.Event()) },
		"sse-wrong-only":  func(p Post) { p.Stream(data(ok(`"other"`))) },
		"sse-null-id":     func(p Post) { p.Stream(data(`{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"which?"}}`)) },
		"sse-bad-event":   func(p Post) { p.Stream(data("not json"), p.Event()) },
		"sse-bad-only":    func(p Post) { p.Stream(data("not json")) },
		"sse-closed":      func(p Post) { p.Stream() },
		"sse-broken":      func(p Post) { p.Stream(": hello"); p.Cut() },
		"sse-cr":          func(p Post) { p.Stream(); _, _ = io.WriteString(p.W, "event: message\rdata: "+p.OK()+"\r\r") },
		"sse-crlf":        func(p Post) { p.Stream(); _, _ = io.WriteString(p.W, "event: message\r\ndata: "+p.OK()+"\r\n\r\n") },
		"sse-bom":         func(p Post) { p.Stream(); _, _ = io.WriteString(p.W, "\xEF\xBB\xBF"+p.Event()+"\n\n") },
		"sse-multi-line": func(p Post) {
			p.Stream(data("{\"jsonrpc\":\"2.0\",") + "\n" + data(strings.TrimPrefix(p.OK(), `{"jsonrpc":"2.0",`)))
		},
		"sse-twice": func(p Post) { p.Stream(p.Event(), p.Event(), p.Event()) },
		"sse-after": func(p Post) {
			p.Stream(p.Event())
			time.Sleep(50 * time.Millisecond)
			p.More(data(`{"jsonrpc":"2.0","method":"notifications/late"}`))
		},
		"sse-open":    func(p Post) { p.Stream(p.Event()); <-p.R.Context().Done() },
		"sse-request": func(p Post) { p.Stream(data(`{"jsonrpc":"2.0","id":`+p.ID+`,"method":"ping"}`), p.Event()) },
		"sse-named":   func(p Post) { p.Stream("event: ping\n"+data("{}"), p.Event()) },
		"sse-partial": func(p Post) { p.Stream(); _, _ = io.WriteString(p.W, data(p.OK())) },
		"sse-both": func(p Post) {
			p.Stream(data(`{"jsonrpc":"2.0","id":` + p.ID + `,"result":{},"error":{"code":1,"message":"m"}}`))
		},
		"sse-batch":  func(p Post) { p.Stream(data(`[` + p.OK() + `]`)) },
		"sse-silent": func(p Post) { p.Stream(": keep-alive"); <-p.R.Context().Done() },
		"sse-huge": func(p Post) {
			p.Stream(data(`{"jsonrpc":"2.0","id":` + p.ID + `,"result":{"t":"` + strings.Repeat("x", 16<<20) + `"}}`))
		},
	}
}
