package session

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// Bounds of the inbox.
const (
	maxRuled   = 10000 // questions that a rule is going to answer; they cost no attention, but memory
	maxSettled = 100   // kept after they were settled, for the window to show
)

// outcome is how a question was settled. At most one of result, err and raw is set: none when it was cancelled, or when
// nothing is sent for it.
type outcome struct {
	state  State
	by     string
	result json.RawMessage
	err    *fault.RPCError
	raw    []byte
	reason string
	quiet  bool // nobody waits for an answer any more: send none
}

// asked is a question with its way back.
type asked struct {
	Question
	n           int
	request     json.RawMessage // id of the server's request, nil otherwise
	elicitation string          // elicitationId
	settle      func(outcome)   // called once, without a lock held
	stop        func()          // ends the rule at work; nil: none
}

// inbox is the one queue of everything the server asks.
type inbox struct {
	conn    string
	limit   int
	change  func()
	release func(call string, waited time.Duration) // a question of this call (empty: of any) waits no more

	mu      sync.Mutex
	last    int
	open    map[string]*asked // by id
	ruled   int               // of them, those that a rule is going to answer
	done    []*asked          // settled, in order of settling, at most maxSettled
	refused Refusals
	closed  bool
}

// Refusals counts the questions that were refused because too many wait.
type Refusals struct {
	Count int
	Limit int
	Last  time.Time
}

func newInbox(conn string, limit int) *inbox {
	return &inbox{conn: conn, limit: limit, open: map[string]*asked{}, refused: Refusals{Limit: limit}}
}

// next is an id for a question.
func (b *inbox) next() (id string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	return fmt.Sprintf("%s-q%d", b.conn, b.last), b.last
}

// add queues a question. refused is how many were refused so far when too many wait; ok is false then, and when the
// session is over or a question with the request's id waits already.
func (b *inbox) add(a *asked) (ok bool, refused int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	limit, n := b.limit, len(b.open)-b.ruled
	if a.Deed != nil {
		limit, n = maxRuled, b.ruled
	}
	switch {
	case b.closed, b.twice(a.request):
		return false, 0
	case n >= limit:
		b.refused.Count++
		b.refused.Last = time.Now()
		return false, b.refused.Count
	}
	b.open[a.ID] = a
	if a.Deed != nil {
		b.ruled++
	}
	return true, 0
}

// twice reports whether a question with this id of a request waits: an answer would be taken for that one's. The lock
// is held.
func (b *inbox) twice(request json.RawMessage) bool {
	if request == nil {
		return false
	}
	for _, a := range b.open {
		if a.request != nil && bytes.Equal(a.request, request) {
			return true
		}
	}
	return false
}

// waiting reports whether a question with this request's id waits.
func (b *inbox) waits(request json.RawMessage) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.twice(request)
}

// end settles the questions that match, oldest first; each hears of it once.
func (b *inbox) end(o outcome, match func(*asked) bool) int {
	b.mu.Lock()
	var ended []*asked
	for _, a := range b.open {
		if match(a) {
			ended = append(ended, a)
		}
	}
	slices.SortFunc(ended, func(x, y *asked) int { return cmp.Compare(x.n, y.n) })
	now := time.Now()
	for _, a := range ended {
		b.take(a, o, now)
	}
	b.mu.Unlock()
	b.tell(ended, o, now)
	return len(ended)
}

// endOne is end for one id. It reports false when no such question waits.
func (b *inbox) endOne(id string, o outcome) bool {
	now := time.Now()
	b.mu.Lock()
	a := b.open[id]
	if a != nil {
		b.take(a, o, now)
	}
	b.mu.Unlock()
	if a == nil {
		return false
	}
	b.tell([]*asked{a}, o, now)
	return true
}

// take moves a question to the settled ones. The lock is held.
func (b *inbox) take(a *asked, o outcome, now time.Time) {
	delete(b.open, a.ID)
	if a.Deed != nil {
		b.ruled--
		a.Deed = nil
	}
	a.State, a.Reason, a.By, a.Settled, a.Answer = o.state, o.reason, o.by, now, o.sent()
	if len(b.done) >= maxSettled {
		b.done = slices.Delete(b.done, 0, len(b.done)-maxSettled+1)
	}
	b.done = append(b.done, a)
}

// tell is called without the lock.
func (b *inbox) tell(ended []*asked, o outcome, now time.Time) {
	for _, a := range ended {
		if a.stop != nil {
			a.stop()
		}
		a.settle(o)
		b.release(a.holds(), now.Sub(a.Asked))
	}
	if len(ended) > 0 {
		b.change()
	}
}

// nobody is no call's id.
const nobody = "\x00"

// holds is the call that a question holds up; empty: any, as the transport does not tell.
func (a *asked) holds() string {
	if a.Call == "" && a.Source != FromRequest {
		return nobody
	}
	return a.Call
}

// sent is what an outcome sends, as text.
func (o outcome) sent() []byte {
	switch {
	case o.quiet:
		return nil
	case o.raw != nil:
		return o.raw
	case o.err != nil:
		b, err := json.Marshal(o.err)
		if err != nil { // its data is no JSON
			return nil
		}
		return b
	}
	return o.result
}

func (b *inbox) cancelRequest(id json.RawMessage, why string) {
	b.end(outcome{state: Cancelled, by: ByServer, reason: why, quiet: true}, func(a *asked) bool {
		return a.request != nil && bytes.Equal(a.request, bytes.TrimSpace(id))
	})
}

func (b *inbox) cancelCall(call, why string) {
	o := outcome{state: Cancelled, by: ByProgram, reason: why, err: &fault.RPCError{Code: codeUserRejected, Message: why}}
	b.end(o, func(a *asked) bool { return call != "" && a.Call == call })
}

func (b *inbox) cancelTask(task, why string) {
	b.end(outcome{state: Cancelled, by: ByProgram, reason: why, quiet: true}, func(a *asked) bool {
		return a.Source == FromTask && a.Task == task
	})
}

func (b *inbox) close(why string) {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.end(outcome{state: Cancelled, by: ByProgram, reason: why, quiet: true}, func(*asked) bool { return true })
}

// waitingFor is how many questions of a call wait; those of no known call count for every call of the legacy era,
// because any of them may be what holds it up.
func (b *inbox) waitingFor(call string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, a := range b.open {
		if h := a.holds(); h == call || h == "" {
			n++
		}
	}
	return n
}

// pending is how many questions wait, by call.
func (b *inbox) pending() (all int, byCall map[string]int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	byCall = map[string]int{}
	for _, a := range b.open {
		byCall[a.Call]++
	}
	return len(b.open), byCall
}

// count is how many questions wait.
func (b *inbox) count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.open)
}

// hold takes a question from its rule.
func (b *inbox) hold(id string) bool {
	b.mu.Lock()
	a := b.open[id]
	if a == nil || a.Deed == nil {
		b.mu.Unlock()
		return false
	}
	stop := a.stop
	a.Deed, a.stop = nil, nil
	b.ruled--
	b.mu.Unlock()
	if stop != nil {
		stop()
	}
	b.change()
	return true
}

// mark edits the questions that match, settled ones too.
func (b *inbox) mark(match func(*asked) bool, edit func(*asked)) (n int) {
	b.mu.Lock()
	for _, a := range b.open {
		if match(a) {
			edit(a)
			n++
		}
	}
	for _, a := range b.done {
		if match(a) {
			edit(a)
			n++
		}
	}
	b.mu.Unlock()
	if n > 0 {
		b.change()
	}
	return n
}

// completed takes notifications/elicitation/complete. 2025-11-25 client/elicitation: clients "MUST ignore" ids that
// are unknown or already completed.
func (b *inbox) completed(elicitation string) {
	if elicitation == "" {
		return
	}
	now := time.Now()
	b.mark(func(a *asked) bool { return a.elicitation == elicitation && a.Completed.IsZero() }, func(a *asked) { a.Completed = now })
	b.end(outcome{state: Answered, by: ByServer, reason: "the server told that it is over"}, func(a *asked) bool {
		return a.Source == FromError && a.elicitation == elicitation
	})
}

// questions are the open and the settled ones, in order of asking.
func (b *inbox) questions() []Question {
	b.mu.Lock()
	all := make([]*asked, 0, len(b.open)+len(b.done))
	for _, a := range b.open {
		all = append(all, a)
	}
	all = append(all, b.done...)
	slices.SortFunc(all, func(x, y *asked) int { return cmp.Compare(x.n, y.n) })
	list := make([]Question, len(all))
	for i, a := range all {
		list[i] = a.Question
	}
	b.mu.Unlock()
	return list
}

// question returns one question.
func (b *inbox) question(id string) (Question, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.open[id]; a != nil {
		return a.Question, true
	}
	for _, a := range b.done {
		if a.ID == id {
			return a.Question, true
		}
	}
	return Question{}, false
}
