package session

import (
	"context"
	"encoding/json"
	"slices"
)

// ListOf is a list of the server as far as it was read, its items decoded beside their raw forms.
type ListOf[T any] struct {
	List
	Decoded []T // one per item, in order; what tells them apart may repeat
}

// listing is how one list is read.
type listing[T any] struct {
	method  string
	member  string // the array in its results
	changed string // the notification that it changed; empty: there is none of its own
	read    func(l *List, item json.RawMessage) T
	unique  []unique[T]
}

// unique is what should tell the items of a list apart.
type unique[T any] struct {
	of    func(*T) string
	most  int    // characters of it that a finding shows
	found string // what is said of one that repeats, with a %q for it
}

// ahead reads the given number of pages behind those of before, 0 for all; a nil before begins anew. What was read
// before an error is in the list beside it, which is never nil. before is not changed.
func (k listing[T]) ahead(ctx context.Context, s *Session, before *ListOf[T], pages int) (*ListOf[T], error) {
	out := &ListOf[T]{}
	if before != nil {
		out.List, out.Decoded = before.clone(), slices.Clone(before.Decoded)
	} else if k.changed != "" {
		s.changes.seen(k.changed)
	}
	first, err := s.extend(ctx, CallInput{Method: k.method}, k.member, &out.List, pages)
	out.Decoded = slices.Grow(out.Decoded[:first], len(out.Items)-first)
	times := make([]map[string]int, len(k.unique))
	for i, u := range k.unique {
		times[i] = map[string]int{}
		for n := range out.Decoded {
			times[i][u.of(&out.Decoded[n])]++
		}
	}
	for _, raw := range out.Items[first:] {
		item := k.read(&out.List, raw)
		for i, u := range k.unique {
			key := u.of(&item)
			if times[i][key]++; times[i][key] == 2 && key != "" {
				out.found(u.found, clip(key, u.most))
			}
		}
		out.Decoded = append(out.Decoded, item)
	}
	return out, err
}
