package keychain

import (
	"errors"
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	big := strings.Repeat("b", 3*chunkSize)
	for _, c := range []struct {
		name string
		hurt func(f *fake)
		want error
	}{
		{"chunk missing", func(f *fake) { delete(f.items, chunkAccount(item, 1, 1)) }, ErrCorrupt},
		{"chunk changed", func(f *fake) { f.items[chunkAccount(item, 1, 1)] = strings.Repeat("c", chunkSize) }, ErrCorrupt},
		{"chunk of another length", func(f *fake) { f.items[chunkAccount(item, 1, 2)] = "" }, ErrCorrupt},
		{"manifest cut", func(f *fake) { f.items[account(item)] = f.items[account(item)][:20] }, ErrCorrupt},
		{"foreign item", func(f *fake) { f.items[account(item)] = "hunter2" }, ErrCorrupt},
		{"foreign JSON", func(f *fake) { f.items[account(item)] = `{"a":1}` }, ErrCorrupt},
		{"item of another name", func(f *fake) {
			f.items[account(item)] = strings.Replace(f.items[account(item)], hash(item), hash("x"), 1)
		}, ErrCorrupt},
		{"huge manifest", func(f *fake) {
			f.items[account(item)] = strings.Replace(f.items[account(item)], `"n":3`, `"n":99999999`, 1)
		}, ErrCorrupt},
		{"newer", func(f *fake) {
			f.items[account(item)] = strings.Replace(f.items[account(item)], `"sightglass":1`, `"sightglass":2`, 1)
		}, ErrCorrupt},
		{"manifest gone", func(f *fake) { delete(f.items, account(item)) }, ErrNotFound},
		{"locked", func(f *fake) {
			f.before = func(string, string) (bool, error) {
				return true, errors.New("failed to unlock correct collection '/x'")
			}
		}, ErrLocked},
		{"gone", func(f *fake) {
			f.before = func(string, string) (bool, error) { return true, errors.New("dbus: connection closed by user") }
		}, ErrUnavailable},
		{"panic", func(f *fake) {
			f.before = func(string, string) (bool, error) { panic("interface conversion") }
		}, ErrUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake()
			if _, err := fresh(t, f).Set(t.Context(), item, big); err != nil {
				t.Fatal(err)
			}
			c.hurt(f)
			k := fresh(t, f)
			got, err := k.Get(t.Context(), item)
			if !errors.Is(err, c.want) || got != "" {
				t.Errorf("Get = %d bytes, %v, want %v", len(got), err, c.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Error("the error quotes the item")
			}
			if f.before != nil {
				return
			}
			if place, err := k.Set(t.Context(), item, "anew"); err != nil || place != InKeychain {
				t.Errorf("Set over it = %v, %v", place, err)
			}
			if err := k.Delete(t.Context(), item); err != nil {
				t.Errorf("Delete: %v", err)
			}
		})
	}
}

// A crash between two steps of a Set leaves the old value, and the next one leaves no parts behind.
func TestBrokenOff(t *testing.T) {
	old, next := strings.Repeat("o", 2*chunkSize), strings.Repeat("n", 4*chunkSize)
	for fail := range 5 {
		f := newFake()
		if _, err := fresh(t, f).Set(t.Context(), item, old); err != nil {
			t.Fatal(err)
		}
		n := 0
		f.script(func(op, _ string) (bool, error) {
			if op == "set" {
				n++
			}
			return n > fail, errors.New("gone")
		})
		k := fresh(t, f)
		if place, err := k.Set(t.Context(), item, next); place != InMemory || err != nil {
			t.Fatalf("Set = %v, %v", place, err)
		}
		f.script(nil)
		if got, err := fresh(t, f).Get(t.Context(), item); err != nil || got != old {
			t.Fatalf("after a crash at write %d: %d bytes, %v", fail, len(got), err)
		}
		if _, err := fresh(t, f).Set(t.Context(), item, "x"); err != nil || f.count() != 1 || f.holding("n") && f.holding("nnnn") {
			t.Errorf("after a crash at write %d: %d items left, %v", fail, f.count(), err)
		}
	}
}

func TestDeleteThatFails(t *testing.T) {
	f := newFake()
	k := fresh(t, f)
	if _, err := k.Set(t.Context(), item, strings.Repeat("o", 3*chunkSize)); err != nil {
		t.Fatal(err)
	}
	f.script(func(op, a string) (bool, error) {
		return op == "delete" && a == chunkAccount(item, 1, 1), errors.New("no")
	})
	if err := k.Delete(t.Context(), item); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Delete: %v", err)
	}
	f.script(func(op, _ string) (bool, error) { return op == "delete", nil }) // says yes, does nothing
	if err := k.Delete(t.Context(), item); !errors.Is(err, ErrUnavailable) {
		t.Errorf("Delete that does nothing: %v", err)
	}
	f.script(nil)
	if err := k.Delete(t.Context(), item); err != nil || f.count() != 0 {
		t.Errorf("Delete: %v, %d items left", err, f.count())
	}
}
