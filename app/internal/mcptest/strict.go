package mcptest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// StrictAnswer is what a server that takes JSON-RPC by the letter answers to a frame, empty for nothing: -32700 and
// -32600 with the id null where it cannot tell which request was meant, an array for a batch. It knows the methods
// initialize, ping and echo, whose result holds the params.
func StrictAnswer(frame []byte) string {
	frame = bytes.TrimSpace(frame)
	if !json.Valid(frame) {
		return strictError("null", -32700, "parse error")
	}
	if frame[0] != '[' {
		return strictOne(frame)
	}
	var parts []json.RawMessage
	_ = json.Unmarshal(frame, &parts)
	if len(parts) == 0 {
		return strictError("null", -32600, "the batch is empty")
	}
	var out []string
	for _, p := range parts {
		if a := strictOne(p); a != "" {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "[" + strings.Join(out, ",") + "]"
}

func strictError(id string, code int, message string) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":%q}}`, id, code, message)
}

func strictOne(frame []byte) string {
	var m map[string]json.RawMessage
	if json.Unmarshal(frame, &m) != nil {
		return strictError("null", -32600, "a message is an object")
	}
	id := string(m["id"])
	answerID := id
	if id == "" || id[0] == '{' || id[0] == '[' || id == "true" || id == "false" {
		answerID = "null"
	}
	var method string
	switch {
	case string(m["jsonrpc"]) != `"2.0"`:
		return strictError(answerID, -32600, "jsonrpc is not 2.0")
	case m["method"] == nil && (m["result"] != nil || m["error"] != nil):
		return "" // an answer
	case json.Unmarshal(m["method"], &method) != nil:
		return strictError(answerID, -32600, "there is no method")
	case m["id"] == nil:
		return ""
	case answerID == "null":
		return strictError("null", -32600, "the id is neither a string nor a number")
	}
	switch method {
	case "initialize":
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"strict","version":"1"}}}`, id)
	case "ping":
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{}}`, id)
	case "echo":
		params := m["params"]
		if params == nil {
			params = json.RawMessage("null")
		}
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"params":%s}}`, id, params)
	}
	return strictError(id, -32601, "unknown method "+method)
}

// strictStdio answers line by line. A request "hold" is answered with the next line that comes.
func strictStdio() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	held := ""
	for {
		text, err := in.ReadBytes('\n')
		if len(text) > 0 {
			var f frame
			answer := StrictAnswer(text)
			if json.Unmarshal(text, &f) == nil && f.Method == "hold" {
				held, answer = ok(string(f.ID)), ""
			} else if held != "" {
				answer, held = strings.TrimPrefix(answer+"\n"+held, "\n"), ""
			}
			if answer != "" {
				fmt.Println(answer)
			}
		}
		if err != nil {
			return
		}
	}
}

// Strict serves [StrictAnswer] over HTTP. It refuses a content type other than application/json with 415, a protocol
// version it does not know with 400, a session it did not give out with 404, and answers 202 where nothing is to be
// said. A request "text" is answered in plain text, "stream" by an event stream with a notification before the answer.
func Strict() http.Handler {
	return Scripted(func(p Post) {
		switch kind, _, _ := strings.Cut(p.R.Header.Get("Content-Type"), ";"); {
		case kind != "application/json":
			p.Text(http.StatusUnsupportedMediaType, "send application/json")
			return
		case strings.HasPrefix(p.R.Header.Get("Mcp-Protocol-Version"), "1"):
			p.JSON(http.StatusBadRequest, strictError("null", -32600, "unknown protocol version"))
			return
		case p.Method != "initialize" && p.R.Header.Get("Mcp-Session-Id") != "strict-session":
			p.JSON(http.StatusNotFound, strictError("null", -32001, "unknown session"))
			return
		}
		switch p.Method {
		case "initialize":
			p.W.Header().Set("Mcp-Session-Id", "strict-session")
		case "text":
			p.Text(http.StatusOK, "plain text, not a message")
			return
		case "stream":
			p.Stream("event: message\ndata: "+`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"first"}}`, p.Event())
			return
		}
		if a := StrictAnswer(p.Body); a != "" {
			p.JSON(http.StatusOK, a)
			return
		}
		p.W.WriteHeader(http.StatusAccepted)
	}, nil)
}
