package core

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
)

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
	if r, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindOpen, URL: url}); err != nil || !r.Sent || <-browsed != url {
		t.Errorf("open again: %+v, %v", r, err)
	}
	if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindAccept}); err == nil {
		t.Error("a settled question was answered once more")
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
