package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// attachParentProcess is ATTACH_PARENT_PROCESS of the Windows console API.
const attachParentProcess = ^uintptr(0)

// useParentConsole lets a program that was linked for the GUI subsystem print where it was called from. Streams that
// the caller redirected are left as they are.
func useParentConsole() {
	attach := windows.NewLazySystemDLL("kernel32.dll").NewProc("AttachConsole")
	if ok, _, _ := attach.Call(attachParentProcess); ok == 0 {
		return // started from no console, or linked for the console already
	}
	os.Stdin = orConsole(os.Stdin, "CONIN$")
	os.Stdout = orConsole(os.Stdout, "CONOUT$")
	os.Stderr = orConsole(os.Stderr, "CONOUT$")
}

func orConsole(f *os.File, name string) *os.File {
	if kind, err := windows.GetFileType(windows.Handle(f.Fd())); err == nil && kind != windows.FILE_TYPE_UNKNOWN {
		return f
	}
	console, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		return f
	}
	return console
}
