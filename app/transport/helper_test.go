package transport

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

func TestMain(m *testing.M) { os.Exit(mcptest.Main(m, nil)) }

// patience is how long a test waits for what must happen: the machine is at times starved.
// short is how long a test waits for what must not happen.
const short = 700 * time.Millisecond

const patience = 30 * time.Second

// rig is a link with what it recorded and received.
type rig struct {
	t    *testing.T
	log  *wire.Log
	mask *wire.Masker
	link Link
	ids  atomic.Int64

	mu       sync.Mutex
	got      []Incoming
	refusals []*fault.CallError
}

func newRig(t *testing.T) *rig {
	t.Helper()
	return &rig{t: t, log: wire.NewLog(wire.Config{}), mask: wire.NewMasker(nil)}
}

func (r *rig) options() Options {
	take := func(in Incoming) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, in)
	}
	return Options{
		Log: r.log, Mask: r.mask, Handlers: Handlers{Request: take, Notification: take},
		Refused: func(f *fault.CallError) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.refusals = append(r.refusals, f)
		},
	}
}

func (r *rig) open(t Target, change ...func(*Options)) error {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	t.Server, t.Conn = "Test server", "c1"
	o := r.options()
	for _, f := range change {
		f(&o)
	}
	link, err := Open(ctx, t, o)
	if err != nil {
		return err
	}
	r.link = link
	r.t.Cleanup(func() { r.close() })
	return nil
}

func (r *rig) must(t Target, change ...func(*Options)) *rig {
	r.t.Helper()
	if err := r.open(t, change...); err != nil {
		r.t.Fatalf("open: %v", err)
	}
	return r
}

func (r *rig) close() {
	if r.link != nil {
		if err := r.link.Close(context.Background()); err != nil {
			r.t.Errorf("close: %v", err)
		}
		for _, e := range r.find(func(e wire.Entry) bool { return e.Open }) {
			r.t.Errorf("open after the end: %+v", e)
		}
	}
}

func stdioTarget(mode string) Target {
	command, env := mcptest.Stdio(mode)
	return Target{Transport: profile.Stdio, Command: command, Env: env}
}

func openStdioRig(t *testing.T, mode string) *rig {
	t.Helper()
	return newRig(t).must(stdioTarget(mode))
}

func (r *rig) callFor(d time.Duration, method, params string, header ...http.Header) (*Answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	n := r.ids.Add(1)
	req := Request{ID: fmt.Sprintf("t%d", n), Method: method, Call: fmt.Sprintf("call-%d", n)}
	if params != "" {
		req.Params = json.RawMessage(params)
	}
	if len(header) > 0 {
		req.Header = header[0]
	}
	return r.link.Call(ctx, req)
}

func (r *rig) call(method, params string, header ...http.Header) (*Answer, error) {
	return r.callFor(patience, method, params, header...)
}

func (r *rig) mustCall(method, params string) *Answer {
	r.t.Helper()
	a, err := r.call(method, params)
	if err != nil {
		r.t.Fatalf("%s: %v\n%s", method, err, explain(err))
	}
	return a
}

const initParams = `{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}`

// initialize makes the legacy handshake.
func (r *rig) initialize() {
	r.t.Helper()
	a := r.mustCall("initialize", initParams)
	if a.Error != nil {
		r.t.Fatalf("initialize: %v", a.Error)
	}
	r.link.SetVersion("2025-06-18")
	if err := r.link.Notify(context.Background(), "notifications/initialized", nil, nil); err != nil {
		r.t.Fatalf("notifications/initialized: %v", err)
	}
}

func (r *rig) incoming() []Incoming {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Incoming(nil), r.got...)
}

func (r *rig) refused() []*fault.CallError {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]*fault.CallError(nil), r.refusals...)
}

// entries are all entries of the log, as they are now.
func (r *rig) entries() []wire.Entry {
	last := map[uint64]wire.Entry{}
	var order []uint64
	for after := uint64(0); ; {
		p := r.log.Page(after, 1000)
		for _, e := range p.Entries {
			if _, ok := last[e.Seq]; !ok {
				order = append(order, e.Seq)
			}
			last[e.Seq] = e
		}
		if len(p.Entries) == 0 || p.Next == after {
			break
		}
		after = p.Next
	}
	var out []wire.Entry
	for _, s := range order {
		out = append(out, last[s])
	}
	return out
}

// text is everything the log says, for searching.
func (r *rig) text() string {
	var b strings.Builder
	for _, e := range r.entries() {
		fmt.Fprintf(&b, "#%d %s %s %s method=%q name=%q id=%s status=%d withheld=%q findings=%q note=%q\n",
			e.Seq, e.Kind, e.Dir, e.Message, e.Method, e.Name, e.ID, e.Status, e.Withheld, e.Findings, e.Note)
	}
	return b.String()
}

func (r *rig) find(match func(wire.Entry) bool) []wire.Entry {
	var out []wire.Entry
	for _, e := range r.entries() {
		if match(e) {
			out = append(out, e)
		}
	}
	return out
}

func (r *rig) body(seq uint64, part wire.Part) string {
	b, _, _, _ := r.log.Body(seq, part, 0, 1<<30)
	return string(b)
}

// eventually polls until ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("never: %s", what)
}

func explain(err error) string {
	f := fault.As(err)
	if f == nil {
		return fmt.Sprintf("%T %v", err, err)
	}
	return fmt.Sprintf("kind=%s step=%q status=%d\nmessage=%s\nhint=%s\ndetail=%s\nentries=%v\ncause=%v", f.Kind, f.Step, f.Status, f.Message, f.Hint, f.Detail, f.Entries, f.Cause)
}

// leakless checks that no goroutine outlives the test.
func leakless(t *testing.T) {
	t.Helper()
	ignore := goleak.IgnoreCurrent()
	t.Cleanup(func() {
		goleak.VerifyNone(t, ignore, goleak.IgnoreAnyFunction("net/http/httptest.(*Server).goServe.func1"))
	})
}
