package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
)

// verdict is what an answer to the probe says about the server.
type verdict struct {
	modern    bool            // it speaks a version without handshake
	version   string          // to use: modern, or legacy when the server listed only such ones
	supported []string        // what it listed
	retry     bool            // a recognised modern error: ask once more with version
	died      bool            // the process ended
	silent    bool            // nothing came in time
	result    json.RawMessage // of a good answer
	entry     uint64          // of the answer
	text      string          // the verdict in words, no full stop
	rpc       *fault.RPCError // the error it answered with
	stop      error           // no evidence at all: surface this
}

// probe asks with server/discover which era the server belongs to (2026-07-28/basic/versioning#backward-compatibility,
// transports/stdio#backward-compatibility, transports/streamable-http#backward-compatibility).
func (c *connector) probe(ctx context.Context, version string) (verdict, *fault.CallError) {
	i := c.begin("probe " + methodDiscover)
	v, err := c.discover(ctx, version)
	if err == nil && v.retry {
		if v.version == "" {
			v.version = version
		}
		if !slices.Contains(ModernVersions(), v.version) && v.version != c.modernVersion() {
			return c.onlyLegacy(i, v)
		}
		again := v
		if v, err = c.discover(ctx, v.version); err == nil && !v.modern {
			v.stop = c.refused(again, v) // "do NOT send initialize"
		}
	}
	if err == nil {
		err = v.stop
	}
	if err != nil || ctx.Err() != nil {
		f := c.fail(ctx, i, err)
		if f.Hint == "" && f.Kind != fault.Cancelled {
			f.Hint = "If the server is an old one that cannot answer server/discover, set its protocol era to legacy."
		}
		return v, f
	}
	state := "legacy"
	if v.modern {
		state = "modern"
	}
	c.end(i, StepDone, sentenceOf(state+": "+v.text), v.entry)
	c.s.note(fmt.Sprintf("Probe: %s, because %s.", state, v.text), v.entry)
	return v, nil
}

// discover sends one server/discover and judges what comes.
func (c *connector) discover(ctx context.Context, version string) (verdict, error) {
	env := c.s.envelope(CallInput{}, c.trace())
	env.version, env.capabilities, env.client = version, c.s.settings().declared, c.s.client()
	env.logLevel = c.s.settings().Every.LogLevel
	params, _, _ := env.apply(nil)
	wait := ctx
	if c.kind == Stdio && c.s.cfg.Era != Modern { // a pinned era has nothing to fall back to: it waits for the whole connect
		limit := c.s.cfg.ProbeTimeout
		if limit == 0 {
			limit = DefaultProbeTimeout
			if whole := c.s.cfg.ConnectTimeout; whole > 0 { // a short connect keeps time for a silent legacy server
				limit = min(limit, whole/2)
			}
		}
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	began := time.Now()
	a, err := c.call(wait, methodDiscover, "probe", params, version)
	if ctx.Err() != nil {
		return verdict{}, err
	}
	if err != nil && wait.Err() != nil {
		// "any other error or timeout -> legacy"
		return verdict{silent: true, text: fmt.Sprintf("there was no answer to server/discover within %s", time.Since(began).Round(100*time.Millisecond))}, nil
	}
	v := judge(c.kind, a, err)
	v.choose(c.s.cfg, version)
	return v, nil
}

// judge reads an answer to server/discover. It knows no settings.
func judge(kind Transport, a *transport.Answer, err error) verdict {
	if err != nil {
		return judgeError(kind, err)
	}
	v := verdict{entry: a.Response, rpc: a.Error}
	if a.Error != nil {
		v.rpcError(a.Error, a.Status)
		if a.Status >= 500 && !v.retry {
			v.stop = &fault.CallError{
				Kind: fault.HTTP, Status: a.Status, Header: a.Header, Entries: []uint64{a.Request, a.Response}, RPC: a.Error,
				Message: fmt.Sprintf("The server answered with HTTP %d and the error %d: %s", a.Status, a.Error.Code, clip(a.Error.Message, 300)),
			}
		}
		return v
	}
	if json.Unmarshal(field(a.Result, "supportedVersions"), &v.supported) != nil || len(v.supported) == 0 {
		v.supported = nil
		v.text = "the answer to server/discover has no supportedVersions"
		return v
	}
	v.modern, v.result = true, a.Result
	return v
}

// judgeError reads what is no JSON-RPC answer.
func judgeError(kind Transport, err error) verdict {
	var f *fault.CallError
	if !errors.As(err, &f) {
		return verdict{stop: err}
	}
	v := verdict{}
	if len(f.Entries) > 0 {
		v.entry = f.Entries[len(f.Entries)-1]
	}
	switch {
	case f.Kind == fault.Auth, f.Kind == fault.Connect: // no evidence about the era: sign in, or correct the URL, first
		v.stop = f
	case kind == Stdio && f.Kind == fault.Closed:
		v.died, v.text = true, "the process ended when server/discover was the first message"
	case kind == Stdio && f.Kind == fault.Protocol:
		v.text = "the answer to server/discover could not be used"
	case f.Status >= 400 && f.Status < 500:
		if v.rpc = bodyError(f); v.rpc != nil {
			v.rpcError(v.rpc, f.Status)
			return v
		}
		v.text = fmt.Sprintf("server/discover was answered with HTTP %d", f.Status)
	case f.Status >= 200 && f.Status < 300:
		v.text = fmt.Sprintf("server/discover was answered with HTTP %d, but not with JSON-RPC", f.Status)
	default:
		v.stop = f
	}
	return v
}

// bodyError is the JSON-RPC error in a refusal's body, if it is one.
func bodyError(f *fault.CallError) *fault.RPCError {
	if f.RPC != nil {
		return f.RPC
	}
	var e fault.RPCError
	if raw := field(json.RawMessage(f.Detail), "error"); isObject(raw) && json.Unmarshal(raw, &e) == nil && e.Code != 0 {
		return &e
	}
	return nil
}

// rpcError reads an error answer: three codes are of the modern era, all others say legacy.
func (v *verdict) rpcError(e *fault.RPCError, status int) {
	if !modernCode(e.Code) {
		v.text = fmt.Sprintf("server/discover was answered with the error %d", e.Code)
		if status >= 400 {
			v.text += fmt.Sprintf(" and HTTP %d", status)
		}
		return
	}
	v.retry = true
	_ = json.Unmarshal(field(e.Data, "supported"), &v.supported) // a malformed list names nothing
	v.text = fmt.Sprintf("server/discover was answered with the modern error %d", e.Code)
}

func modernCode(code int) bool {
	return code == codeHeader || code == codeCapability || code == codeVersion
}

// choose picks the version to use from what the server supports: ours for modern, a legacy one when it lists only such.
func (v *verdict) choose(cfg Config, asked string) {
	ours := ModernVersions()
	if cfg.Era == Modern && cfg.Version != "" {
		ours = []string{cfg.Version}
	}
	for _, known := range append(ours, LegacyVersions()...) {
		if slices.Contains(v.supported, known) {
			v.version = known
			break
		}
	}
	isOurs := slices.Contains(ours, v.version)
	switch {
	case v.modern && isOurs:
		v.text = "server/discover offers " + v.version
	case v.modern && v.version != "":
		v.modern = false
		v.text = "server/discover offers only the legacy versions " + list(v.supported)
	case v.modern:
		v.stop = &fault.CallError{
			Kind: fault.Protocol, Entries: []uint64{v.entry},
			Message: fmt.Sprintf("The server speaks %s; Sightglass speaks %s.", list(v.supported), list(append(ours, LegacyVersions()...))),
			Hint:    "Update the server, or Sightglass.",
		}
	case v.retry && len(v.supported) > 0 && v.version == "":
		v.stop = &fault.CallError{
			Kind: fault.Protocol, Entries: []uint64{v.entry}, RPC: v.rpc,
			Message: fmt.Sprintf("The server refused version %s and supports %s; Sightglass speaks %s.",
				asked, list(v.supported), list(append(ours, LegacyVersions()...))),
			Hint: "Update the server, or Sightglass.",
		}
		v.retry = false
	}
}

// onlyLegacy ends a probe whose modern error lists no modern version of ours: the version to use is a legacy one.
func (c *connector) onlyLegacy(i int, v verdict) (verdict, *fault.CallError) {
	v.text = "the server supports only " + list(v.supported)
	v.retry = false
	c.end(i, StepDone, sentenceOf("legacy: "+v.text), v.entry)
	c.s.note(fmt.Sprintf("Probe: legacy, because %s.", v.text), v.entry)
	return v, nil
}

// refused is the error of a modern server that refused the corrected request too.
func (c *connector) refused(first, second verdict) error {
	if second.stop != nil {
		return second.stop
	}
	rpc := second.rpc
	if rpc == nil {
		rpc = first.rpc
	}
	f := &fault.CallError{
		Kind: fault.RPC, RPC: rpc, Entries: []uint64{first.entry, second.entry},
		Message: fmt.Sprintf("The server speaks the modern protocol, but refused server/discover twice: %d %s", rpc.Code, clip(rpc.Message, 300)),
		Hint:    rpcHint(rpc),
	}
	if f.Hint == "" {
		f.Hint = "Look at both answers: the server contradicts itself."
	}
	return f
}

// notModern ends a connect that was pinned to the modern era.
func (c *connector) notModern(v verdict) *fault.CallError {
	f := &fault.CallError{
		Server: c.s.cfg.Server, Kind: fault.Protocol, Step: "probe " + methodDiscover, RPC: v.rpc,
		Message: fmt.Sprintf("The server does not speak %s: %s.", c.modernVersion(), v.text),
		Hint:    "This server's protocol era is set to modern. Set it to auto or legacy to connect with a handshake.",
	}
	if v.entry != 0 {
		f.Entries = []uint64{v.entry}
	}
	last := len(*c.steps) - 1
	c.end(last, StepFailed, f.Message)
	return f
}

// settle makes the session modern.
func (c *connector) settle(v verdict) *fault.CallError {
	s := c.s
	s.modern.Store(true)
	s.link.SetVersion("") // each request carries its own
	s.info.Era, s.info.Version, s.info.Result, s.info.Entry = Modern, v.version, v.result, v.entry
	s.info.read(v.result)
	s.info.How = fmt.Sprintf("Modern era, version %s: %s.", v.version, v.text)
	return nil
}

// read takes what a connection shows from an initialize or discover result.
func (i *Info) read(result json.RawMessage) {
	i.ServerInfo = field(result, "serverInfo")
	if own := field(field(result, "_meta"), metaServerInfo); own != nil {
		i.ServerInfo = own
	}
	i.Capabilities = field(result, "capabilities")
	i.Instructions, _ = text(field(result, "instructions"))
}

// list names versions, untrusted ones shortened.
func list(versions []string) string {
	const most = 12
	parts := make([]string, 0, most)
	for i, v := range versions {
		if i == most {
			parts = append(parts, "…")
			break
		}
		parts = append(parts, clip(v, 40))
	}
	return strings.Join(parts, ", ")
}

// sentenceOf makes a sentence of words.
func sentenceOf(s string) string { return strings.ToUpper(s[:1]) + s[1:] + "." }
