package wire

import (
	"strings"
	"testing"
)

// Sentences quote the beginning of what a server sent: a token that the quote cuts in two is masked all the same.
func TestMaskerCutText(t *testing.T) {
	m := NewMasker(nil)
	m.Add("a", "token", "sk-live-0123456789abcdef")
	m.Add("a", "token", "sk-other-0123456789")
	whole := string(m.Text("a", []byte("sk-live-0123456789abcdef")))
	for in, want := range map[string]string{
		"its id is sk-live-0123…":               "its id is " + whole + "…",
		`"id=sk-live-0…" and sk-live-01234567…`: `"id=` + whole + `…" and ` + whole + "…",
		"sk-live…":                  "sk-live…", // too little to be worth hiding
		"sk-live-0123456789abcdef…": whole + "…",
		"a sentence that goes on…":  "a sentence that goes on…",
		"…":                         "…",
	} {
		if got := string(m.Text("a", []byte(in))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	long := strings.Repeat("sk-live-01… ", maxCutText)
	if got := string(m.Text("a", []byte(long))); got != long {
		t.Error("a body was looked at for cut values")
	}
}
