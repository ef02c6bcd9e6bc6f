package session

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// A request of the server that gets no answer does not stay open in the log.
func TestServerRequestsEnd(t *testing.T) {
	p := legacyPeer(t)
	cfg := config(p)
	cfg.Answerers = everyAnswerer
	log := cfg.Log
	var asked atomic.Uint64
	dial := cfg.Dial
	cfg.Dial = func(ctx context.Context, kind Transport, h transport.Handlers) (transport.Link, error) {
		handle := h.Request
		h.Request = func(in transport.Incoming) { // as the tap does
			in.Entry = log.Append(wire.Draft{Entry: wire.Entry{Conn: "k1", Kind: wire.KindFrame, Dir: wire.In}, Message: in.Raw})
			asked.Store(in.Entry)
			handle(in)
		}
		return dial(ctx, kind, h)
	}
	s := connect(t, cfg)
	lapsed := func(what string, why string) {
		t.Helper()
		wait(t, what, func() bool {
			e, _ := log.Entry(asked.Load())
			return !e.Open && strings.Contains(strings.Join(e.Findings, ""), "Not answered: "+why)
		})
	}
	p.send(`{"jsonrpc":"2.0","id":1,"method":"roots/list"}`)
	pending(t, s, 1)
	p.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	lapsed("the question taken back", "the server took it back")
	p.send(`{"jsonrpc":"2.0","id":2,"method":"roots/list"}`)
	pending(t, s, 1)
	closeSession(t, s)
	lapsed("the question of a closed session", "the connection was closed")
}
