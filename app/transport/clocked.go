package transport

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// clocked is a connection that knows when its socket was written and read last. The goroutines above it come to note
// the time later, on a busy machine much later: that would be counted as the server's time.
type clocked struct {
	net.Conn

	mu    sync.Mutex
	write time.Time // the last Write began
	read  time.Time // the last Read that brought bytes ended
}

// clockedDial makes the connections of d clocked.
func clockedDial(d *net.Dialer) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &clocked{Conn: c}, nil
	}
}

// Write implements net.Conn.
func (c *clocked) Write(b []byte) (int, error) {
	c.mu.Lock()
	c.write = time.Now()
	c.mu.Unlock()
	return c.Conn.Write(b)
}

// Read implements net.Conn.
func (c *clocked) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if n > 0 {
		c.mu.Lock()
		c.read = time.Now()
		c.mu.Unlock()
	}
	return n, err
}

// times are when the last Write began and the last Read ended; zero for a connection that is not clocked.
func (c *clocked) times() (write, read time.Time) {
	if c == nil {
		return time.Time{}, time.Time{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.write, c.read
}

// clockedOf is the connection below c, nil when it is none of ours.
func clockedOf(c net.Conn) *clocked {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	own, _ := c.(*clocked)
	return own
}
