package webview

import (
	"net/http"
	"strings"
)

// Guard sets the content security policy of the window on every answer of next. A handler that serves another host
// than the window's own may set a policy of its own.
//
// frames tells the one origin that frames of the window may show, or why there is none: its port is drawn anew in each
// run. The built page carries a policy too, in a meta element, that lets frames show any port of loopback; both hold, so
// that exactly this origin is left. It is asked for each answer, since Wails serves the page before anything is started.
func Guard(frames func() (origin string, err error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", withFrames(frames))
			next.ServeHTTP(&answer{ResponseWriter: w}, r)
		})
	}
}

// noFrames is what Policy says of frames.
const noFrames = "frame-src 'none'"

func withFrames(frames func() (string, error)) string {
	origin, err := frames()
	if err != nil || !strings.HasPrefix(origin, "http://127.0.0.1:") {
		return Policy
	}
	return strings.Replace(Policy, noFrames, "frame-src "+origin, 1)
}
