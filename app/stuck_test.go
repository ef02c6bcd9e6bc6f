package app

import "testing"

func TestAPageThatDoesNotAnswerIsStuck(t *testing.T) {
	needed, answers := false, true
	asked, stuck := 0, 0
	w := &aliveWatch{}
	w.needed = func() bool { return needed }
	w.ask = func() {
		asked++
		if answers {
			w.answer()
		}
	}
	w.stuck = func() { stuck++ }
	ticks := func(n int) {
		for range n {
			w.tick()
		}
	}
	ticks(50)
	if asked+stuck > 0 {
		t.Fatalf("asked %d times although no scripts are shown", asked)
	}
	needed = true
	ticks(50)
	if asked != 50 || stuck > 0 {
		t.Fatalf("a page that answers: asked %d times, stuck %d", asked, stuck)
	}
	answers = false
	ticks(aliveMissed - 1)
	answers = true
	ticks(1)
	if stuck > 0 {
		t.Fatal("a page that was busy for a moment counts as stuck")
	}
	answers = false
	ticks(aliveMissed + 1)
	if stuck != 1 {
		t.Errorf("stuck %d times", stuck)
	}
}
