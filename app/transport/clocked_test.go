package transport

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/profile"
)

// What we do between the arrival of an answer and the reading of its body is not the server's time, and neither is what
// we did before the request was written.
func TestClockOfAnExchange(t *testing.T) {
	for name, start := range map[string]func(http.Handler) *httptest.Server{"plain": httptest.NewServer, "TLS": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			var took time.Time // by the server
			srv := start(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				took = time.Now()
				_, _ = io.WriteString(w, "small enough to arrive with its head")
			}))
			defer srv.Close()
			target := Target{Server: "clock", Conn: "c1", Transport: profile.HTTP, URL: srv.URL}
			if name == "TLS" {
				target.Trust = []string{Fingerprint(srv.Certificate())}
			}
			r := newRig(t)
			rec := newRecorder(target, r.options())
			base, f := newBase(rec, target, "127.0.0.1", newDialer())
			if f != nil {
				t.Fatal(f)
			}
			defer base.CloseIdleConnections()
			req := httptest.NewRequest(http.MethodGet, srv.URL, nil)
			resp, err := (&tap{rec: rec, base: base, origin: req.URL}).send(req, nil, "")
			if err != nil {
				t.Fatal(err)
			}
			headed := time.Now()
			if _, err := io.Copy(io.Discard, resp.Body); err != nil {
				t.Fatal(err)
			}
			x := exchangeOf(resp)
			if !x.read().Before(headed) {
				t.Errorf("the answer was there at %v, the clock stopped %v later", headed, x.read().Sub(headed))
			}
			if write, _ := x.conn.times(); write.IsZero() || !write.Before(took) {
				t.Errorf("the clock started at %v, the server had the request at %v", write, took)
			}
			_ = resp.Body.Close()
		})
	}
}
