package fault

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/challenge"
)

func TestErrorText(t *testing.T) {
	for _, tt := range []struct {
		err  *CallError
		want string
	}{
		{&CallError{Server: "s", Step: "tools/call echo", Message: "no answer in 5 s"}, "s: tools/call echo: no answer in 5 s"},
		{&CallError{Kind: RPC, RPC: &RPCError{Code: -32601, Message: "nope"}}, "nope (-32601)"},
		{&CallError{Kind: RPC, RPC: &RPCError{Code: -32601}}, "JSON-RPC error -32601"},
		{&CallError{Kind: Auth, Challenge: &challenge.Challenge{Status: 401}}, "refused with HTTP status 401"},
		{&CallError{Kind: HTTP, Status: 502}, "HTTP status 502"},
		{&CallError{Kind: Closed, Cause: errors.New("exit status 3")}, "exit status 3"},
		{&CallError{Kind: Closed}, "closed"},
		{&CallError{Message: "two\nlines\r\nand \x1b[31mcolour"}, "two lines and  [31mcolour"},
		{nil, "no error"},
	} {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestAsAndUnwrap(t *testing.T) {
	e := &CallError{Kind: Cancelled, Cause: context.Canceled}
	wrapped := fmt.Errorf("call: %w", e)
	if As(wrapped) != e || !Is(wrapped, Cancelled) || Is(wrapped, Timeout) {
		t.Error("the CallError is not found in the chain")
	}
	if !errors.Is(wrapped, context.Canceled) {
		t.Error("the cause is not found in the chain")
	}
	if As(nil) != nil || As(errors.New("x")) != nil || As((*CallError)(nil)) != nil || From(nil) != nil {
		t.Error("a CallError is found where there is none")
	}
}

func TestEncode(t *testing.T) {
	c := challenge.Read(challenge.Input{
		Server: "s", Resource: "https://a.example", Status: 401,
		Header: http.Header{"Www-Authenticate": {`Bearer resource_metadata="https://a.example/x"`}},
	})
	for _, tt := range []struct {
		name string
		err  error
		want Wire
	}{
		{"nil", nil, Wire{}},
		{"not ours", errors.New("boom"), Wire{Kind: Internal, Message: "boom", Hint: hintInternal}},
		{
			"refusal: status, headers and hint come from the challenge",
			&CallError{Server: "s", Kind: Auth, Step: "probe", Challenge: &c, Entries: []uint64{3, 1}},
			Wire{
				Server: "s", Kind: Auth, Step: "probe", Status: 401, Challenge: &c, Message: "refused with HTTP status 401",
				Hint: c.Next, Headers: c.Headers, Entries: []uint64{1, 3},
			},
		},
		{
			"rpc", FromRPC("s", "tools/call", &RPCError{Code: -32602, Message: "bad", Data: json.RawMessage(`{"n":9007199254740993}`)}),
			Wire{
				Server: "s", Kind: RPC, Step: "tools/call", Message: "the server answered with an error: bad (-32602)", Hint: Hint(-32602),
				RPC: &RPCError{Code: -32602, Message: "bad", Data: json.RawMessage(`{"n":9007199254740993}`)},
			},
		},
		{
			"headers by name", &CallError{Kind: HTTP, Status: 500, Message: "m", Hint: "h", Detail: "d", Header: http.Header{"B": {"2"}, "A": {"1"}}},
			Wire{Kind: HTTP, Status: 500, Message: "m", Hint: "h", Detail: "d", Headers: []challenge.Header{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}}},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.want.Headers == nil {
				tt.want.Headers = []challenge.Header{}
			}
			if tt.want.Entries == nil {
				tt.want.Entries = []uint64{}
			}
			if diff := cmp.Diff(tt.want, Encode(tt.err)); diff != "" {
				t.Errorf("wire shape (-want +got):\n%s", diff)
			}
		})
	}
}

// What a machine reads: the names are a contract of --json.
func TestMarshalJSON(t *testing.T) {
	b, err := json.Marshal(&CallError{Server: "s", Kind: RPC, RPC: &RPCError{Code: 1, Data: json.RawMessage(`{broken`)}})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"server":"s","kind":"rpc","status":0,"headers":[],"rpc":{"code":1,"message":"","data":"{broken"},"step":"",` +
		`"message":"JSON-RPC error 1","hint":"","detail":"","entries":[]}`
	if diff := cmp.Diff(want, string(b)); diff != "" {
		t.Errorf("JSON (-want +got):\n%s", diff)
	}
}

func TestHint(t *testing.T) {
	for _, code := range []int{-32700, -32600, -32601, -32602, -32603, -32002, -32020, -32021, -32022, -32042, -32000, -32500} {
		if Hint(code) == "" {
			t.Errorf("no hint for %d", code)
		}
	}
	if got := Hint(42); got != "" {
		t.Errorf("hint for 42: %q", got)
	}
}
