//go:build !dev

package webview

// Policy is the content security policy of the window (CSP Level 3): scripts, styles and fonts come from the program
// alone, images and sounds may also be data that a server sent, frames show nothing but what [Guard] names.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; media-src data: blob:; font-src 'self'; connect-src 'self'; frame-src 'none'; " +
	"base-uri 'none'; object-src 'none'; form-action 'none'"
