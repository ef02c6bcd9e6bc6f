//go:build !linux

package webview

// Run calls f. Only Linux needs room on the stack for it.
func Run(f func() error) error { return f() }
