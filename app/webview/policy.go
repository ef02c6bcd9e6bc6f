package webview

import "net/http"

// Guard sets the content security policy of the window on every answer of next. A handler that serves another host
// than the window's own may set a policy of its own.
func Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", Policy)
		next.ServeHTTP(w, r)
	})
}
