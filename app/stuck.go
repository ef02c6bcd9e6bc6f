package app

import (
	"sync"
	"time"
)

const (
	// aliveEvery is the time between two questions whether the page is there. They are asked while it shows what runs
	// scripts of a server.
	aliveEvery = 3 * time.Second
	// aliveMissed is how many questions in a row stay without an answer before the page counts as stuck. Nothing of the
	// window's own takes a second.
	aliveMissed = 5
)

// aliveWatch tells a page that is stuck: a script of a server in one of its frames never yields, and WebKitGTK runs all
// frames in one thread.
type aliveWatch struct {
	needed func() bool // whether scripts of servers are shown
	ask    func()      // asks the page, which answers by answer
	stuck  func()      // the page does not answer

	mu     sync.Mutex
	missed int
}

// run asks until done is closed.
func (w *aliveWatch) run(done <-chan struct{}) {
	for t := time.NewTicker(aliveEvery); ; {
		select {
		case <-done:
			t.Stop()
			return
		case <-t.C:
			w.tick()
		}
	}
}

func (w *aliveWatch) tick() {
	if !w.needed() {
		w.answer()
		return
	}
	w.mu.Lock()
	w.missed++
	over := w.missed > aliveMissed
	if over {
		w.missed = 0
	}
	w.mu.Unlock()
	if over {
		w.stuck()
		return
	}
	w.ask()
}

// answer is the page's.
func (w *aliveWatch) answer() {
	w.mu.Lock()
	w.missed = 0
	w.mu.Unlock()
}
