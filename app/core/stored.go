package core

import "github.com/sightglass-dev/sightglass/app/wire"

// entryOf is an entry by its number, from the log or the store. Its numbers name entries of the same run.
func (c *Core) entryOf(number uint64) (wire.Entry, bool) {
	run, seq := inside(number)
	e, ok := c.traffic.Entry(run, seq)
	return known(run, e), ok
}

// exchangeOf is the HTTP side of an entry.
func (c *Core) exchangeOf(number uint64) (wire.Exchange, bool) {
	run, seq := inside(number)
	return c.traffic.Exchange(run, seq)
}

// bodyOf is [wire.Log.Body] for an entry of any run.
func (c *Core) bodyOf(number uint64, part wire.Part, offset, length int64) (b []byte, kept, total int64, ok bool) {
	run, seq := inside(number)
	return c.traffic.Body(run, seq, part, offset, length)
}
