package mock

import (
	"fmt"
	"net"
	"sync"
)

// Bounds on what clients make a mock hold: each takes goroutines. What is above one is refused or left out, and stands
// among what was served as [Crowded].
const (
	maxAtOnce  = 256 // over stdio: requests that are answered at a time; the next one is read when one of them is
	maxListens = 256 // open subscriptions
	maxAsked   = 256 // questions that wait for their answer
	maxBehind  = 256 // over HTTP: calls behind whose answer something is still being sent
	maxConns   = 512 // over HTTP: connections, each with one request at a time
)

// gate lets so many in as its capacity says.
type gate chan struct{}

func (g gate) enter() bool {
	select {
	case g <- struct{}{}:
		return true
	default:
		return false
	}
}

func (g gate) leave() { <-g }

// gates are those of a mock, for all its clients.
type gates struct {
	listens, asked, behind, conns gate
}

func newGates() gates {
	return gates{make(gate, maxListens), make(gate, maxAsked), make(gate, maxBehind), make(gate, maxConns)}
}

// crowded tells that something was refused or left out because of a limit, in words that name it.
func (m *Mock) crowded(method, limit string, most int) string {
	text := fmt.Sprintf("%d %s already", most, limit)
	m.serve(Served{Method: method, Name: text, How: Crowded})
	return text
}

// tooMany is the answer to a request above a limit.
func (m *Mock) tooMany(id []byte, method, limit string, most int) []byte {
	return refuse(id, failure{Code: -32000, Message: "the mock refuses this: " + m.crowded(method, limit, most)})
}

// bounded is a listener that closes what is above maxConns.
type bounded struct {
	net.Listener
	mock *Mock
}

func (b *bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if b.mock.open.conns.enter() {
			return &counted{Conn: c, leave: sync.OnceFunc(b.mock.open.conns.leave)}, nil
		}
		b.mock.crowded("connect", "connections are open", maxConns)
		_ = c.Close()
	}
}

// counted is a connection that has a place.
type counted struct {
	net.Conn
	leave func()
}

func (c *counted) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
