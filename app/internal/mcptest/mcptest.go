// Package mcptest has peers for tests: good servers built with mcp-go over all three transports, and scripted bad
// ones that break each rule a client has to survive. The test binary re-executes itself as a stdio peer. It decides
// nothing about clients: what a peer provokes is stated by the test that uses it.
package mcptest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/mark3labs/mcp-go/server"
)

// modeEnv chooses the peer that a re-executed test binary becomes.
const modeEnv = "SIGHTGLASS_MCPTEST_PEER"

// Main is for TestMain: it runs the tests, or the stdio peer when the binary was started as one. extra peers by
// name may be given by the package under test. Its result is for os.Exit; a peer never returns.
func Main(m *testing.M, extra map[string]func()) int {
	if mode := os.Getenv(modeEnv); mode != "" {
		peer := extra[mode]
		if peer == nil {
			peer = stdioPeers()[mode]
		}
		if peer == nil {
			fmt.Fprintf(os.Stderr, "no such peer: %s\n", mode)
			os.Exit(64)
		}
		peer()
		os.Exit(0)
	}
	return m.Run()
}

// Stdio returns the command and environment that start a stdio peer: "good", or another name in stdioPeers.
func Stdio(mode string) (command string, env []string) {
	self, err := os.Executable()
	if err != nil {
		panic(err) // no test can run without its own binary
	}
	// A binary built with -race sleeps a second before it exits, unless told otherwise.
	env = append(os.Environ(), modeEnv+"="+mode, "GORACE=atexit_sleep_ms=0")
	return self, env
}

// HTTP starts a good Streamable HTTP server (both eras, stateful) and returns its URL.
func HTTP(t testing.TB, options ...server.StreamableHTTPOption) string {
	t.Helper()
	options = append([]server.StreamableHTTPOption{server.WithStateful(true)}, options...)
	h := server.NewStreamableHTTPServer(NewServer(), options...)
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
		_ = h.Shutdown(context.Background())
	})
	return s.URL + "/mcp"
}

// SSE starts a good HTTP+SSE server (2024-11-05) and returns the URL of its stream.
func SSE(t testing.TB) string {
	t.Helper()
	h := server.NewSSEServer(NewServer())
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL + "/sse"
}

// Serve starts an HTTP server with h and returns its URL. Connections that are still open at the end are cut.
func Serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}
