package query

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment is a point in time as it was written: so long ago, or a clock time or date in the zone of now.
type moment struct {
	ago  time.Duration
	day  int // days back from today, of a clock time or a named day
	tod  time.Duration
	kind momentKind
	at   time.Time // of a date: wall time, to be put into the zone of now, or absolute
}

type momentKind int

const (
	momentAgo momentKind = iota
	momentClock
	momentWall
	momentAbsolute
)

// agoUnits are those of since:5m: a minute is what m means there.
var agoUnits = []unit{{"m", 60e6}, {"s", 1e6}, {"ms", 1e3}, {"min", 60e6}, {"h", 3600e6}, {"d", 86400e6}, {"w", 7 * 86400e6}}

// leastMicros is how many digits a number of Unix microseconds has at least: since 1973.
const leastMicros = 15

// readMoment reads Unix microseconds, 5m, 1h, 2d, 10:30, 10:30:15.2, today, yesterday, 2026-11-21, 2026-11-21T10:30[:15[.2]][Z].
func readMoment(s string) (moment, error) {
	switch strings.ToLower(s) {
	case "now":
		return moment{}, nil
	case "today":
		return moment{kind: momentClock}, nil
	case "yesterday":
		return moment{kind: momentClock, day: 1}, nil
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return moment{kind: momentClock, tod: t.Sub(t.Truncate(24 * time.Hour))}, nil
		}
	}
	for _, layout := range []string{"2006-01-02", "2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, strings.ToUpper(s)); err == nil {
			return moment{kind: momentWall, at: t}, nil
		}
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
		if t, err := time.Parse(layout, strings.ToUpper(s)); err == nil {
			return moment{kind: momentAbsolute, at: t}, nil
		}
	}
	if us, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) >= leastMicros {
		return moment{kind: momentAbsolute, at: time.UnixMicro(us)}, nil
	}
	v, _, err := quantity(s, agoUnits)
	if err != nil || v < 0 {
		return moment{}, &badValue{message: fmt.Sprintf("%q is no time", shorten(s))}
	}
	const limit = 200 * 365 * 24 * time.Hour
	return moment{ago: time.Duration(min(v, int64(limit/time.Microsecond))) * time.Microsecond}, nil
}

// unix is the moment in microseconds, seen from now.
func (m moment) unix(now time.Time) int64 {
	switch m.kind {
	case momentClock:
		y, mo, d := now.Date()
		h, mi, s := int(m.tod/time.Hour), int(m.tod%time.Hour/time.Minute), int(m.tod%time.Minute/time.Second)
		at := time.Date(y, mo, d-m.day, h, mi, s, int(m.tod%time.Second), now.Location())
		if at.After(now) { // 23:00 said in the morning is yesterday's
			at = at.AddDate(0, 0, -1)
		}
		return at.UnixMicro()
	case momentWall:
		t := m.at
		y, mo, d := t.Date()
		return time.Date(y, mo, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), now.Location()).UnixMicro()
	case momentAbsolute:
		return m.at.UnixMicro()
	default:
		return now.Add(-m.ago).UnixMicro()
	}
}
