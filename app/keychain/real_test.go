package keychain

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestRealKeychain uses the system's own store: gnome-keyring under dbus-run-session in the test suite.
func TestRealKeychain(t *testing.T) {
	if os.Getenv("SIGHTGLASS_TEST_KEYRING") == "" {
		t.Skip("SIGHTGLASS_TEST_KEYRING is not set: the system's keychain is not touched (make test runs this under dbus-run-session)")
	}
	const service = "dev.sightglass.test"
	k := New(service)
	defer k.Close()
	s := k.State(t.Context())
	t.Logf("%s: %s", s.State, s.Text)
	if s.State != Available {
		t.Fatalf("State = %+v", s)
	}
	for _, size := range []int{0, 10, 2400, 8 << 10, MaxValue} {
		begun := time.Now()
		value := strings.Repeat("q\x00ü", size)[:size]
		if place, err := k.Set(t.Context(), item, value); err != nil || place != InKeychain {
			t.Fatalf("%d bytes: Set = %v, %v; %+v", size, place, err, k.State(t.Context()))
		}
		written := time.Now()
		again := New(service)
		if place := again.Where(t.Context(), item); place != InKeychain {
			t.Errorf("Where = %v", place)
		}
		got, err := again.Get(t.Context(), item)
		if err != nil || got != value {
			t.Fatalf("%d bytes: Get = %d bytes, %v", size, len(got), err)
		}
		_ = again.Close()
		t.Logf("%d bytes: set and read back %v, read %v", size, written.Sub(begun), time.Since(written))
	}
	if err := k.Delete(t.Context(), item); err != nil {
		t.Fatal(err)
	}
	again := New(service)
	defer again.Close()
	if place := again.Where(t.Context(), item); place != Nowhere {
		t.Errorf("after Delete: Where = %v", place)
	}
	for i := range 3 {
		if found, known := k.system.has(t.Context(), service, chunkAccount(item, 5, i)); found || !known {
			t.Errorf("part %d is left", i)
		}
	}
}
