package transport

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// badRow is one way to break the protocol and what the user is told.
type badRow struct {
	name    string
	kind    fault.Kind // of the error; empty: the call is answered
	status  int
	message string // in the error's message
	detail  string // in the error's detail
	entries string // in a finding, a withheld reason or a note of the log
	rpc     int    // code of a JSON-RPC error that is an answer, or in the error
	wait    time.Duration
}

func (row badRow) check(t *testing.T, r *rig, a *Answer, err error) {
	t.Helper()
	f := fault.As(err)
	switch {
	case row.kind == "" && err != nil:
		t.Fatalf("error, want an answer:\n%s\n%s", explain(err), r.text())
	case row.kind != "" && err == nil:
		t.Fatalf("answered %s, want an error of kind %s", a.Raw, row.kind)
	case row.kind == "" && row.rpc != 0 && (a.Error == nil || a.Error.Code != row.rpc):
		t.Errorf("answer %s, want error %d", a.Raw, row.rpc)
	case f != nil:
		if f.Kind != row.kind || f.Status != row.status || !strings.Contains(f.Message, row.message) || !strings.Contains(f.Detail, row.detail) {
			t.Errorf("got  %s\nwant kind=%s status=%d message~%q detail~%q", explain(err), row.kind, row.status, row.message, row.detail)
		}
		if f.Server != "Test server" || f.Step == "" || f.Message == "" || f.Hint == "" && f.Kind != fault.Cancelled || len(f.Entries) == 0 {
			t.Errorf("incomplete error: server=%q\n%s", f.Server, explain(err))
		}
		if row.rpc != 0 && (f.RPC == nil || f.RPC.Code != row.rpc) {
			t.Errorf("RPC = %v, want code %d", f.RPC, row.rpc)
		}
		if f.Kind == fault.Auth && f.Challenge == nil {
			t.Error("no challenge")
		}
	}
	if a != nil && row.status != 0 && a.Status != row.status {
		t.Errorf("status %d, want %d", a.Status, row.status)
	}
	for _, e := range r.find(func(e wire.Entry) bool { return e.Message == wire.MsgRequest && e.Dir == wire.Out }) {
		switch {
		case e.Open:
			t.Errorf("the request stays open: %+v", e)
		case a != nil && e.Seq == a.Request && (e.Pair != a.Response || e.Took == 0):
			t.Errorf("the request is not paired with its answer, entry %d: %+v", a.Response, e)
		case err != nil && f != nil && e.Pair == 0 && !strings.Contains(strings.Join(e.Findings, ""), "No answer came: "):
			t.Errorf("the request does not say what became of it: %+v", e)
		}
	}
	if row.entries != "" && !strings.Contains(r.text(), row.entries) {
		t.Errorf("the log does not say %q:\n%s", row.entries, r.text())
	}
}

// TestBadStdio has the rows of the table for stdio: modes of a server that mcp-go alone drops in silence.
func TestBadStdio(t *testing.T) {
	rows := []badRow{
		{name: "junk-line", entries: `Not a JSON-RPC message: \"Server listening on stdio\"`},
		{name: "junk-only", kind: fault.Timeout, message: "No answer to go", detail: "Server listening on stdio", entries: "It is not JSON", wait: short},
		{name: "junk-before", kind: fault.Timeout, message: "No answer to go", detail: "First line on stdout that is no JSON-RPC message: \"Server listening on stdio\"", wait: short},
		{name: "non-object", entries: "It is JSON but not an object (JSON-RPC 2.0 sections 4 and 5)."},
		{name: "invalid-utf8", entries: "It is not valid UTF-8"},
		{name: "bom", entries: "drop this message (RFC 8259 section 8.1)."},
		{name: "pretty", kind: fault.Protocol, message: "printed over several lines", entries: "one message printed over several lines"},
		{name: "content-length", kind: fault.Protocol, message: "Content-Length", detail: "Content-Length: ", entries: "Language Server Protocol"},
		{name: "batch", entries: "only protocol revision 2025-03-26 has them"},
		{name: "unknown-id", kind: fault.Timeout, message: "No answer to go", detail: `No request of ours has the id "nobody"`, entries: `No request of ours has the id \"nobody\"`, wait: short},
		{name: "number-id", kind: fault.Timeout, message: "No answer to go", entries: "Not a message on a line of its own", wait: short},
		{name: "null-id-error", kind: fault.Protocol, message: "id null", rpc: -32700, entries: "answers no request"},
		{name: "text-before", kind: fault.Protocol, message: "other text stands before the JSON message", detail: "INFO answering", entries: "Other text stands before"},
		{name: "text-behind", kind: fault.Protocol, message: "other text stands behind the JSON message", entries: "Other text stands behind"},
		{name: "two-on-line", kind: fault.Protocol, message: "several messages stand on one line", entries: "Several messages stand on one line (MCP, Transports: stdio)."},
		{name: "no-newline-exit", entries: "ended without a newline"},
		{name: "crlf", entries: "Lines end in CRLF"},
		{name: "twice", entries: "is over already"},
		{name: "result-and-error", kind: fault.Protocol, message: "it has both a result and an error", entries: "It has both a result and an error (JSON-RPC 2.0 section 5)."},
		{name: "error-code-string", kind: fault.Protocol, message: `its error code is "E1"`, entries: "a code is an integer"},
		{name: "version-1", entries: `it must be \"2.0\" (JSON-RPC 2.0 sections 4 and 5).`},
		{name: "wrong-case", kind: fault.Timeout, message: "No answer", detail: "it has neither", entries: "case-sensitive", wait: short},
		{name: "truncated", kind: fault.Timeout, message: "No answer", detail: "not a whole JSON message", entries: "not a whole JSON message", wait: short},
		{name: "exit-3", kind: fault.Closed, message: "exited with status 3", detail: "fatal: no database", entries: "exited with status 3 after"},
		{name: "exit-at-once", kind: fault.Closed, message: "exited with status 2", detail: "usage: server FILE"},
		{name: "crash", kind: fault.Closed, message: "was ended by signal 9", entries: "signal 9"},
		{name: "close-stdout", kind: fault.Closed, message: "closed its standard output", entries: "closed its standard output"},
		{name: "silent", kind: fault.Timeout, message: "No answer to go came within", wait: short},
		{name: "stderr-flood"},
		{name: "stderr-no-newline", entries: "Password:"},
		{name: "stderr-long"},
		{name: "big-line"},
		{name: "asks", entries: "handed to whoever answers"},
		{name: "big-number"},
		{name: "empty-lines", entries: "It is an empty line"},
		{name: "legacy-strict", kind: fault.Closed, message: "exited with status 1", detail: "expected initialize, got go"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			leakless(t)
			r := openStdioRig(t, row.name)
			wait := patience
			if row.wait > 0 {
				r.mustCall("first", "") // the start of the process does not count
				wait = row.wait
			}
			a, err := r.callFor(wait, "go", `{}`)
			if row.name == "twice" || row.name == "stderr-no-newline" { // what comes behind the answer
				eventually(t, row.entries, func() bool { return strings.Contains(r.text(), row.entries) })
			}
			if row.name == "close-stdout" {
				r.close()
			}
			row.check(t, r, a, err)
			r.checkMode(row.name, a)
		})
	}
}

// checkMode looks at what a mode is about besides its error.
func (r *rig) checkMode(name string, a *Answer) {
	t := r.t
	t.Helper()
	switch name {
	case "stderr-flood":
		eventually(t, "2000 lines of stderr, none lost", func() bool {
			return len(r.find(func(e wire.Entry) bool { return e.Kind == wire.KindStderr && e.Bytes == 1023 })) == 2000
		})
	case "stderr-long":
		eventually(t, "the long line in parts", func() bool {
			total := int64(0)
			for _, e := range r.find(func(e wire.Entry) bool { return e.Kind == wire.KindStderr }) {
				total += e.Bytes
			}
			return total == 200<<10
		})
	case "big-line":
		if len(a.Result) < 8<<20 {
			t.Errorf("result of %d bytes", len(a.Result))
		}
	case "big-number":
		if !strings.Contains(string(a.Result), "9007199254740993") || !strings.Contains(string(a.Result), "1e400") {
			t.Errorf("result %s", a.Result)
		}
	case "asks":
		got := r.incoming()
		if len(got) != 1 || got[0].Method != "ping" || string(got[0].Params) != `{"n":9007199254740993}` {
			t.Fatalf("incoming %+v", got)
		}
		if err := r.link.Reply(context.Background(), got[0].ID, json.RawMessage(`{}`), nil); err != nil {
			t.Errorf("reply: %v", err)
		}
	}
}

// TestDeaf: a server that does not read its input blocks nobody past his own time.
func TestDeaf(t *testing.T) {
	leakless(t)
	r := openStdioRig(t, "deaf")
	big := fmt.Sprintf(`{"x":%q}`, strings.Repeat("x", 1<<20)) // more than a pipe holds
	start := time.Now()
	_, err := r.callFor(3*time.Second, "go", big)
	badRow{kind: fault.Timeout, message: "does not read its standard input"}.check(t, r, nil, err)
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	if err := r.link.Notify(ctx, "notifications/x", nil, nil); !fault.Is(err, fault.Timeout) {
		t.Errorf("notify: %v", err)
	}
	if d := time.Since(start); d > patience {
		t.Errorf("took %v", d)
	}
}

func TestStubborn(t *testing.T) {
	leakless(t)
	r := openStdioRig(t, "stubborn")
	r.mustCall("go", "")
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	if err := r.link.Close(ctx); err != nil {
		t.Error(err)
	}
	if d := time.Since(start); d > 4*time.Second {
		t.Errorf("Close with an ended ctx took %v: it must go to KILL at once", d)
	}
	if err := r.link.Close(context.Background()); err != nil {
		t.Error(err)
	}
	_, err := r.call("go", "")
	if !fault.Is(err, fault.Closed) {
		t.Errorf("call after Close: %v", err)
	}
	if r.link.Err() != nil {
		t.Errorf("Err after Close: %v", r.link.Err())
	}
}

// TestCloseFreesCalls: a blocked call returns when the link is closed under it.
func TestCloseFreesCalls(t *testing.T) {
	leakless(t)
	r := openStdioRig(t, "silent")
	done := make(chan error, 1)
	go func() {
		_, err := r.call("go", "")
		done <- err
	}()
	eventually(t, "the request goes out", func() bool { return strings.Contains(r.text(), `method="go"`) })
	r.close()
	if err := <-done; !fault.Is(err, fault.Closed) {
		t.Errorf("call: %v", err)
	}
}

func TestStartFails(t *testing.T) {
	leakless(t)
	dir := t.TempDir()
	for _, c := range []struct {
		name, command, cwd, message, detail string
	}{
		{"not found", "no-such-command-here", "", `"no-such-command-here" was not found`, dir},
		{"a folder", dir, "", "cannot be started: " + dir + " is a folder", ""},
		{"no folder", "true", "/no/such/folder", "The working directory /no/such/folder does not exist", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			err := r.open(Target{Transport: profile.Stdio, Command: c.command, Dir: c.cwd, Env: []string{"PATH=" + dir}})
			f := fault.As(err)
			if f == nil || f.Kind != fault.Connect || f.Step != "start process" || !strings.Contains(f.Message, c.message) || !strings.Contains(f.Detail, c.detail) || f.Hint == "" {
				t.Errorf("got %s", explain(err))
			}
		})
	}
}

// TestCancelUnwritten: a request given up before it was written is never sent.
func TestCancelKinds(t *testing.T) {
	leakless(t)
	r := openStdioRig(t, "silent")
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := r.link.Call(ctx, Request{ID: "x", Method: "go"})
	if !fault.Is(err, fault.Cancelled) {
		t.Errorf("got %s", explain(err))
	}
	if _, err = r.link.Call(context.Background(), Request{ID: "y", Method: "go", Params: json.RawMessage(`{`)}); !fault.Is(err, fault.Input) {
		t.Errorf("broken params: %s", explain(err))
	}
}
