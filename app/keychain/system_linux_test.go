package keychain

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
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
