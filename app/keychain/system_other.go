//go:build !linux

package keychain

import (
	"context"
	"runtime"
)

// platformStore is the store of macOS and Windows: always there, and what state it is in shows by using it.
type platformStore struct{}

func newSystem() system { return platformStore{} }

func (platformStore) probe(context.Context) probed {
	switch runtime.GOOS {
	case "windows":
		return probed{state: Available, name: "Credential Manager"}
	case "darwin":
		// security(1) asks for the password of a locked keychain, and cannot be asked whether it will.
		return probed{state: Available, name: "Keychain", canPrompt: true}
	}
	return probed{state: Unavailable, name: "keychain", cause: ErrUnavailable}
}

func (platformStore) has(context.Context, string, string) (found, known bool) { return false, false }
