//go:build soak

package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

const (
	witnesses    = 200                    // of each size
	witnessEvery = 500 * time.Millisecond // between two looks of one witness
)

// startWitnesses fills the neighbourhood of the main goroutine's stack with stacks that hold a known pattern. Which
// sizes share a span with it depends on how deep Wails has called, so there are some of each.
func startWitnesses() {
	for range witnesses {
		go witness[[1 << 10]byte]()
		go witness[[3 << 10]byte]()
		go witness[[6 << 10]byte]()
		go witness[[12 << 10]byte]()
	}
}

func witness[T [1 << 10]byte | [3 << 10]byte | [6 << 10]byte | [12 << 10]byte]() {
	var pattern T
	for i := range len(pattern) {
		pattern[i] = byte(i)
	}
	for {
		time.Sleep(witnessEvery)
		for i := range len(pattern) {
			if pattern[i] != byte(i) {
				fmt.Fprintf(os.Stderr, "fatal error: a witness found its stack overwritten at byte %d of %d\n", i, len(pattern))
				os.Exit(3)
			}
		}
		runtime.KeepAlive(&pattern)
	}
}
