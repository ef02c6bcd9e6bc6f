package transport

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// A refusal is shown with each look at a sign-in: a head of many megabytes is not kept for that.
func TestHeadsAreBounded(t *testing.T) {
	leakless(t)
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: mcptest.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 5 {
			w.Header().Add("WWW-Authenticate", `Bearer scope="`+strings.Repeat("x ", 400<<10)+`"`)
		}
		w.WriteHeader(401)
	}))})
	_, err := r.call("initialize", initParams)
	if f := fault.As(err); f == nil || f.Challenge != nil || len(f.Message)+len(f.Detail) > 2000 {
		t.Errorf("got %.300s", explain(err))
	}
}
