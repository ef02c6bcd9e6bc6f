package core

import (
	"context"
	"strings"

	"github.com/sightglass-dev/sightglass/app/drift"
	"github.com/sightglass-dev/sightglass/app/snapshots"
)

// CheckDrift reads the whole interface of a connected server and compares it with an earlier one. A list that could
// not be read is told in DriftReport.Err, beside what could be compared.
func (c *Core) CheckDrift(ctx context.Context, id string, in DriftCheck) (DriftReport, error) {
	cn, s, err := c.live(id)
	if err != nil {
		return DriftReport{}, err
	}
	p, err := c.profile(id)
	if err != nil {
		return DriftReport{}, err
	}
	var out DriftReport
	if err := c.readInterface(ctx, cn, s, true); err != nil {
		out.Err = cn.masked(err)
	}
	now := cn.interfaceNow(s)
	key := c.snapshotKey(p)
	was, a, err := c.checkAgainst(key, in.Against)
	if err != nil {
		return out, err
	}
	out.Report = drift.Report{Server: p.Name, Now: *about(drift.About{}, now), Result: drift.Result{Changes: []drift.Change{}, NotCompared: []string{}}}
	if was != nil {
		out.Report.Was, out.Report.Result = *a, drift.Classify(was, now)
	}
	if in.Save != "" {
		if err := snapshots.WriteFile(in.Save, now); err != nil {
			return out, err
		}
	}
	if !in.Keep || !now.Whole() {
		return out, nil
	}
	return out, c.keepChecked(key, now, in, &out)
}

// checkAgainst finds what to compare with, also in a file.
func (c *Core) checkAgainst(key, against string) (*drift.Snapshot, *drift.About, error) {
	if strings.HasSuffix(against, ".json") {
		snap, h, err := snapshots.ReadFile(against)
		if err != nil {
			return nil, nil, input("compare the interface", err.Error(), "Write one with --write.")
		}
		return snap, about(drift.About{Name: h.Name}, snap), nil
	}
	heads, problems, err := c.shelf().List(key)
	if err != nil {
		return nil, nil, err
	}
	was, a, err := c.earlier(key, against, heads, "")
	if was == nil && err == nil && len(problems) > 0 {
		return nil, nil, input("compare the interface", strings.Join(problems, " "), "")
	}
	return was, a, err
}

// keepChecked keeps the interface that was compared, as it was asked for.
func (c *Core) keepChecked(key string, now *drift.Snapshot, in DriftCheck, out *DriftReport) error {
	h, _, err := c.shelf().Keep(key, now)
	if err != nil {
		return err
	}
	out.Kept, out.Report.Now.ID = h.ID, h.ID
	if in.Name != "" {
		if err := c.shelf().Name(key, h.ID, in.Name); err != nil {
			return input("name the snapshot", err.Error(), "")
		}
		out.Report.Now.Name = in.Name
	}
	if in.Accept {
		return c.shelf().Accept(key, h.ID)
	}
	return nil
}
