package mcptest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/mark3labs/mcp-go/server"
)

// stdioPeers are the stdio peers by name. Each but "good" answers every request with {"ok":true}, except a request
// "go", where it does what it is named after.
func stdioPeers() map[string]func() {
	return map[string]func(){
		"good": func() {
			if err := server.ServeStdio(NewServer()); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		},
		"junk-line":       reply("Server listening on stdio\n%s\n"),
		"junk-only":       reply("Server listening on stdio\n"),
		"junk-before":     func() { fmt.Println("Server listening on stdio"); requests(func(string) {}) },
		"non-object":      reply("42\n\"text\"\nnull\n%s\n"),
		"invalid-utf8":    raw(func(id string) { fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"t\":\"\xff\xfe\"}}\n", id) }),
		"bom":             atStart("\xEF\xBB\xBF"),
		"pretty":          raw(pretty),
		"content-length":  raw(func(id string) { m := ok(id); fmt.Printf("Content-Length: %d\r\n\r\n%s", len(m), m) }),
		"batch":           reply("[%s,{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"level\":\"info\",\"data\":1}}]\n"),
		"unknown-id":      raw(func(string) { fmt.Println(ok(`"nobody"`)) }),
		"number-id":       raw(func(id string) { fmt.Println(ok(strings.Trim(id, `"`))) }),
		"null-id-error":   reply(`{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}` + "\n"),
		"text-before":     reply("INFO answering %s\n"),
		"text-behind":     reply("%s trailing\n"),
		"two-on-line":     reply("%s%[1]s\n"),
		"no-newline-exit": raw(func(id string) { fmt.Print(ok(id)); os.Exit(0) }),
		"crlf":            reply("%s\r\n"),
		"twice":           reply("%s\n%[1]s\n"),
		"result-and-error": raw(func(id string) {
			fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{},\"error\":{\"code\":1,\"message\":\"m\"}}\n", id)
		}),
		"error-code-string": raw(func(id string) {
			fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"error\":{\"code\":\"E1\",\"message\":\"m\"}}\n", id)
		}),
		"version-1":    raw(func(id string) { fmt.Printf("{\"jsonrpc\":\"1.0\",\"id\":%s,\"result\":{\"ok\":true}}\n", id) }),
		"wrong-case":   raw(func(id string) { fmt.Printf("{\"jsonrpc\":\"2.0\",\"ID\":%s,\"Result\":{\"ok\":true}}\n", id) }),
		"truncated":    raw(func(id string) { fmt.Println(ok(id)[:20]) }),
		"exit-3":       raw(func(string) { fmt.Fprintln(os.Stderr, "fatal: no database"); os.Exit(3) }),
		"exit-at-once": func() { fmt.Fprintln(os.Stderr, "usage: server FILE"); os.Exit(2) },
		"crash":        raw(func(string) { _ = selfKill() }),
		"close-stdout": raw(func(string) { os.Stdout.Close(); time.Sleep(time.Hour) }),
		"silent":       raw(func(string) {}),
		"deaf":         func() { fmt.Println(`{"jsonrpc":"2.0","method":"notifications/ready"}`); time.Sleep(time.Hour) },
		"stubborn":     stubborn,
		"family":       family,
		"grandchild":   func() { signal.Ignore(syscall.SIGTERM); time.Sleep(time.Hour) },
		"stderr-flood": raw(func(id string) {
			fmt.Fprint(os.Stderr, strings.Repeat(strings.Repeat("e", 1023)+"\n", 2000))
			fmt.Println(ok(id))
		}),
		"stderr-no-newline": raw(func(id string) { fmt.Fprint(os.Stderr, "Password: "); fmt.Println(ok(id)) }),
		"stderr-long":       raw(func(id string) { fmt.Fprintln(os.Stderr, strings.Repeat("l", 200<<10)); fmt.Println(ok(id)) }),
		"big-line": raw(func(id string) {
			fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"t\":\"%s\"}}\n", id, strings.Repeat("x", 8<<20))
		}),
		"big-tail": raw(func(id string) {
			fmt.Printf("{\"result\":{\"t\":\"%s\"},\"jsonrpc\":\"2.0\",\"id\":%s}\n", strings.Repeat("x", 8<<20), id)
		}),
		"huge-line": raw(func(id string) { // 100 MB
			fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"t\":\"%s\"}}\n", id, strings.Repeat("x", 100_000_000))
		}),
		"asks-at-end": func() { // a request and an answer of its own when its input is closed already
			requests(func(id string) { fmt.Println(ok(id)) })
			fmt.Println(`{"jsonrpc":"2.0","id":77,"method":"roots/list"}`)
			fmt.Println(ok(`"nobody"`))
		},
		"asks": raw(asks),
		"big-number": raw(func(id string) {
			fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"n\":9007199254740993,\"x\":1e400}}\n", id)
		}),
		"empty-lines":   reply("\n\n%s\n"),
		"legacy-strict": legacyStrict,
		"flood":         raw(floodLines),
		"strict":        strictStdio,
	}
}

// ok is a good answer.
func ok(id string) string { return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"ok":true}}`, id) }

// reply writes format with the good answer on a request "go".
func reply(format string) func() {
	return raw(func(id string) {
		if strings.Contains(format, "%") {
			fmt.Printf(format, ok(id))
			return
		}
		fmt.Print(format)
	})
}

// raw answers requests, and calls act with the id on a request "go".
func raw(act func(id string)) func() {
	return func() { requests(act) }
}

func atStart(prefix string) func() {
	return func() {
		fmt.Print(prefix)
		requests(func(id string) { fmt.Println(ok(id)) })
	}
}

type frame struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// requests reads stdin to its end.
func requests(act func(id string)) {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		text, err := in.ReadBytes('\n')
		var f frame
		if json.Unmarshal(text, &f) == nil && f.ID != nil && f.Method != "" {
			if f.Method == "go" {
				act(string(f.ID))
			} else {
				fmt.Println(ok(string(f.ID)))
			}
		}
		if err != nil {
			return
		}
	}
}

func pretty(id string) {
	var out bytes.Buffer
	_ = json.Indent(&out, []byte(ok(id)), "", "  ")
	fmt.Println(out.String())
}

// asks sends a request of its own before it answers, with the id of the pending request: it must not be taken for
// the answer.
func asks(id string) {
	fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"ping\",\"params\":{\"n\":9007199254740993}}\n", id)
	fmt.Println(ok(id))
}

// floodLines writes 100,000 lines of the flood, then the answer.
func floodLines(id string) {
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	var line []byte
	for i := range 100_000 {
		line = FloodLine(line, i)
		_, _ = out.Write(append(line, '\n'))
	}
	fmt.Fprintln(out, ok(id))
	out.Flush()
}

// legacyStrict exits on a first message that is not initialize, as some SDKs do.
func legacyStrict() {
	in := bufio.NewReader(os.Stdin)
	text, _ := in.ReadBytes('\n')
	var f frame
	if json.Unmarshal(text, &f) != nil || f.Method != "initialize" {
		fmt.Fprintf(os.Stderr, "expected initialize, got %s\n", f.Method)
		os.Exit(1)
	}
	fmt.Printf(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"strict","version":"1"}}}`+"\n", f.ID)
	requests(func(id string) { fmt.Println(ok(id)) })
}

// stubborn ignores the end of its input and TERM.
func stubborn() {
	signal.Ignore(syscall.SIGTERM)
	requests(func(id string) { fmt.Println(ok(id)) })
	time.Sleep(time.Hour)
}

// family starts a grandchild that ignores TERM and says its process id on a request "go".
func family() {
	self, _ := os.Executable()
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), modeEnv+"=grandchild")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr // holds the pipes open, as npx does
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	requests(func(id string) {
		fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,\"result\":{\"pid\":%d}}\n", id, cmd.Process.Pid)
	})
}

func selfKill() error {
	p, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := p.Kill(); err != nil {
		return err
	}
	time.Sleep(time.Minute)
	return nil
}
