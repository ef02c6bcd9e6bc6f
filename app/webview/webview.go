// Package webview closes what Wails v2.13.0 leaves open on Linux. It knows nothing of the program in the window.
//
// # Frames
//
// Wails registers its script message handler in the page's own script world. WebKitGTK then hands
// window.webkit.messageHandlers.external to every frame, sandboxed and foreign ones too, and Wails checks only the
// address of the top page: HTML that a server sent could call every bound Go method, quit the program or write the
// clipboard. A content security policy does not help, it only says which frames may run scripts. So ipc_linux.c
// defines the WebKit function that Wails calls, in this program, where the linker prefers it to the shared library,
// and registers the handler in a script world that only the top frame gets a bridge to. The end-to-end test
// TestFramesHaveNoIPC stands guard: an update that undoes this fails it.
//
// # Pipes
//
// Wails answers each of the page's requests through a pipe that child processes inherit. A server started at that moment
// could read the answer or write what the page then runs, and the page, which waits for the pipe's end, hung for as long
// as that child lived. So pipes_linux.c defines the GLib function that Wails hands the pipe to and marks both ends
// close-on-exec, and the handler that [Guard] makes begins its answers while nothing is forked. Three small files that
// Wails serves by itself when a page is loaded have the mark alone. TestChildrenInheritNothing stands guard.
//
// # Stack
//
// [Run] gives the goroutine that owns the window room on its stack for WebKit's signal frames; its comment says why.
package webview
