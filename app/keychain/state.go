package keychain

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// State of the keychain as a whole. The strings are those of the bridge.
type State string

// The states. Of one item there are also [ErrNotFound], [ErrTooLarge] and [ErrCorrupt].
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

// promptShows is how long a call that may raise a prompt must be silent until one is taken to be up.
const promptShows = 300 * time.Millisecond

// State looks at the keychain without raising a prompt.
func (k *Keychain) State(ctx context.Context) Status {
	k.mu.Lock()
	failed, closed := k.failed, k.closed
	k.mu.Unlock()
	if closed {
		return Status{Unavailable, "", "The keychain is closed.", ErrClosed}
	}
	p := k.system.probe(ctx)
	switch {
	case k.prompting.Load() && k.silence() > promptShows:
		p.state = PromptPending
	case p.state == Available && failed != nil && !errors.Is(failed, ErrLocked):
		p.state, p.cause = Unavailable, failed
	}
	return Status{p.state, p.name, sentence(p), p.cause}
}

func sentence(p probed) string {
	switch p.state {
	case Available:
		return fmt.Sprintf("Secrets are kept in %s.", p.name)
	case Locked:
		if !p.canPrompt {
			return fmt.Sprintf("%s is locked and there is no screen to ask for its password: new secrets are kept in memory until Sightglass is closed.", p.name)
		}
		return fmt.Sprintf("%s is locked: it asks for its password when a secret is read or saved.", p.name)
	case PromptPending:
		return fmt.Sprintf("%s is waiting for your answer to its prompt.", p.name)
	case Unavailable:
	}
	why := ""
	if p.cause != nil {
		why = " (" + strings.TrimPrefix(p.cause.Error(), ErrUnavailable.Error()+": ") + ")"
	}
	return "No keychain can be used" + why + ": secrets are kept in memory until Sightglass is closed."
}

// system is what is known of the platform's store without touching an item.
type system interface {
	// probe takes no longer than the normal wait and has no side effects.
	probe(ctx context.Context) probed
	// has looks for an item without unlocking anything; known is false where that cannot be done.
	has(ctx context.Context, service, account string) (found, known bool)
}

type probed struct {
	state     State // Available, Locked or Unavailable
	name      string
	cause     error
	canPrompt bool // calls may raise a prompt now
}

// memorySystem is no store at all.
type memorySystem struct{}

func (memorySystem) probe(context.Context) probed {
	return probed{state: Unavailable, name: "memory", cause: fmt.Errorf("%w: it is switched off", ErrUnavailable)}
}

func (memorySystem) has(context.Context, string, string) (bool, bool) { return false, true }

// backend is the part of go-keyring that is used. Its calls may block without limit.
type backend interface {
	Set(service, account, value string) error
	Get(service, account string) (string, error)
	Delete(service, account string) error
}

type systemStore struct{}

func (systemStore) Set(service, account, value string) error {
	return keyring.Set(service, account, value)
}

func (systemStore) Get(service, account string) (string, error) {
	return keyring.Get(service, account)
}
func (systemStore) Delete(service, account string) error { return keyring.Delete(service, account) }

// lockedTexts are how go-keyring's errors read when the store is locked or its prompt was refused: all but two of
// them have no type.
var lockedTexts = []string{
	"failed to unlock correct collection",   // Secret Service: refused, or no prompter
	"org.freedesktop.Secret.Error.IsLocked", // Secret Service
	"exit status 36", "exit status 51",      // security(1): no interaction allowed, authorization failed
	"exit status 128", "User interaction is", // security(1): the user cancelled
	"The user name or passphrase you entered", // security(1)
}

// classify gives an error of the store its sentinel.
func classify(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return ErrNotFound
	case errors.Is(err, keyring.ErrSetDataTooBig):
		return fmt.Errorf("%w: %w", ErrTooLarge, err)
	}
	for _, sentinel := range []error{ErrNotFound, ErrLocked, ErrPending, ErrUnavailable, ErrTooLarge, ErrCorrupt, ErrClosed} {
		if errors.Is(err, sentinel) {
			return err
		}
	}
	for _, text := range lockedTexts {
		if strings.Contains(err.Error(), text) {
			return fmt.Errorf("%w: %w", ErrLocked, err)
		}
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}
