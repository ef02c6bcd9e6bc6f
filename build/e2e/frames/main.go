//go:build frames

// Command frames is a window whose page does what a hostile server would: it opens frames of every kind, and each
// tries to call Go. It has no content security policy, so that app/webview is tested alone, and prints as JSON which
// frames ran, what they saw and whose calls arrived. Built with the tag stock it leaves app/webview out.
package main

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

//go:embed page
var assets embed.FS

// Bridge is what the page, and nobody else, may call.
type Bridge struct {
	ctx    context.Context
	origin string

	mu   sync.Mutex
	hits map[string]int
}

// Touch counts a call that arrived.
func (b *Bridge) Touch(kind string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hits[kind]++
}

// Origin is a web server of another origin; it serves the attack too.
func (b *Bridge) Origin() string { return b.origin }

// Done prints what happened and ends the program. Frames says for each frame that ran what it found.
func (b *Bridge) Done(frames map[string]string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"frames": frames, "calls": b.hits})
	runtime.Quit(b.ctx)
}

func main() {
	time.AfterFunc(3*time.Minute, func() { os.Exit(4) }) // some frame never ran
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, "frames:", err)
		os.Exit(1)
	}
	b := &Bridge{origin: "http://" + l.Addr().String(), hits: map[string]int{}}
	go func() { _ = http.Serve(l, http.HandlerFunc(serve)) }()
	err = wails.Run(&options.App{
		AssetServer: &assetserver.Options{Assets: assets, Handler: http.HandlerFunc(serve)},
		Bind:        []any{b},
		Linux:       &linux.Options{WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
		OnStartup:   func(ctx context.Context) { b.ctx = ctx },
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "frames:", err)
		os.Exit(1)
	}
}

// serve answers with the attack page, whose script reads its kind from the query.
func serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("policy") {
		w.Header().Set("Content-Security-Policy", "sandbox allow-scripts")
	}
	w.Header().Set("Content-Type", "text/html")
	attack, err := assets.ReadFile("page/attack.js")
	if err != nil {
		panic(err) // it is embedded
	}
	_, _ = fmt.Fprintf(w, "<!doctype html><script>%s</script>", attack)
}
