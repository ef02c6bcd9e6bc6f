package core

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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

func TestRulesAnswer(t *testing.T) {
	c, id, _ := asking(t, nil)
	save := func(r rules.Rule) rules.Rule {
		t.Helper()
		r.Enabled = true
		out, err := c.SaveRule(r, false)
		if err != nil || !out.Saved {
			t.Fatalf("%+v, %v", out, err)
		}
		return out.Rule
	}
	ask := save(rules.Rule{Name: "mine", Text: "(?i)for me", Action: rules.DoAsk})
	save(rules.Rule{Name: "loud", Method: "elicitation/create", Text: "^Shout", Action: rules.DoMalformed, Raw: "}{ \t"})
	save(rules.Rule{Name: "no", Text: "refuse", Action: rules.DoError, Code: 5, Message: "refused"})
	save(rules.Rule{Name: "other tool", Tool: "tell", Action: rules.DoCancel})
	last := save(rules.Rule{Name: "rest", Tool: "ask", Action: rules.DoDefaults})
	for message, want := range map[string]string{
		"Shout it":      "}{ \t",
		"refuse please": `{"jsonrpc":"2.0","id":"x","error":{"code":5,"message":"refused"}}`,
		"anything":      `{"jsonrpc":"2.0","id":"x","result":{"action":"accept","content":{"n":7}}}`,
	} {
		if got := textOf(t, run(t, c, id, "ask", askArgs{[]string{elicit("x", message)}, 1})); got != want {
			t.Errorf("%s: %s, want %s", message, got, want)
		}
	}
	out := run(t, c, id, "ask", askArgs{[]string{elicit("x", "One FOR ME")}, 1})
	q := waits(t, c, 1)[0]
	if got := c.TryRule(ask); !cmp.Equal(got, []string{q.ID}) {
		t.Errorf("the rule would have taken %v", got)
	}
	if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindCancel}); err != nil {
		t.Fatal(err)
	}
	textOf(t, out)
	counts := map[string]uint64{}
	for _, r := range c.Rules().Rules {
		counts[r.Rule.Name] = r.Fired
	}
	if d := cmp.Diff(map[string]uint64{"mine": 1, "loud": 1, "no": 1, "other tool": 0, "rest": 1}, counts); d != "" {
		t.Error(d)
	}
	for _, q := range c.Inbox().Questions {
		if q.Summary == "anything" && (q.By != "rule" || !strings.Contains(q.Reason, `"rest"`)) {
			t.Errorf("item %+v", q)
		}
	}
	if err := c.ReorderRules([]string{last.ID}); err != nil || c.Rules().Rules[0].Rule.Name != "rest" {
		t.Errorf("order %+v, %v", c.Rules().Rules, err)
	}
}

func TestDelayedRuleIsTakenOver(t *testing.T) {
	c, id, _ := asking(t, nil)
	if _, err := c.SaveRule(rules.Rule{Name: "late", Enabled: true, Delay: 3600_000, Action: rules.DoDecline}, false); err != nil {
		t.Fatal(err)
	}
	out := run(t, c, id, "ask", askArgs{[]string{elicit(1, "a")}, 1})
	var q InboxItem
	until(t, "the rule is at work", func() bool {
		for _, q = range c.Inbox().Questions {
			if q.State == "pending" && q.Rule != nil && q.Rule.Name == "late" && q.Rule.At > time.Now().Add(50*time.Minute).UnixMicro() {
				return true
			}
		}
		return false
	})
	if v, _ := c.Connection(id); v.Questions != 0 {
		t.Error("a question of a rule counts as the user's")
	}
	if err := c.HoldRule(q.ID); err != nil {
		t.Fatal(err)
	}
	if now := waits(t, c, 1)[0]; now.ID != q.ID {
		t.Errorf("%+v", now)
	}
	if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindAccept, Content: `{"n":1}`}); err != nil {
		t.Fatal(err)
	}
	if got := textOf(t, out); !strings.Contains(got, `"n":1`) {
		t.Error(got)
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

func TestRootsAreAnsweredAndTold(t *testing.T) {
	dir := t.TempDir()
	root := "file://" + filepath.ToSlash(dir)
	c, id, _ := asking(t, func(p *profile.Profile) { p.Protocol.Roots = []profile.Root{{URI: root, Name: "here"}} })
	want := `{"jsonrpc":"2.0","id":1,"result":{"roots":[{"uri":"` + root + `","name":"here"}]}}`
	if got := textOf(t, run(t, c, id, "ask", askArgs{[]string{request(1, "roots/list", `{}`)}, 1})); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	out := run(t, c, id, "ask", askArgs{nil, 1})
	l, err := c.SetRoots(id, []RootEntry{{URI: root}, {URI: root + "/none", Name: "gone"}})
	if err != nil || len(l.Roots) != 2 || !l.Changes || !l.Declared || l.Asked == 0 || l.Roots[1].Problem == "" || l.Roots[0].Problem != "" {
		t.Errorf("%+v, %v", l, err)
	}
	if got := textOf(t, out); got != `{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}` {
		t.Error(got)
	}
	until(t, "it is known that the server was told", func() bool { return c.Roots(id).Told != 0 })
	if _, err := c.SetRoots(id, []RootEntry{{URI: "https://x.example"}}); err == nil || len(c.Roots(id).Roots) != 2 {
		t.Error("a root that is no file was taken")
	}
	if _, err := c.SaveRule(rules.Rule{Name: "ask me", Enabled: true, Method: "roots/list", Action: rules.DoAsk}, false); err != nil {
		t.Fatal(err)
	}
	out = run(t, c, id, "ask", askArgs{[]string{request(2, "roots/list", `{}`)}, 1})
	q := waits(t, c, 1)[0]
	d, err := c.Question(q.ID)
	if err != nil || !strings.Contains(d.Template, root) || d.Roots == nil {
		t.Errorf("%+v, %v", d, err)
	}
	c.Disconnect(id)
	<-out
	got, err := c.Question(q.ID)
	if err != nil || got.Item.State != "cancelled" || got.Item.By != "program" || got.Item.Reason == "" {
		t.Errorf("after the end: %+v, %v", got.Item, err)
	}
}

func TestURLIsOpenedOnlyAsShown(t *testing.T) {
	c, id, browsed := asking(t, nil)
	url := "https://pay.example/step?id=1&x=(a)"
	out := run(t, c, id, "ask", askArgs{[]string{request(1, "elicitation/create", `{"mode":"url","message":"Pay","elicitationId":"e1","url":"`+url+`"}`)}, 1})
	q := waits(t, c, 1)[0]
	d, err := c.Question(q.ID)
	if err != nil || d.Elicitation == nil || d.Elicitation.URL == nil || d.Elicitation.URL.Host != "pay.example" || q.Mode != "url" {
		t.Fatalf("%+v, %v", d, err)
	}
	for _, wrong := range []string{"", "https://pay.example/step", url + "#x"} {
		if r, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindOpen, URL: wrong, Force: true}); err == nil || r.Sent {
			t.Errorf("opened with %q", wrong)
		}
	}
	if r, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindOpen, URL: d.Elicitation.URL.URL}); err != nil || !r.Sent {
		t.Fatal(r, err)
	}
	if got := <-browsed; got != url || len(browsed) != 0 {
		t.Errorf("the browser got %q", got)
	}
	if got := textOf(t, out); got != `{"jsonrpc":"2.0","id":1,"result":{"action":"accept"}}` {
		t.Error(got)
	}
	textOf(t, run(t, c, id, "tell", askArgs{[]string{
		`{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"unknown"}}`,
		`{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"e1"}}`,
	}, 0}))
	until(t, "it is over", func() bool { d, _ := c.Question(q.ID); return d.Item.Completed != 0 && d.Item.Opened != 0 })
	for _, bad := range []string{"javascript:alert(1)", "file:///etc/passwd", "https://user@pay.example/", "https:///x"} {
		out := run(t, c, id, "ask", askArgs{[]string{request(1, "elicitation/create", `{"mode":"url","message":"Pay","elicitationId":"e2","url":"`+bad+`"}`)}, 1})
		q := waits(t, c, 1)[0]
		if r, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindOpen, URL: bad, Force: true}); err == nil || r.Sent || len(browsed) != 0 {
			t.Errorf("%q was opened", bad)
		}
		if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindDecline}); err != nil {
			t.Fatal(err)
		}
		textOf(t, out)
	}
}

func TestURLsOfAnErrorLeadToARetry(t *testing.T) {
	type urls struct {
		Elicitations json.RawMessage `json:"elicitations"`
		Times        int             `json:"times"`
	}
	list := json.RawMessage(`[{"mode":"url","elicitationId":"a","url":"https://a.example/","message":"A"},{"mode":"url","elicitationId":"b","url":"https://b.example/","message":"B"}]`)
	t.Run("through", func(t *testing.T) {
		c, id, browsed := asking(t, nil)
		out := run(t, c, id, "urls", urls{list, 1})
		qs := waits(t, c, 2)
		if qs[0].Source != "error" || qs[0].Tool != "urls" || qs[0].Call == "" {
			t.Errorf("%+v", qs[0])
		}
		if r, err := c.Reply(t.Context(), Reply{ID: qs[0].ID, Kind: rules.KindOpen, URL: "https://a.example/"}); err != nil || !r.Sent || <-browsed != "https://a.example/" {
			t.Fatal(r, err)
		}
		if d, _ := c.Question(qs[0].ID); d.Item.State != "pending" || d.Item.Opened == 0 {
			t.Errorf("%+v", d.Item)
		}
		textOf(t, run(t, c, id, "tell", askArgs{[]string{`{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"a"}}`}, 0}))
		if q := settledAs(t, c, qs[0].ID); q.By != "server" || q.Completed == 0 {
			t.Errorf("%+v", q)
		}
		if _, err := c.Reply(t.Context(), Reply{ID: qs[1].ID, Kind: rules.KindDone}); err != nil {
			t.Fatal(err)
		}
		if got := textOf(t, out); got != "call 2" {
			t.Error(got)
		}
	})
	t.Run("declined", func(t *testing.T) {
		c, id, _ := asking(t, nil)
		out := run(t, c, id, "urls", urls{list, 1})
		qs := waits(t, c, 2)
		if _, err := c.Reply(t.Context(), Reply{ID: qs[0].ID, Kind: rules.KindDecline}); err != nil {
			t.Fatal(err)
		}
		if o := <-out; o.Err == nil || o.Err.RPCCode != -32042 || !strings.Contains(o.Err.Hint, "declined") {
			t.Errorf("%+v", o.Err)
		}
		waits(t, c, 0)
	})
	t.Run("without end", func(t *testing.T) {
		c, id, _ := asking(t, nil)
		if _, err := c.SaveRule(rules.Rule{Name: "all", Enabled: true, Action: rules.DoAnswer, Content: `{"action":"accept"}`}, false); err != nil {
			t.Fatal(err)
		}
		o := <-run(t, c, id, "urls", urls{list, 1000})
		if o.Err == nil || o.Err.RPCCode != -32042 || !strings.Contains(strings.Join(o.Findings, " "), "after 5 retries") {
			t.Errorf("%+v, %v", o.Err, o.Findings)
		}
	})
}

// chat is an endpoint as OpenAI's; it notes what it was asked.
func chat(t *testing.T, answer string, asked chan<- string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := make([]byte, 1<<20)
		n, _ := r.Body.Read(b)
		asked <- r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization") + " " + string(b[:n])
		if answer == "wait" {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(answer, `{"error"`) {
			w.WriteHeader(429)
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

func TestSampler(t *testing.T) {
	c, id, _ := asking(t, nil)
	asked := make(chan string, 10)
	const key = "sk-verysecret-0123456789abcdef"
	set := func(answer string) {
		t.Helper()
		if s, err := c.SetSampler(SamplerInput{Settings: rules.Sampler{URL: chat(t, answer, asked) + "/v1/", Model: "tiny"}, Key: key}); err != nil || s.Problem != "" || s.Key != "memory" {
			t.Fatal(s, err)
		}
	}
	set(`{"model":"tiny-1","choices":[{"finish_reason":"tool_calls","message":{"content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"at\":\"x\"}"}}]}}]}`)
	params := `{"systemPrompt":"Be brief","messages":[{"role":"user","content":{"type":"text","text":"Hi"}},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"look","input":{"at":1}}]},{"role":"user","content":[{"type":"tool_result","toolUseId":"t1","content":[{"type":"text","text":"seen"}]}]}],"maxTokens":5,"temperature":0.5,"stopSequences":["END"],"tools":[{"name":"look","inputSchema":{"type":"object"}}],"toolChoice":{"mode":"required"}}`
	out := run(t, c, id, "ask", askArgs{[]string{request(1, "sampling/createMessage", params)}, 1})
	q := waits(t, c, 1)[0]
	if len(asked) != 0 {
		t.Fatal("the sampler was asked by itself")
	}
	d := c.Draft(t.Context(), q.ID)
	want := `{"content":{"id":"c1","input":{"at":"x"},"name":"look","type":"tool_use"},"model":"tiny-1","role":"assistant","stopReason":"toolUse"}`
	if d.Err != nil || d.Result != want || d.Entry == 0 || len(d.Problems) != 0 {
		t.Errorf("%+v", d)
	}
	wantAsked := `POST /v1/chat/completions Bearer ` + key + ` {"model":"tiny","messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"look","arguments":"{\"at\":1}"}}]},{"role":"tool","content":"seen","tool_call_id":"t1"}],"max_tokens":5,"temperature":0.5,"stop":["END"],"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}],"tool_choice":"required","stream":false}`
	if dd := cmp.Diff(wantAsked, <-asked); dd != "" {
		t.Error(dd)
	}
	if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindResult, Content: d.Result}); err != nil {
		t.Fatal(err)
	}
	textOf(t, out)
	if strings.Contains(string(wholeLog(t, c)), key) || strings.Contains(string(readAll(t, c.Dir())), key) {
		t.Error("the key stands in the log or in a file")
	}
	sampled := 0
	for _, e := range entriesOf(c, "http") {
		if e.Purpose == "sampler" {
			sampled++
		}
	}
	if sampled != 1 {
		t.Errorf("%d exchanges with the sampler", sampled)
	}

	set(`{"model":"tiny-1","choices":[{"finish_reason":"stop","message":{"content":"Hello"}}]}`)
	if _, err := c.SaveRule(rules.Rule{Name: "model", Enabled: true, Action: rules.DoSampler}, false); err != nil {
		t.Fatal(err)
	}
	if got := textOf(t, run(t, c, id, "ask", askArgs{[]string{request(2, "sampling/createMessage", params)}, 1})); !strings.Contains(got, `"text":"Hello"`) {
		t.Error(got)
	}
	set(`{"error":{"message":"too many"}}`)
	if d := c.TestSampler(t.Context()); d.Err == nil || !strings.Contains(d.Err.Message, "429: too many") {
		t.Errorf("%+v", d)
	}
	out = run(t, c, id, "ask", askArgs{[]string{request(3, "sampling/createMessage", params)}, 1})
	q = waits(t, c, 1)[0] // the endpoint fails: the question is the user's
	set("wait")
	for len(asked) > 0 {
		<-asked
	}
	drafted := make(chan SamplerDraft, 1)
	go func() { drafted <- c.Draft(context.Background(), q.ID) }()
	<-asked
	c.CancelDraft(q.ID)
	select {
	case d := <-drafted:
		if d.Err == nil {
			t.Errorf("%+v", d)
		}
	case <-time.After(patience):
		t.Fatal("the draft was not cancelled")
	}
	if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindDecline}); err != nil {
		t.Fatal(err)
	}
	textOf(t, out)
	for _, bad := range []string{"http://model.example/v1", "ftp://x", "https://u:p@x.example", "nonsense"} {
		if _, err := c.SetSampler(SamplerInput{Settings: rules.Sampler{URL: bad}}); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func TestAnswersAndRulesAreFiles(t *testing.T) {
	c, _, _ := asking(t, nil)
	out, err := c.SaveTemplate(rules.Template{Name: " my  name ", Method: "elicitation/create", Kind: rules.KindAccept, Content: `{"name":"Ada"}`}, false)
	if err != nil || !out.Saved || out.Template.Name != "my name" || out.Template.ID == "" {
		t.Fatalf("%+v, %v", out, err)
	}
	if out, err := c.SaveTemplate(rules.Template{Name: "key", Method: "elicitation/create", Kind: rules.KindAccept, Content: `{"key":"ghp_0123456789abcdefghijABCDEFGHIJ012345"}`}, false); err != nil || out.Saved || len(out.Suspects) == 0 {
		t.Errorf("%+v, %v", out, err)
	}
	if out, err := c.SaveTemplate(rules.Template{Name: "form", Method: "elicitation/create", Kind: rules.KindAccept, Content: `{"name":"Ada","password":"hunter2 hunter2"}`}, false); err != nil || out.Saved || len(out.Suspects) != 1 || !strings.Contains(out.Suspects[0], "password") {
		t.Errorf("%+v, %v", out, err)
	}
	l := c.AnswerTemplates()
	if st, err := os.Stat(l.File); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st, err)
	}
	edited := `{"version":1,"items":[{"name":"b","method":"roots/list","kind":"decline"},{"name":"a","method":"roots/list","kind":"cancel","own":1}]}`
	if err := os.WriteFile(l.File, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, "the outside edit is seen", func() bool {
		l := c.AnswerTemplates()
		return len(l.Templates) == 2 && l.Templates[0].Name == "a" && l.Templates[0].ID != ""
	})
	rulesFile := c.Rules().File
	if err := os.WriteFile(rulesFile, []byte(`{"version":1,"items":[{`), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, "the broken file is set aside", func() bool { return strings.Contains(c.Rules().FileError, "set aside as rules.json.broken-") })
	if _, err := os.Stat(rulesFile); err == nil {
		t.Error("the broken file is still there")
	}
	if out, err := c.SaveRule(rules.Rule{Name: "after", Action: rules.DoDecline}, false); err != nil || !out.Saved || c.Rules().FileError != "" {
		t.Errorf("%+v, %v, %s", out, err, c.Rules().FileError)
	}
	if err := os.WriteFile(rulesFile, []byte(`{"version":2,"items":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	until(t, "the newer file is told", func() bool { return strings.Contains(c.Rules().FileError, "newer version") })
	if out, err := c.SaveRule(rules.Rule{Name: "no", Action: rules.DoDecline}, false); err == nil {
		t.Errorf("written over a newer file: %+v", out)
	}
	for _, bad := range []rules.Rule{{Action: "sing"}, {Action: rules.DoAsk, Text: "("}, {Action: rules.DoAnswer, Content: "[]"}, {Action: rules.DoAsk, Delay: -1}, {Action: rules.DoAsk, Method: "x"}} {
		if out, err := c.SaveRule(bad, true); err != nil || out.Saved || len(out.Problems) == 0 {
			t.Errorf("%+v: %+v, %v", bad, out, err)
		}
	}
}
