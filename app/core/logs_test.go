package core

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// logsOf waits until there are so many lines.
func logsOf(t *testing.T, c *Core, in LogInput, n int) LogPage {
	t.Helper()
	var p LogPage
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if p = c.Logs(in); len(p.Lines) >= n {
			return p
		}
	}
	t.Fatalf("want %d lines, got %+v", n, p)
	return p
}

func logged(level, rest string) string {
	return fmt.Sprintf(`data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":%s%s}}`+"\n\n", level, rest)
}

// What a server logs, well-formed or not, with the request that it is about, filtered and bounded by pages.
func TestLogs(t *testing.T) {
	c, id := byMethod(t, `{"logging":{}}`, nil, map[string]func(p mcptest.Post){
		"tools/call": func(p mcptest.Post) {
			p.Stream(logged(`"info"`, `,"logger":"db","data":"connected\nto it"`) + logged(`"error"`, `,"data":{"code": 7}`) +
				logged(`"loud"`, `,"data":null`) + logged(`5`, `,"logger":[1]`) + `data: {"jsonrpc":"2.0","method":"notifications/message"}` + "\n\n" +
				logged(`"debug"`, fmt.Sprintf(`,"data":%q`, strings.Repeat("ä", maxLogText))) + "data: " + p.OK() + "\n\n")
		},
	}, nil)
	if _, err := c.Request(t.Context(), RequestInput{Call: newID(), Profile: id, Method: "tools/call", Params: `{"name":"noisy"}`}); err != nil {
		t.Fatal(err)
	}
	p := logsOf(t, c, LogInput{Profile: id}, 6)
	if !p.Declared || p.Total != 6 || p.Left != 0 || p.More || p.Stderr || p.Era != "legacy" {
		t.Errorf("page %+v", p)
	}
	l := p.Lines
	if l[0].Level != "info" || l[0].Logger != "db" || l[0].Text != "connected\nto it" || l[0].JSON || l[0].Problem != "" || l[0].Call.Method != "tools/call" || l[0].Call.Name != "noisy" || l[0].Call.Seq == 0 {
		t.Errorf("a string: %+v", l[0])
	}
	if l[1].Text != `{"code":7}` || !l[1].JSON || l[2].Level != "loud" || l[2].Problem == "" || l[2].Text != "null" || !l[2].JSON || l[3].Level != "5" || l[3].Logger != "[1]" || l[4].Problem == "" {
		t.Errorf("lines %+v", l[1:5])
	}
	if !l[5].Cut || len(l[5].Text) > maxLogText || strings.Contains(l[5].Text, "\uFFFD") {
		t.Errorf("a long one: %d bytes, cut %v", len(l[5].Text), l[5].Cut)
	}
	if strings.Contains(l[0].String(), "\n") || !strings.Contains(l[0].String(), `db: connected\nto it`) {
		t.Errorf("in a file: %q", l[0].String())
	}
	if got := c.Logs(LogInput{Profile: id, Level: "warning"}); len(got.Lines) != 4 { // the unknown levels stay
		t.Errorf("from warning on: %+v", got.Lines)
	}
	if got := c.Logs(LogInput{Profile: id, Text: " DB"}); len(got.Lines) != 1 || got.Next < l[5].Seq {
		t.Errorf("by text: %+v", got)
	}
	first := c.Logs(LogInput{Profile: id, Limit: 2})
	if rest := c.Logs(LogInput{Profile: id, After: first.Next}); !first.More || len(first.Lines) != 2 || len(rest.Lines) != 4 {
		t.Errorf("in pages: %+v, then %+v", first, rest)
	}
	if text := string(c.LogText(LogInput{Profile: id, Limit: 1}, true)); strings.Count(text, "\n") != 6 || !strings.HasPrefix(text, `{"seq":`) {
		t.Errorf("as a file: %.200s", text)
	}
}

func TestLogbookBounds(t *testing.T) {
	var b logbook
	for i := range maxLogLines + 10 {
		b.add(LogLine{Seq: uint64(i + 1), Text: "x"})
	}
	if len(b.lines) != maxLogLines || b.left != 10 || b.gone != 10 || b.lines[0].Seq != 11 {
		t.Errorf("%d lines, %d left, up to %d", len(b.lines), b.left, b.gone)
	}
	long := strings.Repeat("x", maxLogText)
	for i := range 2 * maxLogBytes / maxLogText {
		b.add(LogLine{Seq: uint64(maxLogLines + 100 + i), Text: long})
	}
	if b.bytes > maxLogBytes || len(b.lines) < maxLogBytes/maxLogText/2 {
		t.Errorf("%d bytes in %d lines", b.bytes, len(b.lines))
	}
}

// Lines on standard error stand between the messages, and only when wanted.
func TestStderrInLogs(t *testing.T) {
	c, id := sample(t, session.Legacy)
	if out, err := c.Run(t.Context(), RunInput{Call: newID(), Profile: id, Index: -1, Tool: "log"}); err != nil || out.Err != nil {
		t.Fatal(err, out.Err)
	}
	var all LogPage
	overviewOf(t, c, id, "the line and the messages", func(v Overview) bool {
		all = c.Logs(LogInput{Profile: id, Stderr: true})
		return v.Logged == 8 && strings.Contains(string(c.LogText(LogInput{Profile: id, Stderr: true}, false)), "stderr    sample: a line on standard error")
	})
	without := c.Logs(LogInput{Profile: id})
	if len(without.Lines) >= len(all.Lines) || without.Total != all.Total || !all.Stderr {
		t.Errorf("with standard error %d, without %d", len(all.Lines), len(without.Lines))
	}
	for i, l := range all.Lines {
		if i > 0 && l.Seq <= all.Lines[i-1].Seq {
			t.Errorf("out of order: %+v", all.Lines)
		}
	}
}

// The level is asked for now and after the next connect; a server that declares no logging is not asked.
func TestSetLogLevel(t *testing.T) {
	for _, declared := range []bool{true, false} {
		var mu sync.Mutex
		var asked []string
		caps := `{}`
		if declared {
			caps = `{"logging":{}}`
		}
		c, id := byMethod(t, caps, nil, map[string]func(p mcptest.Post){
			"logging/setLevel": func(p mcptest.Post) {
				mu.Lock()
				asked = append(asked, string(p.Body))
				mu.Unlock()
				if !declared {
					p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"none"}}`, p.ID))
					return
				}
				p.JSON(200, p.OK())
			},
		}, nil)
		count := func() int { mu.Lock(); defer mu.Unlock(); return len(asked) }
		if err := c.SetLogLevel(t.Context(), id, "verbose"); err == nil || count() != 0 {
			t.Errorf("an unknown level: %v", err)
		}
		if err := c.SetLogLevel(t.Context(), id, "warning"); (err == nil) != declared || count() != 1 || !strings.Contains(asked[0], `"level":"warning"`) {
			t.Errorf("declared %v: %v, asked %q", declared, err, asked)
		}
		if p, err := c.profile(id); err != nil || (p.Protocol.LogLevel == "warning") != declared {
			t.Errorf("saved: %+v, %v", p.Protocol, err)
		}
		c.Disconnect(id)
		connect(t, c, id)
		if !declared {
			if v := c.Overview(id); v.LogLevel != "" || count() != 1 {
				t.Errorf("asked %q although it is not declared", asked)
			}
			continue
		}
		overviewOf(t, c, id, "the level", func(v Overview) bool { return v.LogLevel == "warning" && count() == 2 })
		// A reset is kept: the server cannot be told now, and is not asked by the next connect.
		if err := c.SetLogLevel(t.Context(), id, ""); err != nil || count() != 2 {
			t.Errorf("reset: %v, asked %q", err, asked)
		}
		if l := c.Logs(LogInput{Profile: id}); l.Level != "warning" || l.Kept != "" {
			t.Errorf("after the reset: level %q, kept %q", l.Level, l.Kept)
		}
		c.Disconnect(id)
		connect(t, c, id)
		if l := c.Logs(LogInput{Profile: id}); l.Level != "" || l.Kept != "" || count() != 2 {
			t.Errorf("after the next connect: level %q, asked %q", l.Level, asked)
		}
	}
}

// A server whose GET stream is turned off gets no GET, and the overview says so.
func TestNoStream(t *testing.T) {
	asked := make(chan string, 10)
	get := func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
	c, id := byMethod(t, `{}`, func(p *profile.Profile) { p.Protocol.NoStream = true }, nil, get)
	v := c.Overview(id)
	c.Disconnect(id)
	if close(asked); !v.NoStream || len(v.Streams) != 0 {
		t.Errorf("overview %+v", v)
	}
	for method := range asked {
		if method == http.MethodGet {
			t.Error("the GET stream was asked for")
		}
	}
}
