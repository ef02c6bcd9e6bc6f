package transport

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// targets are the good servers of the three transports.
func targets(t *testing.T) map[string]Target {
	return map[string]Target{
		"stdio": stdioTarget("good"),
		"http":  {Transport: profile.HTTP, URL: mcptest.HTTP(t)},
		"sse":   {Transport: profile.SSE, URL: mcptest.SSE(t)},
	}
}

func TestGoodServers(t *testing.T) {
	for _, name := range []string{"stdio", "http", "sse"} {
		t.Run(name, func(t *testing.T) {
			leakless(t)
			r := newRig(t).must(targets(t)[name])
			r.initialize()
			for i := range 20 {
				text := fmt.Sprintf("hello <&> %d", i)
				a := r.mustCall("tools/call", fmt.Sprintf(`{"name":"echo","arguments":{"text":%q}}`, text))
				if !strings.Contains(string(a.Result), `"type":"text"`) {
					t.Fatalf("result: %s", a.Result)
				}
				if a.Took <= 0 || a.Request == 0 || a.Response == 0 {
					t.Errorf("took %v, request %d, response %d", a.Took, a.Request, a.Response)
				}
			}
			if name == "http" && r.link.SessionID() == "" {
				t.Error("no session id")
			}
			r.close()
			frames := r.find(func(e wire.Entry) bool { return e.Kind == wire.KindFrame })
			if len(frames) < 43 {
				t.Errorf("%d frames recorded, want 43 or more\n%s", len(frames), r.text())
			}
			for _, e := range r.entries() {
				if e.Open {
					t.Errorf("still open: %+v", e)
				}
				if len(e.Findings) > 0 {
					t.Errorf("finding on a good server's entry: %+v", e)
				}
			}
		})
	}
}
