//go:build dev

package webview

// Policy is the content security policy of the window under "wails dev": as in production, and Vite's websocket on
// loopback and its inline start script are let through.
const Policy = "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; media-src data: blob:; font-src 'self' data:; " +
	"connect-src 'self' ws://localhost:* ws://127.0.0.1:* http://localhost:* http://127.0.0.1:*; frame-src 'none'; " +
	"base-uri 'none'; object-src 'none'; form-action 'none'"
