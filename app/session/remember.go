package session

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// assume goes on with the era that an earlier connect found. A client may keep it for the same command or URL and has
// to ask again when it proves wrong (2026-07-28/basic/versioning).
func (c *connector) assume(ctx context.Context) *fault.CallError {
	c.hunch, c.s.info.Costly = true, true
	i := c.begin("probe " + methodDiscover)
	c.end(i, StepSkipped, "Not asked: the server left it without an answer when it was connected last, so the legacy era is tried first.")
	return c.handshake(ctx, c.legacyVersion(), "it was found so when it was connected last")
}

// disproves tells whether a failed initialize speaks against the remembered era: the server answered, and neither
// refused access nor failed itself.
func disproves(err error) bool {
	f := fault.As(err)
	if f == nil || f.Status >= 500 {
		return false
	}
	switch f.Kind {
	case fault.RPC, fault.HTTP, fault.Protocol, fault.Closed, fault.Session:
		return true
	default:
		return false
	}
}

// askAfterAll asks for the era when the remembered one seems wrong. i is the step of the initialize that failed with
// err.
func (c *connector) askAfterAll(ctx context.Context, i int, err error) *fault.CallError {
	c.hunch = false
	f := c.fail(ctx, i, err)
	if ctx.Err() != nil {
		return f
	}
	c.s.note("The remembered era may be wrong, so the server is asked: " + f.Message)
	if c.kind == Stdio && f.Kind == fault.Closed {
		if f := c.reopen(ctx); f != nil {
			return f
		}
	}
	return c.ask(ctx)
}
