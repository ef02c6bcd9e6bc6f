package capture

import (
	"github.com/sightglass-dev/sightglass/app/wire"
)

// The parts of an entry that are kept apart from it, by their place in item.refs.
const (
	partMessage = iota
	partRequest
	partResponse
	partHeads // the exchange, as JSON
	partCount
)

// item is an entry as it is stored: with the places of its bodies.
type item struct {
	wire.Entry
	refs [partCount]ref
}

// ref is the place of a body. A body that is longer than pieceLen begins a block of its own and goes on in those that
// follow it, each filled up to pieceLen.
type ref struct {
	block uint32 // number in the run; 0: there is no body
	off   uint32 // in the uncompressed block
	size  int64  // bytes kept
}

// partOf is the place of a part in item.refs, partCount for an unknown one.
func partOf(p wire.Part) int {
	switch p {
	case wire.PartMessage:
		return partMessage
	case wire.PartRequest:
		return partRequest
	case wire.PartResponse:
		return partResponse
	}
	return partCount
}

// parts are the bodies in the order of item.refs, without the exchange.
func parts() [partHeads]wire.Part {
	return [partHeads]wire.Part{wire.PartMessage, wire.PartRequest, wire.PartResponse}
}

// total is the true length of a part.
func (it *item) total(part int) int64 {
	if part == partRequest {
		return it.ReqBytes
	}
	return it.Bytes
}
