package core

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/drift"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/snapshots"
)

const snapshotsFolder = "snapshots"

// shelf is where snapshots are kept, in the data folder.
func (c *Core) shelf() *snapshots.Shelf {
	c.snapshotsOnce.Do(func() { c.snapshotsKept = snapshots.New(filepath.Join(c.dir, snapshotsFolder)) })
	return c.snapshotsKept
}

// snapshotKey names the folder of a server: the id of a saved one, else what is started or reached. A server that was
// typed, and saved later, takes its snapshots along.
func (c *Core) snapshotKey(p profile.Profile) string {
	b, _ := json.Marshal([]any{p.Transport, p.Command, p.Args, p.Cwd, p.URL, p.Sample}) // strings only: it always encodes
	sum := sha256.Sum256(b)
	target := "target-" + hex.EncodeToString(sum[:16])
	owner := c.owner(p.ID)
	if _, saved := c.store.Get(owner); saved {
		_ = c.shelf().Adopt(target, owner) // it starts anew
		return owner
	}
	if strings.HasPrefix(owner, "sample-") {
		return owner
	}
	return target
}

// follow does what followInterface does where that is asked for, until the function returned is called.
func (cn *connection) follow(s *session.Session) (end func()) {
	if !cn.core.opts.Snapshots {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		cn.followInterface(ctx, s)
	}()
	return func() {
		cancel()
		<-done
	}
}

// followInterface keeps what the server offers and tells how it differs from the baseline, until ctx ends.
func (cn *connection) followInterface(ctx context.Context, s *session.Session) {
	if !pause(ctx, driftSettle) {
		return
	}
	cn.drift.idle(ctx)
	cn.readForDrift(ctx, s)
	for ctx.Err() == nil {
		cn.lookAtInterface(s)
		select {
		case <-ctx.Done():
			return
		case <-cn.drift.changes():
		}
		if !pause(ctx, driftPause) {
			return
		}
		cn.drift.idle(ctx)
	}
}

func (cn *connection) readForDrift(ctx context.Context, s *session.Session) {
	ctx, cancel := context.WithTimeout(ctx, driftWait)
	defer cancel()
	cn.setReading(true)
	_ = cn.core.readInterface(ctx, cn, s, false) // each list's own error is in the snapshot
	cn.setReading(false)
}

func (cn *connection) setReading(on bool) {
	cn.drift.mu.Lock()
	cn.drift.reading = on
	cn.drift.mu.Unlock()
	cn.touch()
}

// lookAtInterface keeps the interface as it is known now, when that is news, and counts what differs.
func (cn *connection) lookAtInterface(s *session.Session) {
	snap := cn.interfaceNow(s)
	cn.drift.mu.Lock()
	same := cn.drift.present != nil && cn.drift.present.Digest() == snap.Digest()
	cn.drift.mu.Unlock()
	if same {
		return
	}
	id, problem := cn.keepSnapshot(snap)
	cn.drift.mu.Lock()
	cn.drift.present, cn.drift.kept, cn.drift.problem = snap, id, problem
	cn.drift.mu.Unlock()
	cn.countDrift()
}

// keepSnapshot files a snapshot, unless a list was left in the middle.
func (cn *connection) keepSnapshot(snap *drift.Snapshot) (id, problem string) {
	if !snap.Whole() {
		return "", ""
	}
	h, _, err := cn.core.shelf().Keep(cn.core.snapshotKey(cn.profile), snap)
	if err != nil {
		return "", "The interface is not kept: " + err.Error() + "."
	}
	return h.ID, ""
}

// countDrift tells how the present interface differs from the baseline.
func (cn *connection) countDrift() {
	d, err := cn.core.Drift(DriftInput{Profile: cn.profile.ID})
	if err != nil || d.Against == nil {
		return
	}
	cn.change(func(v *Connection) {
		v.Drift = &DriftCount{Since: d.Against.At, Name: d.Against.Name, Counts: d.Result.Counts}
	})
}

// Drift tells how the present interface of a connected server differs from an earlier one.
func (c *Core) Drift(in DriftInput) (Drift, error) {
	out := Drift{Snapshots: []snapshots.Head{}, Problems: []string{}, Result: drift.Result{Changes: []drift.Change{}, NotCompared: []string{}}}
	p, err := c.profile(in.Profile)
	if err != nil {
		return out, err
	}
	key := c.snapshotKey(p)
	var problems []string
	if out.Snapshots, problems, err = c.shelf().List(key); err != nil {
		problems = append(problems, err.Error())
	}
	out.Snapshots = slices.Grow(out.Snapshots, 1)
	var snap *drift.Snapshot
	if cn := c.connection(in.Profile); cn != nil {
		var kept string
		if snap, kept = cn.driftState(&out); snap != nil {
			out.Present = about(drift.About{ID: kept}, snap)
		}
	}
	out.Problems = append(out.Problems, problems...)
	out.Later = out.Present
	if in.Later != "" {
		snap, out.Later, err = c.earlier(key, in.Later, out.Snapshots, "")
	}
	var was *drift.Snapshot
	var a *drift.About
	if err == nil && snap != nil {
		was, a, err = c.earlier(key, in.Against, out.Snapshots, out.Later.ID)
	}
	if err != nil {
		out.Problems = append(out.Problems, oneLine(err.Error()))
	}
	if was != nil {
		out.Against, out.Result = a, drift.Classify(was, snap)
	}
	return out, nil
}

// driftState fills in what a connection knows of its interface.
func (cn *connection) driftState(out *Drift) (snap *drift.Snapshot, kept string) {
	cn.drift.mu.Lock()
	defer cn.drift.mu.Unlock()
	out.Reading = cn.drift.reading
	if cn.drift.problem != "" {
		out.Problems = append(out.Problems, cn.drift.problem)
	}
	if snap = cn.drift.present; snap == nil {
		return nil, ""
	}
	out.Partial = !snap.Whole()
	for _, part := range []drift.Part{snap.Tools, snap.Resources, snap.Templates, snap.Prompts} {
		out.Unread = out.Unread || part.State == drift.Unread
	}
	return snap, cn.drift.kept
}

func about(a drift.About, snap *drift.Snapshot) *drift.About {
	var info struct{ Version string }
	_ = json.Unmarshal(snap.Server, &info) // a server that says no version has none
	a.At, a.Version, a.Protocol = snap.At, firstRunes(info.Version, 80), snap.Protocol
	return &a
}

// earlier finds a snapshot to compare with: by its id or name, the last one that is not the present one, or the
// baseline. There is none when nothing is kept.
func (c *Core) earlier(key, against string, heads []snapshots.Head, present string) (*drift.Snapshot, *drift.About, error) {
	at := slices.IndexFunc(heads, func(h snapshots.Head) bool {
		switch {
		case h.Problem != "":
			return false
		case against == "":
			return h.Baseline
		case against == "last":
			return h.ID != present
		}
		return h.ID == against || h.Name == against
	})
	if at < 0 && against != "" && against != "last" {
		return nil, nil, input("compare the interface", fmt.Sprintf("no snapshot of this server is called %q", against), "Name one of those that are kept, or a file that ends in .json.")
	}
	if at < 0 {
		return nil, nil, nil
	}
	snap, h, err := c.shelf().Load(key, heads[at].ID)
	if err != nil {
		return nil, nil, err
	}
	return snap, about(drift.About{ID: h.ID, Name: h.Name}, snap), nil
}

// DriftItem is one item, or the whole interface, as it was and as it is.
func (c *Core) DriftItem(in DriftInput) (DriftItem, error) {
	pair, err := c.compared(in)
	if err != nil {
		return DriftItem{}, err
	}
	was, now := pair.was, pair.now
	if in.Kind == "" {
		a, err := json.Marshal(was)
		b, also := json.Marshal(now)
		return DriftItem{Was: string(a), Now: string(b)}, errors.Join(err, also)
	}
	return DriftItem{Was: string(was.Item(in.Kind, in.Name, in.Nth)), Now: string(now.Item(in.Kind, cmp.Or(in.To, in.Name), in.Nth))}, nil
}

// comparedPair are the two snapshots of a comparison.
type comparedPair struct {
	was, now     *drift.Snapshot
	wasIs, nowIs *drift.About
}

// compared finds both snapshots.
func (c *Core) compared(in DriftInput) (pair comparedPair, err error) {
	p, err := c.profile(in.Profile)
	if err != nil {
		return pair, err
	}
	key := c.snapshotKey(p)
	heads, _, err := c.shelf().List(key)
	if err != nil {
		return pair, err
	}
	if in.Later != "" {
		pair.now, pair.nowIs, err = c.earlier(key, in.Later, heads, "")
	} else {
		pair.now, pair.nowIs, err = c.presentInterface(in.Profile)
	}
	if err == nil && pair.now != nil {
		pair.was, pair.wasIs, err = c.earlier(key, in.Against, heads, pair.nowIs.ID)
	}
	if err == nil && pair.was == nil {
		err = input("compare the interface", "nothing is kept that it could be compared with", "")
	}
	return pair, err
}

// presentInterface is the interface of a connected server as far as it is known.
func (c *Core) presentInterface(id string) (*drift.Snapshot, *drift.About, error) {
	cn := c.connection(id)
	if cn == nil {
		_, err := (&connection{}).live()
		return nil, nil, err
	}
	snap, kept := cn.driftState(&Drift{})
	if snap == nil {
		return nil, nil, input("compare the interface", "it is not known yet", "Wait until the lists are read.")
	}
	return snap, about(drift.About{ID: kept}, snap), nil
}

// DriftText is the comparison as Markdown or JSON.
func (c *Core) DriftText(in DriftInput) (string, error) {
	pair, err := c.compared(in)
	if err != nil {
		return "", err
	}
	p, err := c.profile(in.Profile)
	if err != nil {
		return "", err
	}
	r := drift.Report{Server: p.Name, Was: *pair.wasIs, Now: *pair.nowIs, Result: drift.Classify(pair.was, pair.now)}
	if in.Form == "json" {
		return r.JSON(), nil
	}
	return r.Markdown(), nil
}

// NameSnapshot gives a snapshot a name, or takes it away.
func (c *Core) NameSnapshot(id, snapshot, name string) error {
	if name == "last" {
		return input("name the snapshot", `"last" is always the last one`, "Give it another name.")
	}
	return c.onShelf(id, func(key string) error { return c.shelf().Name(key, snapshot, name) })
}

// AcceptSnapshot makes a snapshot the baseline.
func (c *Core) AcceptSnapshot(id, snapshot string) error {
	return c.onShelf(id, func(key string) error { return c.shelf().Accept(key, snapshot) })
}

// DeleteSnapshot removes a snapshot that is not the baseline.
func (c *Core) DeleteSnapshot(id, snapshot string) error {
	return c.onShelf(id, func(key string) error { return c.shelf().Delete(key, snapshot) })
}

// onShelf changes what is kept, and counts anew.
func (c *Core) onShelf(id string, change func(key string) error) error {
	p, err := c.profile(id)
	if err != nil {
		return err
	}
	if err := change(c.snapshotKey(p)); err != nil {
		return &fault.CallError{Kind: fault.Input, Step: "change the snapshots", Message: err.Error(), Cause: err}
	}
	if cn := c.connection(id); cn != nil {
		cn.countDrift()
		cn.touch()
	}
	return nil
}

// ReadInterface reads every page of every list that the server declares, also of those that were refused before.
func (c *Core) ReadInterface(ctx context.Context, id string) error {
	cn, s, err := c.live(id)
	if err != nil {
		return err
	}
	cn.setReading(true)
	defer cn.setReading(false)
	err = c.readInterface(ctx, cn, s, true)
	cn.lookAtInterface(s)
	return cn.masked(err)
}
