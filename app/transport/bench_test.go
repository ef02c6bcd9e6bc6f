package transport

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"

	mcpt "github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

const echoParams = `{"name":"echo","arguments":{"text":"hello"}}`

func benchLink(b *testing.B, t Target, h Handlers) Link {
	b.Helper()
	t.Server, t.Conn = "bench", "c1"
	link, err := Open(context.Background(), t, Options{Log: wire.NewLog(wire.Config{}), Mask: wire.NewMasker(nil), Handlers: h})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = link.Close(context.Background()) })
	return link
}

func benchCall(b *testing.B, link Link, n int, method, params string) {
	b.Helper()
	if _, err := link.Call(context.Background(), Request{ID: fmt.Sprint(n), Method: method, Params: json.RawMessage(params)}); err != nil {
		b.Fatal(err)
	}
}

func BenchmarkEcho(b *testing.B) {
	for _, name := range []string{"stdio", "http", "sse"} {
		b.Run(name+"/tapped", func(b *testing.B) {
			link := benchLink(b, benchTarget(b, name), Handlers{})
			benchCall(b, link, -1, "initialize", initParams)
			link.SetVersion("2025-06-18")
			for i := 0; b.Loop(); i++ {
				benchCall(b, link, i, "tools/call", echoParams)
			}
		})
		b.Run(name+"/bare", func(b *testing.B) {
			bare := benchBare(b, name)
			send := func(id int64, method string, params any) {
				if _, err := bare.SendRequest(context.Background(), mcpt.JSONRPCRequest{JSONRPC: "2.0", ID: mcp.NewRequestId(id), Method: method, Params: params}); err != nil {
					b.Fatal(err)
				}
			}
			send(-1, "initialize", json.RawMessage(initParams))
			for i := int64(0); b.Loop(); i++ {
				send(i, "tools/call", json.RawMessage(echoParams))
			}
		})
	}
}

func benchTarget(b *testing.B, name string) Target {
	switch name {
	case "http":
		return Target{Transport: profile.HTTP, URL: mcptest.HTTP(b)}
	case "sse":
		return Target{Transport: profile.SSE, URL: mcptest.SSE(b)}
	}
	return stdioTarget("good")
}

func benchBare(b *testing.B, name string) mcpt.Interface {
	b.Helper()
	t := benchTarget(b, name)
	var bare mcpt.Interface
	var err error
	switch name {
	case "http":
		bare, err = mcpt.NewStreamableHTTP(t.URL)
	case "sse":
		bare, err = mcpt.NewSSE(t.URL)
	default:
		bare = mcpt.NewStdio(t.Command, t.Env)
	}
	if err == nil {
		err = bare.Start(context.Background())
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = bare.Close() })
	return bare
}

// BenchmarkFlood takes 100,000 notifications of about 500 bytes.
func BenchmarkFlood(b *testing.B) {
	b.Run("tapped", func(b *testing.B) {
		var n atomic.Int64
		link := benchLink(b, stdioTarget("flood"), Handlers{Notification: func(Incoming) { n.Add(1) }})
		for i := 0; b.Loop(); i++ {
			benchCall(b, link, i, "go", "")
		}
		b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "msg/s")
	})
	b.Run("bare", func(b *testing.B) {
		t := stdioTarget("flood")
		var n atomic.Int64
		bare := mcpt.NewStdio(t.Command, t.Env)
		bare.SetNotificationHandler(func(mcp.JSONRPCNotification) { n.Add(1) })
		if err := bare.Start(context.Background()); err != nil {
			b.Fatal(err)
		}
		defer bare.Close()
		for i := int64(0); b.Loop(); i++ {
			if _, err := bare.SendRequest(context.Background(), mcpt.JSONRPCRequest{JSONRPC: "2.0", ID: mcp.NewRequestId(i), Method: "go"}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "msg/s")
	})
}
