package keychain

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

// fake is a store whose faults are scripted. before runs in front of each call, on the caller's goroutine.
type fake struct {
	mu     sync.Mutex
	items  map[string]string
	max    int
	before func(op, account string) (answer bool, err error) // answer: err is the call's result
}

func newFake() *fake { return &fake{items: map[string]string{}, max: 2560} }

func (f *fake) hook(op, account string) (bool, error) {
	f.mu.Lock()
	before := f.before
	f.mu.Unlock()
	if before == nil {
		return false, nil
	}
	return before(op, account)
}

func (f *fake) script(before func(op, account string) (bool, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.before = before
}

func (f *fake) Set(_, account, value string) error {
	if answer, err := f.hook("set", account); answer {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(value) > f.max {
		return keyring.ErrSetDataTooBig
	}
	f.items[account] = value
	return nil
}

func (f *fake) Get(_, account string) (string, error) {
	if answer, err := f.hook("get", account); answer {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if v, ok := f.items[account]; ok {
		return v, nil
	}
	return "", keyring.ErrNotFound
}

func (f *fake) Delete(_, account string) error {
	if answer, err := f.hook("delete", account); answer {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.items[account]; !ok {
		return keyring.ErrNotFound
	}
	delete(f.items, account)
	return nil
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.items)
}

// holding reports whether any item holds the text.
func (f *fake) holding(text string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, v := range f.items {
		if strings.Contains(v, text) {
			return true
		}
	}
	return false
}

// fakeSystem answers what it is told.
type fakeSystem struct {
	mu sync.Mutex
	p  probed
}

func (s *fakeSystem) probe(context.Context) probed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.p
}

func (s *fakeSystem) has(context.Context, string, string) (bool, bool) { return false, false }

func (s *fakeSystem) set(p probed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.p = p
}

// open makes a Keychain over a fake; normal is its short deadline.
func open(t *testing.T, f *fake, normal time.Duration) (*Keychain, *fakeSystem) {
	t.Helper()
	sys := &fakeSystem{p: probed{state: Available, name: "Fake"}}
	k := newKeychain("dev.sightglass.test", f, sys, waits{normal, 3 * normal})
	t.Cleanup(func() { _ = k.Close() })
	return k, sys
}

// fresh is another run of the program over the same store.
func fresh(t *testing.T, f *fake) *Keychain {
	t.Helper()
	k, _ := open(t, f, time.Minute)
	return k
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not reached: %s", what)
		}
	}
}
