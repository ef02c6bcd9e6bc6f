package capture

import (
	"container/list"
	"sync"
)

const (
	// cachedSegments are what the window scrolls over: each takes about 2 MB.
	cachedSegments = 4
	// cachedBlocks are the bodies around the one that is looked at: each takes up to 256 KiB.
	cachedBlocks = 16
)

// cacheKey names a segment or block. Numbers are never given twice in a file.
type cacheKey struct {
	db *database
	id int64
}

// cache keeps what was decoded last.
type cache struct {
	mu       sync.Mutex
	segments lru[[]item]
	blocks   lru[[]byte]
}

func (c *cache) init() {
	c.segments.init(cachedSegments)
	c.blocks.init(cachedBlocks)
}

func (c *cache) items(k cacheKey) ([]item, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.segments.get(k)
}

func (c *cache) putItems(k cacheKey, v []item) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.segments.put(k, v)
}

func (c *cache) block(k cacheKey) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.blocks.get(k)
}

func (c *cache) putBlock(k cacheKey, v []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blocks.put(k, v)
}

// lru keeps the last n values that were used.
type lru[V any] struct {
	n     int
	order *list.List
	at    map[cacheKey]*list.Element
}

type cached[V any] struct {
	key   cacheKey
	value V
}

func (l *lru[V]) init(n int) { l.n, l.order, l.at = n, list.New(), map[cacheKey]*list.Element{} }

func (l *lru[V]) get(k cacheKey) (v V, ok bool) {
	e, ok := l.at[k]
	if !ok {
		return v, false
	}
	l.order.MoveToFront(e)
	c, _ := e.Value.(cached[V]) // put adds no other
	return c.value, true
}

func (l *lru[V]) put(k cacheKey, v V) {
	if e, ok := l.at[k]; ok {
		l.order.Remove(e)
	}
	l.at[k] = l.order.PushFront(cached[V]{k, v})
	for l.order.Len() > l.n {
		e := l.order.Back()
		c, _ := l.order.Remove(e).(cached[V])
		delete(l.at, c.key)
	}
}
