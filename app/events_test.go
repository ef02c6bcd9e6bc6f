package app

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestNudgerSendsAtOnceThenCoalesces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []uint64
		sent := func() []uint64 {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(got)
		}
		n := newNudger(func(_ string, rev uint64) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, rev)
		})
		n.Nudge("traffic", 1)
		synctest.Wait()
		for rev := uint64(2); rev <= 1000; rev++ {
			n.Nudge("traffic", rev)
		}
		synctest.Wait()
		if got := sent(); len(got) != 1 || got[0] != 1 {
			t.Fatalf("first nudge: got %v, want [1] at once", got)
		}
		time.Sleep(nudgeEvery)
		synctest.Wait()
		if got := sent(); len(got) != 2 || got[1] != 1000 {
			t.Fatalf("after %v: got %v, want the last revision once", nudgeEvery, got)
		}
		n.Close()
		n.Nudge("traffic", 1001)
		time.Sleep(time.Second)
		synctest.Wait()
		if got := sent(); len(got) != 2 {
			t.Fatalf("after Close: got %v", got)
		}
	})
}
