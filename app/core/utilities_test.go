package core

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// In the modern era over HTTP a cancelled call is told by its closed stream and by nothing else
// (2026-07-28/basic/patterns/cancellation); in the legacy era by notifications/cancelled.
func TestCancellationByEra(t *testing.T) {
	for _, era := range []session.Era{session.Legacy, session.Modern} {
		t.Run(string(era), func(t *testing.T) {
			var told atomic.Int32
			asked, gone := make(chan struct{}, 1), make(chan struct{}, 1)
			c, id := byMethod(t, `{"tools":{}}`, func(p *profile.Profile) { p.Era = profile.Era{Mode: string(era)} }, map[string]func(p mcptest.Post){
				"server/discover": func(p mcptest.Post) {
					p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private"}}`, p.ID))
				},
				"notifications/cancelled": func(p mcptest.Post) { told.Add(1); p.W.WriteHeader(http.StatusAccepted) },
				"tools/call": func(p mcptest.Post) {
					p.W.Header().Set("Content-Type", "text/event-stream")
					p.W.(http.Flusher).Flush()
					asked <- struct{}{}
					<-p.R.Context().Done()
					gone <- struct{}{}
				},
			}, nil)
			call := newID()
			done := make(chan RunOutput, 1)
			go func() {
				out, _ := c.Run(context.Background(), RunInput{Call: call, Profile: id, Index: -1, Tool: "slow", Args: "{}"})
				done <- out
			}()
			<-asked
			overviewOf(t, c, id, "the call's own stream", func(v Overview) bool {
				return len(v.Streams) > 0 && v.Streams[len(v.Streams)-1].Of == "tools/call slow" && v.Streams[len(v.Streams)-1].State == "open"
			})
			c.Cancel(call)
			if out := <-done; out.Err == nil || out.Err.Kind != "cancelled" {
				t.Errorf("outcome %+v", out.Err)
			}
			select {
			case <-gone:
			case <-time.After(30 * time.Second):
				t.Fatal("the stream was not closed")
			}
			if era == session.Legacy {
				overviewOf(t, c, id, "the notification", func(Overview) bool { return told.Load() == 1 })
				return
			}
			if _, err := c.Ping(t.Context(), id); err != nil || told.Load() != 0 { // it would have come before the ping
				t.Errorf("%v, told %d times", err, told.Load())
			}
		})
	}
}

// A modern server is told the level with every request from then on.
func TestModernLogLevel(t *testing.T) {
	c, id := sample(t, session.Modern)
	levelOf := func() string {
		t.Helper()
		p, err := c.Ping(t.Context(), id)
		if err != nil || p.Method != "server/discover" {
			t.Fatal(p, err)
		}
		e, _ := c.log.Entry(p.Seq)
		b, err := c.Body(e.Pair, "message", 0, -1)
		if err != nil {
			t.Fatal(err)
		}
		var m struct {
			Params struct {
				Meta map[string]any `json:"_meta"`
			} `json:"params"`
		}
		if err := json.Unmarshal(b.Bytes, &m); err != nil {
			t.Fatal(err)
		}
		level, _ := m.Params.Meta["io.modelcontextprotocol/logLevel"].(string)
		return level
	}
	if got := levelOf(); got != "" {
		t.Errorf("before: %q", got)
	}
	for _, level := range []string{"warning", ""} {
		if err := c.SetLogLevel(t.Context(), id, level); err != nil {
			t.Fatal(err)
		}
		if got := levelOf(); got != level || c.Logs(LogInput{Profile: id}).Level != level {
			t.Errorf("asked for %q, wanted %q", got, level)
		}
	}
	if v := c.Overview(id); v.PingFigures.Count != 3 || strings.Contains(fmt.Sprint(v.Asked), "ping") {
		t.Errorf("overview %+v, %+v", v.PingFigures, v.Asked)
	}
}
