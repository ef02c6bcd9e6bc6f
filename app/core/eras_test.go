package core

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// silentServer is a legacy stdio server that answers initialize and nothing else.
func silentServer() {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var m struct {
			ID     json.RawMessage
			Method string
		}
		if json.Unmarshal(in.Bytes(), &m) == nil && m.Method == "initialize" {
			fmt.Printf(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-06-18","capabilities":{},"serverInfo":{"name":"silent","version":"1"}}}`+"\n", m.ID)
		}
	}
}

// A server that is silent about its era is waited for once.
func TestSilentServerIsRemembered(t *testing.T) {
	c := start(t)
	id, err := c.UseProfile(profile.Profile{
		Name: "silent", Transport: profile.Stdio, Command: self(t), Args: []string{"silent-server"}, Timeouts: profile.Timeouts{Probe: 300},
	}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []session.StepState{session.StepDone, session.StepSkipped, session.StepSkipped} {
		v := connect(t, c, id)
		if len(v.Steps) < 2 || v.Steps[1].State != string(want) || v.Era != "legacy" {
			t.Errorf("connect %d: want the probe %s: %+v", i+1, want, v.Steps)
		}
		c.Disconnect(id)
	}
}

func TestEras(t *testing.T) {
	var e eras
	p := profile.Profile{ID: "a", Transport: profile.Stdio, Command: "x"}
	costly := session.Info{Era: session.Legacy, Costly: true}
	known := func(what string, want session.Era) {
		t.Helper()
		if got := e.of(p); got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	known("never connected", "")
	e.learn(p, session.Info{Era: session.Legacy}, nil)
	known("answered the probe", "")
	e.learn(p, costly, nil)
	known("silent", session.Legacy)
	e.learn(p, session.Info{}, &fault.CallError{Kind: fault.Cancelled})
	e.learn(p, session.Info{}, &fault.CallError{Kind: fault.Auth})
	known("cancelled or refused", session.Legacy)
	for _, change := range []func(*profile.Profile){
		func(p *profile.Profile) { p.Command = "y" }, func(p *profile.Profile) { p.Args = []string{"-v"} },
		func(p *profile.Profile) { p.URL = "http://x" }, func(p *profile.Profile) { p.Era.Version = "2025-03-26" },
	} {
		other := p
		change(&other)
		if got := e.of(other); got != "" {
			t.Errorf("changed to %+v: %q", other, got)
		}
	}
	e.learn(p, session.Info{}, errors.New("no"))
	known("failed", "")
	e.learn(p, costly, nil)
	e.learn(p, session.Info{Era: session.Modern}, nil)
	known("modern now", "")
}
