package mcptest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Asking is a legacy stdio server that asks what its caller tells it to. Its tools:
//
//	ask {send: [text], wait: n}   sends each text as a line, %s in it being the number of the line, and answers with
//	                              the next n lines of the client that are no request of its own
//	flood {count, message}        sends count elicitations at once and answers with how many answers came, by action
//	urls {elicitations, times}    refuses times times with -32042, then answers with how often it was called
//	tell {send: [text]}           sends each text as a line
type Asking struct {
	out io.Writer

	mu    sync.Mutex
	lines chan string
	calls int
}

// ServeAsking serves until in ends.
func ServeAsking(in io.Reader, out io.Writer) {
	a := &Asking{out: out, lines: make(chan string, 20000)}
	scan := bufio.NewScanner(in)
	scan.Buffer(nil, 64<<20)
	for scan.Scan() {
		var m struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
			Params json.RawMessage `json:"params"`
		}
		if json.Unmarshal(scan.Bytes(), &m) != nil || m.Method == "" || strings.HasPrefix(m.Method, "notifications/roots") {
			a.lines <- scan.Text()
			continue
		}
		switch m.Method {
		case "initialize":
			a.result(m.ID, `{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"asking","version":"1"}}`)
		case "tools/list":
			a.result(m.ID, `{"tools":[{"name":"ask","inputSchema":{"type":"object"}},{"name":"flood","inputSchema":{"type":"object"}},{"name":"urls","inputSchema":{"type":"object"}},{"name":"tell","inputSchema":{"type":"object"}}]}`)
		case "tools/call":
			go a.call(m.ID, m.Params)
		default:
			if m.ID != nil {
				a.line(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no such method"}}`, m.ID))
			}
		}
	}
}

func (a *Asking) line(s string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, _ = io.WriteString(a.out, s+"\n") // a closed pipe is the end
}

func (a *Asking) result(id json.RawMessage, result string) {
	a.line(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, id, result))
}

func (a *Asking) text(id json.RawMessage, text string) {
	b, _ := json.Marshal(text) // a string always marshals
	a.result(id, `{"content":[{"type":"text","text":`+string(b)+`}]}`)
}

func (a *Asking) call(id, params json.RawMessage) {
	var c struct {
		Name      string
		Arguments struct {
			Send         []string
			Wait         int
			Count        int
			Message      string
			Elicitations json.RawMessage
			Times        int
		}
	}
	_ = json.Unmarshal(params, &c) // what is missing is zero
	switch in := c.Arguments; c.Name {
	case "ask", "tell":
		for _, s := range in.Send {
			a.line(s)
		}
		var got []string
		for range in.Wait {
			got = append(got, <-a.lines)
		}
		a.text(id, strings.Join(got, "\n"))
	case "flood":
		a.text(id, a.flood(in.Count, in.Message))
	case "urls":
		a.mu.Lock()
		a.calls++
		n := a.calls
		a.mu.Unlock()
		if n <= in.Times {
			a.line(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32042,"message":"open these first","data":{"elicitations":%s}}}`, id, in.Elicitations))
			return
		}
		a.text(id, fmt.Sprintf("call %d", n))
	}
}

// flood asks count questions without waiting and counts their answers.
func (a *Asking) flood(count int, message string) string {
	var b bytes.Buffer
	msg, _ := json.Marshal(message)
	for i := range count {
		fmt.Fprintf(&b, `{"jsonrpc":"2.0","id":%d,"method":"elicitation/create","params":{"message":%s,"requestedSchema":{"type":"object","properties":{"n":{"type":"integer","default":%d}}}}}`+"\n", i+1, msg, i)
	}
	go func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		_, _ = a.out.Write(b.Bytes())
	}()
	seen, kinds := map[string]bool{}, map[string]int{}
	for range count {
		var m struct {
			ID     json.RawMessage
			Result struct {
				Action  string
				Content struct{ N int }
			}
			Error *struct{ Code int }
		}
		if json.Unmarshal([]byte(<-a.lines), &m) != nil || seen[string(m.ID)] {
			kinds["wrong"]++
			continue
		}
		seen[string(m.ID)] = true
		switch {
		case m.Error != nil:
			kinds[fmt.Sprintf("error %d", m.Error.Code)]++
		case m.Result.Action == "accept" && string(m.ID) != fmt.Sprint(m.Result.Content.N+1):
			kinds["mixed up"]++
		default:
			kinds[m.Result.Action]++
		}
	}
	out, _ := json.Marshal(kinds)
	return string(out)
}

// AskingSSE starts an [Asking] server behind HTTP+SSE and returns the URL of its stream.
func AskingSSE(t testing.TB) string {
	t.Helper()
	in, feed := io.Pipe()
	s := &SSEServer{Post: func(_ *SSEServer, p Post) {
		p.W.WriteHeader(http.StatusAccepted)
		_, _ = feed.Write(append(bytes.TrimSpace(p.Body), '\n')) // a closed pipe is the end
	}}
	go ServeAsking(in, eventWriter{s})
	t.Cleanup(func() { _ = feed.Close() })
	return Serve(t, s) + "/sse"
}

// eventWriter sends each line as an event.
type eventWriter struct{ s *SSEServer }

// Write implements io.Writer.
func (w eventWriter) Write(b []byte) (int, error) {
	for line := range bytes.SplitSeq(bytes.TrimSuffix(b, []byte("\n")), []byte("\n")) {
		w.s.Send("event: message\ndata: " + string(line))
	}
	return len(b), nil
}

// AskingHTTP starts an [Asking] server behind Streamable HTTP and returns its URL. What it asks comes on the response
// of the call that is under way, one at a time.
func AskingHTTP(t testing.TB) string {
	t.Helper()
	in, feed := io.Pipe()
	h := &askingHTTP{feed: feed}
	go ServeAsking(in, h)
	t.Cleanup(func() { _ = feed.Close() })
	return Serve(t, Scripted(h.post, nil)) + "/mcp"
}

type askingHTTP struct {
	feed *io.PipeWriter

	mu    sync.Mutex
	under *Post
	id    string
	done  chan struct{}
}

// post takes a message: an answer is passed on, a request gets a stream.
func (h *askingHTTP) post(p Post) {
	line := append(bytes.TrimSpace(p.Body), '\n')
	if p.ID == "" || p.Method == "" {
		p.W.WriteHeader(http.StatusAccepted)
		_, _ = h.feed.Write(line) // a closed pipe is the end
		return
	}
	done := make(chan struct{})
	p.Stream()
	h.mu.Lock()
	h.under, h.id, h.done = &p, p.ID, done
	h.mu.Unlock()
	_, _ = h.feed.Write(line)
	select {
	case <-done:
	case <-p.R.Context().Done():
	}
}

// Write implements io.Writer: each line is an event; the answer to the request ends its stream.
func (h *askingHTTP) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for line := range bytes.SplitSeq(bytes.TrimSuffix(b, []byte("\n")), []byte("\n")) {
		if h.under == nil {
			continue
		}
		h.under.More("event: message\ndata: " + string(line))
		var m frame
		if json.Unmarshal(line, &m) == nil && m.Method == "" && string(m.ID) == h.id {
			close(h.done)
			h.under = nil
		}
	}
	return len(b), nil
}
