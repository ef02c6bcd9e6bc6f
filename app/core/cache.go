package core

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/sightglass-dev/sightglass/app/session"
)

// The reasons of [CacheHint.Stale].
const (
	staleChanged = "changed" // the server said that it changed
	staleToken   = "token"   // cacheScope private, and another token is in use: another user may see something else
)

// hint is a caching hint as the window sees it, nil when the server gave none: of what was read with this token, and
// changed since or not.
func (cn *connection) hint(c *session.Cache, token string, changed bool) *CacheHint {
	if c == nil {
		return nil
	}
	out := &CacheHint{TTL: c.TTL.Milliseconds(), Scope: cn.text(c.Scope), Until: c.Until.UnixMicro()}
	switch {
	case changed:
		out.Stale = staleChanged
	// 2026-07-28/server/utilities/caching: "private … MUST NOT be shared across authorization contexts"; what is not
	// said to be public counts as private.
	case c.Scope != "public" && token != cn.token():
		out.Stale = staleToken
	}
	return out
}

// fresh reports whether an answer may be used instead of asking again. One without a hint is kept until it is asked
// for anew, as in the eras that know none.
func (h *CacheHint) fresh() bool {
	return h == nil || h.Stale == "" && time.Now().UnixMicro() < h.Until
}

// token tells the access tokens of a connection apart; empty: none is in use.
func (cn *connection) token() string {
	cn.mu.Lock()
	source := cn.source
	cn.mu.Unlock()
	if source == nil {
		return ""
	}
	t, ok := source.Current(cn.ctx)
	if !ok {
		return ""
	}
	sum := sha256.Sum256([]byte(t.AccessToken))
	return hex.EncodeToString(sum[:8])
}

// discoverHint is that of the answer to server/discover.
func discoverHint(in session.Info) *CacheHint {
	if in.Era != session.Modern {
		return nil
	}
	c, _ := session.CacheOf(in.Result, time.Now()) // what is malformed about it is told with the lists
	if c == nil {
		return nil
	}
	return &CacheHint{TTL: c.TTL.Milliseconds(), Scope: c.Scope, Until: c.Until.UnixMicro()}
}
