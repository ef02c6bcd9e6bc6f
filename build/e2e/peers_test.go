//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"

	"github.com/sightglass-dev/sightglass/app/peers"
)

// peerVerb makes this test's program a stdio server: `e2e.test stdio-peer crash`.
const peerVerb = "stdio-peer"

func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == peerVerb && os.Args[2] == "http" {
		serveSample()
		return
	}
	if len(os.Args) > 2 && os.Args[1] == peerVerb && os.Args[2] == "flood" {
		peers.ServeFlood()
		return
	}
	if len(os.Args) > 2 && os.Args[1] == peerVerb && os.Args[2] == "flood-http" {
		peers.ServeFloodHTTP()
		return
	}
	if len(os.Args) > 4 && os.Args[1] == peerVerb && os.Args[2] == "apps" {
		serveApps(os.Args[3:])
		return
	}
	if len(os.Args) > 2 && os.Args[1] == peerVerb {
		stdioPeer(os.Args[2])
		return
	}
	os.Exit(m.Run())
}

// peerCommand is the command line of a stdio peer. Its modes:
//
//	good     serves, and prints nothing but messages
//	chatty   prints one line on standard output before it serves
//	talking  serves, and writes a line to standard error every 10 ms
//	deaf     reads and never answers
//	asking   asks, see askingPeer
//	http     serves over HTTP instead and prints its URL
//	flood    sends notifications as fast as it can when its tool is called; flood-http does so over HTTP
//	early    writes to standard error and exits at once
//	inherits writes to the file named next which pipes it was started with, and serves
func peerCommand(t *testing.T, mode string) (program string, args []string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return program, []string{peerVerb, mode}
}

func peerLine(t *testing.T, mode string) string {
	program, args := peerCommand(t, mode)
	return program + " " + strings.Join(args, " ")
}

func stdioPeer(mode string) {
	switch mode {
	case "early":
		fmt.Fprintln(os.Stderr, "reading the configuration")
		fmt.Fprintln(os.Stderr, "fatal: DATABASE_URL is not set")
		os.Exit(3)
	case "asking":
		stdioAsking()
		return
	case "deaf":
		fmt.Fprintln(os.Stderr, "deaf: ready")
		for s := bufio.NewScanner(os.Stdin); s.Scan(); {
		}
		return
	case "inherits":
		noteInherited(os.Args[3])
	case "chatty":
		fmt.Println("Listening for messages on standard input")
	case "talking":
		go func() {
			for i := 0; ; i++ {
				fmt.Fprintln(os.Stderr, "tick", i)
				time.Sleep(10 * time.Millisecond)
			}
		}()
	}
	s := peerServer("stdio peer")
	s.AddTool(mcp.NewTool("crash", mcp.WithDescription("Ends the process with code 7.")), func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		fmt.Fprintln(os.Stderr, "goroutine 1 [running]:")
		fmt.Fprintln(os.Stderr, "panic: the disk is on fire")
		os.Exit(7)
		return nil, nil
	})
	if err := server.ServeStdio(s); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// longName is the name of a tool that fits nowhere.
const longName = "read_the_configuration_of_the_remote_installation_and_report_every_setting_that_differs"

// peerServer has the tools that the tests call.
func peerServer(name string) *server.MCPServer {
	s := server.NewMCPServer(name, "1.0.0", server.WithToolCapabilities(true))
	s.AddTool(mcp.NewTool("say", mcp.WithString("words", mcp.Required())), func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText("said: " + r.GetString("words", "")), nil
	})
	s.AddTool(mcp.NewTool("fingerprint", mcp.WithDescription("The SHA-256 of an environment variable."), mcp.WithString("name", mcp.Required())), func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		return mcp.NewToolResultText(fingerprint(os.Getenv(r.GetString("name", "")))), nil
	})
	s.AddTool(mcp.NewTool(longName, mcp.WithTitleAnnotation("A title that goes on and on, as titles of tools do when a machine wrote them"),
		mcp.WithDescription(strings.Repeat("It does much, and tells of all of it. ", 40)),
		mcp.WithString("a_parameter_with_a_name_that_is_longer_than_its_field_is_wide", mcp.Description(strings.Repeat("About the parameter. ", 20)))),
		func(context.Context, mcp.CallToolRequest) (*mcp.CallToolResult, error) {
			return mcp.NewToolResultText("long"), nil
		})
	s.AddTool(mcp.NewTool("stall", mcp.WithDescription("Answers when the client gives up.")), func(ctx context.Context, _ mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	return s
}

// fingerprint tells a value without holding it.
func fingerprint(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// httpPeer is a Streamable HTTP server on loopback whose conduct may change while it is connected.
type httpPeer struct {
	url    string
	seen   atomic.Pointer[http.Header] // headers of the last request of JSON-RPC
	refuse atomic.Int32                // status with which every tools/call is answered; 0: none
	hang   atomic.Bool                 // nothing is answered
	count  atomic.Int32                // requests
}

func newHTTPPeer(t *testing.T) *httpPeer {
	t.Helper()
	p := &httpPeer{}
	inner := server.NewStreamableHTTPServer(peerServer("http peer"))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.count.Add(1)
		if p.hang.Load() {
			_, _ = io.Copy(io.Discard, r.Body) // a request that was not read does not tell that its client is gone
			select {
			case <-r.Context().Done():
			case <-t.Context().Done():
			}
			return
		}
		if r.Method == http.MethodPost {
			h := r.Header.Clone()
			p.seen.Store(&h)
			if status := int(p.refuse.Load()); status != 0 && isCall(r) {
				w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="files:write", resource_metadata="`+"http://"+r.Host+`/.well-known/oauth-protected-resource"`)
				http.Error(w, "no", status)
				return
			}
		}
		inner.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	p.url = srv.URL + "/mcp"
	return p
}

// isCall says whether the request is a tools/call, and leaves its body to be read again.
func isCall(r *http.Request) bool {
	var b strings.Builder
	var m struct {
		Method string `json:"method"`
	}
	body := bufio.NewReader(r.Body)
	_, _ = body.WriteTo(&b)
	r.Body = readAgain{strings.NewReader(b.String())}
	return json.Unmarshal([]byte(b.String()), &m) == nil && m.Method == "tools/call"
}

type readAgain struct{ *strings.Reader }

func (readAgain) Close() error { return nil }

// statusPeer answers everything with one status.
func statusPeer(t *testing.T, status int, body string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, body, status)
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/mcp"
}

// ssePeer is a server of the older HTTP+SSE transport; its URL is that of the event stream.
func ssePeer(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	mux.Handle("/", server.NewSSEServer(peerServer("sse peer"), server.WithBaseURL(srv.URL)))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	return srv.URL + "/sse"
}

// everything is the entry point of @modelcontextprotocol/server-everything.
func everything(t *testing.T) string { return fromRunner(t, "E2E_EVERYTHING") }

// everythingOver serves it over HTTP, and waits until it listens.
func everythingOver(t *testing.T, mode string) (origin string) {
	t.Helper()
	port := freePort(t)
	cmd := exec.Command("node", everything(t), mode)
	cmd.Env = append(os.Environ(), "PORT="+port)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for end := time.Now().Add(patience); time.Now().Before(end) && alive(cmd.Process.Pid); time.Sleep(50 * time.Millisecond) {
		if c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", "127.0.0.1:"+port); err == nil {
			_ = c.Close()
			return "http://127.0.0.1:" + port
		}
	}
	t.Fatalf("server-everything does not listen over %s", mode)
	return ""
}
