package webview

import (
	"errors"
	"runtime"
	"testing"
	"unsafe"
)

// room is what Run promises below its argument, in bytes.
const room = 400 << 10

// moves tells whether using n more bytes of stack makes Go move it: then fewer were free.
//
//go:noinline
func moves(n int) bool {
	var here byte
	before := uintptr(unsafe.Pointer(&here))
	use(n)
	return uintptr(unsafe.Pointer(&here)) != before
}

//go:noinline
func use(n int) byte {
	var frame [4 << 10]byte
	if n > len(frame) {
		frame[0] = use(n - len(frame) - 64) // 64: what the call itself takes, at least
	}
	runtime.KeepAlive(&frame)
	return frame[0]
}

func TestRunLeavesRoom(t *testing.T) {
	inFresh(t, func() {
		err := Run(func() error {
			for range 5 { // each collection may halve the stacks it scans
				runtime.GC()
			}
			if moves(room) {
				t.Errorf("less than %d bytes are free below Run", room)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestMoves shows that TestRunLeavesRoom would see a missing room.
func TestMoves(t *testing.T) {
	inFresh(t, func() {
		if !moves(room) {
			t.Errorf("%d bytes are free on a new stack: the probe does not see its end", room)
		}
	})
}

func TestRunReturnsTheError(t *testing.T) {
	want := errors.New("no display")
	if got := Run(func() error { return want }); !errors.Is(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func inFresh(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	<-done
}
