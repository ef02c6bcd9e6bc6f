package core

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/export"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/mock"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// serveCapture is a stdio peer: it serves a capture file, as `sightglass mock FILE` does.
func serveCapture(file string) int {
	err := func() error {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		r, err := export.OpenCapture(f, export.Limits{})
		if err != nil {
			return err
		}
		tape, err := mock.Load(func(yield func(wire.Draft) error) error {
			for {
				d, err := r.Next()
				if errors.Is(err, io.EOF) {
					return nil
				}
				if err == nil {
					err = yield(d)
				}
				if err != nil {
					return err
				}
			}
		}, "")
		if err != nil {
			return err
		}
		return mock.New(tape, mock.Options{}).ServeStdio(context.Background(), os.Stdin, os.Stdout)
	}()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// answering is a core that answers questions by itself.
func answering(t *testing.T) *Core {
	t.Helper()
	list, err := rules.Unattended("defaults")
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{Dir: t.TempDir(), Version: "test", Answers: true, Seed: true, Rules: list})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// visit connects to a server, uses it, and tells everything it said.
func visit(t *testing.T, c *Core, p profile.Profile, calls []RunInput) (said []string) {
	t.Helper()
	saved, err := c.Save(p, nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Launch(saved.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Confirm(saved.ID, l.Hash); err != nil && l.Hash != "" {
		t.Fatal(err)
	}
	v := connect(t, c, saved.ID)
	said = append(said, "era "+v.Era+" "+v.Version, "server "+v.ServerInfo, "capabilities "+v.Capabilities, "instructions "+v.Instructions)
	list, err := c.Tools(t.Context(), saved.ID, true)
	if err != nil || list.Err != nil {
		t.Fatalf("tools: %v %+v", err, list.Err)
	}
	for _, tool := range list.Tools {
		d, err := c.Tool(saved.ID, tool.Index)
		if err != nil {
			t.Fatal(err)
		}
		said = append(said, "tool "+d.Raw)
	}
	for i, in := range calls {
		in.Call, in.Profile, in.Index, in.Force = fmt.Sprintf("%s-%d", saved.ID, i), saved.ID, -1, true
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		out, err := c.Run(ctx, in)
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		text := out.Result
		if out.Err != nil {
			text = "error " + out.Err.RPC + out.Err.Message
		} else if b, err := c.Body(out.Seq, wire.PartMessage, 0, 0); err == nil && text == "" {
			_, text, _ = strings.Cut(string(b.Bytes), `"result":`)
		}
		said = append(said, fmt.Sprintf("%s %s: %s", in.Tool, in.Args, text))
	}
	c.Disconnect(saved.ID)
	return said
}

func TestAMockSaysWhatTheServerSaid(t *testing.T) {
	calls := []RunInput{
		{Tool: "echo", Args: `{"text":"first"}`},
		{Tool: "echo", Args: `{"text":"second é"}`},
		{Tool: "add", Args: `{"a":2,"b":40}`},
		{Tool: "fail", Args: `{}`},
		{Tool: "progress", Args: `{"steps":3}`},
		{Tool: "ask", Args: `{}`},
		{Tool: "nothing", Args: `{}`},
	}
	sample := []RunInput{
		{Tool: "echo", Args: `{"text":"first"}`}, {Tool: "countdown", Args: `{"from":2}`}, {Tool: "fail", Args: `{}`}, {Tool: "ask", Args: `{}`}, {Tool: "measure", Args: `{}`},
	}
	legacy, modern := profile.Era{Mode: "legacy"}, profile.Era{Mode: "modern"}
	for name, c := range map[string]struct {
		p     profile.Profile
		calls []RunInput
	}{
		"http, legacy":           {profile.Profile{Name: "s", Transport: profile.HTTP, URL: mcptest.HTTP(t), Era: legacy}, calls},
		"http, modern":           {profile.Profile{Name: "s", Transport: profile.HTTP, URL: mcptest.HTTP(t), Era: modern}, calls},
		"http, found out":        {profile.Profile{Name: "s", Transport: profile.HTTP, URL: mcptest.HTTP(t)}, calls},
		"http+sse":               {profile.Profile{Name: "s", Transport: profile.SSE, URL: mcptest.SSE(t)}, calls},
		"stdio sample, legacy":   {profile.Profile{Name: "s", Transport: profile.Stdio, Command: self(t), Args: []string{"demo-server"}, Era: legacy}, sample},
		"stdio sample, modern":   {profile.Profile{Name: "s", Transport: profile.Stdio, Command: self(t), Args: []string{"demo-server"}}, sample},
		"http, a page at a time": {profile.Profile{Name: "s", Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.NewModern(0))}, []RunInput{{Tool: "echo", Args: `{"text":"x"}`}, {Tool: "ask", Args: `{}`}, {Tool: "needs", Args: `{}`}}},
	} {
		t.Run(name, func(t *testing.T) {
			recorder := answering(t)
			want := visit(t, recorder, c.p, c.calls)
			m, err := recorder.StartMock(t.Context(), MockInput{})
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "x.sightglass")
			if err := recorder.SaveExport(t.Context(), ExportInput{Format: FormatCapture}, file); err != nil {
				t.Fatal(err)
			}
			for over, p := range map[string]profile.Profile{
				"http":  {Name: "mock", Transport: profile.HTTP, URL: m.URL, Era: c.p.Era},
				"stdio": {Name: "mock", Transport: profile.Stdio, Command: self(t), Args: []string{"mock-server", file}, Era: c.p.Era},
			} {
				if diff := cmp.Diff(want, visit(t, answering(t), p, c.calls)); diff != "" {
					t.Errorf("over %s: -server +mock\n%s", over, diff)
				}
			}
			if list := recorder.Mocks(); len(list) != 1 || list[0].Total == 0 {
				t.Errorf("mocks: %+v", list)
			} else {
				for _, s := range list[0].Served {
					if s.How == mock.Unmatched && !(c.p.Transport == profile.SSE && s.Method == "server/discover") || s.How == mock.ByName { // SSE is not probed
						t.Errorf("%s %s was matched %s", s.Method, s.Params, s.How)
					}
				}
			}
			recorder.StopMock(m.ID)
			if len(recorder.Mocks()) != 0 {
				t.Error("the mock is still there")
			}
		})
	}
}
