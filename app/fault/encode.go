package fault

import (
	"encoding/json"
	"slices"

	"github.com/sightglass-dev/sightglass/app/challenge"
)

// Wire is an error as both faces encode it: the window's bridge and the command line's --json.
type Wire struct {
	Server      string               `json:"server"`
	Kind        Kind                 `json:"kind"`
	Status      int                  `json:"status"`              // HTTP status, 0 if none
	Headers     []challenge.Header   `json:"headers"`             // response headers by name, masked; never nil
	Challenge   *challenge.Challenge `json:"challenge,omitempty"` // of kind auth
	RPC         *RPCError            `json:"rpc,omitempty"`       // of kind rpc
	Step        string               `json:"step"`
	Message     string               `json:"message"`
	Hint        string               `json:"hint"`
	Detail      string               `json:"detail"`
	Fingerprint string               `json:"fingerprint,omitempty"` // of a certificate that is not trusted, when trusting it would help
	Entries     []uint64             `json:"entries"`               // never nil
}

// Encode is the shape of any error; one that is no CallError has kind internal. It is the zero Wire for nil.
func Encode(err error) Wire {
	w := Wire{Headers: []challenge.Header{}, Entries: []uint64{}}
	e := From(err)
	if e == nil {
		return w
	}
	w.Server, w.Kind, w.Status, w.Challenge = e.Server, e.Kind, e.Status, e.Challenge
	w.RPC, w.Fingerprint = e.RPC.sound(), e.Fingerprint
	w.Step, w.Message, w.Hint, w.Detail = e.Step, e.text(), e.Hint, e.Detail
	if w.Hint == "" {
		w.Hint = e.defaultHint()
	}
	w.Headers = append(w.Headers, challenge.Headers(e.Header)...)
	w.Entries = append(w.Entries, e.Entries...)
	slices.Sort(w.Entries)
	if c := e.Challenge; c != nil {
		if w.Status == 0 {
			w.Status = c.Status
		}
		if len(w.Headers) == 0 {
			w.Headers = append(w.Headers, c.Headers...)
		}
	}
	return w
}

// MarshalJSON encodes e as [Wire].
func (e *CallError) MarshalJSON() ([]byte, error) {
	if e == nil {
		return []byte("null"), nil
	}
	return json.Marshal(Encode(e))
}

// sound is e with data that encoding/json accepts: what came off the wire may be anything.
func (e *RPCError) sound() *RPCError {
	if e == nil || len(e.Data) == 0 || json.Valid(e.Data) {
		return e
	}
	c := *e
	c.Data, _ = json.Marshal(string(e.Data)) // a string always encodes
	return &c
}
