//go:build !windows

package main

// useParentConsole is needed on Windows only.
func useParentConsole() {}
