package capture

import (
	"fmt"
	"slices"
	"sort"
)

// patches writes entries of earlier batches as they are now, and makes the zones hold for them.
func (b *batch) patches() error {
	seqs := make([]uint64, 0, len(b.changed))
	for seq := range b.changed {
		seqs = append(seqs, seq)
	}
	slices.Sort(seqs)
	w := &b.s.w
	for _, seq := range seqs {
		it := b.changed[seq]
		w.enc = w.codec.encode(w.enc[:0], []item{it})
		if err := b.exec("INSERT OR REPLACE INTO patch (run, seq, data) VALUES (?, ?, ?)", b.run, seq, w.enc); err != nil {
			return err
		}
		i := sort.Search(len(b.tail), func(i int) bool { return b.tail[i].Seq >= seq })
		if i < len(b.tail) && b.tail[i].Seq == seq {
			b.tail = slices.Clone(b.tail)
			b.tail[i] = it
		}
	}
	return b.widen(seqs)
}

// widen makes zones hold for changed entries.
func (b *batch) widen(seqs []uint64) error {
	for len(seqs) > 0 {
		var id int64
		var last uint64
		var raw []byte
		err := b.row("SELECT id, last, zone FROM segment WHERE run = ? AND first <= ? AND last >= ? ORDER BY first DESC LIMIT 1", b.run, seqs[0], seqs[0]).Scan(&id, &last, &raw)
		if err != nil {
			return fmt.Errorf("find the segment of entry %d: %w", seqs[0], err)
		}
		z, err := parseZone(raw)
		if err != nil {
			return err
		}
		n := 0
		for ; n < len(seqs) && seqs[n] <= last; n++ {
			it := b.changed[seqs[n]]
			addToZone(&z, &it.Entry)
		}
		if err := b.exec("UPDATE segment SET zone = ? WHERE id = ?", marshalZone(z), id); err != nil {
			return err
		}
		seqs = seqs[n:]
	}
	return nil
}
