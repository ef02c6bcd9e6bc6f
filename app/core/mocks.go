package core

import (
	"context"
	"fmt"

	"github.com/sightglass-dev/sightglass/app/export"
	"github.com/sightglass-dev/sightglass/app/mock"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// maxMocks bounds the mocks of the window: each holds what it answers in memory.
const maxMocks = 10

// MockServed is one request that a mock answered.
type MockServed = mock.Served

// Mock is a mock that the window started.
type Mock struct {
	ID         string        `json:"id"`
	URL        string        `json:"url"`
	Conn       string        `json:"conn"` // what it was recorded on
	Name       string        `json:"name"` // of its server
	Requests   int           `json:"requests"`
	Timing     bool          `json:"timing"`
	Challenges bool          `json:"challenges"`
	Challenge  bool          `json:"challenge"` // one was recorded
	Served     []mock.Served `json:"served"`    // the last ones, oldest first
	Total      int           `json:"total"`
}

type runningMock struct {
	view   Mock
	mock   *mock.Mock
	server *mock.Server
}

// StartMock serves what was captured on one connection over Streamable HTTP on this machine, until StopMock or the end of
// the program.
func (c *Core) StartMock(ctx context.Context, in MockInput) (Mock, error) {
	s, err := c.exportSource(ctx, in.What)
	if err != nil {
		return Mock{}, err
	}
	tape, err := mock.Load(func(yield func(wire.Draft) error) error { return export.Records(s, yield) }, in.What.Conn)
	if err != nil {
		return Mock{}, told("serve as mock", err)
	}
	m := mock.New(tape, mock.Options{Timing: in.Timing, Challenges: in.Challenges, Served: func() { c.nudge(NudgeExports) }})
	r := &runningMock{mock: m, view: Mock{Conn: tape.Conn, Requests: tape.Requests(), Timing: in.Timing, Challenges: in.Challenges, Challenge: tape.Challenge()}}
	if r.view.Name = c.connInfo(tape.Conn).Name; r.view.Name == "" {
		r.view.Name = tape.Conn
	}
	c.exports.mu.Lock()
	defer c.exports.mu.Unlock()
	if c.life.Err() != nil {
		return Mock{}, input("serve as mock", "the program is ending", "")
	}
	if len(c.exports.mocks) >= maxMocks {
		return Mock{}, input("serve as mock", fmt.Sprintf("%d mocks are running", maxMocks), "Stop one first.")
	}
	if r.server, err = m.ListenHTTP(context.WithoutCancel(ctx), "127.0.0.1:0"); err != nil {
		return Mock{}, err
	}
	c.exports.next++
	r.view.ID, r.view.URL = fmt.Sprintf("m%d", c.exports.next), r.server.URL
	c.exports.mocks = append(c.exports.mocks, r)
	c.nudge(NudgeExports)
	return r.now(), nil
}

func (r *runningMock) now() Mock {
	v := r.view
	v.Served, v.Total = r.mock.Served()
	if v.Served == nil {
		v.Served = []mock.Served{}
	}
	return v
}

// Mocks lists the mocks that run.
func (c *Core) Mocks() []Mock {
	c.exports.mu.Lock()
	defer c.exports.mu.Unlock()
	out := []Mock{}
	for _, r := range c.exports.mocks {
		out = append(out, r.now())
	}
	return out
}

// StopMock ends a mock; one that does not run is left alone.
func (c *Core) StopMock(id string) {
	c.exports.mu.Lock()
	var found *runningMock
	for i, r := range c.exports.mocks {
		if r.view.ID == id {
			found = r
			c.exports.mocks = append(c.exports.mocks[:i:i], c.exports.mocks[i+1:]...)
			break
		}
	}
	c.exports.mu.Unlock()
	if found != nil {
		_ = found.server.Close() // it is over either way
		c.nudge(NudgeExports)
	}
}

// closeExports ends what runs.
func (c *Core) closeExports() {
	c.StopExport()
	for _, m := range c.Mocks() {
		c.StopMock(m.ID)
	}
}
