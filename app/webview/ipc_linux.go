//go:build linux && cgo && (production || dev)

package webview

/*
#cgo webkit2_41 pkg-config: webkit2gtk-4.1
#cgo !webkit2_41 pkg-config: webkit2gtk-4.0
*/
import "C"
