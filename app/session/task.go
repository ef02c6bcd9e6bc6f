package session

import (
	"encoding/json"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// TaskForm is one of the two wire forms of tasks. They are not compatible.
type TaskForm string

// The forms.
const (
	CoreTasks      TaskForm = "core"      // experimental part of 2025-11-25: the client asks for a task
	ExtensionTasks TaskForm = "extension" // io.modelcontextprotocol/tasks (SEP-2663): the server decides
)

// TaskState is what a task's status means. Status keeps the server's own word.
type TaskState string

// The states. The last four are final.
const (
	TaskWorking   TaskState = "working"
	TaskInput     TaskState = "input_required"
	TaskUnknown   TaskState = "unknown" // the server's word for it is none of those specified
	TaskCompleted TaskState = "completed"
	TaskFailed    TaskState = "failed"
	TaskCancelled TaskState = "cancelled"
	TaskGone      TaskState = "gone" // the server does not know it any more
)

// Final reports whether nothing more comes of a task.
func (s TaskState) Final() bool {
	return s == TaskCompleted || s == TaskFailed || s == TaskCancelled || s == TaskGone
}

// How a task is asked about, and what a server can make this client hold.
const (
	pollUsual   = time.Second            // when the server names no interval
	pollLeast   = 250 * time.Millisecond // an interval of 0 would ask without a pause
	pollMost    = time.Hour              // a longer one is as good as never; the user can ask at once
	pollTime    = time.Minute            // for one tasks/get, tasks/update or tasks/cancel to be answered
	pollFails   = 5                      // polls in a row without a usable answer; then the user decides
	pollStrange = 20                     // polls in a row with a status that is none
	pollAtOnce  = 4                      // tasks/get under way over one connection
	updateTries = 3                      // times that one answer is sent
	askedAgain  = 5                      // polls that show an answered question again before it is told

	maxTaskEntries  = 100 // entries kept for one task, the first ones and the last
	maxTaskFindings = 20
	maxMoments      = 50      // changes of status kept for one task
	maxTaskRaw      = 1 << 20 // bytes of a task object that are kept; the log has the whole
	maxTaskID       = 4096    // bytes
	maxTaskText     = 4 << 10 // bytes of a result that is kept as text
)

// Task is what is known of one task of a server. A copy: it does not change. What a server wrote is masked, but for ID,
// Raw and the result.
type Task struct {
	Key      string        // names it here, for good: a server may use an id twice
	ID       string        // taskId, as it is sent
	Shown    string        // ID as it may be shown
	Form     TaskForm      //
	Listed   bool          // it came by tasks/list: this client did not start it, or not in this run
	Call     string        // the call that it is the answer to
	Tool     string        // name of the tool, empty when it is not known
	Status   string        // as it last came
	State    TaskState     //
	Message  string        // statusMessage
	Created  string        // createdAt and
	Updated  string        // lastUpdatedAt, as they came: the server's clock
	TTL      time.Duration // from its creation; 0: unlimited or not said
	Endless  bool          // the server says that it is kept without limit
	Interval time.Duration // the pause between polls that the server asks for; -1: none
	Pause    time.Duration // the pause that is kept
	Next     time.Time     // of the next poll, zero when none is due
	Polls    int           //
	Known    time.Time     // when this client first heard of it
	Heard    time.Time     // when the server last said something of it
	Expires  time.Time     // Known and TTL, zero: never
	Follows  bool          // it is asked about by itself
	Stopped  string        // why it is not, although it is not over: a sentence
	Asked    time.Time     // when its cancellation was asked for
	Progress *Progress     // the last one (core form)
	Raw      json.RawMessage
	Entry    uint64   // entry that Raw came with
	Entries  []uint64 // of the log, oldest first
	Findings []string // what is wrong or worth knowing, one sentence each
	History  []TaskMoment
	Inputs   []TaskQuestion
	Result   *TaskResult // once it is there
	Err      error       // why the result or the task could not be read
}

// Over reports whether a task is final and its result is there, as far as there is one to come by itself.
func (t Task) Over() bool {
	switch t.State {
	case TaskCompleted, TaskFailed:
		return t.Result != nil || t.Err != nil
	default:
		return t.State.Final()
	}
}

// TaskMoment is one change of a task's status.
type TaskMoment struct {
	Status  string
	Message string
	At      time.Time
	Entry   uint64
}

// TaskResult is what a task came to: what the request itself would have been answered with.
type TaskResult struct {
	Raw     json.RawMessage // the result object; nil beside an error
	RPC     *fault.RPCError // the JSON-RPC error in its place
	Entry   uint64          // the message that holds it, and
	At      string          // where in it, a JSON Pointer
	Request uint64          // entry of the request, 0 for a notification
	Bytes   int64           // of the message
	Took    time.Duration   // on the wire
	Text    string          // Raw as it may be shown, empty when it is longer than 4 KiB
}

// TaskQuestion is one thing that a task asked of the client (extension form).
type TaskQuestion struct {
	Key    string
	Method string
	State  TaskQuestionState
	Entry  uint64
	Text   string // what there is to say about it, a sentence or nothing

	params json.RawMessage
	answer json.RawMessage
	tries  int
	again  int // polls that showed it after it was acknowledged

	sending bool
}

// TaskQuestionState says how far a [TaskQuestion] is.
type TaskQuestionState string

// The states of a question.
const (
	TaskAsked        TaskQuestionState = "asked"        // it is in the inbox
	TaskAnswered     TaskQuestionState = "answered"     // tasks/update is on its way, or was refused
	TaskAcknowledged TaskQuestionState = "acknowledged" // the server has the answer
	TaskUnanswered   TaskQuestionState = "unanswered"   // it was declined where there is no answer that says no
	TaskRefused      TaskQuestionState = "refused"      // the server may not ask it
)

// task is a task with what drives it. Its fields are guarded by the book's mutex.
type task struct {
	Task
	by      *Session      // who follows it
	wake    chan struct{} // one word: look again
	due     bool          // ask at once
	last    bool          // the lifetime is over: this poll is the last
	fails   int           // polls in a row without a usable answer
	strange int           // polls in a row with an unknown status
	waiting bool          // tasks/result is under way
	wants   bool          // its result is to be fetched by itself
	early   *TaskResult   // tasks/result answered before the task was over
	refused int           // times that tasks/result failed
	secret  bool          // its id holds what must not be written
}

// found keeps a finding once.
func (t *task) found(text string) {
	for _, f := range t.Findings {
		if f == text {
			return
		}
	}
	if len(t.Findings) < maxTaskFindings {
		t.Findings = append(t.Findings, text)
	}
}

// saw keeps entries: the first ones tell how it began, the last ones how it stands.
func (t *task) saw(entries ...uint64) {
	for _, e := range entries {
		if e == 0 || len(t.Entries) > 0 && t.Entries[len(t.Entries)-1] == e {
			continue
		}
		if len(t.Entries) >= maxTaskEntries {
			t.Entries = append(t.Entries[:maxTaskEntries/4], t.Entries[maxTaskEntries/4+1:]...)
		}
		t.Entries = append(t.Entries, e)
	}
}

func (t *task) input(key string) *TaskQuestion {
	for i := range t.Inputs {
		if t.Inputs[i].Key == key {
			return &t.Inputs[i]
		}
	}
	return nil
}
