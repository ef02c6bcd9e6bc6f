package core

// TaskList is what is known of a server's tasks, in both wire forms.
type TaskList struct {
	Tasks    []Task    `json:"tasks"` // oldest first
	Offer    TaskOffer `json:"offer"`
	Pushed   bool      `json:"pushed"`   // the server was asked to push their status
	Agreed   int       `json:"agreed"`   // for how many it agreed to
	Listed   bool      `json:"listed"`   // tasks/list was read over this connection
	More     bool      `json:"more"`     // it has a further page, which was not read
	Pages    int       `json:"pages"`    // that were read
	Findings []string  `json:"findings"` // of the list
	Err      *Error    `json:"err,omitempty"`
}

// TaskOffer is what a connection can do with tasks.
type TaskOffer struct {
	Live   bool   `json:"live"`   // there is a connection
	Form   string `json:"form"`   // core (2025-11-25), extension (SEP-2663)
	Client bool   `json:"client"` // this client declares or uses them
	Server bool   `json:"server"` // the server declares them
	Calls  bool   `json:"calls"`  // a tool call may become a task
	List   bool   `json:"list"`   // tasks/list
	Cancel bool   `json:"cancel"` // tasks/cancel
	Push   bool   `json:"push"`   // status can be pushed
	Text   string `json:"text"`   // what stands against tasks, a sentence; empty: nothing
}

// Task is one task. Times are Unix microseconds, 0 for none; spans are milliseconds.
type Task struct {
	Key      string   `json:"key"` // names it here
	ID       string   `json:"id"`  // taskId
	Form     string   `json:"form"`
	Listed   bool     `json:"listed"` // it came by tasks/list: another client started it, or an earlier run
	Call     string   `json:"call"`   // the call that it is the answer to
	Tool     string   `json:"tool"`
	Status   string   `json:"status"`  // the server's word
	State    string   `json:"state"`   // working, input_required, completed, failed, cancelled, unknown, gone
	Message  string   `json:"message"` // statusMessage
	Created  string   `json:"created"` // as it came: the server's clock
	Updated  string   `json:"updated"`
	TTL      int64    `json:"ttl"` // 0: unlimited or not said
	Endless  bool     `json:"endless"`
	Interval int64    `json:"interval"` // the pause that the server asks for; -1: none
	Pause    int64    `json:"pause"`    // the pause that is kept
	Next     int64    `json:"next"`     // of the next poll
	Polls    int      `json:"polls"`
	Known    int64    `json:"known"` // when this client first heard of it
	Heard    int64    `json:"heard"` // when the server last said something of it
	Expires  int64    `json:"expires"`
	Follows  bool     `json:"follows"` // it is asked about by itself
	Stopped  string   `json:"stopped"` // why it is not, although it is not over
	Asked    int64    `json:"asked"`   // when its cancellation was asked for
	Progress *float64 `json:"progress,omitempty"`
	Total    *float64 `json:"total,omitempty"`
	Note     string   `json:"note"`    // message of the last progress
	Waiting  int      `json:"waiting"` // its questions that wait in the inbox
	Over     bool     `json:"over"`
	Result   bool     `json:"result"`  // its result is there
	IsError  bool     `json:"isError"` // the tool's own error
	Wrong    int      `json:"wrong"`   // findings
	Entries  []uint64 `json:"entries"`
	Err      *Error   `json:"err,omitempty"`
}

// TaskDetail is one task, whole.
type TaskDetail struct {
	Task     Task           `json:"task"`
	Raw      string         `json:"raw"` // the task object as it last came, JSON text; empty: too long, look at Entry
	Entry    uint64         `json:"entry"`
	Findings []string       `json:"findings"`
	History  []TaskMoment   `json:"history"`
	Inputs   []TaskQuestion `json:"inputs"`
}

// TaskMoment is one change of a task's status.
type TaskMoment struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	At      int64  `json:"at"`
	Entry   uint64 `json:"entry"`
}

// TaskQuestion is one of the inputRequests of a task of the extension form.
type TaskQuestion struct {
	Key    string `json:"key"`
	Method string `json:"method"`
	State  string `json:"state"` // asked, answered, acknowledged, unanswered, refused
	Entry  uint64 `json:"entry"`
	Text   string `json:"text"`
}
