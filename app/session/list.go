package session

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// List is a list of the server, every page of it.
type List struct {
	Items    []json.RawMessage // as they came, in order
	Pages    int
	Entries  []uint64 // of the answers
	Findings []string // what is wrong or worth knowing, one sentence each
	More     bool     // a further page was announced and not read
	Cursor   string   // of that page; an empty one is a cursor too
	Cache    *Cache   // how long the list stays fresh, nil when the server does not say
	Restarts int      // times that the list began anew, because the server did not know its own cursor

	bytes  int             // of all items
	cursor json.RawMessage // of the page that was not read, as it came
	seen   map[string]bool // cursors
}

// Cache is what a server says about how long an answer stays fresh (2026-07-28/server/utilities/caching).
type Cache struct {
	TTL   time.Duration // of ttlMs; negative counts as 0
	Scope string        // cacheScope as it came, empty when absent
	Until time.Time     // when the answer came, and TTL
}

// Bounds of a list.
const (
	maxItems = 200_000
	maxList  = 256 << 20 // bytes of all pages together

	maxListFindings = 100 // findings of one list: a thousand names may repeat
)

// ListAll reads every page of a list method; member is the array in its results ("tools"). What was read before an
// error is in the List beside it, which is never nil.
func (s *Session) ListAll(ctx context.Context, method, member string) (*List, error) {
	l := &List{}
	_, err := s.extend(ctx, CallInput{Method: method}, member, l, 0)
	return l, err
}

// clone is the list as a copy that can be extended.
func (l *List) clone() List {
	out := *l
	out.Items, out.Entries, out.Findings = slices.Clone(l.Items), slices.Clone(l.Entries), slices.Clone(l.Findings)
	out.seen = maps.Clone(l.seen)
	return out
}

// extend reads the given number of pages behind those that l has, 0 for all there are. A list at its end stays. first
// is the place of the first item that was read now: 0 when the list began anew.
func (s *Session) extend(ctx context.Context, in CallInput, member string, l *List, pages int) (first int, err error) {
	first = len(l.Items)
	if l.seen == nil {
		l.seen = map[string]bool{}
	}
	base := in.Params // what else the method needs on every page
	for n := 0; pages == 0 || n < pages; n++ {
		if l.Pages > 0 {
			if !l.More {
				return first, nil
			}
			if in.Params, err = withField(base, "cursor", l.cursor); err != nil {
				return first, s.input(in.Method, "The cursor could not be sent: "+err.Error()+".")
			}
		}
		r, err := s.page(ctx, in)
		if r != nil {
			l.Entries = append(l.Entries, r.Response)
			l.Findings = append(l.Findings, r.Findings...)
		}
		if l.Pages > 0 && l.Restarts == 0 && badCursor(err) {
			l.restart()
			in.Params, n, first = base, -1, 0
			continue
		}
		if err != nil {
			return first, err
		}
		l.Pages++
		if problem := l.add(r, member); problem != "" {
			l.More = false
			return first, s.broken(in.Method, "Look at the raw message.", r.Response, "%s", problem)
		}
		l.fresh(r)
		l.Cursor, l.More = l.next(r, s.cfg.Limits.pages())
	}
	return first, nil
}

// badCursor reports that the server does not know a cursor (2026-07-28/server/utilities/pagination: "Invalid cursors
// SHOULD result in an error with code -32602").
func badCursor(err error) bool {
	f := fault.As(err)
	return f != nil && f.RPC != nil && f.RPC.Code == codeBadParams
}

// restart drops the pages that were read: a list whose cursor went bad has changed as a whole.
func (l *List) restart() {
	cursor := clip(l.Cursor, 60)
	*l = List{Entries: l.Entries, Restarts: l.Restarts + 1, seen: map[string]bool{}}
	l.found("The server no longer knew the cursor %q, which it gave itself (-32602): the pages read before were dropped and the list was read from its beginning.", cursor)
}

func (l *List) found(format string, a ...any) {
	if len(l.Findings) < maxListFindings {
		l.Findings = append(l.Findings, fmt.Sprintf(format, a...))
	}
}

// fresh keeps the shortest time that the pages stay fresh.
func (l *List) fresh(r *Result) {
	c, finding := CacheOf(r.Result, time.Now())
	if finding != "" {
		l.found("%s", finding)
	}
	if c != nil && (l.Cache == nil || c.Until.Before(l.Cache.Until)) {
		l.Cache = c
	}
}

// CacheOf reads the caching hints of a result that came at that time, nil when it has none.
func CacheOf(result json.RawMessage, at time.Time) (c *Cache, finding string) {
	raw, scope := field(result, "ttlMs"), field(result, "cacheScope")
	if raw == nil && scope == nil {
		return nil, ""
	}
	c = &Cache{Until: at}
	var ms float64
	if raw != nil && (json.Unmarshal(raw, &ms) != nil || string(raw) == "null") {
		finding = fmt.Sprintf("ttlMs is no number but %s: the answer counts as stale at once.", clip(string(raw), 60))
	}
	c.TTL = time.Duration(min(max(ms, 0), maxTTL)) * time.Millisecond
	c.Until = at.Add(c.TTL)
	var ok bool
	if c.Scope, ok = text(scope); scope != nil && (!ok || c.Scope != "public" && c.Scope != "private") {
		finding = fmt.Sprintf("cacheScope is neither \"public\" nor \"private\" but %s.", clip(string(scope), 60))
	}
	return c, finding
}

// maxTTL is the longest time that is believed, in milliseconds: a year.
const maxTTL = 365 * 24 * 3600 * 1000

// add takes the items of one page. It returns what is wrong with the page, a sentence.
func (l *List) add(r *Result, member string) string {
	var items []json.RawMessage
	raw := field(r.Result, member)
	switch {
	case raw == nil:
		return fmt.Sprintf("The answer has no member %q.", member)
	case json.Unmarshal(raw, &items) != nil:
		return fmt.Sprintf("The member %q of the answer is no array.", member)
	}
	if room := maxItems - len(l.Items); len(items) > room {
		l.Findings = append(l.Findings, fmt.Sprintf("The list has more than %d items: the rest was left out.", maxItems))
		items = items[:room]
	}
	l.Items = append(l.Items, items...)
	l.bytes += len(raw)
	return ""
}

// next reads nextCursor. Cursors are opaque, and an empty string is one (2026-07-28/server/utilities/pagination).
func (l *List) next(r *Result, most int) (cursor string, more bool) {
	raw := field(r.Result, "nextCursor")
	if raw == nil {
		return "", false
	}
	key, ok := text(raw)
	switch {
	case string(raw) == "null":
		l.Findings = append(l.Findings, "nextCursor is null: it should be left out at the end of a list.")
		return "", false
	case !ok:
		l.Findings = append(l.Findings, fmt.Sprintf("nextCursor is no string but %s: the list ends here.", clip(string(raw), 60)))
		return "", false
	case l.seen[key]:
		l.Findings = append(l.Findings, fmt.Sprintf("The cursor %q came twice: the list would never end, so it ends here.", clip(key, 60)))
		return "", false
	case l.Pages >= most:
		l.Findings = append(l.Findings, fmt.Sprintf("The list has more than %d pages: the rest was left out. %s", most, raise))
		return "", false
	case len(l.Items) >= maxItems:
		return "", false
	case l.bytes > maxList:
		l.Findings = append(l.Findings, fmt.Sprintf("The list is longer than %d MiB: the rest was left out.", maxList>>20))
		return "", false
	}
	l.seen[key], l.cursor = true, raw
	return key, true
}
