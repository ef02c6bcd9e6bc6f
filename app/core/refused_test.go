package core

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// A refusal where no caller waits is a banner with its challenge; that of the session DELETE outlives the connection.
func TestRefusalsWithoutACaller(t *testing.T) {
	for _, tt := range []struct{ method, live, after string }{
		{http.MethodGet, "the GET stream", "the GET stream"},
		{http.MethodDelete, "", "the session DELETE"},
	} {
		t.Run(tt.method, func(t *testing.T) {
			server := httptest.NewServer(refusing(tt.method))
			defer server.Close()
			c := start(t)
			p := profile.Profile{Name: "guarded", Transport: profile.HTTP, URL: server.URL + "/mcp", Era: profile.Era{Mode: string(session.Legacy)}}
			id, err := c.UseProfile(p, nil, true)
			if err != nil {
				t.Fatal(err)
			}
			connect(t, c, id)
			where := func() string {
				v, _ := c.Connection(id)
				if v.Banner == nil || v.Banner.Challenge == nil {
					return ""
				}
				return v.Banner.Challenge.Where
			}
			until(t, "the banner", func() bool { return where() == tt.live })
			c.Disconnect(id)
			if v, _ := c.Connection(id); v.Phase != Disconnected || where() != tt.after || v.Banner.Status != http.StatusUnauthorized {
				t.Errorf("after disconnect: %s, refused %q, want %q", v.Phase, where(), tt.after)
			}
		})
	}
}

// The session and the link tell of the same refusal: a banner that was closed must not come back by the second.
func TestOneRefusalIsOneBanner(t *testing.T) {
	c := start(t)
	cn := &connection{core: c, id: "c1"}
	for _, tt := range []struct {
		entries []uint64
		news    bool
	}{{[]uint64{4}, true}, {[]uint64{4}, false}, {[]uint64{4, 2}, false}, {[]uint64{7}, true}, {nil, true}} {
		before := cn.view.Banner
		cn.onFault(&Error{Message: "refused", Entries: slices.Clone(tt.entries)})
		if got := cn.view.Banner != before; got != tt.news {
			t.Errorf("entries %v: a new banner: %v, want %v", tt.entries, got, tt.news)
		}
	}
}

// refusing is a legacy server with a session that answers one HTTP method with 401.
func refusing(method string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
		}
		switch {
		case r.Method == method:
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
			w.WriteHeader(http.StatusUnauthorized)
		case r.Method != http.MethodPost:
			w.WriteHeader(http.StatusMethodNotAllowed)
		case json.NewDecoder(r.Body).Decode(&m) != nil || m.Method != "initialize":
			w.WriteHeader(http.StatusAccepted)
		default:
			w.Header().Set("Mcp-Session-Id", "session-0123456789")
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":%q,"capabilities":{},"serverInfo":{"name":"x","version":"1"}}}`, m.ID, session.LatestLegacy)
		}
	}
}
