package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

func TestMain(m *testing.M) {
	code := mcptest.Main(m, nil)
	// mcp-go's SSE server does not end a tool whose caller left.
	theirs := goleak.IgnoreAnyFunction("github.com/mark3labs/mcp-go/server.(*SSEServer).handleMessage.func1")
	if err := goleak.Find(theirs); code == 0 && err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// real is a config that reaches a peer of mcptest over the real transport: "stdio MODE", "http" or "sse".
func real(t *testing.T, how string) Config {
	t.Helper()
	log, mask := wire.NewLog(wire.Config{}), wire.NewMasker(make([]byte, 32))
	target := transport.Target{Server: how, Conn: "k1"}
	kind, mode, _ := strings.Cut(how, " ")
	switch kind {
	case "stdio":
		target.Command, target.Env = mcptest.Stdio(mode)
		target.Dir = t.TempDir()
	case "http":
		target.URL = mcptest.HTTP(t)
	case "sse":
		target.URL = mcptest.SSE(t)
	}
	return Config{
		Server: how, Conn: "k1", Transport: Transport(kind), Log: log, Client: ClientInfo{Name: "test", Version: "1"},
		ProbeTimeout: patience, Answerers: everyAnswerer,
		Dial: func(ctx context.Context, kind Transport, h transport.Handlers) (transport.Link, error) {
			target := target
			reach(&target, kind)
			return transport.Open(ctx, target, transport.Options{Log: log, Mask: mask, Handlers: h})
		},
	}
}

// reach sets a target's transport. Its type is one of package profile, which session does not know.
func reach(t *transport.Target, kind Transport) {
	switch kind {
	case Stdio:
		t.Transport = "stdio"
	case HTTP:
		t.Transport = "http"
	case SSE:
		t.Transport = "sse"
	}
}

func tool(name, args string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"name":%q,"arguments":%s}`, name, args))
}

func TestRealPeers(t *testing.T) {
	for _, tt := range []struct {
		how  string
		era  Era
		want Era
	}{
		{"stdio good", Auto, Modern},
		{"stdio good", Legacy, Legacy},
		{"stdio good", Modern, Modern},
		{"http", Auto, Modern},
		{"http", Legacy, Legacy},
		{"http", Modern, Modern},
		{"sse", Auto, Legacy},
		{"sse", Legacy, Legacy},
	} {
		t.Run(tt.how+" "+string(tt.era), func(t *testing.T) {
			cfg := real(t, tt.how)
			cfg.Era = tt.era
			cfg.Answerers.Rule = AtOnce(func(q Question) (json.RawMessage, bool) { return q.Template, true })
			cfg.OnFault = func(err error) { t.Errorf("outside of a call: %v", err) }
			s := connect(t, cfg)
			if s.Info().Era != tt.want {
				t.Fatalf("era %s: %s", s.Info().Era, s.Info().How)
			}
			l, err := s.Tools(t.Context())
			if err != nil || len(l.Decoded) < 5 || len(l.Findings) > 0 {
				t.Fatalf("%d tools, %v, %v", len(l.Decoded), l.Findings, err)
			}
			r, err := s.Call(t.Context(), CallInput{Method: "tools/call", Params: tool("echo", `{"text":"hello <&> ü"}`)})
			if err != nil || !strings.Contains(string(r.Result), "hello") || len(r.Entries) != 2 || r.Request == 0 || r.Took <= 0 || s.Latency() <= 0 {
				t.Fatalf("%+v, %v", r, err)
			}
			// mcp-go's server writes notifications from a goroutine of its own: some come behind the answer.
			var steps atomic.Int32
			_, err = s.Call(t.Context(), CallInput{
				Method: "tools/call", Params: tool("progress", `{"steps":3}`), OnProgress: func(Progress) { steps.Add(1) },
			})
			if err != nil || steps.Load() > 3 {
				t.Errorf("progress: %d steps, %v", steps.Load(), err)
			}
			if tt.want == Legacy && tt.how != "sse" { // mcp-go's SSE server cannot ask
				r, err := s.Call(t.Context(), CallInput{Method: "tools/call", Params: tool("ask", `{}`)})
				if err != nil || !strings.Contains(string(r.Result), "accept map[name:]") {
					t.Errorf("ask: %+v, %v", r, err)
				}
			}
			if _, err := s.Ping(t.Context()); err != nil {
				t.Errorf("ping: %v", err)
			}
			ended := make(chan error)
			go func() {
				_, err := s.Call(context.WithoutCancel(t.Context()), CallInput{Call: "slow", Method: "tools/call", Params: tool("wait", `{"ms":600000}`)})
				ended <- err
			}()
			wait(t, "the call", func() bool { return len(s.Calls()) == 1 })
			s.Cancel("slow", "enough")
			if err := <-ended; kindOf(err) != fault.Cancelled {
				t.Errorf("cancel: %v", err)
			}
			if _, err := s.Call(t.Context(), CallInput{Method: "no/such"}); kindOf(err) != fault.RPC {
				t.Errorf("unknown method: %v", err)
			}
		})
	}
}

// A server of the rmcp kind exits when its first message is not initialize: it is started anew.
func TestRealStrictServer(t *testing.T) {
	s := connect(t, real(t, "stdio legacy-strict"))
	if i := s.Info(); i.Era != Legacy || !strings.Contains(i.How, "the process ended when server/discover was the first message") {
		t.Errorf("info %+v", i)
	}
	var names []string
	for _, st := range s.Steps() {
		names = append(names, st.Name)
	}
	if !strings.Contains(strings.Join(names, ","), "start process again") {
		t.Errorf("steps %v", names)
	}
}

func TestRealExit(t *testing.T) {
	for _, era := range []Era{Legacy, Modern} {
		cfg := real(t, "stdio good")
		cfg.Era = era
		s := connect(t, cfg)
		_, err := s.Call(t.Context(), CallInput{Method: "tools/call", Params: tool("exit", `{"code":7}`)})
		var f *fault.CallError
		if !errors.As(err, &f) || f.Kind != fault.Closed || !strings.Contains(f.Message+f.Detail, "7") || !strings.Contains(f.Detail, "exiting, as asked") || f.Step != "tools/call exit" {
			t.Errorf("call: %+v", err)
		}
		<-s.Done()
		if !errors.As(s.Err(), &f) || !strings.Contains(f.Detail, "exiting, as asked") {
			t.Errorf("Err: %+v", s.Err())
		}
	}
}

func TestRealNoSuchCommand(t *testing.T) {
	cfg := real(t, "stdio good")
	log := cfg.Log
	cfg.Dial = func(ctx context.Context, _ Transport, h transport.Handlers) (transport.Link, error) {
		t := transport.Target{Server: "x", Conn: "k1", Transport: "stdio", Command: "no-such-command-here", Env: []string{"PATH=/nowhere"}}
		return transport.Open(ctx, t, transport.Options{Log: log, Mask: wire.NewMasker(make([]byte, 32)), Handlers: h})
	}
	_, err := Connect(t.Context(), cfg)
	var f *fault.CallError
	if !errors.As(err, &f) || f.Kind != fault.Connect || f.Step != "start process" {
		t.Errorf("error %+v", err)
	}
}

func TestRealExitAtOnce(t *testing.T) {
	_, err := Connect(t.Context(), real(t, "stdio exit-at-once"))
	var f *fault.CallError
	if !errors.As(err, &f) || f.Kind != fault.Closed || !strings.Contains(f.Detail, "usage: server FILE") {
		t.Errorf("error %+v", err)
	}
}
