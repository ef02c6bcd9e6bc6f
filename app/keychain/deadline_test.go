package keychain

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// A call that hangs: the caller is freed, the value lasts in memory, and the late result moves it.
func TestHang(t *testing.T) {
	f := newFake()
	k, _ := open(t, f, 100*time.Millisecond)
	release := make(chan struct{})
	f.script(func(string, string) (bool, error) { <-release; return false, nil })
	if place, err := k.Set(t.Context(), item, "v1"); place != InMemory || err != nil {
		t.Fatalf("Set = %v, %v", place, err)
	}
	if s := k.State(t.Context()); s.State != Unavailable || !strings.Contains(s.Text, "did not answer") {
		t.Errorf("State = %+v", s)
	}
	if _, err := k.Get(t.Context(), "other"); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Get behind it: %v", err)
	}
	if place, err := k.Set(t.Context(), item, "v2"); place != InMemory || err != nil {
		t.Fatalf("second Set = %v, %v", place, err)
	}
	close(release)
	until(t, "the late result", func() bool { return k.Where(t.Context(), item) == InKeychain })
	if got, err := fresh(t, f).Get(t.Context(), item); err != nil || got != "v2" {
		t.Errorf("Get = %q, %v", got, err)
	}
	if s := k.State(t.Context()); s.State != Available {
		t.Errorf("State = %+v", s)
	}
}

// A Set whose caller left, while it hung before anything was published, is taken back.
func TestCancelledSet(t *testing.T) {
	f := newFake()
	k := fresh(t, f)
	if _, err := k.Set(t.Context(), item, "old"); err != nil {
		t.Fatal(err)
	}
	at, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	f.script(func(op, _ string) (bool, error) {
		if op == "set" {
			once.Do(func() { close(at); <-release })
		}
		return false, nil
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-at; cancel() }()
	if place, err := k.Set(ctx, item, strings.Repeat("n", 3*chunkSize)); !errors.Is(err, context.Canceled) || place != Nowhere {
		t.Fatalf("Set = %v, %v", place, err)
	}
	close(release)
	if got, err := k.Get(t.Context(), item); err != nil || got != "old" {
		t.Errorf("Get = %d bytes, %v", len(got), err)
	}
	if _, err := k.Get(t.Context(), "behind"); !errors.Is(err, ErrNotFound) { // the worker is through
		t.Error(err)
	}
	if got, err := fresh(t, f).Get(t.Context(), item); err != nil || got != "old" || f.count() != 1 {
		t.Errorf("Get = %d bytes, %v; %d items", len(got), err, f.count())
	}
}

func TestPrompt(t *testing.T) {
	f := newFake()
	k, sys := open(t, f, 200*time.Millisecond)
	sys.set(probed{state: Locked, name: "Fake", canPrompt: true})
	if s := k.State(t.Context()); s.State != Locked || s.Text == "" {
		t.Errorf("State = %+v", s)
	}
	release := make(chan struct{})
	f.script(func(string, string) (bool, error) { <-release; return false, nil })
	type answer struct {
		place Place
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		p, err := k.Set(t.Context(), item, "v")
		done <- answer{p, err}
	}()
	until(t, "PromptPending", func() bool { return k.State(t.Context()).State == PromptPending })
	if got, err := k.Get(t.Context(), item); got != "v" || err != nil {
		t.Errorf("Get while the prompt is up = %q, %v", got, err)
	}
	_, err := k.Get(t.Context(), "other") // waits the whole prompt's time
	if !errors.Is(err, ErrPending) {
		t.Errorf("Get of another: %v", err)
	}
	if a := <-done; a.place != InMemory || a.err != nil {
		t.Errorf("Set = %+v", a)
	}
	close(release)
	until(t, "the late result", func() bool { return k.Where(t.Context(), item) == InKeychain })

	sys.set(probed{state: Locked, name: "Fake"})
	if _, err := k.Get(t.Context(), "other"); !errors.Is(err, ErrLocked) {
		t.Errorf("Get of a locked one without a screen: %v", err)
	}
	if err := k.Delete(t.Context(), item); !errors.Is(err, ErrLocked) {
		t.Errorf("Delete: %v", err)
	}
}

// TestPromptNobodyAnswers holds up one call for the whole of its time, and those behind it no more than a moment; what
// they keep goes into the keychain once somebody does answer.
func TestPromptNobodyAnswers(t *testing.T) {
	f := newFake()
	k, sys := open(t, f, 50*time.Millisecond)
	k.waits.prompt = time.Second
	sys.set(probed{state: Locked, name: "Fake", canPrompt: true})
	release := make(chan struct{})
	f.script(func(string, string) (bool, error) { <-release; return false, nil })
	begun := time.Now()
	if place, err := k.Set(t.Context(), item, "v"); place != InMemory || err != nil || time.Since(begun) < k.waits.prompt {
		t.Fatalf("Set = %v, %v after %v", place, err, time.Since(begun))
	}
	begun = time.Now()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		if place, err := k.Set(t.Context(), name, "v"); place != InMemory || err != nil {
			t.Fatalf("Set of %s = %v, %v", name, place, err)
		}
	}
	if took := time.Since(begun); took >= 5*k.waits.prompt {
		t.Errorf("five calls behind the prompt waited %v", took)
	}
	if s := k.State(t.Context()); s.State != PromptPending {
		t.Errorf("State = %+v", s)
	}
	close(release)
	until(t, "the late results", func() bool { return k.Where(t.Context(), "e") == InKeychain })
}

func TestCloseFreesWaiters(t *testing.T) {
	f := newFake()
	k, _ := open(t, f, time.Minute)
	release := make(chan struct{})
	defer close(release)
	f.script(func(string, string) (bool, error) { <-release; return false, nil })
	done := make(chan error, 1)
	go func() {
		_, err := k.Get(t.Context(), item)
		done <- err
	}()
	_ = k.Close()
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}
