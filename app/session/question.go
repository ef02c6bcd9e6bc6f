package session

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// Question is one thing the server asks: a request of the legacy era, one of the inputRequests of a modern result or of
// a task, an URL that an error asks to open. A copy: it does not change.
type Question struct {
	ID       string          // unique in this run of the program
	Source   Source          //
	Call     string          // the call it belongs to, or empty: the transport does not tell
	Tool     string          // name of that call's tool or prompt, or its URI; with one call in flight that one's
	Round    int             // input_required round, from 1; 0 for a request
	Key      string          // in inputRequests
	Task     string          // id of the task it belongs to, or empty
	Method   string          // elicitation/create, sampling/createMessage, roots/list
	Params   json.RawMessage // as they came
	State    State           //
	Reason   string          // why it was cancelled, or how it was answered
	By       string          // who settled it: ByUser, …, or what a Deed said
	Asked    time.Time       //
	Settled  time.Time       // zero: it waits
	Opened   time.Time       // the browser was opened with its URL; zero: it was not
	Entry    uint64          // the entry that holds it
	Template json.RawMessage // an answer to start from
	Answer   []byte          // what was sent: a result, an error object, or raw text
	Deed     *Deed           // what is going to answer it; nil: the user is asked
	Hand     bool            // of a round by hand: it is not in the inbox, and answered by SendRound alone

	Completed time.Time // the server told that the elicitation in URL mode is over; zero: it did not
}

// Who settles a question.
const (
	ByUser    = "user"
	ByServer  = "server"  // it took the question back, or told that it is over
	ByProgram = "program" // the call, task or connection it belongs to ended
)

// Source is where a [Question] came from and how its answer goes back.
type Source string

// The sources.
const (
	FromRequest Source = "request"        // a JSON-RPC request; answered with a response
	FromInput   Source = "input_required" // an input request of a result; answered with the retry of the call
	FromTask    Source = "task"           // an input request of a task
	FromError   Source = "error"          // an elicitation of the error -32042; not answered: the call is sent again
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

// Deed is what answers a question in the user's place.
type Deed struct {
	By     string    // who: becomes Question.By
	Rule   string    // id, name and action of the rule, for people
	Name   string    //
	Action string    //
	At     time.Time // when it is going to answer
	// Do makes the answer, on a goroutine of its own. ctx ends when the question was settled or taken over; what is
	// returned then is not used. False leaves the question to the user.
	Do func(ctx context.Context) (Reply, bool)
}

// Reply is an answer to a question: one of Result, Err and Raw, or none of them for a question of an error.
type Reply struct {
	Result json.RawMessage // a result; an object, except in place of an input request's answer with Odd
	Odd    bool            // Result may be any JSON value
	Err    *fault.RPCError // a JSON-RPC error; a call or task that asked gets no answer at all
	Raw    []byte          // a request: sent as it is in place of the response
	State  State           // Answered unless it says otherwise
	By     string          // ByUser unless it says otherwise
	Reason string          // in words, or empty
}

// Questions returns the pending questions and the last settled ones, in order of asking.
func (s *Session) Questions() []Question { return s.inbox.questions() }

// Question returns one of [Session.Questions], or of a round that waits to be sent by hand.
func (s *Session) Question(id string) (Question, bool) {
	if q, ok := s.inbox.question(id); ok {
		return q, true
	}
	return s.handQuestion(id)
}

// Waiting is how many questions wait for the user: not those that a rule is going to answer.
func (s *Session) Waiting() int {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	return len(s.inbox.open) - s.inbox.ruled
}

// Refusals tells how many questions were refused because too many wait.
func (s *Session) Refusals() Refusals {
	s.inbox.mu.Lock()
	defer s.inbox.mu.Unlock()
	return s.inbox.refused
}

// Reply answers a pending question. The answer goes out in its own time: a refusal of it by the server reaches
// OnFault, or the call that asked.
func (s *Session) Reply(id string, r Reply) error {
	o := outcome{state: r.State, by: r.By, err: r.Err, raw: r.Raw, reason: r.Reason}
	if o.state == "" {
		o.state = Answered
	}
	if o.by == "" {
		o.by = ByUser
	}
	if r.Result != nil {
		if err := jsonSyntax(r.Result); err != nil {
			return s.input("answer a question", "The answer is no JSON: "+err.Error()+".")
		}
		if !r.Odd && !isObject(r.Result) {
			return s.input("answer a question", "The answer must be a JSON object.")
		}
		var b bytes.Buffer
		if err := json.Compact(&b, r.Result); err != nil { // a line of stdio must hold no line end
			return s.input("answer a question", "The answer is no JSON: "+err.Error()+".")
		}
		o.result = b.Bytes()
	}
	if r.Err != nil && len(r.Err.Data) > 0 {
		if err := jsonSyntax(r.Err.Data); err != nil {
			return s.input("answer a question", "The data of the error are no JSON: "+err.Error()+".")
		}
	}
	return s.settle(id, o)
}

// Answer answers a pending question with a result object.
func (s *Session) Answer(id string, result json.RawMessage) error {
	if result == nil {
		result = json.RawMessage{}
	}
	return s.Reply(id, Reply{Result: result})
}

// Decline refuses a pending question: an elicitation is answered with action decline, another request with the error
// -1, and a call that asked for anything else ends without a retry.
func (s *Session) Decline(id string) error {
	q, _ := s.Question(id)
	return s.Reply(id, Refusal(q, Declined))
}

// Refusal is the reply that says no: an elicitation's action decline or, with Cancelled, cancel; the error -1 for
// other methods, which have no result that says no.
func Refusal(q Question, state State) Reply {
	r := Reply{State: state, Reason: "declined by the user"}
	action := "decline"
	if state == Cancelled {
		r.Reason, action = "cancelled by the user", "cancel"
	}
	switch {
	case q.Source == FromError:
	case q.Method == methodElicit:
		r.Result = json.RawMessage(`{"action":"` + action + `"}`)
	default:
		r.Err = &fault.RPCError{Code: codeUserRejected, Message: "the user declined"}
	}
	return r
}

// Reject answers a pending request with an error of the caller's choice. A call that asked ends without a retry.
func (s *Session) Reject(id string, e fault.RPCError) error {
	return s.Reply(id, Reply{Err: &e, State: Declined, Reason: e.Message})
}

// Hold takes a question from the rule that is going to answer it. It reports false when there is none.
func (s *Session) Hold(id string) bool { return s.inbox.hold(id) }

// Opened notes that the browser was opened with a question's URL.
func (s *Session) Opened(id string) {
	now := time.Now()
	s.handOpened(id, now)
	s.inbox.mark(func(a *asked) bool { return a.ID == id }, func(a *asked) { a.Opened = now })
}

func (s *Session) settle(id string, o outcome) error {
	if s.inbox.endOne(id, o) {
		return nil
	}
	if q, ok := s.Question(id); ok && q.Hand {
		return s.input("answer a question", "Its answer goes out with the round, which is sent by hand.")
	} else if ok {
		return s.input("answer a question", reason("This question was "+string(q.State)+" already", q.Reason)+".")
	}
	return s.input("answer a question", "This question does not exist any more.")
}

// askTask puts an input request of a task into the inbox; q needs Task, Key, Method, Params and Entry. settle hears
// of the answer once, result nil when there is none: declined, taken back by endTask, or the session ended. It
// reports false when too many questions wait, or what is asked was not declared.
func (s *Session) askTask(q Question, settle func(result json.RawMessage, state State)) bool {
	q.Source = FromTask
	if code, _ := s.settings().Answerers.refuses(q.Method, q.Params); code != 0 {
		return false
	}
	ok, refused := s.ask(q, nil, func(o outcome) { settle(o.result, o.state) })
	if !ok {
		s.noteRefused(q.Method, q.Entry, refused)
	}
	return ok
}

// endTask takes the questions of a task back.
func (s *Session) endTask(task, why string) { s.inbox.cancelTask(task, why) }
