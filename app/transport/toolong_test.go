package transport

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// A message past the limit fails its call at once and says what to do; a higher limit of the server's settings lets
// it through, and the link lives on either way.
func TestTooLong(t *testing.T) {
	stdio := func(mode string) func(*testing.T) Target {
		return func(*testing.T) Target { return stdioTarget(mode) }
	}
	web := func(answer func(mcptest.Post)) func(*testing.T) Target {
		return func(t *testing.T) Target {
			srv := httptest.NewServer(mcptest.Scripted(func(p mcptest.Post) {
				if p.Method != "go" {
					p.JSON(200, p.OK())
					return
				}
				answer(p)
			}, nil))
			t.Cleanup(srv.Close)
			return Target{Transport: profile.HTTP, URL: srv.URL}
		}
	}
	long := func(p mcptest.Post) string {
		return `{"jsonrpc":"2.0","id":` + p.ID + `,"result":{"t":"` + strings.Repeat("x", 8<<20) + `"}}`
	}
	for name, target := range map[string]func(*testing.T) Target{
		"line":                stdio("big-line"),
		"line, id at its end": stdio("big-tail"),
		"body":                web(func(p mcptest.Post) { p.JSON(200, long(p)) }),
		"event":               web(func(p mcptest.Post) { p.Stream("data: " + long(p)) }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Run("cut", func(t *testing.T) {
				to := target(t)
				to.MaxMessage = 1 << 20
				r := newRig(t).must(to)
				_, err := r.call("go", "")
				var f *fault.CallError
				if !errors.As(err, &f) || f.Kind != fault.Protocol || !strings.Contains(f.Message, "1 MiB") || !strings.Contains(f.Hint, "raise the limit") {
					t.Fatalf("%v\n%s", err, explain(err))
				}
				if a := r.mustCall("ping", ""); a.Error != nil {
					t.Errorf("after it: %s", a.Raw)
				}
			})
			t.Run("raised", func(t *testing.T) {
				to := target(t)
				to.MaxMessage = 16 << 20
				r := newRig(t).must(to)
				if a := r.mustCall("go", ""); len(a.Raw) < 8<<20 {
					t.Errorf("%d bytes came", len(a.Raw))
				}
			})
		})
	}
}

// A server that asks when its input is closed already: the request is on record and open no more, and the end is clean.
func TestRequestAfterClose(t *testing.T) {
	leakless(t)
	r := openStdioRig(t, "asks-at-end")
	r.mustCall("go", "")
	r.close()
	asked := r.find(func(e wire.Entry) bool { return e.Method == "roots/list" && e.Dir == wire.In })
	if len(asked) != 1 || asked[0].Open || len(asked[0].Findings) == 0 {
		t.Errorf("the request: %+v", asked)
	}
	if stray := r.find(func(e wire.Entry) bool { return e.ID == `"nobody"` }); len(stray) != 1 || stray[0].Withheld == "" {
		t.Errorf("the answer to nothing: %+v", stray)
	}
	if _, err := r.call("go", ""); err == nil {
		t.Error("a call after the end came through")
	}
}

// FuzzNameless looks for a call's id in any bytes.
func FuzzNameless(f *testing.F) {
	f.Add([]byte(`{"jsonrpc":"2.0","id":"t1","result":{"x":"`), []byte(`"},"id":"t1"}`))
	f.Add([]byte(`"id":"`), []byte(`\"id\": -7`))
	c := &call{id: "t1"}
	l := &link{pending: map[string]*call{"t1": c, "t2": {id: "t2"}}}
	f.Fuzz(func(t *testing.T, head, tail []byte) {
		if got := l.nameless(head, tail); got == c && !bytes.Contains(append(head, tail...), []byte(`"t1"`)) {
			t.Errorf("%q, %q name t1", head, tail)
		}
	})
}

func TestHugeLine(t *testing.T) {
	r := openStdioRig(t, "huge-line")
	if a := r.mustCall("go", ""); len(a.Raw) < 100_000_000 {
		t.Errorf("%d bytes came", len(a.Raw))
	}
	if a := r.mustCall("ping", ""); a.Error != nil {
		t.Errorf("after it: %s", a.Raw)
	}
}
