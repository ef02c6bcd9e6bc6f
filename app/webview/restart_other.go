//go:build !linux || !cgo || !(production || dev)

package webview

// RestartPage does nothing here. WebView2 runs frames of another site in processes of their own. WKWebView has no call
// for it; macOS offers to end the process of a page that does not answer.
func RestartPage() {}
