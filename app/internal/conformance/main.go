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
	}
	between func() // run once, before the first question is answered
}

// config connects as the window does, with the era that the suite asks for.
func (d *driver) config() session.Config {
	log, mask := d.log, wire.NewMasker(make([]byte, 32))
	era := session.Legacy
	if os.Getenv("MCP_CONFORMANCE_PROTOCOL_VERSION") == session.LatestModern {
		era = session.Modern
	}
	if own := os.Getenv("SIGHTGLASS_CONFORMANCE_ERA"); own != "" {
		era = session.Era(own)
	}
	return session.Config{
		Server: "conformance", Conn: "conformance", Transport: session.HTTP, Era: era, Log: log,
		Client: session.ClientInfo{Name: "sightglass", Title: "Sightglass", Version: "conformance"},
		Answerers: session.Answerers{
			Form: true, Sampling: true, Roots: true, Rule: d.answer,
		},
		Dial: func(ctx context.Context, kind session.Transport, h transport.Handlers) (transport.Link, error) {
			t := transport.Target{Server: "conformance", Conn: "conformance", Transport: profile.Transport(kind), URL: d.url}
			return transport.Open(ctx, t, transport.Options{Log: log, Mask: mask, Handlers: h})
		},
		OnFault: func(err error) { fmt.Fprintln(os.Stderr, "outside of a call:", err) },
	}
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
	if os.Getenv("SIGHTGLASS_CONFORMANCE_TRACE") == "" {
		return
	}
	const most = 1000
	out := json.NewEncoder(os.Stderr)
	for _, e := range d.log.Page(0, most).Entries {
		part := wire.PartMessage
		if e.Kind == wire.KindHTTP {
			part = wire.PartResponse
		}
		body, _, _, _ := d.log.Body(e.Seq, part, 0, 4096)
		_ = out.Encode(struct {
			wire.Entry
			Body string `json:"body"`
		}{e, string(body)})
	}
}
