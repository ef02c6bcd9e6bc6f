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

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/transport"
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
	d.log = wire.NewLog(wire.Config{})
	defer d.trace()
	s, err := session.Connect(ctx, d.config())
	if err != nil {
		return err
	}
	d.session = s
	scenario := os.Getenv("MCP_CONFORMANCE_SCENARIO")
	fmt.Fprintf(os.Stderr, "%s: %s\n", scenario, s.Info().How)
	err = d.script(ctx, scenario)
	return errors.Join(err, s.Close(ctx))
}

// driver is one scenario under way.
type driver struct {
	url     string
	log     *wire.Log
	session *session.Session
	given   struct {
		ToolCalls []struct {
			Name      string          `json:"name"`
			Arguments json.RawMessage `json:"arguments"`
		} `json:"toolCalls"`
		credentials
	}
	between func() // run once, before the first question is answered
}

// config connects as the window does, with the era that the suite asks for.
func (d *driver) config() session.Config {
	log, mask, era := d.log, wire.NewMasker(make([]byte, 32)), eraAsked()
	return session.Config{
		Server: "conformance", Conn: "conformance", Transport: session.HTTP, Era: era, Log: log,
		Client: session.ClientInfo{Name: "sightglass", Title: "Sightglass", Version: "conformance"},
		Answerers: session.Answerers{
			Form: true, Sampling: true, Roots: true, Rule: session.AtOnce(d.answer),
		},
		Dial: func(ctx context.Context, kind session.Transport, h transport.Handlers) (transport.Link, error) {
			t := transport.Target{Server: "conformance", Conn: "conformance", Transport: profile.Transport(kind), URL: d.url}
			return transport.Open(ctx, t, transport.Options{Log: log, Mask: mask, Handlers: h})
		},
		OnFault: func(err error) { fmt.Fprintln(os.Stderr, "outside of a call:", err) },
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

// answer is the rule: accept, with the defaults of the schema.
func (d *driver) answer(q session.Question) (json.RawMessage, bool) {
	if between := d.between; between != nil {
		d.between = nil
		between()
	}
	return q.Template, true
}

// trace writes the traffic as JSON Lines when SIGHTGLASS_CONFORMANCE_TRACE is set: what went wrong is in there.
func (d *driver) trace() {
	printTrace(d.log.Page(0, traced).Entries, func(seq uint64, part wire.Part) string {
		b, _, _, _ := d.log.Body(seq, part, 0, tracedBody)
		return string(b)
	})
}

const (
	traced     = 1000 // entries
	tracedBody = 4096 // bytes
)

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
