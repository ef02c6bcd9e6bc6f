package core

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/rules"
)

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
