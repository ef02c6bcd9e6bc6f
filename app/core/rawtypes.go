package core

// RawHeader is an HTTP header of a frame written by hand.
type RawHeader struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Leave bool   `json:"leave"` // it is left out, although the transport would set it
}

// RawDraftInput asks for the frame that a request or notification would be.
type RawDraftInput struct {
	Profile      string `json:"profile"`
	Method       string `json:"method"`
	Params       string `json:"params"` // JSON text of any value, or empty: no params
	Notification bool   `json:"notification"`
	Number       int    `json:"number"` // a part of the id: each draft has its own
}

// RawDraft is a frame for a person to change.
type RawDraft struct {
	Frame    string   `json:"frame"`
	ID       string   `json:"id"`   // of a request, JSON text
	Used     string   `json:"used"` // the id of the last request of the connection, JSON text
	Findings []string `json:"findings"`
	Err      *Error   `json:"err,omitempty"`
}

// RawInput is a frame written by hand.
type RawInput struct {
	Call    string      `json:"call"` // as RunInput.Call
	Profile string      `json:"profile"`
	Frame   string      `json:"frame"`   // sent byte for byte, on stdio with a newline behind it
	Headers []RawHeader `json:"headers"` // HTTP: these win over the ones that Raw.Headers tells
	Wait    int64       `json:"wait"`    // milliseconds to read on after it was written (stdio, HTTP+SSE); an answer with its id ends it
}

// RawOutput is what a frame written by hand brought.
type RawOutput struct {
	Call     string     `json:"call"`
	Request  uint64     `json:"request"`  // entry of the frame, 0: it was not sent
	Answer   uint64     `json:"answer"`   // entry of what repeated its id, 0: nothing did
	Exchange uint64     `json:"exchange"` // entry of the HTTP exchange, 0 on stdio
	Status   int        `json:"status"`   // of it
	Took     int64      `json:"took"`     // microseconds from the frame to the answer, on the wire
	Ended    string     `json:"ended"`    // answered; response: HTTP answered; waited: the time is over; stopped: by the user; failed
	Came     []RawEntry `json:"came"`     // in wire order
	More     int        `json:"more"`     // how many more came than are listed
	Findings []string   `json:"findings"` // of the frame's entry
	Err      *Error     `json:"err,omitempty"`
}

// RawEntry is one thing that came after a frame written by hand.
type RawEntry struct {
	Seq     uint64 `json:"seq"`
	Kind    string `json:"kind"`    // frame, stderr
	Message string `json:"message"` // of a frame: response, error, request, notification, batch, invalid
	Method  string `json:"method"`
	ID      string `json:"id"`  // JSON text
	Own     bool   `json:"own"` // it repeats the frame's id
	Bytes   int64  `json:"bytes"`
	Text    string `json:"text"` // the first characters, masked
}
