package core

import (
	"context"
	"fmt"
	"slices"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Related returns the entries that belong to the same call as one, or else to the same exchange or pair: those near
// to it, by rising number. Of a stream that carries many calls, what is of others is left out.
func (c *Core) Related(ctx context.Context, number uint64) (Related, error) {
	run, seq := inside(number)
	of, ok := c.traffic.Entry(run, seq)
	if !ok {
		return Related{}, input("show related entries", fmt.Sprintf("entry %d is not kept any more", number), "")
	}
	r := c.kin(run, of)
	first, last := c.traffic.Bounds(run)
	first, last = max(first, seq-min(seq, nearRelated)), min(last, seq+nearRelated)
	need := query.NeedConn | query.NeedKind | query.NeedCall | query.NeedPair | query.NeedExchange
	skip := func(z query.Zone) bool { return z.Conns != nil && !slices.Contains(z.Conns, of.Conn) }
	if err := c.traffic.Scan(ctx, run, first, last, need, skip, r.take); err != nil {
		return Related{}, fmt.Errorf("find related entries: %w", err)
	}
	list, err := c.entriesOf(ctx, partRows{run: run, seqs: r.seqs}, []wire.Entry{})
	return Related{Entries: list, More: r.more}, err
}

// kin collects what is related to an entry.
type kin struct {
	of     wire.Entry
	shared bool   // the exchange carries other calls too
	event  uint64 // the last event of a shared stream: it belongs to the frame behind it
	seqs   []uint64
	more   bool
}

// kin looks at what carries an entry: a stream that the server sends on is of no call, and carries those of all. An
// event on it is the frame behind it, as it came.
func (c *Core) kin(run uint32, of wire.Entry) *kin {
	if of.Kind == wire.KindSSE && of.Call == "" {
		if frame, ok := c.traffic.Entry(run, of.Seq+1); ok && frame.Exchange == of.Exchange && frame.Call != "" {
			of = frame
		}
	}
	k := &kin{of: of}
	if x := exchangeNumber(&of); x != 0 && of.Call != "" {
		by, ok := c.traffic.Entry(run, x)
		k.shared = ok && by.Call != of.Call
	}
	return k
}

func (k *kin) take(batch []wire.Entry) error {
	for i := range batch {
		e := &batch[i]
		if k.shared && e.Kind == wire.KindSSE && e.Exchange == k.of.Exchange && e.Conn == k.of.Conn {
			k.event = e.Seq
			continue
		}
		if !k.related(e) {
			continue
		}
		if k.event != 0 && k.event+1 == e.Seq && e.Exchange == k.of.Exchange {
			k.add(k.event)
		}
		k.add(e.Seq)
	}
	return nil
}

func (k *kin) add(seq uint64) {
	if k.more = k.more || len(k.seqs) == maxRelated; !k.more {
		k.seqs = append(k.seqs, seq)
	}
}

func (k *kin) related(e *wire.Entry) bool {
	of := &k.of
	if of.Conn != e.Conn {
		return false
	}
	if of.Seq == e.Seq || of.Call != "" && of.Call == e.Call || of.Pair != 0 && of.Pair == e.Seq {
		return true
	}
	x := exchangeNumber(of)
	return x != 0 && x == exchangeNumber(e) && (!k.shared || e.Kind == wire.KindHTTP)
}

// exchangeNumber is the number of the exchange that carries an entry, or that it is.
func exchangeNumber(e *wire.Entry) uint64 {
	if e.Kind == wire.KindHTTP {
		return e.Seq
	}
	return e.Exchange
}
