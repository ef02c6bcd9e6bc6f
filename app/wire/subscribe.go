package wire

import (
	"slices"
	"sync"
)

// subscriber runs one callback on a goroutine of its own: a tap only rings the bell.
type subscriber struct {
	bell chan struct{}
	stop chan struct{}
}

// Subscribe calls nudge, from a goroutine of its own and never twice at once, after entries changed; rev is the
// latest revision. Changes that come while it runs are told by one further call, so none is lost. cancel ends it and
// may be called twice; a call that is under way then still finishes.
func (l *Log) Subscribe(nudge func(rev uint64)) (cancel func()) {
	s := &subscriber{bell: make(chan struct{}, 1), stop: make(chan struct{})}
	l.mu.Lock()
	l.subs = append(slices.Clip(l.subs), s)
	l.mu.Unlock()
	go func() {
		for {
			select {
			case <-s.stop:
				return
			case <-s.bell:
				nudge(l.rev())
			}
		}
	}()
	return sync.OnceFunc(func() {
		l.mu.Lock()
		l.subs = slices.DeleteFunc(slices.Clone(l.subs), func(o *subscriber) bool { return o == s })
		l.mu.Unlock()
		close(s.stop)
	})
}

func (l *Log) rev() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.revs.last
}

func nudge(subs []*subscriber) {
	for _, s := range subs {
		select {
		case s.bell <- struct{}{}:
		default: // rung already, not yet heard
		}
	}
}
