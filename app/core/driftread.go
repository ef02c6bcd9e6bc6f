package core

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-dev/sightglass/app/drift"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
)

const (
	driftSettle = 700 * time.Millisecond // the window asks for the lists itself when it shows a server: that comes first
	driftPause  = 200 * time.Millisecond // several lists are read one after the other: they are looked at together
	driftWait   = 2 * time.Minute        // for the lists that are read in the background
	maxDrift    = 12 << 20               // bytes of a list that is compared; the file bound is the snapshots' own
)

// driftWatch is what a connection knows of its interface. The zero value is ready.
type driftWatch struct {
	once    sync.Once
	changed chan struct{} // a list was read
	listing atomic.Int32  // lists that are being read now

	mu      sync.Mutex
	failed  map[string]error // why a list could not be read, by method; nil of one that was read
	present *drift.Snapshot  // tidy
	kept    string           // id of its snapshot
	problem string           // why it is not kept
	reading bool
}

func (d *driftWatch) changes() chan struct{} {
	d.once.Do(func() { d.changed = make(chan struct{}, 1) })
	return d.changed
}

// list notes that a list is being read, until the function returned is called with what came of it.
func (d *driftWatch) list(method string) (done func(error)) {
	d.listing.Add(1)
	return func(err error) {
		d.mu.Lock()
		if d.failed == nil {
			d.failed = map[string]error{}
		}
		d.failed[method] = err
		d.mu.Unlock()
		d.listing.Add(-1)
		select {
		case d.changes() <- struct{}{}:
		default:
		}
	}
}

// tried says whether a list was asked for on this connection, and what came of it.
func (d *driftWatch) tried(method string) (asked bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	err, asked = d.failed[method]
	return asked, err
}

// idle waits until no list is being read.
func (d *driftWatch) idle(ctx context.Context) {
	t := time.NewTicker(50 * time.Millisecond)
	defer t.Stop()
	for d.listing.Load() > 0 {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// driftList is one list of an interface: how it is read, and what is kept of it.
type driftList struct {
	method, capability string
	read               func(ctx context.Context, c *Core, id string, want ReadList) error
	have               func(*connection) (l *session.List, offer Offer)
	part               func(*drift.Snapshot) *drift.Part
}

func driftLists() []driftList {
	return []driftList{
		catalogDrift(toolCatalog(), func(s *drift.Snapshot) *drift.Part { return &s.Tools }),
		catalogDrift(resourceCatalog(), func(s *drift.Snapshot) *drift.Part { return &s.Resources }),
		catalogDrift(templateCatalog(), func(s *drift.Snapshot) *drift.Part { return &s.Templates }),
		catalogDrift(promptCatalog(), func(s *drift.Snapshot) *drift.Part { return &s.Prompts }),
	}
}

func catalogDrift[T any](k *catalog[T], part func(*drift.Snapshot) *drift.Part) driftList {
	return driftList{
		k.method, k.capability,
		func(ctx context.Context, c *Core, id string, want ReadList) error {
			_, _, err := k.get(ctx, c, id, want)
			return err
		},
		func(cn *connection) (*session.List, Offer) { return listOf(k.place(cn)) },
		part,
	}
}

// listOf is what a connection keeps of a list; its lock is held.
func listOf[T any](k *kept[T]) (*session.List, Offer) {
	if k.list == nil {
		return nil, k.offer
	}
	return &k.list.List, k.offer
}

// readInterface reads the lists that the server declares and that were not read. One that was refused is not asked for
// again, and where lists are read page by page nothing is: all asks for both all the same.
func (c *Core) readInterface(ctx context.Context, cn *connection, s *session.Session, all bool) error {
	if cn.paged() && !all {
		return nil
	}
	var first error
	for _, l := range driftLists() {
		cn.mu.Lock()
		have, _ := l.have(cn)
		cn.mu.Unlock()
		asked, _ := cn.drift.tried(l.method)
		if !offered(s, l.capability).Declared || have != nil && !(all && have.More) || asked && !all {
			continue
		}
		want := KeptList
		if all {
			want = AllPages
		}
		if err := l.read(ctx, c, cn.profile.ID, want); err != nil && !notServed(err) {
			first = cmp.Or(first, err)
		}
		if ctx.Err() != nil {
			return cmp.Or(first, ctx.Err())
		}
	}
	return first
}

func notServed(err error) bool {
	f := fault.As(err)
	return f != nil && f.RPC != nil && f.RPC.Code == codeNoMethod
}

// interfaceNow is what is known of the interface, tidy and masked.
func (cn *connection) interfaceNow(s *session.Session) *drift.Snapshot {
	in := s.Info()
	snap := &drift.Snapshot{
		At: time.Now().UnixMicro(), Protocol: in.Version, Instructions: cn.lasting(in.Instructions),
		Server: json.RawMessage(cn.lasting(string(in.ServerInfo))), Capabilities: json.RawMessage(cn.lasting(string(in.Capabilities))),
	}
	for _, l := range driftLists() {
		cn.mu.Lock()
		have, offer := l.have(cn)
		var items []json.RawMessage
		more := false
		if have != nil {
			items, more = have.Items, have.More
		}
		cn.mu.Unlock()
		_, err := cn.drift.tried(l.method)
		part := l.part(snap)
		*part = partState(have != nil, more, offered(s, l.capability).Declared, offer, cn.masked(err))
		if part.State == drift.Complete || part.State == drift.Partial {
			cn.fill(part, items)
		}
	}
	snap.Tidy()
	return snap
}

// partState says how much of a list is known.
func partState(have, more, isDeclared bool, offer Offer, err error) drift.Part {
	switch {
	case have && offer.Asked && !offer.Served && offer.Text != "" || !have && notServed(err):
		if !isDeclared {
			return drift.Part{State: drift.Absent}
		}
		return drift.Part{State: drift.Unserved}
	case have && more:
		return drift.Part{State: drift.Partial, Why: "further pages were not read"}
	case have:
		return drift.Part{State: drift.Complete}
	case !isDeclared:
		return drift.Part{State: drift.Absent}
	case err != nil:
		return drift.Part{State: drift.Unread, Why: strings.TrimSuffix(firstRunes(oneLine(text(err)), 300), ".")}
	}
	return drift.Part{State: drift.Unread, Why: "the list was not read"}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// fill masks the items of a list that is not too large.
func (cn *connection) fill(part *drift.Part, items []json.RawMessage) {
	size := 0
	for _, raw := range items {
		size += len(raw)
	}
	if size > maxDrift {
		*part = drift.Part{State: drift.Unread, Why: fmt.Sprintf("the list is larger than %d MiB", maxDrift>>20)}
		return
	}
	part.Items = make([]json.RawMessage, len(items))
	for i, raw := range items {
		part.Items[i] = json.RawMessage(cn.lasting(string(raw)))
	}
}

// maskMark is a placeholder with the digits that tell secrets apart.
var maskMark = regexp.MustCompile(`‹([a-z]+) #[0-9a-f]{4,}›`)

// lasting is s with the known secrets masked, alike for each secret: a token that was renewed is no drift.
func (cn *connection) lasting(s string) string {
	return maskMark.ReplaceAllString(cn.text(s), "‹$1›")
}

// pause waits; false when ctx ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
