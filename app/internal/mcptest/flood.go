package mcptest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
)

// floodRequest is what the flooding server reads of a message.
type floodRequest struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		Name      string `json:"name"`
		Arguments struct {
			Count int    `json:"count"`
			Text  string `json:"text"`
		} `json:"arguments"`
	} `json:"params"`
}

// FloodLine appends to dst[:0] number i of the flood: a notification of 500 bytes.
func FloodLine(dst []byte, i int) []byte {
	dst = fmt.Appendf(dst[:0], `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","logger":"flood","data":"%d `, i)
	for word := i; len(dst) < 497; word = word*31 + 7 {
		dst = append(dst, "abcdefghijklmnopqrstuvwxyz012345 "[uint(word)%33]) //nolint:gosec // any number will do
	}
	return append(dst, `"}}`...)
}

// answer writes what a message is answered with, each line by line.
func (r floodRequest) answer(line func([]byte)) {
	result := func(s string) { line(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"result":%s}`, r.ID, s)) }
	switch {
	case r.ID == nil:
	case r.Method == "initialize":
		result(`{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"logging":{}},"serverInfo":{"name":"flood","version":"1"}}`)
	case r.Method == "ping" || r.Method == "logging/setLevel":
		result(`{}`)
	case r.Method == "tools/list":
		result(`{"tools":[{"name":"flood","inputSchema":{"type":"object","properties":{"count":{"type":"integer"},"text":{"type":"string"}}}},{"name":"echo","inputSchema":{"type":"object"}}]}`)
	case r.Method == "tools/call":
		var buf []byte
		for i := range r.Params.Arguments.Count {
			buf = FloodLine(buf, i)
			line(buf)
		}
		result(fmt.Sprintf(`{"content":[{"type":"text","text":%q}]}`, r.Params.Arguments.Text))
	default:
		line(fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no such method"}}`, r.ID))
	}
}

// ServeFlood is the flooding server over stdio: its tool flood sends count notifications before it answers, echo answers
// at once.
func ServeFlood() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 64<<10)
	for in.Scan() {
		var r floodRequest
		if json.Unmarshal(in.Bytes(), &r) != nil {
			continue
		}
		r.answer(func(b []byte) { _, _ = out.Write(append(b, '\n')) })
		_ = out.Flush()
	}
}

// ServeFloodHTTP is the flooding server over Streamable HTTP: it prints its URL and serves until standard input ends.
func ServeFloodHTTP() {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		var r floodRequest
		if q.Method != http.MethodPost || json.NewDecoder(q.Body).Decode(&r) != nil {
			http.Error(w, "no", http.StatusMethodNotAllowed)
			return
		}
		if r.ID == nil {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		stream := r.Params.Arguments.Count > 0
		w.Header().Set("Content-Type", map[bool]string{true: "text/event-stream", false: "application/json"}[stream])
		out := bufio.NewWriterSize(w, 32<<10)
		r.answer(func(b []byte) {
			if stream {
				_, _ = out.WriteString("event: message\ndata: ")
				b = append(b, "\n\n"...)
			}
			_, _ = out.Write(b)
		})
		_ = out.Flush()
	}))
	defer srv.Close()
	fmt.Println(srv.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
}
