// Package session is one live MCP connection: the era found and pinned, requests with their ids, progress,
// cancellation and pages, the inbox of the server's questions. Results stay raw; typed views are decoded beside
// them and tolerate anything. It knows no process, no HTTP and no window.
package session

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
)

// Session is one live connection to one server, made by [Connect]. Its methods are safe for concurrent use.
// Every error it returns is a *fault.CallError.
type Session struct {
	cfg   Config
	link  transport.Link
	info  Info
	steps []Step

	ids     ids
	inbox   *inbox
	traffic *incoming
	changes changes // lists that changed
	updates updates // resources that changed
	stream  stream  // modern: subscriptions/listen, what the session wants itself
	streams streams // modern: those that the user opened
	tools   toolCache
	book    *TaskBook
	polls   chan struct{} // tasks/get under way
	pushing atomic.Bool   // the status of tasks is asked to be pushed
	modern  atomic.Bool   // the era as far as it is known
	set     atomic.Pointer[settings]
	replies replies // answers on their way

	ctx    context.Context // ends with the session; its cause is why
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup // every goroutine of the session but the rule's

	mu         sync.Mutex
	calls      map[string]*flight // by call id
	tokens     map[string]*flight // by progress token
	order      []*flight          // calls in order of start
	refused    []*refused         // calls that may be replayed, oldest first
	made       int                // call ids made here
	taskTokens map[string]*task   // by progress token of the call that became the task
	latency    time.Duration
	err        error // why the path ended by itself

	done      chan struct{}
	endOnce   sync.Once
	closeOnce sync.Once
	closeErr  error
}

// Info is what the connection settled on. The raw members are as they came (or were sent), nil when absent.
type Info struct {
	Transport    Transport       // in use; SSE when Streamable HTTP was asked for and the server only has the old one
	Era          Era             // Legacy or Modern
	Version      string          // negotiated protocol version
	ServerInfo   json.RawMessage // of the initialize or discover result; also read from _meta in the modern era
	Capabilities json.RawMessage // the server's
	Client       json.RawMessage // ours, as declared
	Instructions string          // the server's, untrusted text
	How          string          // how era and version were found, one or two sentences
	Result       json.RawMessage // the whole initialize or discover result; nil when a modern server refused discover
	Entry        uint64          // entry of that result
	Took         time.Duration   // the whole connect
	Costly       bool            // asking for the era got no answer in time or ended the process: worth a Config.Remembered
}

// Info returns what the connection settled on. It never changes.
func (s *Session) Info() Info { return s.info }

// Steps returns the steps of the connect, all ended.
func (s *Session) Steps() []Step { return append([]Step(nil), s.steps...) }

// SessionID is the Mcp-Session-Id of legacy Streamable HTTP, or empty. It is a secret: mask it before showing it.
func (s *Session) SessionID() string { return s.link.SessionID() }

// Link is the byte path, for what only transport knows (a process id).
func (s *Session) Link() transport.Link { return s.link }

// Latency is how long the last answered request took on the wire, 0 before the first.
func (s *Session) Latency() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.latency
}

// ToolsChanged reports that notifications/tools/list_changed came since [Session.Tools] last began.
func (s *Session) ToolsChanged() bool { return s.changes.is(methodToolsNew) }

// ResourcesChanged is [Session.ToolsChanged] for resources and their templates.
func (s *Session) ResourcesChanged() bool { return s.changes.is(methodResourcesNew) }

// PromptsChanged is [Session.ToolsChanged] for prompts.
func (s *Session) PromptsChanged() bool { return s.changes.is(methodPromptsNew) }

// Done is closed when the session ended: by Close, by the path ending by itself (the child exited, the SSE stream
// was lost), or by the server forgetting the session (HTTP 404).
func (s *Session) Done() <-chan struct{} { return s.done }

// Err says why Done was closed: nil before, and after Close.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Close cancels every call and question and closes the path. It may be called twice; it must not be called from a
// callback of [Config].
func (s *Session) Close(ctx context.Context) error {
	s.closeOnce.Do(func() {
		s.end(nil)
		if s.link != nil {
			s.closeErr = s.link.Close(ctx)
		}
		s.wg.Wait()
	})
	return s.closeErr
}

// end ends the session: err is why, nil for Close. The path stays open until Close.
func (s *Session) end(err *fault.CallError) {
	s.endOnce.Do(func() {
		why := "the connection was closed"
		var cause error = &stop{fault.Closed, "The connection was closed before the answer came."}
		s.mu.Lock()
		if err != nil {
			s.err, cause, why = err, err, "the connection ended"
		}
		s.cancel(cause)
		s.mu.Unlock()
		s.inbox.close(why)
		close(s.done)
		s.tell(StateChanged)
	})
}

// over is the error of a call on a session that is over. The lock is held.
func (s *Session) over(step string) *fault.CallError {
	if s.err != nil {
		return s.fault(s.err, step)
	}
	return &fault.CallError{
		Server: s.cfg.Server, Kind: fault.Closed, Step: step,
		Message: "The connection is closed.", Hint: "Connect again.",
	}
}

func (s *Session) era() Era {
	if s.modern.Load() {
		return Modern
	}
	return Legacy
}

// attend ends the session when its path ends by itself.
func (s *Session) attend() {
	link := s.link
	s.spawn(func(ctx context.Context) {
		select {
		case <-ctx.Done():
		case <-link.Done():
			if err := link.Err(); err != nil {
				go s.end(s.fault(err, "connection")) // not from a goroutine that Close waits for
			}
		}
	})
}
