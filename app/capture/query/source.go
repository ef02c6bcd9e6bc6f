// Package query is the filter language of the traffic: it reads a filter, says what of an entry is needed to decide,
// decides, and proposes what could stand next. Where entries come from is behind [Source]; package capture and the
// live log stand there. It keeps nothing and starts no goroutine.
package query

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// Need says what a reader looks at, so that a source decodes no more. Seq is always filled.
type Need uint32

// One bit for each field of [wire.Entry], by its name.
const (
	NeedConn Need = 1 << iota
	NeedTime
	NeedKind
	NeedDir
	NeedMessage
	NeedMethod
	NeedName
	NeedID
	NeedCall
	NeedPair
	NeedExchange // the field: the number of the exchange
	NeedStatus
	NeedCode
	NeedToolErr
	NeedTook
	NeedOpen
	NeedBytes
	NeedReqBytes
	NeedKept // Dropped and Cut
	NeedPurpose
	NeedWithheld
	NeedFindings
	NeedNote

	// NeedHeaders and NeedBody are no fields: a filter with them asks for exchanges and bodies too.
	NeedHeaders
	NeedBody

	// NeedEntry is every field.
	NeedEntry Need = NeedHeaders - 1
)

// Zone sums up entries that follow one another in one run: enough to tell that a filter can hold for none of them. A
// nil list is not known and may hold anything; an empty one that is not nil holds nothing. A value that no entry has
// ("" or 0) is not listed.
type Zone struct {
	Run              uint32
	First, Last      uint64 // plain seqs
	Count            int    // entries
	MinTime, MaxTime int64  // as wire.Entry.Time
	Conns            []string
	Kinds            []wire.Kind
	Dirs             []wire.Dir
	Messages         []wire.Message
	Methods          []string
	Purposes         []string
	Statuses         []int // HTTP
	Codes            []int // JSON-RPC
	Errors           int   // entries for which [Failed] holds
	Open             int   // entries that are open
	Findings         int   // entries that have findings
	MaxTook          int64 // microseconds
	MaxBytes         int64
	MaxReqBytes      int64
}

// Failed says whether an entry tells of something gone wrong: an error response, a result with isError, a message
// that is not valid, an HTTP status of 400 or more, an exchange that ended without an answer. It is what status:error
// asks; it needs NeedFailed.
func Failed(e *wire.Entry) bool {
	switch {
	case e.Message == wire.MsgError, e.Message == wire.MsgInvalid, e.ToolErr:
		return true
	case e.Kind == wire.KindHTTP:
		return e.Status >= 400 || e.Status == 0 && !e.Open
	}
	return false
}

// NeedFailed is what [Failed] looks at.
const NeedFailed = NeedKind | NeedMessage | NeedToolErr | NeedStatus | NeedOpen

// Source is where entries are read from: the live log, and the store. Run 0 is this run of the program, whatever
// number the store gave it. All methods are safe for concurrent use.
type Source interface {
	// Bounds returns the lowest and the highest seq of a run that can be read; both are 0 when there is none. Not every
	// seq between needs to be there.
	Bounds(run uint32) (first, last uint64)

	// Scan calls yield with batches of entries of one run by rising Seq (the plain seq of that run), from <= Seq <= to; at
	// least the fields in need are filled. A batch and what it points to is reused after yield returned, strings are
	// not: copy what you keep. skip tells by zone that none of it is wanted; it may be nil, and a source without zones
	// ignores it. A search asks for ranges from the newest down, thousands of entries each, so what was decoded last
	// is worth keeping for the next call. An error of yield ends the scan and is returned; so is that of ctx.
	Scan(ctx context.Context, run uint32, from, to uint64, need Need, skip func(Zone) bool, yield func([]wire.Entry) error) error

	// ScanBodies calls yield with the bodies of the entries from <= seq <= to for which want holds, whole as far as
	// they are kept, in an order of the source's own (block by block, so that a search decompresses each block once).
	// want may be asked more than once for the same seq. The bytes are valid until yield returns and must not be
	// changed. A body that is not kept is left out.
	ScanBodies(ctx context.Context, run uint32, from, to uint64, want func(seq uint64) bool, yield func(seq uint64, part wire.Part, body []byte) error) error

	// Entry returns one entry whole, Seq, Pair and Exchange plain.
	Entry(run uint32, seq uint64) (wire.Entry, bool)
	// Entries returns entries whole by numbers that rise, which may lie apart, at a smaller cost than one by one. Those
	// that are not there are left out.
	Entries(ctx context.Context, run uint32, seqs []uint64) ([]wire.Entry, error)
	// Exchange returns the HTTP side of an entry. The slices are shared and must not be changed.
	Exchange(run uint32, seq uint64) (wire.Exchange, bool)
	// Body returns up to length bytes (negative: up to the end) of a part from offset, as [wire.Log.Body] does.
	Body(run uint32, seq uint64, part wire.Part, offset, length int64) (b []byte, kept, total int64, ok bool)
}

// ExchangeScanner is a [Source] that reads many exchanges at a smaller cost than one by one: as ScanBodies, for the
// HTTP side. What is yielded is valid until yield returns.
type ExchangeScanner interface {
	ScanExchanges(ctx context.Context, run uint32, from, to uint64, want func(seq uint64) bool, yield func(seq uint64, x *wire.Exchange) error) error
}
