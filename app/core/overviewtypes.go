package core

// Overview is what is known of one connection besides [Connection]: it is derived from what the log recorded, so it can
// be asked for at any time and costs the traffic nothing.
type Overview struct {
	Conn        string         `json:"conn"`
	At          int64          `json:"at"`    // Unix microseconds of this look
	Icons       []Icon         `json:"icons"` // the server's own; shown by their place, see Core.Icon
	Process     *ProcessFacts  `json:"process,omitempty"`
	Streams     []EventStream  `json:"streams"`
	Attempts    []Attempt      `json:"attempts"` // each request of the connect, with its answer
	Sent        MessageCount   `json:"sent"`
	Received    MessageCount   `json:"received"`
	Exchanges   int            `json:"exchanges"` // HTTP exchanges
	Events      int            `json:"events"`    // server-sent events
	Stray       int            `json:"stray"`     // answers nobody waited for: late, second, or to an unknown id
	StraySeq    uint64         `json:"straySeq"`  // entry of the last
	LastOut     LastMessage    `json:"lastOut"`
	LastIn      LastMessage    `json:"lastIn"`
	Waiting     []WaitingFor   `json:"waiting"` // the oldest 50 unanswered requests, both ways
	WaitingAll  int            `json:"waitingAll"`
	Latency     Figures        `json:"latency"` // of the last 200 answers
	Pings       []PingResult   `json:"pings"`   // the last 50, the newest last
	PingFigures Figures        `json:"pingFigures"`
	Served      []ServedMethod `json:"served"` // what the server declares, against what it does
	Asked       []ClientUse    `json:"asked"`  // what Sightglass declares, against what the server asks for
	Checking    string         `json:"checking"`
	CheckError  *Error         `json:"checkError,omitempty"`
	Logged      int            `json:"logged"`   // notifications/message that came
	LogLevel    string         `json:"logLevel"` // see LogPage.Level
	NoStream    bool           `json:"noStream"` // the GET stream is turned off for this server
	Missed      uint64         `json:"missed"`   // entries of all connections that left the log before they were counted
}

// ProcessFacts tell of a child process.
type ProcessFacts struct {
	PID     int    `json:"pid"`
	Started int64  `json:"started"` // Unix microseconds
	Exit    string `json:"exit"`    // how it ended; empty while it runs
}

// EventStream is one event stream of a connection, see transport.StreamStatus.
type EventStream struct {
	Kind      string `json:"kind"` // get, sse, call, listen (2026-07-28 subscriptions/listen)
	Of        string `json:"of"`
	State     string `json:"state"`
	Since     int64  `json:"since"` // Unix microseconds, as all times here
	Opened    int    `json:"opened"`
	Events    int    `json:"events"`
	LastEvent int64  `json:"lastEvent"`
	LastID    string `json:"lastID"`
	Retry     int64  `json:"retry"` // milliseconds the server asks to wait; -1: it does not say
	Next      int64  `json:"next"`  // when it is asked for again, 0: it is not
	Text      string `json:"text"`
	Entry     uint64 `json:"entry"`
}

// Attempt is one request that a connect sent to find version and era, and what came of it.
type Attempt struct {
	Method  string `json:"method"`
	Asked   string `json:"asked"`  // the version named in it
	Status  int    `json:"status"` // HTTP status of the answer, 0: none, or no HTTP
	Code    int    `json:"code"`   // JSON-RPC error
	Answer  string `json:"answer"` // the version chosen, the versions supported, or the error's message
	Open    bool   `json:"open"`   // no answer came
	Took    int64  `json:"took"`   // microseconds
	Request uint64 `json:"request"`
	Reply   uint64 `json:"reply"`
	HTTP    uint64 `json:"http"` // entry of the exchange
}

// MessageCount counts the JSON-RPC messages of one direction.
type MessageCount struct {
	Requests      int   `json:"requests"`
	Results       int   `json:"results"`
	Errors        int   `json:"errors"`
	Notifications int   `json:"notifications"`
	Invalid       int   `json:"invalid"` // what is no message
	Lines         int   `json:"lines"`   // on standard error
	Bytes         int64 `json:"bytes"`   // of the messages
}

// LastMessage is the last message of one direction. Seq 0: none yet.
type LastMessage struct {
	At     int64  `json:"at"`
	Seq    uint64 `json:"seq"`
	Kind   string `json:"kind"` // request, response, error, notification, batch, invalid
	Method string `json:"method"`
	Name   string `json:"name"`
}

// WaitingFor is a request without an answer.
type WaitingFor struct {
	Seq    uint64 `json:"seq"`
	Since  int64  `json:"since"`
	Ours   bool   `json:"ours"` // the server has to answer; else we
	Method string `json:"method"`
	Name   string `json:"name"`
}

// Figures sum up durations in microseconds. Count 0: there are none.
type Figures struct {
	Count  int   `json:"count"`
	Last   int64 `json:"last"`
	Min    int64 `json:"min"`
	Median int64 `json:"median"`
	Max    int64 `json:"max"`
}

// PingResult is one ping of ours: `ping` in the legacy era, `server/discover` in the modern one, which has no ping.
type PingResult struct {
	At     int64  `json:"at"`
	Method string `json:"method"`
	Took   int64  `json:"took"` // microseconds on the wire; 0: no answer
	Seq    uint64 `json:"seq"`  // entry of the answer
	Err    *Error `json:"err,omitempty"`
}

// Verdict says what the recorded traffic tells of something that a server may do.
type Verdict string

// The verdicts.
const (
	VerdictServed  Verdict = "served"  // it answered with a result, or sent it
	VerdictMissing Verdict = "missing" // it answered -32601 the last time
	VerdictFailed  Verdict = "failed"  // it answered with another error, and never with a result
	VerdictUnknown Verdict = "unknown" // it was not asked, or has not sent it
)

// ServedMethod is one method against the capability that declares it.
type ServedMethod struct {
	Capability string  `json:"capability"` // "resources", or "resources.subscribe" for a flag of it
	Method     string  `json:"method"`
	Declared   bool    `json:"declared"`
	Verdict    Verdict `json:"verdict"`
	Check      bool    `json:"check"`   // Check asks for it: a list, which changes nothing
	Problem    string  `json:"problem"` // declared but not served, or served but not declared; empty: neither
	Text       string  `json:"text"`    // what came, where there is something to say
	Count      int     `json:"count"`   // notifications that came
	At         int64   `json:"at"`      // of the evidence
	Seq        uint64  `json:"seq"`     // its entry
}

// ClientUse is one request that servers send against the capability of the client that allows it.
type ClientUse struct {
	Capability string `json:"capability"`
	Method     string `json:"method"`
	Declared   bool   `json:"declared"`
	Count      int    `json:"count"` // times that the server asked
	Problem    string `json:"problem"`
	At         int64  `json:"at"`
	Seq        uint64 `json:"seq"`
}
