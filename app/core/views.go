package core

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	maxViews    = 16   // open at once: the one that was not used for longest is closed for another
	maxScope    = 5000 // connections or captures of a scope
	maxViewName = 100  // characters
	maxRelated  = 500  // entries told as related to one
	nearRelated = 200_000
	namesWait   = 2 * time.Second // for the names of a connection that ended
)

// The nudges of the traffic's views.
const (
	NudgeViews   = "views"   // a search in a view moved on
	NudgeFilters = "filters" // a filter was saved, renamed or deleted
)

// views are the windows on the traffic that the page has open.
type views struct {
	mu      sync.Mutex
	open    map[string]*view
	running sync.WaitGroup
	closed  bool
}

// OpenView opens a view, or gives one another scope, filter or toggles. It waits a moment for what is found at once;
// what takes longer is told by [NudgeViews].
func (c *Core) OpenView(in ViewInput) (ViewState, error) {
	if in.View == "" || len(in.View) > maxViewName {
		return ViewState{}, input("open a view", fmt.Sprintf("its name has between 1 and %d characters", maxViewName), "")
	}
	v, err := c.viewNamed(in.View, true)
	if err != nil {
		return ViewState{}, err
	}
	v.mu.Lock()
	anew := v.setScope(in.Scope)
	before := v.filter
	v.setFilter(in.Filter)
	anew = anew || v.filter != before
	anew = v.setStop(in.Stop && !anew) || anew
	v.setOff(in.Off)
	v.beginLate()
	v.follow(time.Now().Add(followWait))
	v.begin(anew)
	s := v.search
	v.mu.Unlock()
	if s != nil {
		select {
		case <-s.done:
		case <-time.After(headStart):
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.state(), nil
}

// viewNamed finds an open view.
func (c *Core) viewNamed(name string, open bool) (*view, error) {
	c.views.mu.Lock()
	defer c.views.mu.Unlock()
	v := c.views.open[name]
	if v == nil {
		if !open || c.views.closed {
			return nil, input("show traffic", fmt.Sprintf("there is no view %q", firstRunes(name, 40)), "")
		}
		v = &view{name: name, host: c, source: &c.traffic, log: c.log, running: &c.views.running}
		v.nudge = func() { c.nudge(NudgeViews) }
		if c.views.open == nil {
			c.views.open = map[string]*view{}
		}
		if len(c.views.open) >= maxViews {
			c.views.closeOldest()
		}
		c.views.open[name] = v
	}
	v.used = time.Now()
	return v, nil
}

func (s *views) closeOldest() {
	var oldest *view
	for _, v := range s.open {
		if oldest == nil || v.used.Before(oldest.used) {
			oldest = v
		}
	}
	delete(s.open, oldest.name)
	oldest.close()
}

func (v *view) close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
	v.begin(true)
}

// CloseView closes a view; one that is not open is left alone.
func (c *Core) CloseView(name string) {
	c.views.mu.Lock()
	v := c.views.open[name]
	delete(c.views.open, name)
	c.views.mu.Unlock()
	if v != nil {
		v.close()
	}
}

// CloseViews closes all: their page is gone.
func (c *Core) CloseViews() {
	c.views.mu.Lock()
	all := c.views.open
	c.views.open = nil
	c.views.mu.Unlock()
	for _, v := range all {
		v.close()
	}
}

// endViews closes all for good and waits for their searches.
func (c *Core) endViews() {
	c.views.mu.Lock()
	c.views.closed = true
	c.views.mu.Unlock()
	c.CloseViews()
	c.views.running.Wait()
}

// pull finds a view and brings it up to the log. It returns with the view locked.
func (c *Core) pull(name string) (*view, error) {
	v, err := c.viewNamed(name, false)
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	if !v.follow(time.Now().Add(followWait)) {
		defer v.nudge() // there is more to follow
	}
	v.beginLate()
	v.begin(false)
	return v, nil
}

// Rows returns rows of a view as they are now.
func (c *Core) Rows(ctx context.Context, in RowsInput) (Rows, error) {
	v, err := c.pull(in.View)
	if err != nil {
		return Rows{}, err
	}
	limit := in.Limit
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	out := Rows{Index: in.Index, State: v.state()}
	if in.Index < 0 {
		out.Index = max(0, out.State.Rows-limit)
	}
	parts := v.rowsFrom(out.Index, limit)
	v.mu.Unlock()
	out.Entries = []wire.Entry{}
	for _, p := range parts {
		if out.Entries, err = c.entriesOf(ctx, p, out.Entries); err != nil {
			return Rows{}, fmt.Errorf("read rows: %w", err)
		}
	}
	out.Marks = c.marksOf(out.Entries)
	return out, nil
}

// entriesOf appends entries by their numbers. One that is gone is told by its number alone, so that no row moves.
func (c *Core) entriesOf(ctx context.Context, p partRows, out []wire.Entry) ([]wire.Entry, error) {
	got, err := c.traffic.Entries(ctx, p.run, p.seqs)
	if err != nil {
		return out, err
	}
	for _, seq := range p.seqs {
		e := wire.Entry{Seq: seq, Kind: wire.KindGap, Note: "This entry is not kept any more."}
		if len(got) > 0 && got[0].Seq == seq {
			e, got = got[0], got[1:]
		}
		out = append(out, known(p.run, e))
	}
	return out, nil
}

// known gives an entry the numbers by which it is known outside of its run.
func known(run uint32, e wire.Entry) wire.Entry {
	if run == 0 {
		return e
	}
	for _, n := range []*uint64{&e.Seq, &e.Pair, &e.Exchange} {
		if *n != 0 {
			*n = outside(run, *n)
		}
	}
	e.Findings = slices.Clone(e.Findings)
	return e
}

// RowOf says where in a view an entry stands.
func (c *Core) RowOf(name string, number uint64) (RowOf, error) {
	v, err := c.pull(name)
	if err != nil {
		return RowOf{}, err
	}
	defer v.mu.Unlock()
	run, seq := inside(number)
	return RowOf{Index: v.rowOf(run, seq), State: v.state()}, nil
}

// Entry returns one entry by its number.
func (c *Core) Entry(number uint64) (wire.Entry, error) {
	run, seq := inside(number)
	e, ok := c.traffic.Entry(run, seq)
	if !ok {
		return wire.Entry{}, input("show entry", fmt.Sprintf("entry %d is not kept any more", number), "")
	}
	return known(run, e), nil
}

// lookAgain tells the open views that what the user put on an entry changed.
func (c *Core) lookAgain(run uint32, seq uint64) {
	c.views.mu.Lock()
	all := make([]*view, 0, len(c.views.open))
	for _, v := range c.views.open {
		all = append(all, v)
	}
	c.views.mu.Unlock()
	for _, v := range all {
		v.lookAgain(run, seq)
	}
	c.nudge(NudgeViews)
}

// connNames are the names a connection is known by, besides its id: its server's.
func (c *Core) connNames(run uint32, conn string) []string {
	if run == 0 {
		for _, cn := range c.all() {
			if cn.id == conn {
				return []string{cn.profile.ID, cn.profile.Name}
			}
		}
		run = c.thisRun() // it ended
	}
	if c.captures == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), namesWait)
	defer cancel()
	for _, k := range c.captures.List(ctx) {
		if k.Run == run && k.Conn == conn {
			return []string{k.Profile, k.Server, k.Name}
		}
	}
	return nil
}

func (c *Core) thisRun() uint32 {
	if s, ok := c.traffic.store.(interface{ Run() uint32 }); ok {
		return s.Run()
	}
	return 0
}

func (c *Core) clearedTo() uint64 { return c.traffic.cleared.Load() }
