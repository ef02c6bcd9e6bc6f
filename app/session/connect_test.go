package session

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// stepNames are the steps of a connect as "name state".
func stepNames(list []Step) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.Name+" "+string(s.State))
	}
	return out
}

// The era matrix of stdio (2026-07-28/basic/transports/stdio#backward-compatibility). on changes the peer before
// Connect; want names what was settled, or the error.
func TestEraStdio(t *testing.T) {
	const started, probed, inited, told = "start process done", "probe server/discover done", "initialize done", "notifications/initialized done"
	const unasked = "probe server/discover skipped"
	modern := []string{started, probed}
	legacy := []string{started, probed, inited, told}
	reply := func(code int, data string) func(*peer, msg) {
		return func(p *peer, m msg) { p.fail(m, code, data) }
	}
	for _, tt := range []struct {
		name    string
		change  func(*peer, *Config)
		version string
		steps   []string
		err     string // of the CallError's message, when it fails
		kind    fault.Kind
	}{
		{name: "modern", change: func(p *peer, _ *Config) { p.on = modernPeer(p.t).on }, version: LatestModern, steps: modern},
		{name: "legacy: method not found", change: func(*peer, *Config) {}, version: LatestLegacy, steps: legacy},
		{name: "legacy: invalid params", change: func(p *peer, _ *Config) { p.on["server/discover"] = reply(-32602, "") }, version: LatestLegacy, steps: legacy},
		{name: "legacy: server error", change: func(p *peer, _ *Config) { p.on["server/discover"] = reply(-32000, "") }, version: LatestLegacy, steps: legacy},
		{name: "legacy: empty result", change: func(p *peer, _ *Config) {
			p.on["server/discover"] = func(p *peer, m msg) { p.result(m, `{}`) }
		}, version: LatestLegacy, steps: legacy},
		{name: "legacy: supportedVersions of another type", change: func(p *peer, _ *Config) {
			p.on["server/discover"] = func(p *peer, m msg) { p.result(m, `{"supportedVersions":"2026-07-28"}`) }
		}, version: LatestLegacy, steps: legacy},
		{name: "legacy: lists only legacy versions", change: func(p *peer, _ *Config) {
			p.on["server/discover"] = func(p *peer, m msg) { p.result(m, discoverResult("2025-03-26", "2025-06-18")) }
		}, version: "2025-06-18", steps: legacy},
		{name: "modern: same version offered after -32022", change: func(p *peer, _ *Config) {
			n := 0
			p.on = modernPeer(p.t).on
			p.on["server/discover"] = func(p *peer, m msg) {
				if n++; n == 1 {
					p.fail(m, -32022, `{"supported":["2026-07-28"],"requested":"2026-07-28"}`)
					return
				}
				p.result(m, discoverResult(LatestModern))
			}
		}, version: LatestModern, steps: modern},
		{name: "modern: header mismatch, then good", change: func(p *peer, _ *Config) {
			n := 0
			p.on["server/discover"] = func(p *peer, m msg) {
				if n++; n == 1 {
					p.fail(m, -32020, "")
					return
				}
				p.result(m, discoverResult(LatestModern))
			}
		}, version: LatestModern, steps: modern},
		{name: "modern error twice is never followed by initialize", change: func(p *peer, _ *Config) {
			p.on["server/discover"] = reply(-32021, `{"requiredCapabilities":{"roots":{}}}`)
		}, steps: []string{started, "probe server/discover failed"}, kind: fault.RPC, err: "refused server/discover twice"},
		{name: "no version in common", change: func(p *peer, _ *Config) {
			p.on["server/discover"] = reply(-32022, `{"supported":["2031-01-01"]}`)
		}, steps: []string{started, "probe server/discover failed"}, kind: fault.Protocol, err: "supports 2031-01-01; Sightglass speaks 2026-07-28, 2025-11-25"},
		{name: "discover without a version in common", change: func(p *peer, _ *Config) {
			p.on["server/discover"] = func(p *peer, m msg) { p.result(m, discoverResult("2031-01-01")) }
		}, steps: []string{started, "probe server/discover failed"}, kind: fault.Protocol, err: "The server speaks 2031-01-01"},
		{name: "back to modern", change: func(p *peer, _ *Config) {
			n := 0
			p.on["server/discover"] = func(p *peer, m msg) {
				if n++; n == 1 {
					p.fail(m, -32602, "")
					return
				}
				p.result(m, discoverResult(LatestModern))
			}
			p.on["initialize"] = reply(-32022, `{"supported":["2026-07-28"]}`)
		}, version: LatestModern, steps: []string{started, probed, "initialize failed", probed}},
		{name: "back to modern without discover", change: func(p *peer, _ *Config) {
			p.on["initialize"] = reply(-32020, "")
		}, version: LatestModern, steps: []string{started, probed, "initialize failed", probed}},
		{name: "legacy pinned", change: func(_ *peer, c *Config) { c.Era, c.Version = Legacy, "2025-03-26" }, version: "2025-03-26", steps: []string{started, inited, told}},
		{name: "legacy pinned, older answer", change: func(p *peer, c *Config) {
			c.Era = Legacy
			p.on["initialize"] = func(p *peer, m msg) { p.result(m, `{"protocolVersion":"2024-11-05"}`) }
		}, version: "2024-11-05", steps: []string{started, inited, told}},
		{name: "legacy remembered", change: func(_ *peer, c *Config) { c.Remembered = Legacy }, version: LatestLegacy, steps: []string{started, unasked, inited, told}},
		{name: "legacy remembered, refuses initialize now", change: func(p *peer, c *Config) {
			c.Remembered = Legacy
			p.on = modernPeer(p.t).on
		}, version: LatestModern, steps: []string{started, unasked, "initialize failed", probed}},
		{name: "legacy remembered, modern error now", change: func(p *peer, c *Config) {
			c.Remembered = Legacy
			p.on = modernPeer(p.t).on
			p.on["initialize"] = reply(-32022, `{"supported":["2026-07-28"]}`)
		}, version: LatestModern, steps: []string{started, unasked, "initialize failed", probed}},
		{name: "legacy remembered, dies of initialize now", change: func(p *peer, c *Config) {
			c.Remembered = Legacy
			p.on = modernPeer(p.t).on
			p.on["initialize"] = func(p *peer, _ msg) { p.die() }
		}, version: LatestModern, steps: []string{started, unasked, "initialize failed", "start process again done", probed}},
		{name: "legacy remembered, refuses all now", change: func(p *peer, c *Config) {
			c.Remembered = Legacy
			p.on["initialize"] = reply(-32603, "")
		}, steps: []string{started, unasked, "initialize failed", probed, "initialize failed"}, kind: fault.RPC, err: "no (-32603)"},
		{name: "modern remembered", change: func(_ *peer, c *Config) { c.Remembered = Modern }, version: LatestLegacy, steps: legacy},
		{name: "legacy remembered, modern pinned", change: func(p *peer, c *Config) {
			c.Remembered, c.Era = Legacy, Modern
			p.on = modernPeer(p.t).on
		}, version: LatestModern, steps: modern},
		{name: "unknown version", change: func(p *peer, _ *Config) {
			p.on["initialize"] = func(p *peer, m msg) { p.result(m, `{"protocolVersion":"2099-01-01"}`) }
		}, steps: []string{started, probed, "initialize failed"}, kind: fault.Protocol, err: "with the version 2099-01-01; Sightglass asked for 2025-11-25 and speaks 2025-11-25"},
		{name: "no version", change: func(p *peer, _ *Config) {
			p.on["initialize"] = func(p *peer, m msg) { p.result(m, `{}`) }
		}, steps: []string{started, probed, "initialize failed"}, kind: fault.Protocol, err: "with no protocolVersion"},
		{name: "initialize refused", change: func(p *peer, _ *Config) { p.on["initialize"] = reply(-32603, "") }, steps: []string{started, probed, "initialize failed"}, kind: fault.RPC, err: "no (-32603)"},
		{name: "modern pinned against legacy", change: func(_ *peer, c *Config) { c.Era = Modern }, steps: []string{started, "probe server/discover failed"}, kind: fault.Protocol, err: "The server does not speak 2026-07-28: server/discover was answered with the error -32601"},
		{name: "modern pinned against versions of before", change: func(p *peer, c *Config) {
			c.Era = Modern
			p.on["server/discover"] = func(p *peer, m msg) { p.result(m, discoverResult("2025-11-25")) }
		}, steps: []string{started, "probe server/discover failed"}, kind: fault.Protocol, err: "offers only the legacy versions 2025-11-25"},
		{name: "dies of the probe", change: func(p *peer, _ *Config) {
			p.on["server/discover"] = func(p *peer, _ msg) { p.die() }
		}, version: LatestLegacy, steps: []string{started, probed, "start process again done", inited, told}},
		{name: "dies anyway", change: func(p *peer, _ *Config) {
			p.on["server/discover"] = func(p *peer, _ msg) { p.die() }
			p.on["initialize"] = func(p *peer, _ msg) { p.die() }
		}, steps: []string{started, probed, "start process again done", "initialize failed"}, kind: fault.Closed, err: "exit code 3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := legacyPeer(t)
			cfg := config(p)
			tt.change(p, &cfg)
			var steps []Step
			cfg.OnSteps = func(l []Step) { steps = l }
			s, err := Connect(t.Context(), cfg)
			if d := cmp.Diff(tt.steps, stepNames(steps)); d != "" {
				t.Error(d)
			}
			if tt.err != "" {
				var f *fault.CallError
				if !errors.As(err, &f) || f.Kind != tt.kind || !strings.Contains(f.Message, tt.err) || f.Server != "peer" || f.Step == "" {
					t.Fatalf("error %+v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer closeSession(t, s)
			if got := s.Info().Version; got != tt.version {
				t.Errorf("version %s, want %s (%s)", got, tt.version, s.Info().How)
			}
		})
	}
}

func TestSilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := legacyPeer(t)
		p.on["server/discover"] = func(*peer, msg) {}
		cfg := config(p)
		cfg.ProbeTimeout = 0
		began := time.Now()
		s, err := Connect(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != DefaultProbeTimeout {
			t.Errorf("took %s, want %s", took, DefaultProbeTimeout)
		}
		if !s.Info().Costly {
			t.Error("the next connect would wait again")
		}
		if !strings.Contains(s.Info().How, "no answer to server/discover within 3s") {
			t.Error(s.Info().How)
		}
		closeSession(t, s)
		synctest.Wait()
	})
}

// TestSilentServerInAShortConnect leaves time for initialize when the whole connect has less than the probe by default.
func TestSilentServerInAShortConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := legacyPeer(t)
		p.on["server/discover"] = func(*peer, msg) {}
		cfg := config(p)
		cfg.ProbeTimeout, cfg.ConnectTimeout = 0, 2*time.Second
		began := time.Now()
		s, err := Connect(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("took %s, want half of the connect", took)
		}
		closeSession(t, s)
		synctest.Wait()
	})
}

// A silent server that is known costs no probe.
func TestSilentServerRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := legacyPeer(t)
		p.on["server/discover"] = func(*peer, msg) {}
		cfg := config(p)
		cfg.ProbeTimeout, cfg.Remembered = 0, Legacy
		began := time.Now()
		s, err := Connect(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != 0 || len(p.sent("server/discover")) != 0 {
			t.Errorf("took %s", took)
		}
		if text := s.Steps()[1].Text; !strings.Contains(text, "so the legacy era is tried first") || !s.Info().Costly {
			t.Errorf("the step says %q", text)
		}
		closeSession(t, s)
		synctest.Wait()
	})
}

func TestConnectTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := legacyPeer(t)
		p.on["initialize"] = func(*peer, msg) {}
		_, err := Connect(t.Context(), config(p))
		var f *fault.CallError
		if !errors.As(err, &f) || f.Kind != fault.Timeout || f.Step != "initialize" ||
			f.Message != "The connect took longer than 30s; it was waiting for: initialize." {
			t.Errorf("error %+v", err)
		}
		synctest.Wait()
	})
}

func TestConnectCancelled(t *testing.T) {
	for _, method := range []string{"server/discover", "initialize"} {
		t.Run(method, func(t *testing.T) {
			p := legacyPeer(t)
			ctx, cancel := context.WithCancel(t.Context())
			p.on[method] = func(*peer, msg) { cancel() }
			_, err := Connect(ctx, config(p))
			if kindOf(err) != fault.Cancelled {
				t.Errorf("error %v", err)
			}
			if list := p.sent("notifications/cancelled"); len(list) > 0 {
				t.Errorf("initialize must never be cancelled: %v", list) // 2025-11-25/basic/utilities/cancellation
			}
		})
	}
}

func TestModernInfo(t *testing.T) {
	p := modernPeer(t)
	cfg := config(p)
	cfg.Answerers = Answerers{Form: true, Roots: true}
	s := connect(t, cfg)
	i := s.Info()
	if string(i.ServerInfo) != `{"name":"peer","version":"1"}` || string(i.Capabilities) != `{"tools":{}}` || i.Instructions != "be kind" {
		t.Errorf("info %+v", i)
	}
	got := p.sent("server/discover")[0].Params
	want := `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{"elicitation":{"form":{}},"roots":{}},"io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"}}}`
	if string(got) != want {
		t.Errorf("params %s", got)
	}
}

func TestBadConfig(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"no dial":           func(c *Config) { c.Dial = nil },
		"transport":         func(c *Config) { c.Transport = "carrier pigeon" },
		"era":               func(c *Config) { c.Era = "bronze" },
		"modern over SSE":   func(c *Config) { c.Transport, c.Era = SSE, Modern },
		"no legacy version": func(c *Config) { c.Era, c.Version = Legacy, LatestModern },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(legacyPeer(t))
			change(&cfg)
			if _, err := Connect(t.Context(), cfg); kindOf(err) != fault.Input {
				t.Errorf("error %v", err)
			}
		})
	}
}
