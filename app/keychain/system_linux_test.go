package keychain

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// Without a bus nothing is started: godbus would run dbus-launch and leave a bus and a keyring behind.
func TestNoBus(t *testing.T) {
	bin := t.TempDir()
	ran := filepath.Join(bin, "ran")
	script := "#!/bin/sh\necho x > " + ran + "\nexit 1\n"
	if err := os.WriteFile(filepath.Join(bin, "dbus-launch"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	k := New("dev.sightglass.test")
	defer k.Close()
	if s := k.State(t.Context()); s.State != Unavailable || !strings.Contains(s.Text, "no session bus") {
		t.Errorf("State = %+v", s)
	}
	if p, err := k.Set(t.Context(), item, "v"); p != InMemory || err != nil {
		t.Errorf("Set = %v, %v", p, err)
	}
	if p := k.Where(t.Context(), "x"); p != Nowhere {
		t.Errorf("Where = %v", p)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("dbus-launch was run")
	}
}

func TestDeadBus(t *testing.T) {
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(t.TempDir(), "none"))
	p := newSystem().probe(t.Context())
	if p.state != Unavailable || !errors.Is(p.cause, ErrUnavailable) {
		t.Errorf("%+v", p)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "autolaunch:")
	if p := newSystem().probe(t.Context()); p.state != Unavailable {
		t.Errorf("%+v", p)
	}
}

// A bus that takes the connection and says nothing ends after the normal wait.
func TestSilentBus(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+path)
	begun := time.Now()
	if p := newSystem().probe(t.Context()); p.state != Unavailable {
		t.Errorf("%+v", p)
	}
	if took := time.Since(begun); took > 15*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestRealLocked locks the session's keyring: only under dbus-run-session, as TestRealKeychain.
func TestRealLocked(t *testing.T) {
	if os.Getenv("SIGHTGLASS_TEST_KEYRING") == "" {
		t.Skip("SIGHTGLASS_TEST_KEYRING is not set: the system's keychain is not touched (make test runs this under dbus-run-session)")
	}
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	k := New("dev.sightglass.test")
	defer k.Close()
	const name = "profile/locked/env:TOKEN"
	if place, err := k.Set(t.Context(), name, "v"); err != nil || place != InKeychain {
		t.Fatalf("Set = %v, %v; %+v", place, err, k.State(t.Context()))
	}
	conn, err := connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	service := conn.Object(secretsName, secretsPath)
	var done []dbus.ObjectPath
	var prompt dbus.ObjectPath
	if err := service.Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginPath}).Store(&done, &prompt); err != nil || len(done) != 1 {
		t.Fatal(done, err)
	}
	other := New("dev.sightglass.test")
	defer other.Close()
	if s := other.State(t.Context()); s.State != Locked || !strings.Contains(s.Text, "no screen") {
		t.Errorf("State = %+v", s)
	}
	if _, err := other.Get(t.Context(), name); !errors.Is(err, ErrLocked) {
		t.Errorf("Get: %v", err)
	}
	if p := other.Where(t.Context(), name); p != InKeychain {
		t.Errorf("Where = %v", p)
	}
	if err := other.Delete(t.Context(), name); !errors.Is(err, ErrLocked) {
		t.Errorf("Delete: %v", err)
	}
	if p, err := other.Set(t.Context(), name, "w"); p != InMemory || err != nil {
		t.Errorf("Set = %v, %v", p, err)
	}
	if v, err := other.Get(t.Context(), name); v != "w" || err != nil {
		t.Errorf("Get = %q, %v", v, err)
	}
	if v, err := k.Get(t.Context(), name); v != "v" || err != nil { // read before: from memory
		t.Errorf("Get of the first = %q, %v", v, err)
	}
}
