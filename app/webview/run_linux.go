package webview

import "runtime"

const (
	// frameSize is what one call of under keeps on the stack, in bytes. Go moves larger variables to the heap (the
	// limit is 128 KiB).
	frameSize = 64 << 10
	// frames times frameSize is 576 KiB. Go's stacks are powers of two, so the stack becomes 1 MiB with more than
	// 400 KiB free. Go halves a stack only when less than a quarter of it is used, so the room stays.
	frames = 9
)

// Run calls f, which is to run the window, with more than 400 KiB of free stack below it, and returns its error.
//
// JavaScriptCore stops the window's thread for its garbage collection by SIGUSR1, and its handler must run on the
// stack that the thread is using: Wails therefore leaves SA_ONSTACK off for it (wails #5527, #5530). While GTK calls
// back into Go that stack is the goroutine's, and Go leaves less than 1 KiB free below the stack pointer, as it
// expects handlers on an alternate stack (os/signal, "Go programs that use cgo or SWIG"). A signal frame with
// AVX-512 state takes about 3 KiB, and one with AMX state 11 KiB: it overwrites the stack of another goroutine, and
// the program dies later with "traceback did not unwind completely" or a like error. build/soak shows it, and that
// it is gone with this room.
func Run(f func() error) error { return under(frames, f) }

// under calls f below n frames of frameSize.
//
//go:noinline
func under(n int, f func() error) (err error) {
	var room [frameSize]byte
	if n > 1 {
		err = under(n-1, f)
	} else {
		err = f()
	}
	runtime.KeepAlive(&room) // else the compiler could give the frame up before the call
	return err
}
