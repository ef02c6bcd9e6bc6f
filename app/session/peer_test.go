package session

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// peer is a scripted server at the other end of two pipes: real JSON lines cross them. on maps a method to what is
// done about it; a method without one gets -32601.
type peer struct {
	t    *testing.T
	kind Transport
	on   map[string]func(*peer, msg)

	mu     sync.Mutex
	w      io.Writer
	got    []msg // everything the client sent
	closes []func()
}

type msg struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
	Line   string          `json:"-"`
	Header http.Header     `json:"-"`
}

// handle sets what is done about a method while the peer runs.
func (p *peer) handle(method string, do func(*peer, msg)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.on[method] = do
}

func (p *peer) send(format string, a ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintf(p.w, format+"\n", a...) // a closed pipe is the end of a test
}

func (p *peer) result(m msg, result string) {
	p.send(`{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, result)
}

func (p *peer) fail(m msg, code int, data string) {
	if data != "" {
		data = `,"data":` + data
	}
	p.send(`{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":"no"%s}}`, m.ID, code, data)
}

// sent returns what the client sent with a method, or its answers when method is empty.
func (p *peer) sent(method string) []msg {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []msg
	for _, m := range p.got {
		if m.Method == method {
			list = append(list, m)
		}
	}
	return list
}

func (p *peer) serve(r io.Reader, l *pipeLink) {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, 1<<24)
	for scan.Scan() {
		m := msg{Line: scan.Text()}
		if err := json.Unmarshal(scan.Bytes(), &m); err != nil {
			p.t.Errorf("the client sent no JSON: %s", scan.Text())
			continue
		}
		m.Header = l.headerOf(m)
		p.mu.Lock()
		p.got = append(p.got, m)
		do := p.on[m.Method]
		p.mu.Unlock()
		switch {
		case do != nil:
			do(p, m)
		case m.Method != "" && m.ID != nil:
			p.fail(m, -32601, "")
		}
	}
}

// dial is a Config.Dial.
func (p *peer) dial(_ context.Context, kind Transport, h transport.Handlers) (transport.Link, error) {
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	l := &pipeLink{h: h, w: fromClient, pending: map[string]chan *transport.Answer{}, done: make(chan struct{}), headers: map[string]http.Header{}}
	l.shut = func() { _ = toServer.Close(); _ = fromServer.Close() }
	p.mu.Lock()
	p.w, p.kind = fromServer, kind
	p.closes = append(p.closes, func() { l.end(&fault.CallError{Kind: fault.Closed, Message: "exit code 3"}) })
	p.mu.Unlock()
	go p.serve(toServer, l)
	go l.read(toClient)
	return l, nil
}

// die ends the last link as a child's exit does.
func (p *peer) die() {
	p.mu.Lock()
	end := p.closes[len(p.closes)-1]
	p.mu.Unlock()
	end()
}

// pipeLink is a transport.Link over two pipes.
type pipeLink struct {
	h    transport.Handlers
	w    io.Writer
	shut func()

	mu      sync.Mutex
	pending map[string]chan *transport.Answer
	headers map[string]http.Header
	n       uint64
	done    chan struct{}
	once    sync.Once
	err     error
}

func (l *pipeLink) headerOf(m msg) http.Header {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.headers[string(m.ID)]
}

func (l *pipeLink) write(v map[string]any) error {
	v["jsonrpc"] = "2.0"
	b, err := json.Marshal(v)
	if err != nil {
		return &fault.CallError{Kind: fault.Input, Message: err.Error()}
	}
	if _, err := l.w.Write(append(b, '\n')); err != nil {
		return &fault.CallError{Kind: fault.Closed, Message: "the pipe is closed"}
	}
	return nil
}

func (l *pipeLink) Call(ctx context.Context, r transport.Request) (*transport.Answer, error) {
	came := make(chan *transport.Answer, 1)
	l.mu.Lock()
	l.n++
	entry := l.n
	l.pending[r.ID] = came
	l.headers[string(quoteJSON(r.ID))] = r.Header
	l.mu.Unlock()
	v := map[string]any{"id": r.ID, "method": r.Method}
	if r.Params != nil {
		v["params"] = r.Params
	}
	if err := l.write(v); err != nil {
		return nil, l.over(err)
	}
	select {
	case a := <-came:
		a.Request = entry
		return a, nil
	case <-ctx.Done():
		return nil, &fault.CallError{Kind: fault.Cancelled, Cause: ctx.Err()}
	case <-l.done:
		return nil, l.over(&fault.CallError{Kind: fault.Closed, Message: "closed"})
	}
}

func (l *pipeLink) over(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err
	}
	return err
}

func (l *pipeLink) Notify(_ context.Context, method string, params json.RawMessage, _ http.Header) error {
	v := map[string]any{"method": method}
	if params != nil {
		v["params"] = params
	}
	return l.write(v)
}

func (l *pipeLink) Reply(_ context.Context, id, result json.RawMessage, e *fault.RPCError) error {
	if e != nil {
		return l.write(map[string]any{"id": id, "error": e})
	}
	return l.write(map[string]any{"id": id, "result": result})
}

func (l *pipeLink) read(r io.Reader) {
	scan := bufio.NewScanner(r)
	scan.Buffer(nil, 1<<24)
	for scan.Scan() {
		line := append([]byte(nil), scan.Bytes()...)
		var m msg
		if json.Unmarshal(line, &m) != nil {
			continue
		}
		l.mu.Lock()
		l.n++
		in := transport.Incoming{Raw: line, ID: m.ID, Method: m.Method, Params: m.Params, Entry: l.n}
		var id string
		_ = json.Unmarshal(m.ID, &id)
		came := l.pending[id]
		if m.Method == "" {
			delete(l.pending, id)
		}
		l.mu.Unlock()
		switch {
		case m.Method != "" && m.ID != nil:
			l.h.Request(in)
		case m.Method != "":
			l.h.Notification(in)
		case came != nil:
			a := &transport.Answer{Raw: line, Result: m.Result, Response: in.Entry, Took: time.Millisecond}
			if m.Error != nil {
				_ = json.Unmarshal(m.Error, &a.Error)
			}
			came <- a
		}
	}
}

func (l *pipeLink) end(err error) {
	l.once.Do(func() {
		l.mu.Lock()
		l.err = err
		l.mu.Unlock()
		close(l.done)
		l.shut()
	})
}

func (l *pipeLink) SetVersion(string)           {}
func (l *pipeLink) SessionID() string           { return "" }
func (l *pipeLink) Listen(func(error))          {}
func (l *pipeLink) Done() <-chan struct{}       { return l.done }
func (l *pipeLink) Close(context.Context) error { l.end(nil); return nil }
func (l *pipeLink) Err() error                  { l.mu.Lock(); defer l.mu.Unlock(); return l.err }
func discoverResult(versions ...string) string {
	return `{"supportedVersions":["` + strings.Join(versions, `","`) + `"],"capabilities":{"tools":{}},"serverInfo":{"name":"peer","version":"1"},"instructions":"be kind"}`
}

// legacyPeer answers initialize with what was asked for.
func legacyPeer(t *testing.T) *peer {
	return &peer{t: t, on: map[string]func(*peer, msg){
		"initialize": func(p *peer, m msg) {
			p.result(m, `{"protocolVersion":`+string(field(m.Params, "protocolVersion"))+`,"capabilities":{"tools":{}},"serverInfo":{"name":"peer","version":"1"}}`)
		},
	}}
}

func modernPeer(t *testing.T) *peer {
	return &peer{t: t, on: map[string]func(*peer, msg){
		"server/discover": func(p *peer, m msg) { p.result(m, discoverResult(LatestModern)) },
	}}
}

func config(p *peer) Config {
	return Config{
		Server: "peer", Conn: "k1", Transport: Stdio, Dial: p.dial, Log: wire.NewLog(wire.Config{}),
		ProbeTimeout: patience, // a starved machine must not look like a silent server
		Client:       ClientInfo{Name: "test", Version: "1"},
	}
}

// connect is a session that ends with the test.
func connect(t *testing.T, cfg Config) *Session {
	t.Helper()
	s, err := Connect(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeSession(t, s) })
	return s
}

func closeSession(t *testing.T, s *Session) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
	defer cancel()
	if err := s.Close(ctx); err != nil {
		t.Error(err)
	}
}

// wait polls until ok is true.
func wait(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func kindOf(err error) fault.Kind {
	var f *fault.CallError
	if errors.As(err, &f) {
		return f.Kind
	}
	return ""
}

// patience is how long a test waits for what must happen: the machine is at times starved.
const patience = 30 * time.Second
