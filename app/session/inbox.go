package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// Question is one thing the server asks: a request of the legacy era, one of the inputRequests of a modern result,
// later one of a task. A copy: it does not change.
type Question struct {
	ID       string          // unique in this run of the program
	Source   Source          //
	Call     string          // the call it belongs to, or empty: the transport does not tell
	Round    int             // input_required round, from 1; 0 for a request
	Key      string          // in inputRequests
	Method   string          // elicitation/create, sampling/createMessage, roots/list
	Params   json.RawMessage // as they came
	State    State           //
	Reason   string          // why it was cancelled, or how it was answered
	Asked    time.Time       //
	Entry    uint64          // the entry that holds it
	Template json.RawMessage // an answer to start from
}

// Source is where a [Question] came from and how its answer goes back.
type Source string

// The sources.
const (
	FromRequest Source = "request"        // a JSON-RPC request; answered with a response
	FromInput   Source = "input_required" // an input request of a result; answered with the retry of the call
	FromTask    Source = "task"           // an input request of a task
)

// State of a [Question].
type State string

// The states. All but Pending are final.
const (
	Pending   State = "pending"
	Answered  State = "answered"
	Declined  State = "declined"
	Cancelled State = "cancelled"
)

// Bounds of the inbox.
const (
	maxSettled = 100 // kept after they were settled, for the window to show
)

// outcome is how a question was settled: exactly one of result and err is set unless it was cancelled.
type outcome struct {
	state  State
	result json.RawMessage
	err    *fault.RPCError
	reason string
	quiet  bool // nobody waits for an answer any more: send none
}

// asked is a question with its way back.
type asked struct {
	Question
	request json.RawMessage // id of the server's request, nil otherwise
	settle  func(outcome)   // called once, without a lock held
}

// inbox is the one queue of everything the server asks.
type inbox struct {
	conn   string
	most   int // questions waiting at once
	change func()

	mu     sync.Mutex
	last   int
	list   []*asked // in order of asking; settled ones leave from the front past maxSettled
	closed bool
}

// add queues a question; it reports false when too many wait or the session is over.
func (b *inbox) add(q Question, request json.RawMessage, settle func(outcome)) (Question, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.waiting() >= b.most {
		return Question{}, false
	}
	b.last++
	q.ID = fmt.Sprintf("%s-q%d", b.conn, b.last)
	q.State, q.Asked, q.Template = Pending, time.Now(), template(q.Method, q.Params)
	b.list = append(b.list, &asked{q, request, settle})
	return q, true
}

func (b *inbox) waiting() int {
	n := 0
	for _, a := range b.list {
		if a.State == Pending {
			n++
		}
	}
	return n
}

// end settles the questions that match; each hears of it once.
func (b *inbox) end(o outcome, match func(*asked) bool) int {
	b.mu.Lock()
	var ended []*asked
	for _, a := range b.list {
		if a.State == Pending && match(a) {
			a.State, a.Reason = o.state, o.reason
			ended = append(ended, a)
		}
	}
	b.trim()
	b.mu.Unlock()
	for _, a := range ended {
		a.settle(o)
	}
	if len(ended) > 0 {
		b.change()
	}
	return len(ended)
}

// trim forgets the oldest settled questions. The lock is held.
func (b *inbox) trim() {
	extra := len(b.list) - b.waiting() - maxSettled
	b.list = slices.DeleteFunc(b.list, func(a *asked) bool {
		if extra > 0 && a.State != Pending {
			extra--
			return true
		}
		return false
	})
}

func (b *inbox) cancelRequest(id json.RawMessage, why string) {
	b.end(outcome{state: Cancelled, reason: why, quiet: true}, func(a *asked) bool {
		return a.request != nil && bytes.Equal(bytes.TrimSpace(a.request), bytes.TrimSpace(id))
	})
}

func (b *inbox) cancelCall(call, why string) {
	o := outcome{state: Cancelled, reason: why, err: &fault.RPCError{Code: codeUserRejected, Message: why}}
	b.end(o, func(a *asked) bool { return call != "" && a.Call == call })
}

func (b *inbox) close(why string) {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.end(outcome{state: Cancelled, reason: why, quiet: true}, func(*asked) bool { return true })
}

// waitingFor is how many questions of a call wait; those of no known call count for every call of the legacy era,
// because any of them may be what holds it up.
func (b *inbox) waitingFor(call string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, a := range b.list {
		if a.State == Pending && (a.Call == call || a.Call == "") {
			n++
		}
	}
	return n
}

// Questions returns the pending questions and the last settled ones, in order of asking.
func (s *Session) Questions() []Question {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	list := make([]Question, len(s.inbox.list))
	for i, a := range s.inbox.list {
		list[i] = a.Question
	}
	return list
}

// Answer answers a pending question with a result object. The answer goes out in its own time: a refusal of it by
// the server reaches OnFault, or the call that asked.
func (s *Session) Answer(id string, result json.RawMessage) error {
	if err := jsonSyntax(result); err != nil {
		return s.input("answer a question", "The answer is no JSON: "+err.Error()+".")
	}
	if !isObject(result) {
		return s.input("answer a question", "The answer must be a JSON object.")
	}
	var b bytes.Buffer
	if err := json.Compact(&b, result); err != nil { // a line of stdio must hold no line end
		return s.input("answer a question", "The answer is no JSON: "+err.Error()+".")
	}
	return s.settle(id, outcome{state: Answered, result: b.Bytes()})
}

// Decline refuses a pending question: an elicitation is answered with action decline, another request with the error
// -1, and a call that asked for anything else ends without a retry.
func (s *Session) Decline(id string) error {
	for _, q := range s.Questions() {
		if q.ID == id && q.Method == methodElicit {
			return s.settle(id, outcome{state: Declined, result: json.RawMessage(`{"action":"decline"}`)})
		}
	}
	return s.Reject(id, fault.RPCError{Code: codeUserRejected, Message: "the user declined"})
}

// Reject answers a pending request with an error of the caller's choice. A call that asked ends without a retry.
func (s *Session) Reject(id string, e fault.RPCError) error {
	return s.settle(id, outcome{state: Declined, err: &e, reason: e.Message})
}

func (s *Session) settle(id string, o outcome) error {
	if s.inbox.end(o, func(a *asked) bool { return a.ID == id }) > 0 {
		return nil
	}
	for _, q := range s.Questions() {
		if q.ID == id {
			return s.input("answer a question", reason("This question was "+string(q.State)+" already", q.Reason)+".")
		}
	}
	return s.input("answer a question", "This question does not exist any more.")
}

// ask queues a question and lets the rule, if any, answer it.
func (s *Session) ask(q Question, request json.RawMessage, settle func(outcome)) bool {
	q, ok := s.inbox.add(q, request, settle)
	if !ok {
		return false
	}
	s.tell(QuestionsChanged)
	if s.cfg.Answerers.Rule != nil {
		go func() { // not waited for: a rule is the owner's code and may take its time
			if result, ok := s.cfg.Answerers.Rule(q); ok {
				if err := s.Answer(q.ID, result); err != nil {
					s.note("The answer of the rule was not taken: "+err.Error(), q.Entry)
				}
			}
		}()
	}
	return true
}
