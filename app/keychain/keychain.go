// Package keychain keeps secrets in the operating system's store: cut into items it can hold, checked after every
// write, with deadlines and typed states. Without a usable store values stay in memory for this run, never in a file.
// What the values mean belongs to its callers.
package keychain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Sentinels. They come wrapped: use [errors.Is]. No error quotes a value.
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

// The places. The strings are those of the bridge.
const (
	Nowhere    Place = "missing"
	InKeychain Place = "keychain"
	InMemory   Place = "memory" // for this run of the program only
)

// Keychain is the store of one service. All methods are safe for concurrent use; Get, Set and Delete may wait for a
// person, so none belongs on a goroutine that must not wait. Names are like "profile/<id>/env:TOKEN".
type Keychain struct {
	service string
	store   backend // nil: memory only
	system  system
	waits   waits

	mu      sync.Mutex
	entries map[string]entry
	gens    map[string]uint64 // how often a name was set or deleted: late results of older calls change nothing
	failed  error             // why the last call did not work, nil after one that did
	closed  bool
	started bool

	jobs      chan *job
	quit      chan struct{}
	prompting atomic.Bool  // the worker is in a call that may have raised a prompt
	sign      atomic.Int64 // Unix nanoseconds of the worker's last sign of life
}

type entry struct {
	value string
	place Place
}

// waits are the deadlines.
type waits struct {
	normal time.Duration // without a sign of life of a call that shows no prompt
	prompt time.Duration // while the system's prompt may be up: people look for their password
}

// Deadlines of a call.
const (
	normalWait = 2 * time.Second
	promptWait = 2 * time.Minute
)

// maxQueue bounds the calls that wait behind a prompt.
const maxQueue = 256

// New makes a Keychain for a service name such as "dev.sightglass.Sightglass". The system's store is first touched
// by the first call.
func New(service string) *Keychain {
	return newKeychain(service, systemStore{}, newSystem(), waits{normalWait, promptWait})
}

// NewMemory makes a Keychain that only ever keeps values in memory: for tests and for runs that must not touch the
// user's keychain.
func NewMemory() *Keychain {
	return newKeychain("memory", nil, memorySystem{}, waits{normalWait, promptWait})
}

func newKeychain(service string, store backend, sys system, w waits) *Keychain {
	return &Keychain{
		service: service, store: store, system: sys, waits: w,
		entries: map[string]entry{}, gens: map[string]uint64{},
		jobs: make(chan *job, maxQueue), quit: make(chan struct{}),
	}
}

// Get returns a value, from memory after the first read. Errors: [ErrNotFound], [ErrLocked], [ErrPending],
// [ErrUnavailable], [ErrCorrupt], [ErrName], [ErrClosed], ctx's.
func (k *Keychain) Get(ctx context.Context, name string) (string, error) {
	if err := checkName(k.service, name); err != nil {
		return "", err
	}
	k.mu.Lock()
	e, ok := k.entries[name]
	j := k.newJob(opGet, name, "")
	k.mu.Unlock()
	if ok {
		return e.value, nil
	}
	value, err := k.do(ctx, j)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	return value, nil
}

// Set keeps a value and says where: InKeychain after it was read back alike, InMemory when there is no usable
// keychain, it refused or did not answer in time (err is nil then: State tells why). A call that comes through after
// its time moves the value to the keychain by itself. Errors: [ErrTooLarge], [ErrName], [ErrClosed], ctx's; with
// ctx's the old value stays, unless the new one was already in.
func (k *Keychain) Set(ctx context.Context, name, value string) (Place, error) {
	if err := checkName(k.service, name); err != nil {
		return Nowhere, err
	}
	if len(value) > MaxValue {
		return Nowhere, fmt.Errorf("save %s: %w: %d bytes, at most %d", name, ErrTooLarge, len(value), MaxValue)
	}
	if err := ctx.Err(); err != nil {
		return Nowhere, err
	}
	k.mu.Lock()
	if k.closed {
		k.mu.Unlock()
		return Nowhere, ErrClosed
	}
	old, had := k.entries[name]
	k.gens[name]++
	j := k.newJob(opSet, name, value)
	k.entries[name] = entry{value, InMemory}
	k.mu.Unlock()

	_, err := k.do(ctx, j)
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err == nil:
		return InKeychain, nil
	case ctx.Err() != nil && !j.applied:
		if k.gens[name] == j.gen { // the worker is told, and corrects this if it was too late for it
			delete(k.entries, name)
			if had {
				k.entries[name] = old
			}
		}
		return Nowhere, ctx.Err()
	case errors.Is(err, ErrClosed):
		return Nowhere, err
	}
	return InMemory, nil
}

// Hold keeps a value in memory for this run and leaves the system's store alone: for what is not saved. Errors:
// [ErrTooLarge], [ErrName], [ErrClosed].
func (k *Keychain) Hold(name, value string) error {
	if err := checkName(k.service, name); err != nil {
		return err
	}
	if len(value) > MaxValue {
		return fmt.Errorf("hold %s: %w: %d bytes, at most %d", name, ErrTooLarge, len(value), MaxValue)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return ErrClosed
	}
	k.gens[name]++
	k.entries[name] = entry{value, InMemory}
	return nil
}

// Delete forgets a value everywhere. A value that is not there is no error. When the keychain cannot be asked the
// copy in memory is gone and the error is [ErrLocked], [ErrPending] or [ErrUnavailable]; a value that was never in
// the keychain needs none of it.
func (k *Keychain) Delete(ctx context.Context, name string) error {
	if err := checkName(k.service, name); err != nil {
		return err
	}
	k.mu.Lock()
	e, had := k.entries[name]
	delete(k.entries, name)
	k.gens[name]++
	j := k.newJob(opDelete, name, "")
	k.mu.Unlock()
	_, err := k.do(ctx, j)
	switch {
	case err == nil || errors.Is(err, ErrNotFound):
		return nil
	case had && e.place == InMemory && errors.Is(err, ErrUnavailable):
		return nil
	}
	return fmt.Errorf("delete %s: %w", name, err)
}

// Where says where a value is kept, without raising a prompt where that can be told. Nowhere also stands for a
// keychain that cannot be asked.
func (k *Keychain) Where(ctx context.Context, name string) Place {
	if checkName(k.service, name) != nil {
		return Nowhere
	}
	k.mu.Lock()
	e, ok := k.entries[name]
	closed := k.closed
	k.mu.Unlock()
	if ok {
		return e.place
	}
	if k.store == nil || closed {
		return Nowhere
	}
	if found, known := k.system.has(ctx, k.service, account(name)); known {
		if found {
			return InKeychain
		}
		return Nowhere
	}
	if p := k.system.probe(ctx); p.state != Available {
		return Nowhere
	}
	if _, err := k.Get(ctx, name); err == nil {
		return InKeychain
	}
	return Nowhere
}

// Forget drops what was read from the keychain, so that the next Get reads it again: another instance may have
// changed it. Values that are in memory only stay.
func (k *Keychain) Forget(name string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.entries[name].place == InKeychain {
		delete(k.entries, name)
	}
}

// Close ends the worker. Values in memory are forgotten. It may be called twice, and does not wait for a call that
// hangs in a prompt.
func (k *Keychain) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closed {
		k.closed = true
		k.entries = map[string]entry{}
		close(k.quit)
	}
	return nil
}
