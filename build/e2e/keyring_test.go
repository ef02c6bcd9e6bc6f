//go:build e2e

package e2e

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/godbus/dbus/v5"
)

// noKeyring is the environment of a desktop without a secret service.
func noKeyring(t *testing.T) string {
	t.Helper()
	return "DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(t.TempDir(), "none")
}

const keyringPassword = "open"

// keyring is a gnome-keyring of its own, on a bus of its own: locking the session's would lock out the other tests.
type keyring struct{ address string }

func (k *keyring) env() string { return "DBUS_SESSION_BUS_ADDRESS=" + k.address }

// startKeyring starts a bus and an unlocked keyring; both end with the test, and what the bus started, too.
func startKeyring(t *testing.T) *keyring {
	t.Helper()
	home := tempHome(t)
	env := append(os.Environ(), options{}.environment(home)...)
	env = append(env, "XDG_RUNTIME_DIR="+home)
	run := func(stdin string, program string, args ...string) *bufio.Reader {
		cmd := exec.Command(program, args...)
		cmd.Env, cmd.Stdin, cmd.Stderr = env, strings.NewReader(stdin), os.Stderr
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			_ = cmd.Wait()
		})
		return bufio.NewReader(out)
	}
	line, err := run("", "dbus-daemon", "--session", "--nofork", "--print-address").ReadString('\n')
	if err != nil {
		t.Fatal("the bus did not start")
	}
	k := &keyring{strings.TrimSpace(line)}
	env = append(env, k.env())
	run(keyringPassword, "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
	wait := exec.Command("gdbus", "wait", "--session", "--timeout", "60", "org.freedesktop.secrets")
	wait.Env = env
	if out, err := wait.CombinedOutput(); err != nil {
		t.Fatalf("the keyring did not start: %v %s", err, out)
	}
	return k
}

// lock locks the keyring: the next that needs it raises the system's prompt.
func (k *keyring) lock(t *testing.T) {
	t.Helper()
	conn, err := dbus.Connect(k.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var done []dbus.ObjectPath
	var prompt dbus.ObjectPath
	login := []dbus.ObjectPath{"/org/freedesktop/secrets/collection/login"}
	err = conn.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").Call("org.freedesktop.Secret.Service.Lock", 0, login).Store(&done, &prompt)
	if err != nil || len(done) != 1 {
		t.Fatalf("lock the keyring: %v, %v", done, err)
	}
}
