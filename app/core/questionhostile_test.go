package core

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/wire"
)

func TestHostileQuestions(t *testing.T) {
	c, id, _ := asking(t, nil)
	long := strings.Repeat("<b>длинный</b> ", 100_000/15)
	deep := strings.Repeat(`{"properties":{"a":`, 3000) + `{}` + strings.Repeat(`}}`, 3000)
	out := run(t, c, id, "ask", askArgs{[]string{
		elicit(1, long),
		request(2, "elicitation/create", `{"message":"deep","requestedSchema":`+deep+`}`),
		request(3, "elicitation/create", `{"message":"ref","requestedSchema":{"type":"object","properties":{"a":{"$ref":"http://127.0.0.1:1/x"}}}}`),
		request(4, "elicitation/create", `["no","object"]`),
		request(5, "sampling/createMessage", `{"messages":"none","tools":{"a":1},"maxTokens":"many","stopSequences":5,"modelPreferences":[],"toolChoice":7}`),
		request(6, "elicitation/create", `{"mode":7,"message":{"a":1},"requestedSchema":"x","elicitationId":5,"url":["x"]}`),
	}, 6})
	for _, q := range waits(t, c, 6) {
		d, err := c.Question(q.ID)
		if err != nil || utf8.RuneCountInString(q.Summary) > 201 || len(d.Params) > maxShownParams {
			t.Errorf("%+v, %v", q, err)
		}
		if q.Summary == "ref" && !strings.Contains(strings.Join(d.Findings, " "), "fetches no schema") || q.Findings == 0 && q.ID != waits(t, c, 6)[0].ID {
			t.Errorf("%s: %q", q.Summary, d.Findings)
		}
		if q.Summary == "ref" || q.Summary == "deep" {
			if r, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindAccept, Content: `{"a":"x"}`}); err != nil || r.Sent || len(r.Problems) == 0 {
				t.Errorf("%s: %+v, %v", q.Summary, r, err)
			}
			if r, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindAccept, Content: `{"a":"x"}`, Force: true}); err != nil || !r.Sent {
				t.Errorf("%s by force: %+v, %v", q.Summary, r, err)
			}
			continue
		}
		if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindDecline}); err != nil {
			t.Error(err)
		}
	}
	textOf(t, out)
}

// A malformed answer goes over HTTP as it is, too.
func TestMalformedAnswerOverHTTP(t *testing.T) {
	c, id, _ := asking(t, func(p *profile.Profile) {
		p.Transport, p.Command, p.Args, p.URL = profile.HTTP, "", nil, mcptest.HTTP(t)
	})
	text := "{\"jsonrpc\":\"2.0\",\n \"id\": 1, \x22result\": [oops"
	if _, err := c.SaveRule(rules.Rule{Name: "bad", Enabled: true, Action: rules.DoMalformed, Raw: text}, false); err != nil {
		t.Fatal(err)
	}
	out := run(t, c, id, "ask", struct{}{})
	until(t, "the text was sent", func() bool {
		for _, e := range entriesOf(c, "http") {
			if b, err := c.Body(e.Seq, wire.PartRequest, 0, -1); err == nil && string(b.Bytes) == text {
				return true
			}
		}
		return false
	})
	c.Disconnect(id)
	<-out
}

// What is known to be secret is not shown, not even after the connection ended and its secrets were forgotten.
func TestQuestionsStayMasked(t *testing.T) {
	const secret = "tok_secretsecretsecret0123456789"
	c, id, _ := asking(t, nil)
	p, err := c.profile(id)
	if err != nil {
		t.Fatal(err)
	}
	c.Disconnect(id)
	p.Env = []profile.Value{{Name: "API_TOKEN", Secret: true}}
	if _, err := c.Save(p, []SecretInput{{Name: "env:API_TOKEN", Value: secret}}); err != nil {
		t.Fatal(err)
	}
	l, err := c.Launch(id)
	if err == nil {
		err = c.Confirm(id, l.Hash)
	}
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	out := run(t, c, id, "ask", askArgs{[]string{elicit(1, "Is it "+secret+"?")}, 1})
	q := waits(t, c, 1)[0]
	look := func(when string) {
		t.Helper()
		d, err := c.Question(q.ID)
		if err != nil || strings.Contains(d.Params+d.Item.Summary+d.Elicitation.Message, secret) || !strings.Contains(d.Params, "Is it") {
			t.Errorf("%s: %+v, %v", when, d, err)
		}
		for _, i := range c.Inbox().Questions {
			if strings.Contains(i.Summary, secret) {
				t.Errorf("%s: %s", when, i.Summary)
			}
		}
	}
	look("while it waits")
	c.Disconnect(id)
	<-out
	look("after the end")
	if r, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindDecline}); err == nil || r.Sent {
		t.Error("a question of a connection that ended was answered")
	}
	connect(t, c, id)
	look("on the next connection")
	out = run(t, c, id, "ask", askArgs{[]string{elicit(1, "Again?")}, 1})
	if again := waits(t, c, 1)[0]; again.ID == q.ID {
		t.Error("an id was used twice")
	}
	c.Disconnect(id)
	<-out
	if n := len(c.Inbox().Questions); n != 2 {
		t.Errorf("%d questions", n)
	}
}
