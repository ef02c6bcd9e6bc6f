package transport

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const echoed = "topsecret-0123456789-abcdefghij-0123456789-abcdefghij/+=%"

// everything is all that the log and an error say.
func (r *rig) everything(errs ...error) string {
	all := r.text()
	for _, e := range r.entries() {
		x, _ := r.log.Exchange(e.Seq)
		b, _ := json.Marshal(x)
		all += string(b) + "\n" + r.body(e.Seq, wire.PartMessage) + r.body(e.Seq, wire.PartRequest) + r.body(e.Seq, wire.PartResponse) + "\n"
	}
	for _, err := range errs {
		b, _ := json.Marshal(err)
		all += fmt.Sprint(err) + string(b)
	}
	return all
}

// noSecret fails when the beginning of the secret stands anywhere.
func noSecret(t *testing.T, all string) {
	t.Helper()
	if i := strings.Index(all, "topsecret-0"); i >= 0 {
		t.Errorf("the secret: …%s…", all[max(0, i-300):min(len(all), i+100)])
	}
}

// A hostile server sends the credential it was given back in every place that is not a body.
func TestEchoedSecret(t *testing.T) {
	quoted, _ := json.Marshal(echoed)
	for name, act := range map[string]func(p mcptest.Post){
		"method": func(p mcptest.Post) {
			p.Stream(fmt.Sprintf(`data: {"jsonrpc":"2.0","method":%s,"params":{"name":%s}}`, quoted, quoted), p.Event())
		},
		"id":           func(p mcptest.Post) { p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{}}`, quoted)) },
		"request's id": func(p mcptest.Post) { p.Stream(fmt.Sprintf(`data: {"jsonrpc":"2.0","id":%s,"method":"ping"}`, quoted)) },
		"event": func(p mcptest.Post) {
			p.Stream("event: "+echoed+"\nid: "+echoed+"\n: "+echoed+"\n"+echoed+": x\ndata: 1", p.Event())
		},
		"type":   func(p mcptest.Post) { p.W.Header().Set("Content-Type", "x/"+echoed); p.W.WriteHeader(200) },
		"header": func(p mcptest.Post) { p.W.Header().Set("Retry-After", echoed); p.Text(503, echoed) },
		"challenge": func(p mcptest.Post) {
			p.W.Header().Set("WWW-Authenticate", `Bearer error_description="`+echoed+`", realm=`+echoed)
			p.Text(401, echoed)
		},
		"location": func(p mcptest.Post) {
			p.W.Header().Set("Location", "https://elsewhere.example/?api_key="+url.QueryEscape(echoed))
			p.W.WriteHeader(302)
		},
		"error": func(p mcptest.Post) {
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":%s,"id":%s,"error":{"code":%s,"message":%s}}`, quoted, p.ID, quoted, quoted))
		},
		"reason": func(p mcptest.Post) {
			if c, w, err := http.NewResponseController(p.W).Hijack(); err == nil {
				_, _ = w.WriteString("HTTP/1.1 500 " + echoed + "\r\nConnection: close\r\n\r\n")
				_ = w.Flush()
				c.Close()
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.mask.Add("c1", "key", echoed)
			r.must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(act, nil)), Headers: http.Header{"X-Api-Key": {echoed}}})
			_, err := r.callFor(patience, "go", `{}`)
			r.close()
			noSecret(t, r.everything(err))
		})
	}
}

// The DELETE of a session that cannot be sent quotes no URL: it may hold a key too short to be searched for.
func TestDeleteHidesTheURL(t *testing.T) {
	var cut atomic.Bool
	server := mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) {
		p.W.Header().Set("Mcp-Session-Id", "session-0123456789")
		p.JSON(200, p.OK())
	}, func(w http.ResponseWriter, r *http.Request) { cut.Store(true); mcptest.Post{W: w, R: r}.Cut() }))
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: server + "/mcp?api_key=k%2F9q"})
	r.mustCall("initialize", initParams)
	r.close()
	all := r.everything()
	if !cut.Load() || !strings.Contains(all, "the session could not be ended: ") || strings.Contains(all, "k%2F9q") || strings.Contains(all, "k/9q") {
		t.Errorf("got %s", all)
	}
}

// The endpoint of HTTP+SSE often carries a session id: the event shows as little of it as the URL does.
func TestEndpointIsMasked(t *testing.T) {
	for _, endpoint := range []string{"/message?sessionId=0123456789abcdef", "http://elsewhere.example/?sessionId=0123456789abcdef", "/message?token=x9012345"} {
		r := newRig(t)
		err := r.open(sseTarget(t, &mcptest.SSEServer{Endpoint: endpoint}))
		if err == nil {
			r.mustCall("go", "")
		}
		r.close()
		if all := r.everything(err); strings.Contains(all, "0123456789abcdef") || strings.Contains(all, "=x9012345") {
			t.Errorf("%s: %s", endpoint, all)
		}
	}
}

// A question of the server whose connection ends unanswered does not wait on.
func TestServersRequestEnds(t *testing.T) {
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.BadHTTP("sse-request"))})
	r.mustCall("go", "")
	asks := func() []wire.Entry {
		return r.find(func(e wire.Entry) bool { return e.Message == wire.MsgRequest && e.Dir == wire.In })
	}
	if got := asks(); len(got) != 1 || !got[0].Open {
		t.Fatalf("got %+v", got)
	}
	r.close()
	if got := asks()[0]; got.Open || !strings.Contains(strings.Join(got.Findings, ""), "the connection ended") {
		t.Errorf("got %+v", got)
	}
}

// A request that was cancelled says so.
func TestGivenUpRequests(t *testing.T) {
	r := openStdioRig(t, "silent")
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		eventually(t, "the request", func() bool { return len(r.find(func(e wire.Entry) bool { return e.Method == "go" })) == 1 })
		cancel()
	}()
	_, err := r.link.Call(ctx, Request{ID: "x", Method: "go"})
	badRow{kind: "cancelled", message: "go was cancelled"}.check(t, r, nil, err)
}

// Each message of a batch is an entry, and an answer in it is paired.
func TestBatchParts(t *testing.T) {
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.BadHTTP("batch"))})
	a := r.mustCall("go", "")
	ask, _ := r.log.Entry(a.Request)
	answer, _ := r.log.Entry(a.Response)
	if ask.Pair != answer.Seq || ask.Open || ask.Took == 0 || answer.Pair != ask.Seq || answer.Message != wire.MsgResponse || answer.Method != "go" || answer.Call != "call-1" {
		t.Errorf("request %+v\nanswer %+v", ask, answer)
	}
	if whole := r.find(func(e wire.Entry) bool { return e.Message == wire.MsgBatch }); len(whole) != 1 || !strings.Contains(answer.Note, fmt.Sprintf("message 2 of 2 of the batch in entry %d", whole[0].Seq)) {
		t.Errorf("batch %+v, note %q", whole, answer.Note)
	}
}

// A batch of very many messages does not fill the log.
func TestHugeBatch(t *testing.T) {
	m := parseMessage([]byte("[" + strings.Repeat("1,", 3*maxParts) + "1]"))
	if len(m.parts) != maxParts || len(m.findings) != 1 {
		t.Errorf("%d parts, findings %q", len(m.parts), m.findings)
	}
	m = parseMessage([]byte("{" + strings.Repeat(`"id":1,`, 1000) + `"method":"x"}`))
	if len(m.findings) > maxMemberFindings+1 {
		t.Errorf("%d findings", len(m.findings))
	}
}

// A word is not cut in two where a long stderr line is split.
func TestSplitterKeepsWords(t *testing.T) {
	s := splitter{limit: 64}
	var got []string
	s.feed([]byte(strings.Repeat("word ", 11)+echoed+" end\n"), func(l line) {
		if l.size != int64(len(l.text)) {
			t.Errorf("size %d of %q", l.size, l.text)
		}
		got = append(got, string(l.text))
	})
	if len(got) != 2 || !strings.HasPrefix(got[1], echoed) {
		t.Errorf("got %q", got)
	}
}
