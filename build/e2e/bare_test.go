//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/client/transport"
	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/peers"
)

// thinking is the pause before each call, bare or by the window: a person pauses too, and a processor that was idle
// answers later than one in a tight loop.
const thinking = 20 * time.Millisecond

// bareEcho is the floor of the echo figures: the round trips of mcp-go's own transport, nothing in between.
func bareEcho(t *testing.T, tr transport.Interface, n int) []time.Duration {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := tr.Start(ctx); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tr.Close() }()
	send := func(id int, method string, params any) {
		res, err := tr.SendRequest(ctx, transport.JSONRPCRequest{JSONRPC: mcp.JSONRPC_VERSION, ID: mcp.NewRequestId(int64(id)), Method: method, Params: params})
		if err != nil || res.Error != nil {
			t.Fatalf("bare %s: %v, %+v", method, err, res)
		}
	}
	send(0, "initialize", map[string]any{"protocolVersion": "2025-11-25", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "bare", "version": "1"}})
	if err := tr.SendNotification(ctx, mcp.JSONRPCNotification{JSONRPC: mcp.JSONRPC_VERSION, Notification: mcp.Notification{Method: "notifications/initialized"}}); err != nil {
		t.Fatal(err)
	}
	params := json.RawMessage(`{"name":"echo","arguments":{"text":"Hello"}}`)
	var out []time.Duration
	for i := range n {
		time.Sleep(thinking)
		began := time.Now()
		send(i+1, "tools/call", params)
		out = append(out, time.Since(began))
	}
	return out
}

func bareStdio(t *testing.T, n int) []time.Duration {
	return bareEcho(t, transport.NewStdio(appBinary(t), nil, "demo-server"), n)
}

func bareHTTP(t *testing.T, url string, n int) []time.Duration {
	tr, err := transport.NewStreamableHTTP(url)
	if err != nil {
		t.Fatal(err)
	}
	return bareEcho(t, tr, n)
}

// sampleHTTP serves the open sample over Streamable HTTP on loopback, from a process of its own: a server in the process
// that measures would spare the bare figures a change of process.
func sampleHTTP(t *testing.T) string {
	t.Helper()
	program, args := peerCommand(t, "http")
	return peers.Process(t, program, args...)
}

// serveSample is the other side of sampleHTTP: it prints its URL and serves until standard input ends.
func serveSample() {
	srv := httptest.NewServer(server.NewStreamableHTTPServer(demo.New()))
	defer srv.Close()
	fmt.Println(srv.URL + "/mcp")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// manyTools serves n tools over Streamable HTTP on loopback, and says when the answer to tools/list was written.
func manyTools(t *testing.T, n int) (url string, answered func() time.Time) {
	t.Helper()
	s := server.NewMCPServer("many", "1", server.WithToolCapabilities(false))
	for i := range n {
		name := fmt.Sprintf("tool_%05d_%s", i, []string{"read", "write", "search", "list"}[i%4])
		tool := mcp.NewTool(name, mcp.WithDescription(strings.Repeat("Does one thing and does it well. ", 4)), mcp.WithString("path", mcp.Required()), mcp.WithNumber("depth"))
		s.AddTool(tool, func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText(name), nil
		})
	}
	inner := server.NewStreamableHTTPServer(s)
	last := make(chan time.Time, 1000)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		inner.ServeHTTP(w, r)
		last <- time.Now()
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/mcp", func() (at time.Time) {
		for {
			select {
			case at = <-last:
			default:
				return at
			}
		}
	}
}

func p50(d []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(d))
	return s[len(s)/2]
}
