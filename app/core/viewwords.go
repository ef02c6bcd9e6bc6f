package core

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// What is looked at for the words of a filter: the newest entries, for as long as somebody who types does not notice.
const (
	wordsEntries = 200_000
	wordsTime    = 120 * time.Millisecond
	wordsHeaders = 200  // exchanges whose headers are read
	wordsKept    = 2000 // different values of a field; servers choose them
	wordsFresh   = 3 * time.Second
)

// FilterWords returns what could stand at a place (in UTF-16 units) of a filter, with values that occur in the scope
// of a view; without one, in this run.
func (c *Core) FilterWords(ctx context.Context, name, text string, cursor int) []FilterWord {
	return query.Complete(text, cursor, c.vocabulary(ctx, name))
}

// vocabulary counts the values that occur in the scope of a view. What was counted is good for some seconds.
func (c *Core) vocabulary(ctx context.Context, name string) query.Vocabulary {
	v, err := c.viewNamed(name, false)
	if err != nil {
		w := newWords(c)
		w.read(ctx, &viewPart{all: true})
		return w.vocabulary()
	}
	v.mu.Lock()
	words, at, parts := v.words, v.wordsAt, v.parts
	v.mu.Unlock()
	if words != nil && time.Since(at) < wordsFresh {
		return words
	}
	w := newWords(c)
	for _, p := range slices.Backward(parts) {
		w.read(ctx, p)
	}
	words = w.vocabulary()
	v.mu.Lock()
	v.words, v.wordsAt = words, time.Now()
	v.mu.Unlock()
	return words
}

// words counts values by the names of their fields.
type words struct {
	core    *Core
	counts  map[string]map[string]int
	headers int
	left    uint64
	until   time.Time
}

func newWords(c *Core) *words {
	return &words{core: c, counts: map[string]map[string]int{}, left: wordsEntries, until: time.Now().Add(wordsTime)}
}

func (w *words) count(field, value string) {
	if value == "" || len(value) > 200 {
		return
	}
	m := w.counts[field]
	if m == nil {
		m = map[string]int{}
		w.counts[field] = m
	}
	if _, known := m[value]; known || len(m) < wordsKept {
		m[value]++
	}
}

// read counts the newest entries of a part.
func (w *words) read(ctx context.Context, p *viewPart) {
	first, last := w.core.traffic.Bounds(p.run)
	const step = 8192
	need := query.NeedConn | query.NeedKind | query.NeedMessage | query.NeedMethod | query.NeedName | query.NeedStatus |
		query.NeedCode | query.NeedPurpose | query.NeedDir
	for last >= first && last > 0 && w.left > 0 && time.Now().Before(w.until) {
		from := max(first, last-min(last, step-1))
		var exchanges []uint64
		err := w.core.traffic.Scan(ctx, p.run, from, last, need, p.skip, func(batch []wire.Entry) error {
			for i := range batch {
				if e := &batch[i]; p.holds(e) {
					w.entry(e)
					if e.Kind == wire.KindHTTP {
						exchanges = append(exchanges, e.Seq)
					}
				}
			}
			return nil
		})
		if err != nil {
			return
		}
		w.readHeaders(p.run, exchanges)
		w.left -= min(w.left, last-from+1)
		if from == 0 {
			return
		}
		last = from - 1
	}
}

func (w *words) entry(e *wire.Entry) {
	w.count("method", e.Method)
	w.count("purpose", e.Purpose)
	w.count("kind", string(e.Kind))
	w.count("kind", string(e.Message))
	w.count("dir", string(e.Dir))
	w.count("conn", e.Conn)
	if e.Status != 0 {
		w.count("http", strconv.Itoa(e.Status))
	}
	if e.Code != 0 {
		w.count("code", strconv.Itoa(e.Code))
	}
	if query.Failed(e) {
		w.count("status", "error")
	}
	if e.Kind == wire.KindHTTP {
		return
	}
	w.count("name", e.Name)
	switch e.Method {
	case "tools/call":
		w.count("tool", e.Name)
	case "prompts/get":
		w.count("prompt", e.Name)
	case "resources/read":
		w.count("resource", e.Name)
	}
}

// readHeaders counts the names of the header fields of the newest exchanges.
func (w *words) readHeaders(run uint32, seqs []uint64) {
	for _, seq := range slices.Backward(seqs) {
		if w.headers >= wordsHeaders || time.Now().After(w.until) {
			return
		}
		x, ok := w.core.traffic.Exchange(run, seq)
		if !ok {
			continue
		}
		w.headers++
		for _, list := range [][]wire.Header{x.RequestHeaders, x.ResponseHeaders, x.Trailers} {
			for _, h := range list {
				w.count("header", strings.ToLower(h.Name))
			}
		}
	}
}

// vocabulary is what was counted; connections go by their servers' names too.
func (w *words) vocabulary() query.Vocabulary {
	names := map[string]int{}
	notes := map[string]string{}
	for conn, n := range w.counts["conn"] {
		for i, name := range w.core.connNames(0, conn) {
			if i == 1 { // the profile's id before it says nothing
				names[name] += n
				notes[conn] = name
			}
		}
	}
	for name, n := range names {
		w.counts["conn"][name] += n
	}
	out := query.Vocabulary{}
	for field, m := range w.counts {
		for _, value := range slices.Sorted(maps.Keys(m)) {
			out[field] = append(out[field], query.Word{Text: value, Count: m[value], Note: notes[value]})
		}
	}
	return out
}
