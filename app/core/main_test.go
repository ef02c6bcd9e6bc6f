package core

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// patience is how long a test waits for what must happen: machines are starved at times.
const patience = 60 * time.Second

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "demo-server" {
		_ = demo.ServeStdio(context.Background(), os.Stdin, os.Stdout, os.Stderr)
		os.Exit(0)
	}
	if len(os.Args) > 2 && os.Args[1] == "mock-server" {
		os.Exit(serveCapture(os.Args[2]))
	}
	if len(os.Args) > 1 && os.Args[1] == "flood-server" {
		mcptest.ServeFlood()
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "flood-http" {
		mcptest.ServeFloodHTTP()
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "silent-server" {
		silentServer()
		os.Exit(0)
	}
	if len(os.Args) > 1 && os.Args[1] == "asking-server" {
		mcptest.ServeAsking(os.Stdin, os.Stdout)
		os.Exit(0)
	}
	if os.Getenv(realKeyring) == "" {
		// No test may touch the user's keychain: without a bus there is none.
		_ = os.Unsetenv("DBUS_SESSION_BUS_ADDRESS")
		_ = os.Setenv("XDG_RUNTIME_DIR", "")
	}
	os.Exit(m.Run())
}

// realKeyring allows the tests that need the system's keychain. The others expect none.
const realKeyring = "SIGHTGLASS_TEST_KEYRING"

func start(t *testing.T) *Core {
	t.Helper()
	return startIn(t, t.TempDir())
}

func self(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

func startIn(t *testing.T, dir string) *Core {
	t.Helper()
	c := New(Options{Dir: dir, Version: "test", Seed: true})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func (c *Core) byName(t *testing.T, name string) profile.Profile {
	t.Helper()
	for _, p := range c.Servers().Profiles {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("no server named %q", name)
	return profile.Profile{}
}

func connect(t *testing.T, c *Core, id string) Connection {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	v, err := c.ConnectWait(ctx, id)
	if err != nil {
		t.Fatalf("connect: %v\n%+v", err, AsError(err))
	}
	return v
}
