//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// calmShare is how much of the processors others may take before a figure is marked.
	calmShare = 0.05
	// calmLook is how long they are watched before the run.
	calmLook = 2 * time.Second
)

// host is what the processors did since the machine started, in clock ticks: /proc/stat, proc(5). Elsewhere than on
// Linux it stays zero, and nothing is marked.
type host struct{ all, idle, stolen float64 }

func lookAtHost() (h host) {
	raw, err := os.ReadFile("/proc/stat")
	if err != nil {
		return h
	}
	line, _, _ := strings.Cut(string(raw), "\n")
	for i, field := range strings.Fields(line) {
		ticks, err := strconv.ParseFloat(field, 64)
		if err != nil || i > 8 { // the name; guest times are within user's
			continue
		}
		h.all += ticks
		switch i {
		case 4, 5: // idle, and idle while a disk is at work
			h.idle += ticks
		case 8:
			h.stolen = ticks
		}
	}
	return h
}

// starved says what other machines took of the processors since h, empty when it does not matter.
func (h host) starved() string {
	now := lookAtHost()
	if all := now.all - h.all; all > 0 && (now.stolen-h.stolen)/all > calmShare {
		return fmt.Sprintf("%.0f %% of the processors were stolen meanwhile", 100*(now.stolen-h.stolen)/all)
	}
	return ""
}

// busy says what others take of the processors while this program waits, empty when it is little.
func busy() string {
	before := lookAtHost()
	time.Sleep(calmLook)
	now := lookAtHost()
	if all := now.all - before.all; all > 0 && 1-(now.idle-before.idle)/all > calmShare {
		return fmt.Sprintf("others used %.0f %% of the processors before the first figure was taken", 100*(1-(now.idle-before.idle)/all))
	}
	return ""
}

// retries is how often a part is measured again that was starved, calmPause the wait before.
const (
	retries   = 2
	calmPause = 5 * time.Second
)

// calmly measures a part of the table, again while the machine is starved. The last try counts, and is marked.
func (b *table) calmly(part func(*table)) {
	for try := 0; ; try++ {
		before := lookAtHost()
		fresh := &table{t: b.t}
		part(fresh)
		note := before.starved()
		if note == "" || try == retries {
			for _, r := range fresh.rows {
				r.Note = note
				b.rows = append(b.rows, r)
			}
			return
		}
		b.t.Logf("measured again: %s", note)
		time.Sleep(calmPause)
	}
}
