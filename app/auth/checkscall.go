package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// checkCall is a request of the checks, to the server itself.
type checkCall struct {
	what   string // "POST initialize"
	method string
	rpc    string // JSON-RPC method, empty without a body
}

// checkSeen is its answer.
type checkSeen struct {
	status    int
	header    http.Header
	body      []byte
	endless   bool // the body did not end in time
	entries   []uint64
	challenge challenge.Challenge
}

// modernVersion is the first version without a handshake (2026-07-28, basic/versioning).
const modernVersion = "2026-07-28"

func (r *checkRun) first() checkCall {
	if r.cfg.Version >= modernVersion {
		return checkCall{"POST server/discover", http.MethodPost, "server/discover"}
	}
	return checkCall{"POST initialize", http.MethodPost, "initialize"}
}

var (
	checkList   = checkCall{"POST tools/list", http.MethodPost, "tools/list"}
	checkStream = checkCall{"GET", http.MethodGet, ""}
	checkDelete = checkCall{"DELETE", http.MethodDelete, ""}
)

// message is a call's body, right for the version that the server speaks.
func (r *checkRun) message(rpc string) []byte {
	if rpc == "" {
		return nil
	}
	info := map[string]any{"name": "sightglass-checks", "version": "1"}
	params := map[string]any{}
	switch {
	case r.cfg.Version >= modernVersion:
		params["_meta"] = map[string]any{
			"io.modelcontextprotocol/protocolVersion":    r.cfg.Version,
			"io.modelcontextprotocol/clientCapabilities": map[string]any{}, "io.modelcontextprotocol/clientInfo": info,
		}
	case rpc == "initialize":
		params["protocolVersion"] = firstOf(r.cfg.Version, "2025-11-25")
		params["capabilities"], params["clientInfo"] = map[string]any{}, info
	}
	b, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": "check", "method": rpc, "params": params})
	if err != nil {
		panic(err) // strings and maps of them
	}
	return b
}

// send sends a call to target with further headers. An answer that does not end is an answer; one that does not begin
// is an error.
func (r *checkRun) send(ctx context.Context, call checkCall, target string, extra http.Header) (*checkSeen, error) {
	h := http.Header{"Accept": {"application/json, text/event-stream"}}
	if call.method == http.MethodGet {
		h.Set("Accept", "text/event-stream")
	}
	if call.rpc != "" {
		h.Set("Content-Type", "application/json")
	}
	if r.cfg.Version >= modernVersion {
		h.Set("MCP-Protocol-Version", r.cfg.Version)
		if call.rpc != "" {
			h.Set("Mcp-Method", call.rpc)
		}
	}
	for name, values := range extra {
		h[name] = values
	}
	short, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	resp, err := r.cfg.HTTP.Do(short, Request{Method: call.method, URL: target, Header: h, Body: r.message(call.rpc), Purpose: "check"})
	seen := &checkSeen{}
	if err != nil {
		f := fault.As(err)
		if f == nil || f.Status == 0 || ctx.Err() != nil {
			return nil, err
		}
		seen.status, seen.header, seen.entries, seen.endless = f.Status, f.Header, f.Entries, true
	} else {
		seen.status, seen.header, seen.body, seen.entries = resp.Status, resp.Header, resp.Body, resp.Entries
	}
	if seen.header == nil {
		seen.header = http.Header{}
	}
	if nonce := seen.header.Get("DPoP-Nonce"); nonce != "" {
		r.nonce = nonce
	}
	seen.challenge = challenge.Read(challenge.Input{
		Server: r.cfg.Server, Resource: r.cfg.Resource, Status: seen.status, Method: call.method, URL: r.cfg.Resource,
		Where: call.what, Header: seen.header, Body: seen.body, TokenSent: h.Get("Authorization") != "",
	})
	r.endSession(ctx, seen, extra)
	return seen, nil
}

// endSession ends a session that an answer opened, so that the checks leave nothing behind.
func (r *checkRun) endSession(ctx context.Context, seen *checkSeen, extra http.Header) {
	id := seen.header.Get("Mcp-Session-Id")
	if id == "" || !seen.let() || r.cfg.Version >= modernVersion {
		return
	}
	h := http.Header{}
	if _, token, ok := strings.Cut(extra.Get("Authorization"), " "); ok {
		var err error
		if h, err = r.carry(checkDelete, token); err != nil {
			return // the session stays: its token could not be sent a second time
		}
	}
	h.Set("Mcp-Session-Id", id)
	if r.cfg.Version != "" {
		h.Set("MCP-Protocol-Version", r.cfg.Version)
	}
	short, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	resp, err := r.cfg.HTTP.Do(short, Request{Method: http.MethodDelete, URL: r.cfg.Resource, Header: h, Purpose: "check"})
	switch {
	case err == nil:
		seen.entries = append(seen.entries, resp.Entries...)
	default: // the server keeps its session: nothing to be done, and it is in the log
		seen.entries = append(seen.entries, fault.From(err).Entries...)
	}
}

// let says that a request was let in.
func (s *checkSeen) let() bool { return s.status >= 200 && s.status < 300 }

// refused says that it was refused for the want of a good token.
func (s *checkSeen) refused() bool { return s.status == http.StatusUnauthorized }

// repeats says that an answer repeats a token that was sent.
func (s *checkSeen) repeats(token string) bool {
	if len(token) < 8 {
		return false
	}
	if bytes.Contains(s.body, []byte(token)) {
		return true
	}
	for _, values := range s.header {
		for _, v := range values {
			if bytes.Contains([]byte(v), []byte(token)) {
				return true
			}
		}
	}
	return false
}
