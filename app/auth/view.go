package auth

// Claims are a token's contents, when it is a JWT: for display only, since a token is opaque to its client
// (RFC 6749 section 1.4). The signature is not checked and not shown.
type Claims struct {
	Header  string `json:"header"`  // JSON text
	Payload string `json:"payload"` // JSON text
	Note    string `json:"note"`    // why there are none, or what is odd about them
}

// Verdict is one judgement.
type Verdict struct {
	What   string `json:"what"`   // audience, issuer, scope, expiry, not before, type, …
	State  string `json:"state"`  // ok, warning, error, unknown
	Text   string `json:"text"`   // one sentence
	Source string `json:"source"` // RFC and section
	Fix    string `json:"fix"`
}

// Stray is a request that reached the redirect listener and is not the callback: it got 404 and ended nothing.
type Stray struct {
	At     int64  `json:"at"`     // Unix microseconds
	Method string `json:"method"` //
	Target string `json:"target"` // path, and the names of its parameters; values are left out
	Why    string `json:"why"`
}

// Check is one negative check of a server: a request that a good server refuses.
type Check struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Expected string   `json:"expected"`
	Source   string   `json:"source"`
	State    string   `json:"state"` // pass, fail, warning, skipped, running
	Text     string   `json:"text"`  // what was seen
	Fix      string   `json:"fix"`
	Entries  []uint64 `json:"entries"` // never nil
}
