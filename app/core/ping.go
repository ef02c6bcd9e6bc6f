package core

import (
	"context"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
)

const (
	maxPings  = 50               // results kept of one connection
	pingTime  = 30 * time.Second // for one ping or check of a server whose requests have no time limit of their own
	checkName = "check-"         // what the call ids of a check begin with
)

// Ping asks the server whether it is there and says how long that took: `ping` in the legacy era, `server/discover` in
// the modern one. What came of it is in the result; its error is that there is no connection.
func (c *Core) Ping(ctx context.Context, id string) (PingResult, error) {
	cn, s, err := c.live(id)
	if err != nil {
		return PingResult{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	out := PingResult{At: time.Now().UnixMicro(), Method: "ping"}
	if s.Info().Era == session.Modern {
		out.Method = "server/discover"
	}
	res, err := s.Ping(ctx)
	if res != nil {
		out.Seq, out.Took = res.Response, res.Took.Microseconds()
	}
	if out.Err = AsError(cn.masked(err)); err != nil {
		if f := fault.As(err); f != nil && f.Challenge != nil {
			cn.onLoose(err)
		}
	}
	cn.mu.Lock()
	cn.pings = append(cn.pings, out)
	if n := len(cn.pings); n > maxPings {
		cn.pings = slices.Delete(cn.pings, 0, n-maxPings)
	}
	cn.mu.Unlock()
	cn.touch()
	return out, nil
}

// pingFigures are those of the pings that were answered, with an error or without.
func pingFigures(pings []PingResult) Figures {
	times := make([]int64, 0, len(pings))
	for _, p := range pings {
		if p.Seq != 0 {
			times = append(times, p.Took)
		}
	}
	return figures(times)
}

// CheckServed asks for each list that the server declares, its first page, or for every list there is; what came of it
// is in [Overview].Served. It waits until the last is answered; StopCheck ends it. One that runs already is left to run.
func (c *Core) CheckServed(ctx context.Context, id string, undeclared bool) error {
	cn, s, err := c.live(id)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cn.mu.Lock()
	if cn.stopCheck != nil {
		cn.mu.Unlock()
		return nil
	}
	cn.stopCheck, cn.checkError = cancel, nil
	cn.mu.Unlock()
	var failed error
	for _, o := range offers {
		if !o.list || !undeclared && !declares(s.Info().Capabilities, o.capability) {
			continue
		}
		cn.checks(o.method)
		if err := cn.checkOne(ctx, s, o.method); err != nil {
			failed = err
			break
		}
	}
	if ctx.Err() != nil {
		failed = nil // stopped by the user
	}
	cn.mu.Lock()
	cn.stopCheck, cn.checking, cn.checkError = nil, "", AsError(cn.masked(failed))
	cn.mu.Unlock()
	cn.touch()
	return nil
}

func (cn *connection) checks(method string) {
	cn.mu.Lock()
	cn.checking = method
	cn.mu.Unlock()
	cn.touch()
}

// checkOne sends one request. A JSON-RPC error is an answer, and a cancelled check no error.
func (cn *connection) checkOne(ctx context.Context, s *session.Session, method string) error {
	limited, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	_, err := s.Call(limited, session.CallInput{Call: checkName + newID(), Method: method})
	f := fault.As(err)
	switch {
	case err == nil, f != nil && f.Kind == fault.RPC, ctx.Err() != nil:
		return ctx.Err()
	case f != nil && f.Challenge != nil:
		cn.onLoose(err)
	}
	return err
}

// StopCheck ends a check under way.
func (c *Core) StopCheck(id string) {
	cn := c.connection(id)
	if cn == nil {
		return
	}
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.stopCheck != nil {
		cn.stopCheck()
	}
}
