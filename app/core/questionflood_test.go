package core

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
)

type floodArgs struct {
	Count   int    `json:"count"`
	Message string `json:"message"`
}

func defaults(t *testing.T, c *Core, delay int64) {
	t.Helper()
	if out, err := c.SaveRule(rules.Rule{Name: "defaults", Enabled: true, Text: "number", Delay: delay, Action: rules.DoDefaults}, false); err != nil || !out.Saved {
		t.Fatal(out, err)
	}
}

// Every question of a flood is answered by the rule, with its own answer, over every path.
func TestFloodIsAnsweredByRule(t *testing.T) {
	for _, kind := range []profile.Transport{profile.Stdio, profile.HTTP, profile.SSE} {
		t.Run(string(kind), func(t *testing.T) {
			c, id, _ := asking(t, over(t, kind))
			defaults(t, c, 0)
			if got := textOf(t, run(t, c, id, "flood", floodArgs{1000, "Your number?"})); got != `{"accept":1000}` {
				t.Error(got)
			}
			if r := c.Rules().Rules[0]; r.Fired != 1000 {
				t.Errorf("fired %d times", r.Fired)
			}
		})
	}
}

// Ten thousand questions: those that a rule holds cost no place of the user's, of the others the limit waits.
func TestFloodIsContained(t *testing.T) {
	c, id, _ := asking(t, func(p *profile.Profile) { p.Protocol.Limits.Questions = 150 })
	out := run(t, c, id, "flood", floodArgs{10_000, "For me"})
	var in Inbox
	until(t, "the others are refused", func() bool {
		in = c.Inbox()
		return len(in.Refused) == 1 && in.Refused[0].Count == 10_000-150
	})
	if in.Pending != 150 || in.Refused[0].Limit != 150 || in.Ruled != 0 {
		t.Errorf("%d wait, %+v", in.Pending, in.Refused)
	}
	notes := 0
	for _, e := range entriesOf(c, "lifecycle") {
		if strings.Contains(e.Note, "refused") {
			notes++
		}
	}
	if notes == 0 || notes > 40 {
		t.Errorf("%d notes of refusals", notes)
	}
	for _, q := range waits(t, c, 150) {
		if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindDecline}); err != nil {
			t.Fatal(err)
		}
	}
	if got := textOf(t, out); got != `{"decline":150,"error -32603":9850}` {
		t.Error(got)
	}
}

func TestFloodIsHeldByRule(t *testing.T) {
	c, id, _ := asking(t, nil)
	defaults(t, c, 3600_000)
	out := run(t, c, id, "flood", floodArgs{3000, "Your number?"})
	var in Inbox
	until(t, "the rule holds them", func() bool { in = c.Inbox(); return in.Ruled == 3000 })
	if in.Hidden == 0 || len(in.Questions) > maxListed || in.Pending != 0 {
		t.Errorf("%d listed, %d hidden, %d wait for the user", len(in.Questions), in.Hidden, in.Pending)
	}
	c.Disconnect(id)
	if o := <-out; o.Err == nil || o.Err.Kind != "closed" {
		t.Errorf("%+v", o.Err)
	}
	for _, q := range c.Inbox().Questions {
		if q.State != "cancelled" || q.By != "program" || q.Rule != nil {
			t.Fatalf("after the end: %+v", q)
		}
	}
}

// TestBenchAnswers measures how many questions a second a rule answers, from the call to its answer: asked, recorded,
// matched, answered and checked for loss by the server. build/bench/run.sh runs it.
func TestBenchAnswers(t *testing.T) {
	if os.Getenv("BENCH") == "" {
		t.Skip("a measurement: make bench")
	}
	const n = 10_000
	for _, kind := range []profile.Transport{profile.Stdio, profile.HTTP, profile.SSE} {
		c, id, _ := asking(t, over(t, kind))
		defaults(t, c, 0)
		textOf(t, run(t, c, id, "flood", floodArgs{100, "Your number?"}))
		began := time.Now()
		if got := textOf(t, run(t, c, id, "flood", floodArgs{n, "Your number?"})); got != fmt.Sprintf(`{"accept":%d}`, n) {
			t.Fatal(got)
		}
		rate := n / time.Since(began).Seconds()
		fmt.Printf("elicitations answered by rule over %s: %.0f a second, none lost of %d; wanted: 1,000\n", kind, rate, n)
		c.Disconnect(id)
	}
}

// over is the asking server over a transport.
func over(t *testing.T, kind profile.Transport) func(*profile.Profile) {
	return func(p *profile.Profile) {
		switch kind {
		case profile.HTTP:
			p.Transport, p.Command, p.Args, p.URL = kind, "", nil, mcptest.AskingHTTP(t)
		case profile.SSE:
			p.Transport, p.Command, p.Args, p.URL = kind, "", nil, mcptest.AskingSSE(t)
		case profile.Stdio:
		}
	}
}
