package core

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/capture"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// NudgeCaptures says that the list of captures or the store's state changed.
const NudgeCaptures = "captures"

// flushWait is how long clearing the traffic waits for the store to have it.
const flushWait = 2 * time.Second

type (
	// Capture is what one connection left: see [capture.Capture].
	Capture = capture.Capture
	// StoreState is where entries go and what is wrong with it.
	StoreState = capture.State
	// Mark is what the user put on an entry.
	Mark = capture.Mark
)

// Captures are the captures that can be shown, the newest first, and how the store is.
type Captures struct {
	Captures []Capture  `json:"captures"`
	Store    StoreState `json:"store"`
}

// openCaptures begins to keep what crosses the wire, if this program is to.
func (c *Core) openCaptures() {
	if !c.opts.Capture {
		return
	}
	c.captures = capture.Open(capture.Config{Dir: c.dir, Log: c.log, Changed: func() { c.nudge(NudgeCaptures) }})
	c.traffic.store = c.captures
}

// Captures lists the captures. A program that keeps none has an empty list.
func (c *Core) Captures(ctx context.Context) Captures {
	if c.captures == nil {
		return Captures{Captures: []Capture{}, Store: StoreState{Mode: capture.ModeMemory}}
	}
	out := Captures{Captures: c.captures.List(ctx), Store: c.captures.State()}
	if out.Captures == nil {
		out.Captures = []Capture{}
	}
	return out
}

// store is the capture store, or why there is none.
func (c *Core) capturing(step string) (*capture.Store, error) {
	if c.captures == nil {
		return nil, input(step, "this program keeps no captures", "")
	}
	return c.captures, nil
}

// changeCaptures does something with the store and tells its error in the window's form.
func (c *Core) changeCaptures(step string, do func(*capture.Store) error) error {
	s, err := c.capturing(step)
	if err != nil {
		return err
	}
	if err := do(s); err != nil {
		return input(step, err.Error(), "")
	}
	return nil
}

// NameCapture names a capture; an empty name takes it away.
func (c *Core) NameCapture(ctx context.Context, id, name string) error {
	return c.changeCaptures("name capture", func(s *capture.Store) error { return s.SetName(ctx, id, strings.TrimSpace(name)) })
}

// CommentCapture sets a capture's comment.
func (c *Core) CommentCapture(ctx context.Context, id, comment string) error {
	return c.changeCaptures("comment capture", func(s *capture.Store) error { return s.SetComment(ctx, id, comment) })
}

// PinCapture keeps a capture from being deleted to make room.
func (c *Core) PinCapture(ctx context.Context, id string, pinned bool) error {
	return c.changeCaptures("pin capture", func(s *capture.Store) error { return s.SetPinned(ctx, id, pinned) })
}

// DeleteCaptures takes captures out of the list; UndeleteCaptures brings them back within half a minute.
func (c *Core) DeleteCaptures(ctx context.Context, ids []string) error {
	return c.changeCaptures("delete captures", func(s *capture.Store) error { return s.Delete(ctx, ids) })
}

// UndeleteCaptures brings deleted captures back.
func (c *Core) UndeleteCaptures(ctx context.Context, ids []string) error {
	return c.changeCaptures("bring captures back", func(s *capture.Store) error { return s.Undelete(ctx, ids) })
}

// LimitCaptures sets the size in bytes above which the oldest captures leave.
func (c *Core) LimitCaptures(ctx context.Context, bytes int64) error {
	return c.changeCaptures("limit captures", func(s *capture.Store) error { return s.SetMaxBytes(ctx, bytes) })
}

// MarkEntry puts a comment and a pin on an entry; without both it takes the mark away.
func (c *Core) MarkEntry(ctx context.Context, number uint64, comment string, pinned bool) error {
	e, ok := c.entryOf(number)
	if !ok {
		return input("mark entry", fmt.Sprintf("entry %d is not kept any more", number), "")
	}
	run, seq := inside(number)
	err := c.changeCaptures("mark entry", func(s *capture.Store) error {
		return s.SetMark(ctx, run, capture.Mark{Seq: seq, Conn: e.Conn, Comment: comment, Pinned: pinned})
	})
	if err == nil {
		c.lookAgain(run, seq)
	}
	return err
}

// marks is what the user put on an entry.
func (c *Core) marks(run uint32, seq uint64) (comment string, pinned bool) {
	if c.captures == nil {
		return "", false
	}
	m := c.captures.Mark(run, seq)
	return m.Comment, m.Pinned
}

// marksOf are the marks of entries that are shown, by their numbers outside.
func (c *Core) marksOf(entries []wire.Entry) []Mark {
	out := []Mark{}
	if c.captures == nil || !c.captures.Marked() {
		return out
	}
	for i := range entries {
		run, seq := inside(entries[i].Seq)
		if m := c.captures.Mark(run, seq); m != (capture.Mark{}) {
			m.Seq = entries[i].Seq
			out = append(out, m)
		}
	}
	return out
}

// recordBegin notes a connection in the store.
func (cn *connection) recordBegin(p profile.Profile) {
	if s := cn.core.captures; s != nil {
		s.Begin(Capture{Conn: cn.id, Profile: p.ID, Server: p.Name, Transport: string(p.Transport), Target: cn.shownTarget(p), Began: cn.view.Started})
	}
}

// shownTarget is where a server is, with placeholders in place of secrets.
func (cn *connection) shownTarget(p profile.Profile) string {
	m := cn.core.masker()
	switch {
	case isSample(p):
		return ""
	case p.Transport == profile.Stdio:
		return string(m.Text(cn.id, []byte(strings.Join(append([]string{p.Command}, cn.core.shown(p).Args...), " "))))
	}
	return string(m.Text(cn.id, []byte(m.URL(cn.id, p.URL))))
}

// recordEnd notes the end of a connection in the store.
func (cn *connection) recordEnd() {
	if s := cn.core.captures; s != nil {
		s.End(cn.id, time.Now())
	}
}

// keepCleared gives the store the time to have what is about to be cleared.
func (c *Core) keepCleared() {
	if c.captures == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), flushWait)
	defer cancel()
	_ = c.captures.Flush(ctx) // what it cannot keep is lost with the log: the state says why
}
