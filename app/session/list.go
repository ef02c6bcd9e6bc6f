package session

import (
	"context"
	"encoding/json"
	"fmt"
)

// List is a list of the server, every page of it.
type List struct {
	Items    []json.RawMessage // as they came, in order
	Pages    int
	Entries  []uint64 // of the answers
	Findings []string // what is wrong or worth knowing, one sentence each

	bytes int // of all items
}

// Bounds of a list; a server can invent cursors without end.
const (
	maxPages = 1000
	maxItems = 200_000
	maxList  = 256 << 20 // bytes of all pages together
)

// ListAll reads every page of a list method; member is the array in its results ("tools"). What was read before an
// error is in the List beside it, which is never nil.
func (s *Session) ListAll(ctx context.Context, method, member string) (*List, error) {
	return s.list(ctx, CallInput{Method: method}, member)
}

func (s *Session) list(ctx context.Context, in CallInput, member string) (*List, error) {
	l := &List{}
	seen := map[string]bool{}
	for {
		r, err := s.page(ctx, in)
		if r != nil {
			l.Entries = append(l.Entries, r.Response)
			l.Findings = append(l.Findings, r.Findings...)
		}
		if err != nil {
			return l, err
		}
		l.Pages++
		if problem := l.add(r, member); problem != "" {
			return l, s.broken(in.Method, "Look at the raw message.", r.Response, "%s", problem)
		}
		cursor, more := l.next(r, seen)
		if !more {
			return l, nil
		}
		if in.Params, err = withField(nil, "cursor", cursor); err != nil {
			return l, s.input(in.Method, "The cursor could not be sent: "+err.Error()+".")
		}
	}
}

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
func (l *List) next(r *Result, seen map[string]bool) (cursor json.RawMessage, more bool) {
	raw := field(r.Result, "nextCursor")
	if raw == nil {
		return nil, false
	}
	key, ok := text(raw)
	switch {
	case string(raw) == "null":
		l.Findings = append(l.Findings, "nextCursor is null: it should be left out at the end of a list.")
		return nil, false
	case !ok:
		l.Findings = append(l.Findings, fmt.Sprintf("nextCursor is no string but %s: the list ends here.", clip(string(raw), 60)))
		return nil, false
	case seen[key]:
		l.Findings = append(l.Findings, fmt.Sprintf("The cursor %q came twice: the list would never end, so it ends here.", clip(key, 60)))
		return nil, false
	case l.Pages >= maxPages:
		l.Findings = append(l.Findings, fmt.Sprintf("The list has more than %d pages: the rest was left out.", maxPages))
		return nil, false
	case len(l.Items) >= maxItems:
		return nil, false
	case l.bytes > maxList:
		l.Findings = append(l.Findings, fmt.Sprintf("The list is longer than %d MiB: the rest was left out.", maxList>>20))
		return nil, false
	}
	seen[key] = true
	return raw, true
}
