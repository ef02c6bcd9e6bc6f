package core

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
)

// asking starts a core whose user answers, connected to a server that asks. browsed gets what the browser is opened
// with.
func asking(t *testing.T, edit func(*profile.Profile)) (c *Core, id string, browsed chan string) {
	t.Helper()
	browsed = make(chan string, 10)
	c = New(Options{Dir: t.TempDir(), Version: "test", Answers: true, Memory: true, Browser: func(_ context.Context, url string) error {
		browsed <- url
		return nil
	}})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	p := profile.Profile{Name: "asking", Transport: profile.Stdio, Command: self(t), Args: []string{"asking-server"}, Era: profile.Era{Mode: "legacy"}}
	if edit != nil {
		edit(&p)
	}
	p, err := c.Save(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Launch(p.ID)
	if err == nil && !l.Confirmed {
		err = c.Confirm(p.ID, l.Hash)
	}
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, p.ID)
	return c, p.ID, browsed
}

// run calls a tool of the asking server; its text comes on the channel.
func run(t *testing.T, c *Core, id, tool string, args any) <-chan RunOutput {
	t.Helper()
	b, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	out := make(chan RunOutput, 1)
	ctx := t.Context()
	go func() {
		o, err := c.Run(ctx, RunInput{Call: "call-" + newID(), Profile: id, Tool: tool, Index: -1, Args: string(b), Force: true})
		if err != nil {
			o.Err = AsError(err)
		}
		out <- o
	}()
	return out
}

// textOf waits for a call and is the text of its result.
func textOf(t *testing.T, out <-chan RunOutput) string {
	t.Helper()
	select {
	case o := <-out:
		if o.Err != nil {
			return "error: " + o.Err.Message
		}
		var r struct{ Content []struct{ Text string } }
		if err := json.Unmarshal([]byte(o.Result), &r); err != nil || len(r.Content) != 1 {
			t.Fatalf("result %s: %v", o.Result, err)
		}
		return r.Content[0].Text
	case <-time.After(patience):
		t.Fatal("the call did not end")
		return ""
	}
}

type askArgs struct {
	Send []string `json:"send"`
	Wait int      `json:"wait"`
}

func request(id any, method, params string) string {
	b, _ := json.Marshal(id)
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":%s}`, b, method, params)
}

func elicit(id any, message string) string {
	m, _ := json.Marshal(message)
	return request(id, "elicitation/create", `{"message":`+string(m)+`,"requestedSchema":{"type":"object","properties":{"n":{"type":"integer","default":7,"maximum":9}},"required":["n"]}}`)
}

// waits waits until n questions wait for the user and returns them.
func waits(t *testing.T, c *Core, n int) []InboxItem {
	t.Helper()
	var list []InboxItem
	until(t, fmt.Sprintf("%d questions", n), func() bool {
		list = nil
		for _, q := range c.Inbox().Questions {
			if q.State == "pending" && q.Rule == nil {
				list = append(list, q)
			}
		}
		return len(list) == n
	})
	return list
}

func settledAs(t *testing.T, c *Core, id string) InboxItem {
	t.Helper()
	var q InboxItem
	until(t, "the question is settled", func() bool {
		d, err := c.Question(id)
		if err != nil {
			t.Fatal(err)
		}
		q = d.Item
		return q.State != "pending"
	})
	return q
}

func TestRepliesOfEveryKind(t *testing.T) {
	c, id, _ := asking(t, nil)
	for _, one := range []struct {
		name, want, state string
		reply             Reply
	}{
		{"accept", `{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"n":8}}}`, "answered", Reply{Kind: rules.KindAccept, Content: `{"n": 8}`}},
		{"result", `{"jsonrpc":"2.0","id":1,"result":{"action":"decline"}}`, "declined", Reply{Kind: rules.KindResult, Content: `{"action":"decline"}`}},
		{"decline", `{"jsonrpc":"2.0","id":1,"result":{"action":"decline"}}`, "declined", Reply{Kind: rules.KindDecline}},
		{"cancel", `{"jsonrpc":"2.0","id":1,"result":{"action":"cancel"}}`, "cancelled", Reply{Kind: rules.KindCancel}},
		{"error", `{"jsonrpc":"2.0","id":1,"error":{"code":-42,"message":"no","data":{"a":1}}}`, "declined", Reply{Kind: rules.KindError, Code: -42, Message: "no", Data: `{"a":1}`}},
		{"malformed", `{"id": 1, "no": `, "answered", Reply{Kind: rules.KindMalformed, Text: `{"id": 1, "no": `}},
		{"forced", `{"jsonrpc":"2.0","id":1,"result":{"action":"accept","content":{"n":10}}}`, "answered", Reply{Kind: rules.KindAccept, Content: `{"n":10}`, Force: true}},
	} {
		t.Run(one.name, func(t *testing.T) {
			out := run(t, c, id, "ask", askArgs{[]string{elicit(1, "How many?")}, 1})
			q := waits(t, c, 1)[0]
			if q.Method != "elicitation/create" || q.Mode != "form" || q.Source != "request" || q.Tool != "ask" || q.Summary != "How many?" || q.Server != "asking" {
				t.Errorf("item %+v", q)
			}
			one.reply.ID = q.ID
			sent, err := c.Reply(t.Context(), one.reply)
			if err != nil || !sent.Sent {
				t.Fatalf("%+v, %v", sent, err)
			}
			if d := cmp.Diff(one.want, textOf(t, out)); d != "" {
				t.Error(d)
			}
			if got := settledAs(t, c, q.ID); got.State != one.state || got.By != "user" || got.Settled == 0 {
				t.Errorf("settled %+v", got)
			}
			if _, err := c.Reply(t.Context(), one.reply); err == nil {
				t.Error("a second answer was taken")
			}
		})
	}
}

func TestWrongAnswersAreNotSent(t *testing.T) {
	c, id, _ := asking(t, nil)
	out := run(t, c, id, "ask", askArgs{[]string{
		elicit("e", "How many?"),
		request("s", "sampling/createMessage", `{"messages":[{"role":"user","content":{"type":"text","text":"Hi"}}],"maxTokens":5,"tools":[{"name":"look","inputSchema":{"type":"object","required":["at"],"properties":{"at":{"type":"string"}}}}],"toolChoice":{"mode":"required"}}`),
	}, 2})
	list := waits(t, c, 2)
	e, s := list[0].ID, list[1].ID
	for _, one := range []struct {
		reply Reply
		path  string
	}{
		{Reply{ID: e, Kind: rules.KindAccept, Content: `{"n":10}`}, "/n"},
		{Reply{ID: e, Kind: rules.KindAccept, Content: `{"n":1,"o":{}}`}, "/o"},
		{Reply{ID: e, Kind: rules.KindAccept, Content: `[]`}, ""},
		{Reply{ID: e, Kind: rules.KindResult, Content: `{"action":"perhaps"}`}, "/action"},
		{Reply{ID: e, Kind: rules.KindResult, Content: `{"action":"accept","content":{"n":"x"}}`}, "/content/n"},
		{Reply{ID: e, Kind: rules.KindOpen, URL: "https://x.example"}, ""},
		{Reply{ID: e, Kind: "sing"}, ""},
		{Reply{ID: s, Kind: rules.KindAccept, Content: `{}`}, ""},
		{Reply{ID: s, Kind: rules.KindResult, Content: `{"role":"assistant","model":"m","content":{"type":"text","text":"x"}}`}, "/content"},
		{Reply{ID: s, Kind: rules.KindResult, Content: `{"role":"assistant","model":"m","stopReason":"toolUse","content":[{"type":"tool_use","id":"1","name":"look","input":{"at":5}}]}`}, "/content/0/input/at"},
		{Reply{ID: s, Kind: rules.KindResult, Content: `{"role":"assistant","model":"m","stopReason":"toolUse","content":[{"type":"tool_use","id":"1","name":"steal","input":{}}]}`}, "/content/0/name"},
	} {
		out, err := c.Reply(t.Context(), one.reply)
		if err != nil || out.Sent || len(out.Problems) == 0 || out.Problems[0].Path != one.path {
			t.Errorf("%+v: %+v, %v", one.reply, out, err)
		}
	}
	if r, err := c.Reply(t.Context(), Reply{ID: e, Kind: rules.KindDecline}); err != nil || !r.Sent {
		t.Fatal(r, err)
	}
	good := Reply{ID: s, Kind: rules.KindResult, Content: `{"role":"assistant","model":"m","stopReason":"toolUse","content":[{"type":"tool_use","id":"1","name":"look","input":{"at":"x"}}]}`}
	if r, err := c.Reply(t.Context(), good); err != nil || !r.Sent {
		t.Fatal(r, err)
	}
	if text := textOf(t, out); !strings.Contains(text, `"tool_use"`) || !strings.Contains(text, `"decline"`) {
		t.Error(text)
	}
}

// The user thinks longer than the call's timeout; then the server's time begins anew.
func TestNothingTimesOutWhileTheUserThinks(t *testing.T) {
	for _, kind := range []profile.Transport{profile.Stdio, profile.HTTP, profile.SSE} {
		t.Run(string(kind), func(t *testing.T) {
			c, id, _ := asking(t, func(p *profile.Profile) {
				p.Timeouts.Request = 700
				switch kind {
				case profile.HTTP:
					p.Transport, p.Command, p.Args, p.URL = kind, "", nil, mcptest.HTTP(t)
				case profile.SSE:
					p.Transport, p.Command, p.Args, p.URL = kind, "", nil, mcptest.AskingSSE(t)
				case profile.Stdio:
				}
			})
			args := any(askArgs{[]string{elicit(1, "a")}, 1})
			if kind == profile.HTTP {
				args = struct{}{}
			}
			if kind == profile.HTTP && func() bool { v, _ := c.Connection(id); return v.Era == "modern" }() {
				t.Fatal("not the era that is meant")
			}
			out := run(t, c, id, "ask", args)
			q := waits(t, c, 1)[0]
			select {
			case o := <-out:
				t.Fatalf("the call ended while its question waited: %+v", o)
			case <-time.After(2500 * time.Millisecond): // more than three timeouts
			}
			content := `{"n":1}`
			if kind == profile.HTTP {
				content = `{"name":"Ada"}`
			}
			if r, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindAccept, Content: content}); err != nil || !r.Sent {
				t.Fatal(r, err)
			}
			if got := textOf(t, out); strings.HasPrefix(got, "error") {
				t.Error(got)
			}
		})
	}
}

// The sample asks in both eras, in that era's way.
func TestSampleAsksInBothEras(t *testing.T) {
	for era, source := range map[string]string{"legacy": "request", "modern": "input_required"} {
		t.Run(era, func(t *testing.T) {
			c, id, _ := asking(t, func(p *profile.Profile) { p.Args, p.Era.Mode = []string{"demo-server"}, era })
			out := run(t, c, id, "ask", struct{}{})
			q := waits(t, c, 1)[0]
			if q.Source != source || q.Tool != "ask" || (era == "modern") != (q.Key == "name" && q.Round == 1 && q.Call != "") {
				t.Errorf("%+v", q)
			}
			d, err := c.Question(q.ID)
			if err != nil || d.Elicitation == nil || d.Elicitation.Schema == "" || d.Params == "" {
				t.Fatalf("%+v, %v", d, err)
			}
			if r, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindAccept, Content: `{"name":"Ada"}`}); err != nil || !r.Sent {
				t.Fatalf("%+v, %v", r, err)
			}
			if got := textOf(t, out); got != "Hello, Ada." {
				t.Error(got)
			}
			if d, _ := c.Question(q.ID); d.Item.State != "answered" || !strings.Contains(d.Answer, "Ada") {
				t.Errorf("%+v", d)
			}
		})
	}
}
