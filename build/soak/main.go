//go:build soak

// Command soak loads the bridge between page and Go as hard as it can, in a window of its own, to show that no signal
// handler of WebKit overwrites a goroutine's stack. run.sh starts it under the probe in probe/; the page is page/.
//
// It prints one line of JSON at its end and exits 0. A corrupted stack ends it with a Go fatal error, or with exit
// code 3 when a witness sees it first.
package main

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/webview"
)

//go:embed page
var assets embed.FS

const (
	// eventsAhead is how many events may be under way: without a limit GTK's queue would grow without one.
	eventsAhead = 100
	// gcPercent makes Go's collector, which trips over a corrupted stack, run far more often than by default (100).
	gcPercent = 20
	// settle is how long the window may take to come up and to go, on a starved machine.
	settle = 3 * time.Minute
)

// Bridge is what the page calls.
type Bridge struct {
	calls, bytes, fetches, emitted, received atomic.Int64
	ready                                    chan struct{}
}

// Ready starts the clock.
func (b *Bridge) Ready() { close(b.ready) }

// Echo returns text: one call of load.
func (b *Bridge) Echo(text string) string {
	b.calls.Add(1)
	b.bytes.Add(int64(len(text)))
	return text
}

// fetch answers with what it was sent.
func (b *Bridge) fetch(w http.ResponseWriter, r *http.Request) {
	b.fetches.Add(1)
	_, _ = io.Copy(w, r.Body) // the page stopped reading: it is gone
}

// Ack tells how many events the page has seen in all.
func (b *Bridge) Ack(events int64) {
	b.calls.Add(1)
	b.received.Store(events)
}

func main() {
	seconds := flag.Int("seconds", 20, "how long to load the bridge")
	headroom := flag.Bool("headroom", true, "run the window with room on the stack, as Sightglass does")
	flag.Parse()
	debug.SetGCPercent(gcPercent)
	time.AfterFunc(time.Duration(*seconds)*time.Second+settle, func() {
		fmt.Fprintln(os.Stderr, "soak: not done in time")
		os.Exit(4)
	})
	startWitnesses()
	b := &Bridge{ready: make(chan struct{})}
	run := webview.Run
	if !*headroom {
		run = func(f func() error) error { return f() }
	}
	if err := run(func() error { return window(b, time.Duration(*seconds)*time.Second) }); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]int64{
		"calls": b.calls.Load(), "bytes": b.bytes.Load(), "fetches": b.fetches.Load(), "events": b.received.Load(),
	})
}

func window(b *Bridge, load time.Duration) error {
	return wails.Run(&options.App{
		Title:       "Sightglass soak",
		LogLevel:    logger.ERROR,
		AssetServer: &assetserver.Options{Assets: assets, Handler: http.HandlerFunc(b.fetch), Middleware: webview.Guard(noFrames)},
		Bind:        []any{b},
		Linux:       &linux.Options{WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		OnStartup:   func(ctx context.Context) { go b.emit(ctx, load) },
	})
}

// emit sends events as fast as the page takes them, and ends the program after load.
func (b *Bridge) emit(ctx context.Context, load time.Duration) {
	<-b.ready
	for end := time.Now().Add(load); time.Now().Before(end); {
		if b.emitted.Load()-b.received.Load() >= eventsAhead {
			time.Sleep(time.Millisecond)
			continue
		}
		runtime.EventsEmit(ctx, "event", b.emitted.Add(1))
	}
	runtime.Quit(ctx)
}

// noFrames: the page of the soak shows none.
func noFrames() (string, error) { return "", errors.ErrUnsupported }
