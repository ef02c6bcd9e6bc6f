package capture

import (
	"encoding/json"
	"slices"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// maxZoneValues bounds each list of a zone: a server that sends a new method with every message makes the list unknown
// instead of long.
const maxZoneValues = 64

// zoneOf sums up entries of one run.
func zoneOf(run uint32, items []item) query.Zone {
	z := query.Zone{
		Run: run, First: items[0].Seq, Last: items[len(items)-1].Seq, MinTime: items[0].Time, MaxTime: items[0].Time,
		Conns: []string{}, Kinds: []wire.Kind{}, Dirs: []wire.Dir{}, Messages: []wire.Message{}, Methods: []string{},
		Purposes: []string{}, Statuses: []int{}, Codes: []int{},
	}
	for i := range items {
		addToZone(&z, &items[i].Entry)
	}
	z.Count = len(items)
	return z
}

// addToZone makes a zone hold for one more entry.
func addToZone(z *query.Zone, e *wire.Entry) {
	z.MinTime, z.MaxTime = min(z.MinTime, e.Time), max(z.MaxTime, e.Time)
	z.Conns = with(z.Conns, e.Conn)
	z.Kinds = with(z.Kinds, e.Kind)
	z.Dirs = with(z.Dirs, e.Dir)
	z.Messages = with(z.Messages, e.Message)
	z.Methods = with(z.Methods, e.Method)
	z.Purposes = with(z.Purposes, e.Purpose)
	z.Statuses = with(z.Statuses, e.Status)
	z.Codes = with(z.Codes, e.Code)
	if query.Failed(e) {
		z.Errors++
	}
	if e.Open {
		z.Open++
	}
	if len(e.Findings) > 0 {
		z.Findings++
	}
	z.MaxTook, z.MaxBytes, z.MaxReqBytes = max(z.MaxTook, e.Took), max(z.MaxBytes, e.Bytes), max(z.MaxReqBytes, e.ReqBytes)
}

// with adds a value to a list that does not hold it; nil is the list that nobody knows.
func with[T comparable](list []T, v T) []T {
	var zero T
	switch {
	case list == nil || v == zero:
		return list
	case len(list) > 0 && list[len(list)-1] == v, slices.Contains(list, v):
		return list
	case len(list) == maxZoneValues:
		return nil
	}
	return append(list, v)
}

func marshalZone(z query.Zone) []byte {
	b, _ := json.Marshal(z) // numbers and texts alone
	return b
}

func parseZone(b []byte) (z query.Zone, err error) {
	err = json.Unmarshal(b, &z)
	return z, err
}
