// Package keychain keeps secrets in the operating system's store: cut into items it can hold, checked after every
// write, with deadlines and typed states. Without a usable store values stay in memory for this run, never in a file.
// What the values mean belongs to its callers.
package keychain

import (
	"context"
	"errors"
)

// Sentinels. They come wrapped: use [errors.Is].
var (
	ErrNotFound    = errors.New("not in the keychain")
	ErrLocked      = errors.New("the keychain is locked")
	ErrPending     = errors.New("the keychain is waiting for an answer to its prompt")
	ErrUnavailable = errors.New("no usable keychain")
	ErrTooLarge    = errors.New("too large for the keychain")
	ErrCorrupt     = errors.New("the keychain item is damaged")
	ErrClosed      = errors.New("the keychain is closed")
	ErrName        = errors.New("not a valid item name")
)

// Place says where a value is kept.
type Place string

// The places.
const (
	Nowhere    Place = "missing"
	InKeychain Place = "keychain"
	InMemory   Place = "memory" // for this run of the program only
)

// State of the keychain as a whole. The strings are those of the bridge.
type State string

// The states.
const (
	Available     State = "available"
	Locked        State = "locked"
	PromptPending State = "prompt"
	Unavailable   State = "unavailable"
)

// Status is a state with what the user is told.
type Status struct {
	State State
	Name  string // "Secret Service (gnome-keyring)", "Keychain", "Credential Manager"
	Text  string // what that means for the user, one sentence
	Cause error  // why it is unavailable, or nil
}

// Keychain is the store of one service. All methods are safe for concurrent use; none may be called on a goroutine
// that must not wait. Names are like "profile/<id>/env:TOKEN".
type Keychain struct{}

// New makes a Keychain for a service name such as "dev.sightglass.Sightglass". The system's store is first touched
// by the first call.
func New(service string) *Keychain { return &Keychain{} }

// Get returns a value, from memory after the first read. Errors: [ErrNotFound], [ErrLocked], [ErrPending],
// [ErrUnavailable], [ErrCorrupt].
func (k *Keychain) Get(ctx context.Context, name string) (string, error) { return "", ErrNotFound }

// Set keeps a value and says where: InKeychain after it was read back alike, InMemory when there is no usable
// keychain or it refused (err is nil then: the Status tells why). Errors: [ErrTooLarge], [ErrName], ctx's.
func (k *Keychain) Set(ctx context.Context, name, value string) (Place, error) { return Nowhere, nil }

// Delete forgets a value everywhere. A value that is not there is no error.
func (k *Keychain) Delete(ctx context.Context, name string) error { return nil }

// Where says where a value is kept, without raising a prompt.
func (k *Keychain) Where(ctx context.Context, name string) Place { return Nowhere }

// State looks at the keychain without raising a prompt.
func (k *Keychain) State(ctx context.Context) Status { return Status{State: Unavailable} }

// Close ends the worker. Values in memory are forgotten. It may be called twice.
func (k *Keychain) Close() error { return nil }
