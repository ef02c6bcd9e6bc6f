package mock

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// ServeStdio speaks MCP on in and out until in ends or ctx does. Reads of in are not interrupted: the caller closes it.
func (m *Mock) ServeStdio(ctx context.Context, in io.Reader, out io.Writer) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s := &pipe{client: newClient(m), out: out, slots: make(gate, maxAtOnce)}
	defer s.work.Wait()
	defer cancel()
	lines := bufio.NewReaderSize(in, 64<<10)
	for ctx.Err() == nil {
		line, err := readLine(lines)
		if len(bytes.TrimSpace(line)) > 0 {
			s.take(ctx, line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("serve the recording: %w", err)
		}
	}
	return nil
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > maxMessage {
			return nil, fmt.Errorf("a line is longer than %d bytes", maxMessage)
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// pipe is a client over stdio.
type pipe struct {
	client *client
	work   sync.WaitGroup
	slots  gate

	mu  sync.Mutex // guards out
	out io.Writer
}

func (p *pipe) send(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.out.Write(append(bytes.TrimRight(bytes.Clone(b), "\r\n"), '\n'))
	return err
}

func (p *pipe) take(ctx context.Context, line []byte) {
	f := wire.ParseFrame(line)
	w := way{send: p.send, aside: p.send}
	switch f.Message {
	case wire.MsgResponse, wire.MsgError:
		p.client.answered(f.RawID)
	case wire.MsgNotification:
		if f.Method == "notifications/initialized" {
			p.work.Go(func() { p.client.ready(ctx, w) })
		}
	case wire.MsgRequest:
		p.request(ctx, f, w)
	default:
		_ = p.send(refuse(nil, failure{Code: -32600, Message: "this is no JSON-RPC message: " + f.Note}))
	}
}

// request begins to answer. It waits for a place among those that are answered: whoever holds one comes to an end
// without a further line of the input. Subscriptions do not, so they have places of their own; a question does not
// either, so its call rests meanwhile.
func (p *pipe) request(ctx context.Context, f wire.Frame, w way) {
	m := p.client.mock
	found := p.client.find(f) // in the order in which they came
	if found != nil && found.method == "subscriptions/listen" {
		if !m.open.listens.enter() {
			_ = p.send(m.tooMany(f.RawID, f.Method, "subscriptions are open", maxListens))
			return
		}
		p.work.Go(func() {
			defer m.open.listens.leave()
			p.listen(ctx, found, f, w)
		})
		return
	}
	p.slots <- struct{}{}
	w.rest = func(wait func()) {
		p.slots.leave()
		wait()
		p.slots <- struct{}{}
	}
	p.work.Go(func() {
		defer p.slots.leave()
		p.answer(ctx, found, f, w)
	})
}

// listen keeps a subscription open until the input ends.
func (p *pipe) listen(ctx context.Context, found *call, f wire.Frame, w way) {
	defer p.client.listen(found, f.RawID, p.send)()
	if b := p.client.play(ctx, found, f, w); b != nil && found.fail != nil {
		_ = p.send(b)
		return
	}
	<-ctx.Done()
}

func (p *pipe) answer(ctx context.Context, found *call, f wire.Frame, w way) {
	if found == nil {
		_ = p.send(p.client.mock.otherwise(f))
		return
	}
	if b := p.client.play(ctx, found, f, w); b != nil {
		_ = p.send(b)
		p.client.follow(ctx, found, f, w)
		return
	}
	if found.body != nil && ctx.Err() == nil { // refused with a status, which a pipe has not
		_ = p.send(refuse(f.RawID, failure{Code: -32603, Message: fmt.Sprintf("recorded as HTTP %d", found.status), Data: string(found.body)}))
	}
}

// otherwise answers a request that was not recorded.
func (m *Mock) otherwise(f wire.Frame) []byte {
	if f.Method == "ping" {
		return reply(f.RawID, nil, nil)
	}
	return refuse(f.RawID, m.tape.unmatched(f.Method, f.Name))
}
