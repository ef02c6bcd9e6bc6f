package demo

// bounded is a map whose oldest entry leaves when it is full. It is guarded by its owner.
type bounded[V any] struct {
	limit int
	order []string
	of    map[string]V
}

func newBounded[V any](limit int) bounded[V] { return bounded[V]{limit: limit, of: map[string]V{}} }

func (b *bounded[V]) get(key string) (V, bool) {
	v, ok := b.of[key]
	return v, ok
}

func (b *bounded[V]) put(key string, v V) {
	if _, there := b.of[key]; !there {
		b.order = append(b.order, key)
	}
	b.of[key] = v
	for len(b.order) > b.limit {
		delete(b.of, b.order[0])
		b.order = b.order[1:]
	}
}

// take removes an entry and gives it. Its key keeps its place in the order until it is the oldest: keys are never used
// again.
func (b *bounded[V]) take(key string) (V, bool) {
	v, ok := b.of[key]
	delete(b.of, key)
	return v, ok
}
