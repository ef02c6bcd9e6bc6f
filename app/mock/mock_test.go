package mock

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// tape makes records: lines that begin with > were sent by the client, with < by the server.
func recorded(lines ...string) []wire.Draft {
	l := wire.NewLog(wire.Config{})
	var seqs []uint64
	for i, line := range lines {
		dir := wire.Out
		if line[0] == '<' {
			dir = wire.In
		}
		seqs = append(seqs, l.Append(wire.Draft{Entry: wire.Entry{Conn: "c1", Time: int64(i+1) * 1000, Kind: wire.KindFrame, Dir: dir}, Message: []byte(line[1:])}))
	}
	var out []wire.Draft
	for _, s := range seqs {
		e, _ := l.Entry(s)
		b, _, _, _ := l.Body(s, wire.PartMessage, 0, -1)
		out = append(out, wire.Draft{Entry: e, Message: b})
	}
	return out
}

func load(t testing.TB, list []wire.Draft) *Tape {
	t.Helper()
	tape, err := Load(func(yield func(wire.Draft) error) error {
		for _, d := range list {
			if err := yield(d); err != nil {
				return err
			}
		}
		return nil
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	return tape
}

func session1() []wire.Draft {
	return recorded(
		`>{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"x","version":"1"}}}`,
		`<{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","serverInfo":{"name":"rec","version":"9"},"capabilities":{"tools":{}}}}`,
		`>{"jsonrpc":"2.0","method":"notifications/initialized"}`,
		`<{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"hello"}}`,
		`>{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"_meta":{"progressToken":7},"name":"count","arguments":{"b":1,"a":[1,2.50]}}}`,
		`<{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"progressToken":7}}`,
		`<{"jsonrpc":"2.0","id":"q1","method":"elicitation/create","params":{"message":"who?"}}`,
		`>{"jsonrpc":"2.0","id":"q1","result":{"action":"accept"}}`,
		`<{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"first"}]}}`,
		`<{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`,
		`>{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"count","arguments":{"a":[1,2.50],"b":1}}}`,
		`<{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"second"}]}}`,
		`>{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"fail"}}`,
		`<{"jsonrpc":"2.0","id":4,"error":{"code":-32000,"message":"no","data":{"x":1}}}`,
	)
}

// peer speaks to a mock over pipes.
type peer struct {
	t   testing.TB
	in  io.WriteCloser
	out *bufio.Reader
}

func pipeTo(t testing.TB, m *Mock) *peer {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- m.ServeStdio(context.Background(), inR, outW) }()
	t.Cleanup(func() {
		_ = inW.Close()
		go func() { _, _ = io.Copy(io.Discard, outR) }()
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(30 * time.Second):
			t.Error("the mock does not end with its input")
		}
		_ = outW.Close()
	})
	return &peer{t, inW, bufio.NewReader(outR)}
}

func (p *peer) say(line string) {
	p.t.Helper()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) hear(want string) {
	p.t.Helper()
	got, err := p.out.ReadString('\n')
	if err != nil {
		p.t.Fatal(err)
	}
	if got = strings.TrimSpace(got); got != want {
		p.t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestStdioAnswersAsRecorded(t *testing.T) {
	m := New(load(t, session1()), Options{})
	p := pipeTo(t, m)
	p.say(`{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-03-26","clientInfo":{"name":"other"}}}`)
	p.hear(`{"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"2025-06-18","serverInfo":{"name":"rec","version":"9"},"capabilities":{"tools":{}}}}`)
	p.say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	p.hear(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"hello"}}`)
	p.say(`{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"count","arguments":{"a":[1,2.50],"b":1},"_meta":{"progressToken":"mine"}}}`)
	p.hear(`{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"progressToken":"mine"}}`)
	p.hear(`{"jsonrpc":"2.0","id":"mock-1","method":"elicitation/create","params":{"message":"who?"}}`)
	p.say(`{"jsonrpc":"2.0","id":"mock-1","result":{"action":"decline"}}`)
	p.hear(`{"jsonrpc":"2.0","id":"a","result":{"content":[{"type":"text","text":"first"}]}}`)
	p.hear(`{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
	for range 2 { // the second answer is the last: it repeats
		p.say(`{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"count","arguments":{"b":1,"a":[1,2.50]},"_meta":{}}}`)
		p.hear(`{"jsonrpc":"2.0","id":9,"result":{"content":[{"type":"text","text":"second"}]}}`)
	}
	p.say(`{"jsonrpc":"2.0","id":10,"method":"tools/call","params":{"name":"fail","arguments":{"other":true}}}`)
	p.hear(`{"jsonrpc":"2.0","id":10,"error":{"code":-32000,"message":"no","data":{"x":1}}}`)
	p.say(`{"jsonrpc":"2.0","id":11,"method":"ping"}`)
	p.hear(`{"jsonrpc":"2.0","id":11,"result":{}}`)
	p.say(`{"jsonrpc":"2.0","id":12,"method":"tools/call","params":{"name":"coumt"}}`)
	p.hear(`{"jsonrpc":"2.0","id":12,"error":{"code":-32602,"message":"no tools/call of \"coumt\" was recorded; recorded: count, fail","data":{"recorded":["count","fail"]}}}`)
	p.say(`{"jsonrpc":"2.0","id":13,"method":"tools/lost"}`)
	p.hear(`{"jsonrpc":"2.0","id":13,"error":{"code":-32601,"message":"tools/lost was never recorded; recorded: tools/call, initialize","data":{"recorded":["tools/call","initialize"]}}}`)
	p.say(`nonsense`)
	if got, err := p.out.ReadString('\n'); err != nil || !strings.Contains(got, "-32600") {
		t.Errorf("got %q, %v", got, err)
	}
	list, total := m.Served()
	var hows []string
	for _, s := range list {
		hows = append(hows, s.How)
	}
	if want := []string{Exactly, WithoutMeta, WithoutMeta, WithoutMeta, ByName, Always, Unmatched, Unmatched}; total != 8 || !slices.Equal(hows, want) {
		t.Errorf("served %d: %q, want %q", total, hows, want)
	}
}

func TestTimingIsKeptWhenAsked(t *testing.T) {
	list := session1()
	for i := range list {
		list[i].Entry.Time = int64(i) * 100_000
	}
	for _, timing := range []bool{false, true} {
		p := pipeTo(t, New(load(t, list), Options{Timing: timing}))
		start := time.Now()
		p.say(`{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"fail"}}`)
		p.hear(`{"jsonrpc":"2.0","id":4,"error":{"code":-32000,"message":"no","data":{"x":1}}}`)
		if took := time.Since(start); timing && took < 100*time.Millisecond {
			t.Errorf("with timing it took %s, recorded were 100 ms", took)
		}
	}
}

func httpMock(t testing.TB, tape *Tape, o Options) *Server {
	t.Helper()
	s, err := New(tape, o).ListenHTTP(context.Background(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(); _ = s.Close() })
	return s
}

// got is an answer, read whole.
type got struct {
	StatusCode int
	Header     http.Header
}

func post(t testing.TB, url, body string, header ...string) (got, string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got{resp.StatusCode, resp.Header}, string(b)
}

func TestHTTPServesThisMachineOnly(t *testing.T) {
	tape := load(t, session1())
	s := httpMock(t, tape, Options{})
	const call = `{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"fail"}}`
	for name, c := range map[string]struct {
		header []string
		want   int
	}{
		"plain":            {nil, 200},
		"own origin":       {[]string{"Origin", "http://localhost:3000"}, 200},
		"another origin":   {[]string{"Origin", "http://evil.example"}, 403},
		"null origin":      {[]string{"Origin", "null"}, 403},
		"rebound":          {[]string{"Host", "evil.example"}, 403},
		"localhost":        {[]string{"Host", "localhost:1"}, 200},
		"lost session":     {[]string{"Mcp-Session-Id", "nobody"}, 404},
		"looks like local": {[]string{"Host", "127.0.0.1.evil.example"}, 403},
	} {
		if resp, body := post(t, s.URL, call, c.header...); resp.StatusCode != c.want {
			t.Errorf("%s: got %d %s, want %d", name, resp.StatusCode, body, c.want)
		}
	}
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.org:0", "x"} {
		if l, err := New(tape, Options{}).ListenHTTP(context.Background(), address); err == nil {
			_ = l.Close()
			t.Errorf("%s is listened on", address)
		}
	}
}

func TestChallengesAreReplayedOnDemand(t *testing.T) {
	list := append([]wire.Draft{{
		Entry:    wire.Entry{Seq: 900, Conn: "c1", Kind: wire.KindHTTP},
		Exchange: &wire.Exchange{Status: 401, ResponseHeaders: []wire.Header{{Name: "WWW-Authenticate", Value: `Bearer scope="a"`}, {Name: "Set-Cookie", Value: "x"}}}, Response: []byte("who are you"),
	}}, session1()...)
	const call = `{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"fail"}}`
	s := httpMock(t, load(t, list), Options{Challenges: true})
	resp, body := post(t, s.URL, call)
	if resp.StatusCode != 401 || resp.Header.Get("WWW-Authenticate") != `Bearer scope="a"` || body != "who are you" || resp.Header.Get("Set-Cookie") != "" {
		t.Errorf("got %d %v %s", resp.StatusCode, resp.Header, body)
	}
	if resp, _ := post(t, s.URL, call, "Authorization", "Bearer anything"); resp.StatusCode != 200 {
		t.Errorf("with a token: %d", resp.StatusCode)
	}
	if resp, _ := post(t, httpMock(t, load(t, list), Options{}).URL, call); resp.StatusCode != 200 {
		t.Errorf("without the option: %d", resp.StatusCode)
	}
}

func TestHTTPStreamsWhatCameDuringACall(t *testing.T) {
	s := httpMock(t, load(t, session1()), Options{})
	resp, _ := post(t, s.URL, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}`)
	id := resp.Header.Get("Mcp-Session-Id")
	if id == "" {
		t.Fatal("no session")
	}
	req, err := http.NewRequest(http.MethodPost, s.URL, strings.NewReader(`{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"count","arguments":{"a":[1,2.50],"b":1},"_meta":{"progressToken":7}}}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Mcp-Session-Id", id)
	stream, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	next := func() string {
		for lines.Scan() {
			if d, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return d
			}
		}
		return ""
	}
	if got := next(); !strings.Contains(got, "notifications/progress") {
		t.Errorf("first: %s", got)
	}
	if got := next(); !strings.Contains(got, `"id":"mock-1"`) {
		t.Errorf("then: %s", got)
	}
	if resp, _ := post(t, s.URL, `{"jsonrpc":"2.0","id":"mock-1","result":{}}`, "Mcp-Session-Id", id); resp.StatusCode != 202 {
		t.Errorf("the answer to a question: %d", resp.StatusCode)
	}
	if got, want := next(), `{"jsonrpc":"2.0","id":"a","result":{"content":[{"type":"text","text":"first"}]}}`; got != want {
		t.Errorf("got %s", got)
	}
}

func TestNothingToServe(t *testing.T) {
	for conn, list := range map[string][]wire.Draft{"": nil, "c9": session1()} {
		_, err := Load(func(yield func(wire.Draft) error) error {
			for _, d := range list {
				if err := yield(d); err != nil {
					return err
				}
			}
			return nil
		}, conn)
		if err == nil || !strings.Contains(err.Error(), "no request") {
			t.Errorf("%q: got %v", conn, err)
		}
	}
}

// FuzzMatching: whatever is asked gets one answer with its id, and what was recorded gets what was recorded.
func FuzzMatching(f *testing.F) {
	f.Add("tools/call", `{"name":"count","arguments":{"a":[1,2.5],"b":1}}`, `{"name":"count"}`)
	f.Add("x", `{"_meta":{"progressToken":1},"a":1}`, `{"a":1.0}`)
	f.Add("tools/list", ``, `{"cursor":"x"}`)
	f.Fuzz(func(t *testing.T, method, params, other string) {
		if !json.Valid([]byte(params)) || !json.Valid([]byte(other)) || method == "" || method == "ping" || method == "subscriptions/listen" {
			return
		}
		name, err := json.Marshal(method)
		if err != nil {
			return
		}
		var compact, otherCompact bytes.Buffer
		if json.Compact(&compact, []byte(params)) != nil || json.Compact(&otherCompact, []byte(other)) != nil {
			return
		}
		tape := load(t, recorded(
			fmt.Sprintf(`>{"jsonrpc":"2.0","id":1,"method":%s,"params":%s}`, name, compact.String()), `<{"jsonrpc":"2.0","id":1,"result":{"n":1}}`,
			fmt.Sprintf(`>{"jsonrpc":"2.0","id":2,"method":%s,"params":%s}`, name, compact.String()), `<{"jsonrpc":"2.0","id":2,"result":{"n":2}}`,
		))
		at := cursor{}
		first := wire.ParseFrame(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":7,"method":%s,"params":%s}`, name, compact.String()))
		for _, want := range []string{`{"n":1}`, `{"n":2}`, `{"n":2}`} {
			c, _, _ := tape.find(at, first.Method, first.Name, first.Params)
			if c == nil || string(c.result) != want {
				t.Fatalf("%s %s: got %v, want %s", method, params, c, want)
			}
		}
		q := wire.ParseFrame(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":7,"method":%s,"params":%s}`, name, otherCompact.String()))
		if c, _, _ := tape.find(cursor{}, q.Method, q.Name, q.Params); c == nil {
			if f := tape.unmatched(q.Method, q.Name); f.Code == 0 || f.Message == "" {
				t.Error("no error for what is not there")
			}
		}
	})
}
