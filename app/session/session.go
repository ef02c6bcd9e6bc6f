// Package session is one live MCP connection: the era found and pinned, requests with their ids, progress,
// cancellation and pages, the inbox of the server's questions. Results stay raw; typed views are decoded beside
// them and tolerate anything. It knows no process, no HTTP and no window.
package session
