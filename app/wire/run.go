package wire

// chunkLen is how many elements a run allocates at a time: large enough that growth is rare, small enough that the
// lock is not held for long while a chunk is made, and that freeing from the front gives memory back soon.
const chunkLen = 256

// run is a queue addressed by ever-growing numbers: the first element pushed has number 1, elements leave only at
// the front. It grows by chunks, so no push ever copies what is there.
type run[T any] struct {
	chunks []*[chunkLen]T
	base   uint64 // number of the first slot of chunks[0]: a multiple of chunkLen
	first  uint64 // number of the oldest element
	last   uint64 // number of the newest element; first == last+1 when empty
}

func newRun[T any]() run[T] { return run[T]{first: 1} }

func (r *run[T]) len() int { return int(r.last + 1 - r.first) }

func (r *run[T]) has(n uint64) bool { return n >= r.first && n <= r.last }

// at gives the element with number n, which must be there.
func (r *run[T]) at(n uint64) *T {
	n -= r.base
	return &r.chunks[n/chunkLen][n%chunkLen]
}

// push adds a zero element and gives its number.
func (r *run[T]) push() (uint64, *T) {
	r.last++
	if len(r.chunks) == 0 {
		r.base = r.last / chunkLen * chunkLen
	}
	if (r.last-r.base)/chunkLen >= uint64(len(r.chunks)) {
		r.chunks = append(r.chunks, new([chunkLen]T))
	}
	return r.last, r.at(r.last)
}

// pop removes the oldest element, which must be there.
func (r *run[T]) pop() {
	var zero T
	*r.at(r.first) = zero
	r.first++
	if r.first-r.base >= chunkLen {
		r.chunks[0] = nil
		r.chunks = r.chunks[1:]
		r.base += chunkLen
	}
}

// clear forgets the elements; numbers go on.
func (r *run[T]) clear() {
	r.chunks, r.first = nil, r.last+1
	r.base = r.first / chunkLen * chunkLen
}
