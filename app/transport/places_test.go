package transport

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// guarded is a legacy server with a session that refuses one place.
func guarded(t *testing.T, place string) Target {
	refused := func(w http.ResponseWriter, status int) {
		w.Header().Set("WWW-Authenticate", mcptest.Challenge)
		http.Error(w, "refused "+place, status)
	}
	post := func(p mcptest.Post) {
		is := map[string]bool{
			"first": true, "later": p.Method == "go", "notification": p.ID == "" && p.Method != "", "reply": p.Method == "",
		}
		switch {
		case is[place]:
			refused(p.W, 401)
		case p.ID == "" || p.Method == "":
			p.W.WriteHeader(202)
		default:
			p.W.Header().Set("Mcp-Session-Id", "session-0123456789")
			p.JSON(200, p.OK())
		}
	}
	other := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && place == "get" || r.Method == http.MethodDelete && place == "delete" {
			refused(w, 403)
			return
		}
		w.WriteHeader(405)
	}
	return Target{Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(post, other)) + "/mcp"}
}

// TestEightPlaces: a 401 or 403 at each place where one can come is one Auth error with its challenge.
func TestEightPlaces(t *testing.T) {
	ctx := context.Background()
	id := json.RawMessage(`7`)
	for place, act := range map[string]func(r *rig) error{
		"first": func(r *rig) error { _, err := r.call("initialize", initParams); return err },
		"later": func(r *rig) error { r.initialize(); _, err := r.call("go", ""); return err },
		"notification": func(r *rig) error {
			r.mustCall("initialize", initParams)
			return r.link.Notify(ctx, "notifications/initialized", nil, nil)
		},
		"reply":  func(r *rig) error { r.initialize(); return r.link.Reply(ctx, id, json.RawMessage(`{}`), nil) },
		"get":    func(r *rig) error { r.initialize(); return r.listened() },
		"delete": func(r *rig) error { r.initialize(); r.close(); return r.first() },
	} {
		t.Run(place, func(t *testing.T) {
			leakless(t)
			r := newRig(t).must(guarded(t, place))
			err := act(r)
			f := fault.As(err)
			if f == nil || f.Kind != fault.Auth || f.Challenge == nil {
				t.Fatalf("got %s\n%s", explain(err), r.text())
			}
			where := map[string]string{
				"first": "the first request (initialize)", "later": "a later request (go)",
				"notification": "a notification (notifications/initialized)", "reply": "a posted reply (answer to the server's request 7)",
				"get": "the GET stream", "delete": "the session DELETE",
			}[place]
			if f.Challenge.Where != where || !strings.Contains(f.Message, where) || f.Challenge.Body != "refused "+place+"\n" {
				t.Errorf("where %q, want %q; message %q, body %q", f.Challenge.Where, where, f.Message, f.Challenge.Body)
			}
			if silent := place == "reply" || place == "get" || place == "delete"; silent != (len(r.refused()) == 1) {
				t.Errorf("refused hook called %d times", len(r.refused()))
			}
			e, ok := r.log.Entry(f.Challenge.Exchange)
			if !ok || e.Kind != wire.KindHTTP || e.Status != f.Status {
				t.Errorf("exchange %+v", e)
			}
		})
	}
}

func (r *rig) listened() error {
	got := make(chan error, 1)
	r.link.Listen(func(err error) { got <- err })
	return <-got
}

func (r *rig) first() error {
	if got := r.refused(); len(got) > 0 {
		return got[0]
	}
	return nil
}

// TestPlacesOverSSE: the two places of HTTP+SSE, and its notification and reply.
func TestPlacesOverSSE(t *testing.T) {
	leakless(t)
	s := &mcptest.SSEServer{Post: func(s *mcptest.SSEServer, p mcptest.Post) {
		p.W.Header().Set("WWW-Authenticate", mcptest.Challenge)
		p.Text(403, "no")
	}}
	r := newRig(t).must(sseTarget(t, s))
	for _, err := range []error{
		r.link.Notify(context.Background(), "notifications/x", nil, nil),
		r.link.Reply(context.Background(), json.RawMessage(`1`), nil, &fault.RPCError{Code: -1, Message: "no"}),
	} {
		if f := fault.As(err); f == nil || f.Kind != fault.Auth || f.Challenge == nil {
			t.Errorf("got %s", explain(err))
		}
	}
	if len(r.refused()) != 1 {
		t.Errorf("refused hook called %d times, want once for the reply", len(r.refused()))
	}
}

// TestAuthorizer: credentials go out, are masked, and one retry is made when asked for.
func TestAuthorizer(t *testing.T) {
	leakless(t)
	var seen []string
	server := mcptest.Serve(t, mcptest.Scripted(func(p mcptest.Post) {
		seen = append(seen, p.R.Header.Get("Authorization"))
		if len(seen) == 1 {
			p.Text(401, "use the nonce")
			return
		}
		p.JSON(200, p.OK())
	}, nil))
	auth := &fakeAuth{}
	r := newRig(t).must(Target{Transport: profile.HTTP, URL: server}, func(o *Options) { o.Auth = auth })
	r.mustCall("go", "")
	if len(seen) != 2 || seen[0] != "Bearer token-number-1" || seen[1] != "Bearer token-number-2" {
		t.Errorf("seen %q", seen)
	}
	if got := len(r.find(func(e wire.Entry) bool { return e.Kind == wire.KindHTTP })); got != 2 {
		t.Errorf("%d exchanges", got)
	}
	if got := len(r.find(func(e wire.Entry) bool { return e.Kind == wire.KindFrame })); got != 2 {
		t.Errorf("%d frames: a retry is no second request", got)
	}
	for _, e := range r.find(func(e wire.Entry) bool { return e.Kind == wire.KindHTTP }) {
		x, _ := r.log.Exchange(e.Seq)
		for _, h := range x.RequestHeaders {
			if strings.Contains(h.Value, "token-number") {
				t.Errorf("token recorded: %v", h)
			}
		}
	}
}

type fakeAuth struct{ n int }

func (a *fakeAuth) Authorize(r *http.Request) error {
	a.n++
	r.Header.Set("Authorization", "Bearer token-number-"+string(rune('0'+a.n)))
	return nil
}

func (a *fakeAuth) Observe(r *http.Response) bool { return r.StatusCode == 401 }
