package core

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A rowset answers as a sorted list would.
func TestRowset(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, most := range []int{100, 5000, 40_000} {
		var s rowset
		in := map[uint64]bool{}
		for range 30_000 {
			seq := uint64(r.IntN(most))
			add := r.IntN(3) > 0
			if got := s.put(seq, add); got != (in[seq] != add) {
				t.Fatalf("put %d %v: changed %v", seq, add, got)
			}
			in[seq] = add
		}
		check(t, &s, in, r, most)
		for seq := range uint64(8192) { // whole chunks
			s.add(seq)
			in[seq] = true
		}
		check(t, &s, in, r, most)
		s.dropBelow(4097)
		for seq := range in {
			if seq < 4097 {
				in[seq] = false
			}
		}
		check(t, &s, in, r, most)
	}
}

func check(t *testing.T, s *rowset, in map[uint64]bool, r *rand.Rand, most int) {
	t.Helper()
	var want []uint64
	for seq, yes := range in {
		if yes {
			want = append(want, seq)
		}
	}
	slices.Sort(want)
	if s.len() != len(want) {
		t.Fatalf("holds %d, want %d", s.len(), len(want))
	}
	if diff := cmp.Diff(want, s.from(0, len(want)+5, nil)); diff != "" {
		t.Fatalf("-want +got\n%s", diff)
	}
	if len(want) > 0 && (s.lowest() != want[0] || s.highest() != want[len(want)-1]) {
		t.Fatalf("from %d to %d, want %d to %d", s.lowest(), s.highest(), want[0], want[len(want)-1])
	}
	for range 200 {
		seq := uint64(r.IntN(most + 5000))
		rank, found := slices.BinarySearch(want, seq)
		if s.rank(seq) != rank || s.has(seq) != found {
			t.Fatalf("%d: rank %d in %v, want %d %v", seq, s.rank(seq), s.has(seq), rank, found)
		}
		index, limit := r.IntN(len(want)+1), r.IntN(50)
		got := s.from(index, limit, nil)
		if w := want[index:min(index+limit, len(want))]; len(got) != len(w) || len(w) > 0 && cmp.Diff(w, got) != "" {
			t.Fatalf("from %d, %d: got %v, want %v", index, limit, got, w)
		}
	}
}

func TestRowsetJoined(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for range 20 {
		var a, b, within rowset
		for range 6000 {
			a.add(uint64(r.IntN(20_000)))
			b.add(uint64(r.IntN(9000)))
			within.add(uint64(r.IntN(15_000)))
		}
		got, all := joined([]*rowset{&a, &b}, &within), joined([]*rowset{&a, &b}, nil)
		n := 0
		for seq := range uint64(30_000) {
			in := a.has(seq) || b.has(seq)
			if in {
				n++
			}
			if all.has(seq) != in || got.has(seq) != (in && within.has(seq)) {
				t.Fatalf("%d: %v and %v", seq, all.has(seq), got.has(seq))
			}
		}
		if all.len() != n {
			t.Fatalf("%d long, want %d", all.len(), n)
		}
	}
}

// A million rows take far less than the 8 MB that a view may.
func TestRowsetMemory(t *testing.T) {
	var odd, all rowset
	for seq := range uint64(1_000_000) {
		all.add(seq)
		if seq%3 == 0 {
			odd.add(seq)
		}
	}
	if odd.bytes() > 200_000 || all.bytes() > 20_000 {
		t.Errorf("a third of a million takes %d bytes, all of it %d", odd.bytes(), all.bytes())
	}
}
