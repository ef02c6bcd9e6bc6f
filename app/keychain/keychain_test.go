package keychain

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
)

const item = "profile/00ff/env:TOKEN"

func TestRoundTrip(t *testing.T) {
	for _, size := range []int{0, 1, 100, 1500, 1600, 1700, chunkSize, chunkSize + 1, 2 * chunkSize, 50_000, MaxValue} {
		f := newFake()
		k := fresh(t, f)
		value := strings.Repeat("ä\x00z", size)[:size]
		if place, err := k.Set(t.Context(), item, value); err != nil || place != InKeychain {
			t.Fatalf("%d bytes: Set = %v, %v", size, place, err)
		}
		for account, v := range f.items {
			if len(v) > itemSize {
				t.Errorf("%d bytes: item %s has %d bytes", size, account, len(v))
			}
		}
		k2 := fresh(t, f)
		if got, err := k2.Get(t.Context(), item); err != nil || got != value {
			t.Fatalf("%d bytes: Get = %d bytes, %v", size, len(got), err)
		}
		if p := k2.Where(t.Context(), item); p != InKeychain {
			t.Errorf("Where = %v", p)
		}
		// A shorter and a longer value leave nothing of the old one.
		for _, next := range []string{"short", strings.Repeat("n", 3*chunkSize)} {
			if place, err := k2.Set(t.Context(), item, next); err != nil || place != InKeychain {
				t.Fatal(place, err)
			}
			if got, err := fresh(t, f).Get(t.Context(), item); err != nil || got != next {
				t.Fatalf("Get = %d bytes, %v", len(got), err)
			}
		}
		if f.count() != 4 {
			t.Errorf("%d bytes: %d items left, want 4", size, f.count())
		}
		if err := k2.Delete(t.Context(), item); err != nil || f.count() != 0 {
			t.Errorf("%d bytes: Delete: %v, %d items left", size, err, f.count())
		}
		if _, err := k2.Get(t.Context(), item); !errors.Is(err, ErrNotFound) {
			t.Errorf("Get after Delete: %v", err)
		}
		if err := k2.Delete(t.Context(), item); err != nil {
			t.Errorf("second Delete: %v", err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	k := fresh(t, newFake())
	place, err := k.Set(t.Context(), item, strings.Repeat("x", MaxValue+1))
	if !errors.Is(err, ErrTooLarge) || place != Nowhere || k.Where(t.Context(), item) != Nowhere {
		t.Errorf("Set = %v, %v", place, err)
	}
	f := newFake()
	f.max = 10 // the store refuses although the item is within our limit
	if place, err := fresh(t, f).Set(t.Context(), item, "x"); place != InMemory || err != nil {
		t.Errorf("Set = %v, %v", place, err)
	}
}

func TestNames(t *testing.T) {
	k := fresh(t, newFake())
	for _, name := range []string{"", "a\nb", "a\x00", "\x7f", "\xff", strings.Repeat("n", MaxName+1)} {
		if _, err := k.Set(t.Context(), name, "v"); !errors.Is(err, ErrName) {
			t.Errorf("Set(%q): %v", name, err)
		}
		if _, err := k.Get(t.Context(), name); !errors.Is(err, ErrName) {
			t.Errorf("Get(%q): %v", name, err)
		}
		if err := k.Delete(t.Context(), name); !errors.Is(err, ErrName) {
			t.Errorf("Delete(%q): %v", name, err)
		}
	}
	for _, service := range []string{"", "a:b", "a\nb", "a b", `a"b`} {
		bad := newKeychain(service, newFake(), &fakeSystem{}, waits{})
		if _, err := bad.Set(t.Context(), "x", "v"); !errors.Is(err, ErrName) {
			t.Errorf("service %q: %v", service, err)
		}
	}
	seen := map[string]string{}
	for _, name := range []string{"a", "A", "a:b", "a_b", "a b", "profile/1/env:TOKEN", "profile/1/env:Token", strings.Repeat("n", 300), strings.Repeat("n", 301)} {
		a := strings.ToLower(account(name)) // Windows does not tell case apart
		if other, ok := seen[a]; ok {
			t.Errorf("%q and %q have one account", name, other)
		}
		seen[a] = name
		if strings.ContainsAny(account(name), ":\n\"' ") || len(account(name)) > 130 {
			t.Errorf("account(%q) = %q", name, account(name))
		}
	}
}

// A prompt that the user dismissed: go-keyring's Set returns nil and nothing was kept (reproduced in v0.2.8).
func TestDismissedPrompt(t *testing.T) {
	f := newFake()
	f.script(func(op, _ string) (bool, error) { return op == "set", nil })
	k := fresh(t, f)
	if place, err := k.Set(t.Context(), item, "v"); place != InMemory || err != nil {
		t.Fatalf("Set = %v, %v", place, err)
	}
	if got, err := k.Get(t.Context(), item); got != "v" || err != nil {
		t.Errorf("Get = %q, %v", got, err)
	}
	if s := k.State(t.Context()); s.State != Unavailable || !strings.Contains(s.Text, "dismissed") {
		t.Errorf("State = %+v", s)
	}
	f.script(nil)
	if place, _ := k.Set(t.Context(), item, "v"); place != InKeychain || k.State(t.Context()).State != Available {
		t.Errorf("after it works again: %v, %+v", place, k.State(t.Context()))
	}
}

func TestUnavailable(t *testing.T) {
	f := newFake()
	k, sys := open(t, f, time.Minute)
	sys.set(probed{state: Unavailable, name: "Fake", cause: fmt.Errorf("%w: nobody there", ErrUnavailable)})
	if _, err := k.Get(t.Context(), item); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	if p, err := k.Set(t.Context(), item, "v"); p != InMemory || err != nil {
		t.Error(p, err)
	}
	want := "No keychain can be used (nobody there): secrets are kept in memory until Sightglass is closed."
	if s := k.State(t.Context()); s.Text != want {
		t.Errorf("Text = %q", s.Text)
	}
	if err := k.Delete(t.Context(), item); err != nil {
		t.Errorf("Delete of a value in memory: %v", err)
	}
	if f.count() != 0 || k.Where(t.Context(), item) != Nowhere {
		t.Error("something is left")
	}
}

func TestMemoryOnly(t *testing.T) {
	k := NewMemory()
	if p, err := k.Set(t.Context(), item, "v"); p != InMemory || err != nil {
		t.Error(p, err)
	}
	if v, err := k.Get(t.Context(), item); v != "v" || err != nil {
		t.Error(v, err)
	}
	if _, err := k.Get(t.Context(), "x"); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
	if err := errors.Join(k.Delete(t.Context(), item), k.Delete(t.Context(), "x")); err != nil {
		t.Error(err)
	}
	if k.Where(t.Context(), item) != Nowhere || k.State(t.Context()).State != Unavailable {
		t.Error(k.Where(t.Context(), item), k.State(t.Context()))
	}
	if err := errors.Join(k.Close(), k.Close()); err != nil {
		t.Error(err)
	}
	if _, err := k.Set(t.Context(), item, "v"); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
}

func TestCacheAndForget(t *testing.T) {
	f := newFake()
	a, b := fresh(t, f), fresh(t, f)
	if _, err := a.Set(t.Context(), item, "1"); err != nil {
		t.Fatal(err)
	}
	if v, _ := b.Get(t.Context(), item); v != "1" {
		t.Fatal(v)
	}
	if _, err := a.Set(t.Context(), item, "2"); err != nil {
		t.Fatal(err)
	}
	if v, _ := b.Get(t.Context(), item); v != "1" {
		t.Errorf("not from memory: %q", v)
	}
	b.Forget(item)
	if v, _ := b.Get(t.Context(), item); v != "2" {
		t.Errorf("after Forget: %q", v)
	}
}

func TestConcurrent(t *testing.T) {
	f := newFake()
	k := fresh(t, f)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprintf("profile/%d/env:T", i%4)
			for range 20 {
				if _, err := k.Set(t.Context(), name, strings.Repeat("v", 100*i)); err != nil {
					t.Error(err)
				}
				_, _ = k.Get(t.Context(), name)
				k.Forget(name)
				_ = k.Where(t.Context(), name)
				if err := k.Delete(t.Context(), name); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if f.count() != 0 {
		t.Errorf("%d items left", f.count())
	}
}

func TestClassify(t *testing.T) {
	for text, want := range map[string]error{
		"failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'": ErrLocked,
		"exit status 128": ErrLocked,
		"exit status 36":  ErrLocked,
		"The name org.freedesktop.secrets was not provided by any .service files": ErrUnavailable,
		"exec: \"dbus-launch\": executable file not found in $PATH":               ErrUnavailable,
		"dial unix /run/user/0/bus: connect: no such file or directory":           ErrUnavailable,
	} {
		if err := classify(errors.New(text)); !errors.Is(err, want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := classify(keyring.ErrUnsupportedPlatform); !errors.Is(err, ErrUnavailable) {
		t.Error(err)
	}
	if err := classify(keyring.ErrSetDataTooBig); !errors.Is(err, ErrTooLarge) {
		t.Error(err)
	}
}
