package session

import (
	"encoding/json"
	"testing"
)

// An id that stood in a frame written by hand is not given out again.
func TestHandIDsAreAvoided(t *testing.T) {
	var i ids
	i.next() // s1
	for _, frame := range []string{
		`{"jsonrpc":"2.0","id":"s2","method":"x"}`, `[{"id":"s3"},{"id":"s05"},7]`, `{"id":"s1"}`, `{"id":4}`, `{"id":"s"}`, `{"id":"s99999999999999999999"}`, `no JSON`,
	} {
		i.avoid([]byte(frame))
	}
	if got := i.next(); got != "s4" {
		t.Errorf("next is %s, want s4", got)
	}
	if got := i.used(); got != "s4" {
		t.Errorf("used is %s", got)
	}
}

func FuzzAvoidIDs(f *testing.F) {
	f.Add(`{"id":"s2"}`)
	f.Add(`[{"id":"s3"},[]]`)
	f.Fuzz(func(t *testing.T, frame string) {
		var i ids
		i.avoid([]byte(frame))
		if id := i.next(); id == "" || json.Valid([]byte(frame)) && frame == `{"id":"`+id+`"}` {
			t.Errorf("%q gives %q", frame, id)
		}
	})
}
