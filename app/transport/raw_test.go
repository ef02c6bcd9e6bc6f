package transport

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// hand sends a frame by hand. What does not answer with the frame's id is waited for shortly.
func (r *rig) hand(frame string, wait time.Duration, header http.Header) (*RawAnswer, error) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return r.link.(RawSender).Raw(ctx, RawFrame{Frame: []byte(frame), Header: header, Call: "hand", Wait: wait})
}

func (r *rig) message(seq uint64) string {
	b, _, _, _ := r.log.Body(seq, wire.PartMessage, 0, 1<<20)
	return string(b)
}

func openStrictHTTP(t *testing.T) *rig {
	t.Helper()
	srv := httptest.NewServer(mcptest.Strict())
	t.Cleanup(srv.Close)
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: srv.URL})
	r.initialize()
	return r
}

// Frames, sound and broken, and what a server that takes JSON-RPC by the letter answers. Want is a part of an answer
// that is the frame's own; stray one that no id makes its own.
var handFrames = []struct{ name, frame, want, stray string }{
	{"request", `{"jsonrpc":"2.0","id":"h1","method":"echo","params":{"a":1}}`, `{"params":{"a":1}}`, ""},
	{"array params", `{"jsonrpc":"2.0","id":"h2","method":"echo","params":[1, 2]}`, `[1, 2]`, ""},
	{"string params", `{"jsonrpc":"2.0","id":"h3","method":"echo","params":"text"}`, `"text"`, ""},
	{"number id", `{"jsonrpc":"2.0","id":7,"method":"ping"}`, `"id":7`, ""},
	{"spaces stay", "  {\"jsonrpc\" : \"2.0\", \"id\":\"h5\",\t\"method\":\"ping\"}  ", `"h5"`, ""},
	{"unknown method", `{"jsonrpc":"2.0","id":"h6","method":"no/such"}`, "-32601", ""},
	{"notification", `{"jsonrpc":"2.0","method":"notifications/x"}`, "", ""},
	{"null id", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, "", "-32600"},
	{"object id", `{"jsonrpc":"2.0","id":{},"method":"ping"}`, "", "-32600"},
	{"wrong version", `{"jsonrpc":"1.0","id":"h9","method":"ping"}`, "jsonrpc is not 2.0", ""},
	{"no method", `{"jsonrpc":"2.0","id":"h10"}`, "", "no method"},
	{"batch", `[{"jsonrpc":"2.0","id":"b1","method":"ping"},{"jsonrpc":"2.0","id":"b2","method":"ping"}]`, "", `"b2"`},
	{"empty batch", `[]`, "", "-32600"},
	{"bad JSON", `{"jsonrpc":"2.0","id":"h13","method":`, "", "-32700"},
	{"deep", `{"jsonrpc":"2.0","id":"h14","method":"echo","params":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`, "[[[[", ""},
	{"answer to nothing", `{"jsonrpc":"2.0","id":"h15","result":{}}`, "", ""},
}

func TestRawStdio(t *testing.T) {
	r := openStdioRig(t, "strict")
	r.initialize()
	checkByHand(t, r)
}

func TestRawHTTP(t *testing.T) {
	checkByHand(t, openStrictHTTP(t))
}

func checkByHand(t *testing.T, r *rig) {
	for _, tc := range handFrames {
		t.Run(tc.name, func(t *testing.T) {
			wait := 100 * time.Millisecond
			if tc.stray != "" {
				wait = short
			}
			out, err := r.hand(tc.frame, wait, nil)
			if err != nil {
				t.Fatalf("send: %v", err)
			}
			if got := r.message(out.Request); got != tc.frame {
				t.Errorf("recorded %q, want %q", got, tc.frame)
			}
			e, _ := r.log.Entry(out.Request)
			if e.Purpose != wire.PurposeRaw || e.Open {
				t.Errorf("its entry: %+v", e)
			}
			switch {
			case tc.want == "" && out.Answer != nil && tc.stray == "":
				t.Errorf("answered with %s", out.Answer.Raw)
			case tc.want != "" && out.Answer == nil:
				t.Errorf("no answer")
			case tc.want != "" && !strings.Contains(string(out.Answer.Raw), tc.want):
				t.Errorf("answered with %s, want %s", out.Answer.Raw, tc.want)
			case tc.want != "":
				if a, _ := r.log.Entry(out.Answer.Response); a.Withheld != "" || a.Pair != out.Request || a.Purpose != wire.PurposeRaw {
					t.Errorf("the answer's entry: %+v", a)
				}
			}
			if tc.stray != "" {
				eventually(t, tc.stray, func() bool {
					return len(r.find(func(e wire.Entry) bool {
						return e.Seq > out.Request && e.Dir == wire.In && strings.Contains(r.message(e.Seq), tc.stray)
					})) > 0
				})
			}
		})
	}
	// The link works on.
	if a := r.mustCall("echo", `{"after":true}`); !strings.Contains(string(a.Result), "after") {
		t.Errorf("after all that: %s", a.Raw)
	}
}

// A frame by hand that the server cannot read is answered with the id null, and one with the id of a call in flight
// is answered too: neither ends the call.
func TestRawLeavesCallsAlone(t *testing.T) {
	r := openStdioRig(t, "strict")
	r.initialize()
	done := make(chan *Answer, 1)
	go func() {
		a, err := r.link.Call(context.Background(), Request{ID: "held", Method: "hold"})
		if err != nil {
			t.Errorf("the call in flight: %v", err)
		}
		done <- a
	}()
	eventually(t, "the call in flight is sent", func() bool {
		return len(r.find(func(e wire.Entry) bool { return e.Method == "hold" && e.Open })) == 1
	})
	before := r.find(func(e wire.Entry) bool { return e.Method == "hold" })[0]
	out, err := r.hand(`{"jsonrpc":"2.0","id":null,"method":"ping"}`, short, nil)
	if err != nil || out.Answer != nil {
		t.Fatalf("by hand: %+v, %v", out, err)
	}
	select {
	case a := <-done:
		if string(a.Result) != `{"ok":true}` {
			t.Errorf("the call in flight got %s", a.Raw)
		}
	case <-time.After(patience):
		t.Fatal("the call in flight got nothing")
	}
	if e, _ := r.log.Entry(before.Seq); e.Pair == 0 || e.Open {
		t.Errorf("its entry: %+v", e)
	}
}

// What a server answers to nonsense is no sign that it logs where it must not.
func TestRawIsNoNoise(t *testing.T) {
	noise := make(chan string, 10)
	r := newRig(t).must(stdioTarget("junk-line"), func(o *Options) { o.Noise = func(line string) { noise <- line } })
	r.initialize()
	if out, err := r.hand(`{"jsonrpc":"2.0","id":"x","method":"go"}`, patience, nil); err != nil || out.Answer == nil {
		t.Fatalf("by hand: %+v, %v", out, err)
	}
	select {
	case line := <-noise:
		t.Errorf("noise was told: %s", line)
	default:
	}
	if _, err := r.call("go", ""); err != nil {
		t.Fatal(err)
	}
	select {
	case <-noise:
	case <-time.After(patience):
		t.Error("noise in answer to a call was not told")
	}
}

func TestRawUsedID(t *testing.T) {
	r := openStdioRig(t, "strict")
	r.initialize()
	const frame = `{"jsonrpc":"2.0","id":"t1","method":"ping"}` // that of initialize
	for range 2 {
		out, err := r.hand(frame, patience, nil)
		if err != nil || out.Answer == nil {
			t.Fatalf("by hand: %+v, %v", out, err)
		}
		if e, _ := r.log.Entry(out.Request); len(e.Findings) == 0 || !strings.Contains(e.Findings[0], "was used before") {
			t.Errorf("findings: %q", e.Findings)
		}
	}
}

// The user ends the wait: what came until then is returned, and it is no error.
func TestRawStopped(t *testing.T) {
	r := openStdioRig(t, "silent")
	r.initialize()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(short, cancel)
	began := time.Now()
	out, err := r.link.(RawSender).Raw(ctx, RawFrame{Frame: []byte(`{"jsonrpc":"2.0","id":1,"method":"go"}`), Wait: time.Hour})
	if err != nil || out.Request == 0 || out.Answer != nil {
		t.Errorf("stopped: %+v, %v", out, err)
	}
	if time.Since(began) > patience {
		t.Error("it waited on")
	}
}

func TestRawHeaders(t *testing.T) {
	r := openStrictHTTP(t)
	ping := `{"jsonrpc":"2.0","id":"h1","method":"ping"}`
	for _, tc := range []struct {
		name   string
		header http.Header
		status int
	}{
		{"none", nil, 200},
		{"content type", http.Header{"Content-Type": {"text/plain"}}, 415},
		{"no content type", http.Header{"Content-Type": nil}, 415},
		{"version", http.Header{"MCP-Protocol-Version": {"1999-01-01"}}, 400},
		{"no version", http.Header{"Mcp-Protocol-Version": nil}, 200},
		{"session", http.Header{"Mcp-Session-Id": {"nobody"}}, 404},
		{"no session", http.Header{"Mcp-Session-Id": nil}, 404},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := r.hand(ping, 0, tc.header)
			if err != nil || out.Status != tc.status {
				t.Fatalf("status %d, want %d: %v", out.Status, tc.status, err)
			}
			x, _ := r.log.Exchange(out.Exchange)
			for name, values := range tc.header {
				var sent []string
				for _, h := range x.RequestHeaders {
					if strings.EqualFold(h.Name, name) {
						sent = append(sent, h.Value)
					}
				}
				if len(sent) != len(values) {
					t.Errorf("%s was sent as %q, want %q", name, sent, values)
				}
			}
		})
	}
	if a := r.mustCall("ping", ""); a.Error != nil { // the 404 did not end the session
		t.Errorf("after the 404: %v", a.Error)
	}
}

func TestRawAnswersOfAnyType(t *testing.T) {
	r := openStrictHTTP(t)
	out, err := r.hand(`{"jsonrpc":"2.0","id":"s","method":"stream"}`, 0, nil)
	if err != nil || out.Answer == nil {
		t.Fatalf("stream: %+v, %v", out, err)
	}
	if got := r.incoming(); len(got) != 1 || got[0].Method != "notifications/message" {
		t.Errorf("what came before the answer: %+v", got)
	}
	out, err = r.hand(`{"jsonrpc":"2.0","id":"p","method":"text"}`, 0, nil)
	if err != nil || out.Answer != nil || out.Status != 200 {
		t.Fatalf("text: %+v, %v", out, err)
	}
	b, _, _, _ := r.log.Body(out.Exchange, wire.PartResponse, 0, 100)
	if string(b) != "plain text, not a message" {
		t.Errorf("the body: %q", b)
	}
}

func TestRawRefused(t *testing.T) {
	srv := httptest.NewServer(mcptest.Scripted(func(p mcptest.Post) {
		p.W.Header().Set("WWW-Authenticate", mcptest.Challenge)
		p.Text(http.StatusUnauthorized, "no")
	}, nil))
	defer srv.Close()
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: srv.URL})
	out, err := r.hand(`{"jsonrpc":"2.0","id":1,"method":"ping"}`, 0, nil)
	if err != nil || out.Refusal == nil || out.Refusal.Kind != fault.Auth || out.Refusal.Challenge == nil {
		t.Errorf("refused: %+v, %v", out, err)
	}
}

func TestRawSecretIsMasked(t *testing.T) {
	r := openStrictHTTP(t)
	r.mask.Add("c1", "token", "hush-hush-secret")
	out, err := r.hand(`{"jsonrpc":"2.0","id":"m","method":"echo","params":{"t":"hush-hush-secret"}}`, 0, http.Header{"Authorization": {"Bearer hush-hush-secret"}})
	if err != nil {
		t.Fatal(err)
	}
	everything, _ := json.Marshal(r.log.Page(0, 1000))
	x, _ := r.log.Exchange(out.Exchange)
	head, _ := json.Marshal(x)
	if s := string(everything) + string(head) + r.message(out.Request); strings.Contains(s, "hush-hush") {
		t.Errorf("the secret is in the log: %s", s)
	}
}

// Over HTTP+SSE the POST is answered with little, and the answer comes on the stream.
func TestRawSSE(t *testing.T) {
	leakless(t)
	r := newRig(t).must(Target{Transport: profile.SSE, URL: mcptest.SSE(t)})
	r.initialize()
	out, err := r.hand(`{"jsonrpc":"2.0","id":"h1","method":"ping"}`, patience, nil)
	if err != nil || out.Answer == nil || out.Status != 202 {
		t.Fatalf("a sound frame: %+v, %v", out, err)
	}
	if out, err = r.hand(`{"jsonrpc":"2.0","id":`, short, nil); err != nil || out.Answer == nil || out.Status < 400 {
		t.Errorf("broken JSON: %+v, %v", out, err)
	}
	if out, err = r.hand(`{"jsonrpc":"2.0","id":"h2","method":"ping"}`, short, http.Header{"Content-Type": {"text/plain"}}); err != nil {
		t.Errorf("another content type: %+v, %v", out, err)
	}
	if a := r.mustCall("ping", ""); a.Error != nil {
		t.Errorf("a call after that: %s", a.Raw)
	}
	r.close()
}
