package core

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/transport"
)

// connection is one profile's connection: its view, and the session while there is one. A new one is made for each
// connect, so that a late word of an old one changes nothing.
type connection struct {
	core   *Core
	id     string // in the log
	ctx    context.Context
	cancel context.CancelFunc // ends a connect under way
	ended  chan struct{}      // closed when nothing of it runs any more

	profile profile.Profile
	source  *auth.Source // the stored tokens, nil when the server has none to get

	again   bool          // the profile was connected before in this run
	settled chan struct{} // closed when the connect has succeeded or failed
	err     error         // why it failed; written before settled is closed

	mu      sync.Mutex
	view    Connection
	session *session.Session
	tools   kept[session.Tool]

	resources kept[session.Resource]
	templates kept[session.Template]
	prompts   kept[session.Prompt]
	skills    kept[session.Skill]
	got       map[string]*session.Skill // entries of skills/get of what the list has not, by URI
	listed    *session.List             // tasks/list
	listedErr *Error
	reads     map[string]lastRead    // by URI
	completes map[string]*completion // under way, by what is completed

	reach      transport.Target   // where the server is, without what would let one in; set before the session
	pings      []PingResult       // the last ones, oldest first
	checking   string             // method that a check asks for now
	checkError *Error             // why the last check broke off
	stopCheck  context.CancelFunc // of a check under way, else nil
	logLevel   string             // asked for last on this connection
	logged     atomic.Bool        // a notifications/message came

	protocol profile.Protocol // in force
	resume   wanted           // what the connection before listened for; constant
	rounds   callRounds       // of calls that are over
	asked    inboxView
	drift    driftWatch

	runs    map[string]string // call id -> tool name, of calls in flight
	stopped bool              // the user ended it
}

// change edits the view and nudges.
func (cn *connection) change(edit func(*Connection)) {
	cn.mu.Lock()
	edit(&cn.view)
	cn.mu.Unlock()
	cn.touch()
}

// touch gives the view a new revision. The revision is taken under the lock: a reader that saw it saw the change.
func (cn *connection) touch() {
	cn.mu.Lock()
	rev := cn.core.rev.Add(1)
	cn.view.Rev = rev
	cn.mu.Unlock()
	cn.core.send(NudgeConnections, rev)
}

// phase moves to another phase.
func (cn *connection) phase(p Phase, err error) {
	cn.change(func(v *Connection) {
		v.Phase, v.Since = p, time.Now().UnixMicro()
		v.Err = AsError(cn.masked(err))
	})
}

// snapshot is the view as it is now, with what the session counts.
func (cn *connection) snapshot() Connection {
	cn.mu.Lock()
	v, s := cn.view, cn.session
	v.Steps = slices.Clone(v.Steps)
	cn.mu.Unlock()
	if s == nil || v.Phase != Connected {
		return v
	}
	v.Latency = s.Latency().Microseconds()
	v.ToolsChanged, v.ResourcesChanged, v.PromptsChanged = s.ToolsChanged(), s.ResourcesChanged(), s.PromptsChanged()
	v.WatchRev = s.WatchRev()
	v.Tasks, v.ActiveTasks = cn.core.taskBook(cn.profile).Count()
	if o := s.TaskOffer(); o.Server {
		v.TaskForm = string(o.Form)
	}
	v.Logged = cn.logged.Load()
	if s.Info().Era == session.Modern {
		list, _ := s.Streams()
		for _, st := range list {
			if st.State != session.StreamClosed {
				v.Streams++
			}
		}
	}
	v.SessionID = string(cn.core.masker().Text(cn.id, []byte(s.SessionID())))
	v.Calls = len(s.Calls())
	v.Questions = s.Waiting()
	return v
}

// live returns the session, or why there is none.
func (cn *connection) live() (*session.Session, error) {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	if cn.session == nil || cn.view.Phase != Connected {
		return nil, &fault.CallError{Kind: fault.Closed, Message: "this server is not connected", Hint: "Connect, then repeat the call."}
	}
	return cn.session, nil
}

// live returns a profile's connection and its session, or why there is none.
func (c *Core) live(id string) (*connection, *session.Session, error) {
	cn := c.connection(id)
	if cn == nil {
		cn = &connection{} // never connected: the same error
	}
	s, err := cn.live()
	return cn, s, err
}

// onChange is the session's word that something readable changed.
func (cn *connection) onChange(c session.Change) {
	switch c {
	case session.CallsChanged:
		cn.core.nudge(NudgeCalls)
	case session.QuestionsChanged:
		cn.core.nudge(NudgeQuestions)
	case session.StateChanged:
	}
	cn.touch()
}

// onFault shows as a banner what concerns the connection: a refusal, or a failure outside of any call. The session and
// the link may both tell of the same refusal: the entries show that it is one.
func (cn *connection) onFault(err error) {
	e := AsError(cn.masked(err))
	cn.mu.Lock()
	shown := cn.view.Banner
	known := shown != nil && slices.ContainsFunc(e.Entries, func(seq uint64) bool { return slices.Contains(shown.Entries, seq) })
	if !known {
		cn.view.Banner = e
	}
	cn.mu.Unlock()
	if !known {
		cn.touch()
	}
}

// refused takes a refusal for which no caller waits. That of the session DELETE comes by no other way, and its banner
// outlives the connection.
func (cn *connection) refused(f *fault.CallError) {
	cn.onFault(f)
	cn.core.signing.Go(func() { cn.core.refusedAt(cn.profile, f, nil) })
}

// noise tells that a child logs to stdout: once for each connection.
func (cn *connection) noise(line string) {
	cn.change(func(v *Connection) { v.Noise = line })
}

// maskError: what an error quotes was masked by the tap; its message and detail are masked once more, since a
// server's words may come by way of a JSON-RPC error too.
func (cn *connection) maskError(e *Error) {
	m := cn.core.masker()
	for _, s := range []*string{&e.Step, &e.Message, &e.Detail, &e.RPC, &e.Hint} {
		*s = string(m.Text(cn.id, []byte(*s)))
	}
}

// masked is err as it may be shown, nil for nil.
func (cn *connection) masked(err error) error {
	e := AsError(err)
	if e == nil {
		return nil
	}
	cn.maskError(e)
	return e
}

// end closes the connection, or ends its connect, and waits for its end or ctx's.
func (cn *connection) end(ctx context.Context) {
	cn.mu.Lock()
	cn.stopped = true
	s, phase := cn.session, cn.view.Phase
	cn.mu.Unlock()
	if phase == Connected || phase == Connecting {
		cn.phase(Closing, nil)
	}
	cn.cancel()
	if s != nil {
		_ = s.Close(ctx)
	}
	select {
	case <-cn.ended:
	case <-ctx.Done():
	}
}

// outcome is the phase a failed connect leaves behind.
func outcome(err error, stopped bool) Phase {
	var ce *fault.CallError
	switch {
	case stopped:
		return Disconnected
	case errors.As(err, &ce) && ce.Challenge != nil && ce.Kind == fault.Auth:
		return Refused
	case errors.As(err, &ce) && ce.Kind == fault.Cancelled:
		return Disconnected
	}
	return Failed
}
