// Command conformance is driven by the official conformance suite of MCP (client mode): it runs one scenario against
// the mock server whose URL is its last argument, over the program's real path, transport and session. It is never
// part of a release. build/conformance/run.sh runs it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// scenarioTime bounds a scenario; the suite itself gives up after 30 s.
const scenarioTime = 20 * time.Second

func main() {
	// The suite waits for its client's pipes without end: whatever hangs must not hang the whole run.
	time.AfterFunc(scenarioTime+3*time.Second, func() {
		fmt.Fprintln(os.Stderr, "conformance: hung")
		os.Exit(3)
	})
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: conformance URL (the suite's environment says the rest)")
	}
	ctx, cancel := context.WithTimeout(context.Background(), scenarioTime)
	defer cancel()
	d := &driver{url: args[0]}
	if raw := os.Getenv("MCP_CONFORMANCE_CONTEXT"); raw != "" {
		if err := json.Unmarshal([]byte(raw), &d.given); err != nil {
			return fmt.Errorf("read MCP_CONFORMANCE_CONTEXT: %w", err)
		}
	}
	if scenario := os.Getenv("MCP_CONFORMANCE_SCENARIO"); strings.HasPrefix(scenario, "auth/") {
		return d.signIn(ctx, scenario)
	}
	return d.play(ctx, os.Getenv("MCP_CONFORMANCE_SCENARIO"))
}

// play plays a scenario over the whole core: the window's path but for the window.
func (d *driver) play(ctx context.Context, scenario string) error {
	o := core.Options{Version: "conformance", Memory: true, Answers: true, Rules: answers()}
	return withCore(o, func(c *core.Core) error {
		p, err := c.Save(profile.Profile{Name: "conformance", Transport: profile.HTTP, URL: d.url, Era: profile.Era{Mode: string(eraAsked())}}, nil)
		if err != nil {
			return err
		}
		if _, err := c.ConnectWait(ctx, p.ID); err != nil {
			return err
		}
		d.core = c
		if d.session, err = c.Session(p.ID); err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", scenario, d.session.Info().How)
		err = d.script(ctx, scenario)
		c.Disconnect(p.ID)
		if v, _ := c.Connection(p.ID); v.Banner != nil {
			fmt.Fprintln(os.Stderr, "outside of a call:", v.Banner.Message)
		}
		return err
	})
}

// withCore runs with on a core in a data folder of its own, and prints the traffic at the end.
func withCore(o core.Options, with func(*core.Core) error) (err error) {
	if o.Dir, err = os.MkdirTemp("", "sightglass-conformance-"); err != nil {
		return fmt.Errorf("make a data folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(o.Dir)) }()
	c := core.New(o)
	if err := c.Start(); err != nil {
		return err
	}
	defer func() {
		printTrace(c.Page(0, traced).Entries, func(seq uint64, part wire.Part) string {
			b, _ := c.Body(seq, part, 0, tracedBody)
			return string(b.Bytes)
		})
		err = errors.Join(err, c.Close())
	}()
	return with(c)
}

// byHand is the tool whose questions the driver answers as a user does.
const byHand = "test_mrtr_echo_state"

// answers are the rules of the run: every form is accepted with its defaults, as a user would who only looks.
func answers() []rules.Rule {
	sampled := `{"role":"assistant","content":{"type":"text","text":"a test"},"model":"none","stopReason":"endTurn"}`
	return []rules.Rule{
		{Name: "by hand", Enabled: true, Tool: byHand, Action: rules.DoAsk},
		{Name: "defaults", Enabled: true, Action: rules.DoDefaults},
		{Name: "sampled", Enabled: true, Method: "sampling/createMessage", Action: rules.DoAnswer, Content: sampled},
	}
}

// driver is one scenario under way.
type driver struct {
	url     string
	core    *core.Core
	session *session.Session
	given   struct {
		ToolCalls []struct {
			Name      string          `json:"name"`
			Arguments json.RawMessage `json:"arguments"`
		} `json:"toolCalls"`
		credentials
	}
}

// eraAsked is the era the suite asks for, or our own choice for a second run of it.
func eraAsked() session.Era {
	if own := os.Getenv("SIGHTGLASS_CONFORMANCE_ERA"); own != "" {
		return session.Era(own)
	}
	if os.Getenv("MCP_CONFORMANCE_PROTOCOL_VERSION") == session.LatestModern {
		return session.Modern
	}
	return session.Legacy
}

// What is printed of the traffic: what went wrong is in there.
const (
	traced     = 1000 // entries
	tracedBody = 4096 // bytes
)

// printTrace writes the traffic as JSON Lines when SIGHTGLASS_CONFORMANCE_TRACE is set.
func printTrace(entries []wire.Entry, body func(uint64, wire.Part) string) {
	if os.Getenv("SIGHTGLASS_CONFORMANCE_TRACE") == "" {
		return
	}
	out := json.NewEncoder(os.Stderr)
	for _, e := range entries {
		l := struct {
			wire.Entry
			Request string `json:"request,omitempty"`
			Body    string `json:"body"`
		}{Entry: e}
		if e.Kind == wire.KindHTTP {
			l.Request, l.Body = body(e.Seq, wire.PartRequest), body(e.Seq, wire.PartResponse)
		} else {
			l.Body = body(e.Seq, wire.PartMessage)
		}
		_ = out.Encode(l)
	}
}
