// Package capturetest fills the stores of tests and benchmarks.
package capturetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/capture"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Of each four entries that [Fill] keeps one is a request, one its HTTP exchange, one its answer and one a notification;
// every 400th entry is an answer with isError.
const (
	perCall  = 4
	perError = 400
)

// fillTime is how long filling may take: ten million entries take two minutes on two cores.
const fillTime = 20 * time.Minute

// Fill keeps n entries of the connection "a" in the store of the data folder dir, as an earlier run of the program would
// have left them, and returns the number of that run.
func Fill(t testing.TB, dir string, n int) (run uint32) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), fillTime)
	defer cancel()
	log := wire.NewLog(wire.Config{KeepStored: 10_000, KeepEntries: 300})
	s := capture.Open(capture.Config{Dir: dir, Log: log, MaxBytes: 1 << 36})
	flush := func() {
		if err := s.Flush(ctx); err != nil {
			t.Fatal(err)
		}
	}
	flush()
	began := time.Now()
	s.Begin(capture.Capture{Conn: "a", Profile: "recorded", Server: "Recorded", Transport: "http", Target: "http://127.0.0.1/mcp", Began: began.UnixMicro()})
	for i := 0; i < n; i += perCall {
		call(log, i)
		if i%40_000 == 0 {
			flush() // the log keeps what is not stored, up to its limit
		}
	}
	flush()
	run = s.Run()
	s.End("a", time.Now())
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return run
}

var words = strings.Repeat("lorem ipsum dolor sit amet ", 14)

func call(log *wire.Log, i int) {
	frame := func(dir wire.Dir, format string, a ...any) {
		log.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindFrame, Dir: dir}, Message: fmt.Appendf(nil, format, a...)})
	}
	frame(wire.Out, `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"tool%d"}}`, i, i/perCall%20)
	log.Append(wire.Draft{
		Entry:    wire.Entry{Conn: "a", Kind: wire.KindHTTP, Method: "POST", Name: "http://127.0.0.1/mcp", Status: 200, Took: int64(i % 100_000)},
		Exchange: &wire.Exchange{Method: "POST", RequestHeaders: []wire.Header{{Name: "Content-Type", Value: "application/json"}}},
	})
	frame(wire.In, `{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"%s%d"}],"isError":%v}}`, i, words, i, i%perError == 0)
	frame(wire.In, `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"%s"}}`, words)
}
