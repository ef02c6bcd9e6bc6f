//go:build linux && cgo && (production || dev)

package webview

/*
#cgo linux pkg-config: gio-unix-2.0
#cgo webkit2_41 pkg-config: webkit2gtk-4.1
#cgo !webkit2_41 pkg-config: webkit2gtk-4.0
*/
import "C"
