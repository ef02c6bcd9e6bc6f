package core

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/transport"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// Connections returns the connections changed after revision after, all with 0.
func (c *Core) Connections(after uint64) []Connection {
	c.mu.Lock()
	all := make([]*connection, 0, len(c.connections))
	for _, cn := range c.connections {
		all = append(all, cn)
	}
	c.mu.Unlock()
	out := []Connection{}
	for _, cn := range all {
		if v := cn.snapshot(); v.Rev > after {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b Connection) int { return int(a.Rev) - int(b.Rev) })
	return out
}

// Connection returns the state of one profile's connection.
func (c *Core) Connection(id string) (Connection, bool) {
	cn := c.connection(id)
	if cn == nil {
		return Connection{Profile: id, Phase: Disconnected, Steps: []Step{}}, false
	}
	return cn.snapshot(), true
}

func (c *Core) connection(id string) *connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.connections[id]
}

// Connect starts connecting and returns at once; the states follow by nudge. It refuses a command that was not
// confirmed and a profile whose secrets have no value. A connection that lives is left alone.
func (c *Core) Connect(id string) error {
	p, err := c.profile(id)
	if err != nil {
		return err
	}
	l, err := c.Launch(id)
	if err != nil {
		return err
	}
	if err := c.seen(p); err != nil {
		return err
	}
	if !l.Confirmed {
		return &fault.CallError{Server: p.Name, Kind: fault.Input, Step: "start process", Message: "this command was not confirmed", Hint: "Look at the program and its arguments, then start it."}
	}
	if len(l.Missing) > 0 {
		return &fault.CallError{Server: p.Name, Kind: fault.Input, Step: "read the profile", Message: "some values are missing", Hint: "Give them to connect.", Detail: names(l.Missing)}
	}
	cn, err := c.begin(p)
	if cn != nil {
		go cn.run(p)
	}
	return err
}

func names(missing []SecretState) string {
	var s string
	for _, m := range missing {
		s += m.Name + "\n"
	}
	return s
}

// begin registers a new connection of p, nil when one is alive.
func (c *Core) begin(p profile.Profile) (*connection, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, &fault.CallError{Server: p.Name, Kind: fault.Closed, Message: "the program is ending"}
	}
	old := c.connections[p.ID]
	if old != nil {
		select {
		case <-old.ended:
		default:
			return nil, nil
		}
	}
	c.nextConn++
	cn := &connection{core: c, profile: p, id: fmt.Sprintf("c%d", c.nextConn), ended: make(chan struct{}), settled: make(chan struct{}), runs: map[string]string{}, again: old != nil}
	if old != nil {
		_, cn.asked.ended = old.asked.kept()
	}
	cn.ctx, cn.cancel = context.WithCancel(context.Background())
	if old != nil {
		cn.resume = old.wants()
	}
	now := time.Now().UnixMicro()
	cn.view = Connection{Profile: p.ID, Conn: cn.id, Phase: Connecting, Steps: []Step{}, Started: now, Since: now, Transport: string(p.Transport), Rev: c.rev.Add(1)}
	c.connections[p.ID] = cn
	return cn, nil
}

// run connects, then waits for the end. It owns the connection's life.
func (cn *connection) run(p profile.Profile) {
	defer close(cn.ended)
	defer cn.closeSource()
	defer cn.recordEnd()
	cn.recordBegin(p)
	cn.touch()
	s, err := cn.connect(p)
	if err != nil {
		defer close(cn.settled)
		cn.mu.Lock()
		stopped := cn.stopped
		cn.mu.Unlock()
		cause := err
		cn.err = cn.masked(err)
		ph := outcome(err, stopped)
		if ph == Disconnected {
			err = nil
		}
		cn.phase(ph, err)
		if ph == Refused {
			cn.core.refusedAt(p, fault.As(cause), cn.connectAgain(p))
		}
		cn.core.mask.Forget(cn.id) // last: what was said above is masked with what it knew
		return
	}
	close(cn.settled)
	unwatch, unfollow := cn.watch(p), cn.follow(s)
	<-s.Done()
	unwatch()
	unfollow()
	why := s.Err()
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	_ = s.Close(ctx)
	cancel()
	cn.keepQuestions(s)
	defer cn.core.mask.Forget(cn.id)
	if why != nil {
		cn.note("connection ended by itself: " + text(why))
		cn.phase(Failed, why)
		return
	}
	cn.note("disconnected")
	cn.phase(Disconnected, nil)
}

func text(err error) string { return AsError(err).Message }

func (cn *connection) note(s string) {
	s = string(cn.core.masker().Text(cn.id, []byte(s)))
	cn.core.log.Append(wire.Draft{Entry: wire.Entry{Conn: cn.id, Kind: wire.KindLifecycle, Note: s}})
}

func (cn *connection) connect(p profile.Profile) (*session.Session, error) {
	mask := cn.core.masker()
	if cn.again {
		cn.note("restarted " + p.Name)
	} else {
		cn.note("connect to " + p.Name)
	}
	t, err := cn.core.target(cn.ctx, p, cn.id)
	if err != nil {
		cn.note("Connect failed: " + text(err)) // from here on the session tells
		return nil, err
	}
	source, err := cn.credentials(p, t)
	if err != nil {
		cn.note("Connect failed: " + text(err))
		return nil, err
	}
	cn.mu.Lock()
	cn.source = source
	cn.reach = transport.Target{
		Server: t.Server, Conn: t.Conn, URL: t.URL, Trust: t.Trust, Network: transport.Network{CA: t.Network.CA, Proxy: t.Network.Proxy},
	}
	cn.mu.Unlock()
	s, err := session.Connect(cn.ctx, cn.config(p, t, mask))
	if err != nil {
		cn.core.eras.learn(p, session.Info{}, err)
		return nil, err
	}
	cn.core.eras.learn(p, s.Info(), nil)
	cn.established(p, s)
	return s, nil
}

func (cn *connection) config(p profile.Profile, t transport.Target, mask *wire.Masker) session.Config {
	return session.Config{
		Server: p.Name, Conn: cn.id, Transport: session.Transport(t.Transport),
		Dial: func(ctx context.Context, kind session.Transport, h transport.Handlers) (transport.Link, error) {
			t := t
			t.Transport = profile.Transport(kind)
			return transport.Open(ctx, t, transport.Options{Log: cn.core.log, Mask: mask, Auth: cn.authorizer(), Handlers: h, Refused: cn.refused, Noise: cn.noise})
		},
		Era: session.Era(p.Era.Mode), Version: p.Era.Version, Remembered: cn.core.eras.of(p),
		ConnectTimeout: ms(p.Timeouts.Connect), ProbeTimeout: ms(p.Timeouts.Probe), RequestTimeout: ms(p.Timeouts.Request),
		NoStream: p.Protocol.NoStream, Limits: limits(p.Protocol.Limits),
		Client:    session.ClientInfo{Name: "sightglass", Title: "Sightglass", Version: orDev(cn.core.opts.Version)},
		Answerers: cn.answerers(p), Every: cn.settings(p).Every,
		Tasks:   cn.core.taskBook(p),
		Log:     cn.core.log,
		Mask:    func(s string) string { return string(mask.Text(cn.id, []byte(s))) },
		OnSteps: cn.steps, OnChange: cn.onChange, OnFault: cn.onLoose,
		OnNotification: cn.onNotification,
	}
}

func ms(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func orDev(version string) string {
	if version == "" {
		return "dev"
	}
	return version
}

func (cn *connection) steps(steps []session.Step) {
	out := make([]Step, 0, len(steps))
	m := cn.core.masker()
	for _, s := range steps {
		st := Step{Name: s.Name, State: string(s.State), Text: string(m.Text(cn.id, []byte(s.Text))), Started: s.Started.UnixMicro(), Took: s.Took.Microseconds(), Entries: s.Entries}
		if st.Entries == nil {
			st.Entries = []uint64{}
		}
		out = append(out, st)
	}
	cn.change(func(v *Connection) { v.Steps = out })
}

// established publishes a session that is ready for calls.
func (cn *connection) established(p profile.Profile, s *session.Session) {
	in := s.Info()
	pid := 0
	if p, ok := s.Link().(interface{ PID() int }); ok {
		pid = p.PID()
	}
	m := cn.core.masker()
	cn.change(func(v *Connection) {
		cn.session, cn.protocol = s, p.Protocol
		v.Paged, v.AutoRefresh = p.Protocol.Paged, p.Protocol.AutoRefresh
		v.Cache = discoverHint(in)
		v.Phase, v.Since, v.Took = Connected, time.Now().UnixMicro(), in.Took.Microseconds()
		v.Transport, v.Era, v.Version = string(in.Transport), string(in.Era), in.Version
		v.ServerInfo, v.Capabilities = string(m.Text(cn.id, in.ServerInfo)), string(m.Text(cn.id, in.Capabilities))
		v.Client, v.Instructions = string(in.Client), string(m.Text(cn.id, []byte(in.Instructions)))
		v.How, v.PID = string(m.Text(cn.id, []byte(in.How))), pid
	})
	cn.startLogging(s)
	cn.listenAgain(s)
}

// Disconnect ends a connection, or a connect under way, and waits for its end.
func (c *Core) Disconnect(id string) {
	cn := c.connection(id)
	if cn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	cn.end(ctx)
}

// ConnectWait connects and waits for the outcome: nil when connected, else an [*Error].
func (c *Core) ConnectWait(ctx context.Context, id string) (Connection, error) {
	if err := c.Connect(id); err != nil {
		return Connection{}, err
	}
	cn := c.connection(id)
	stop := context.AfterFunc(ctx, cn.cancel)
	defer stop()
	<-cn.settled
	if cn.err != nil && cn.snapshot().Phase == Refused {
		return c.connectedSince(ctx, cn)
	}
	if cn.err != nil {
		return cn.snapshot(), cn.err
	}
	return cn.snapshot(), nil
}

// connectedSince is the outcome of a refused connect: that of the sign-in that goes on by itself, if one does.
func (c *Core) connectedSince(ctx context.Context, cn *connection) (Connection, error) {
	if !c.autoSignIn(cn.profile) {
		return cn.snapshot(), cn.err
	}
	s := c.signIn(cn.profile.ID)
	if err := s.wait(ctx); err != nil {
		return cn.snapshot(), err
	}
	if v := s.snapshot(); v.Err != nil {
		return cn.snapshot(), v.Err
	}
	if now := c.connection(cn.profile.ID); now != cn {
		return now.snapshot(), now.err
	}
	return cn.snapshot(), cn.err
}

// Session is the session of a live connection, for the driver of the conformance suite, which sends what no face of the
// program does.
func (c *Core) Session(id string) (*session.Session, error) {
	_, s, err := c.live(id)
	return s, err
}
