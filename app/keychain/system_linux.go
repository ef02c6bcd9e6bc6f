package keychain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/godbus/dbus/v5"
)

const (
	secretsName = "org.freedesktop.secrets"
	secretsPath = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath   = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	defaultPath = dbus.ObjectPath("/org/freedesktop/secrets/aliases/default")
)

// secretService looks at the Secret Service on a private connection: go-keyring's shared one takes any signal for
// the answer to its prompt.
type secretService struct{}

func newSystem() system { return secretService{} }

func (secretService) probe(ctx context.Context) probed {
	p, err := within(ctx, probeBus)
	if err != nil {
		return probed{state: Unavailable, name: "Secret Service", cause: err}
	}
	return p
}

func (secretService) has(ctx context.Context, service, account string) (found, known bool) {
	found, err := within(ctx, func(ctx context.Context) (bool, error) {
		conn, err := connect(ctx)
		if err != nil {
			return false, err
		}
		defer conn.Close()
		if running, startable := owned(ctx, conn); !running && !startable {
			return false, nil
		}
		var unlocked, locked []dbus.ObjectPath
		err = conn.Object(secretsName, secretsPath).CallWithContext(ctx, "org.freedesktop.Secret.Service.SearchItems", 0,
			map[string]string{"service": service, "username": account}).Store(&unlocked, &locked)
		return len(unlocked)+len(locked) > 0, err
	})
	return found, err == nil || errors.Is(err, ErrUnavailable)
}

// within bounds a look by the normal wait: a socket may be listened on by nobody.
func within[T any](ctx context.Context, look func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, normalWait)
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer cancel()
		v, err := look(ctx)
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		select {
		case r := <-done: // cancel comes right after it
			return r.value, r.err
		default:
		}
		var none T
		return none, fmt.Errorf("%w: the session bus did not answer: %w", ErrUnavailable, ctx.Err())
	}
}

// address is the session bus's. Without one godbus would start a bus and leave it running, so there is no asking.
func address() (string, error) {
	if a := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); a != "" {
		if strings.HasPrefix(a, "autolaunch:") {
			return "", fmt.Errorf("%w: there is no session bus (DBUS_SESSION_BUS_ADDRESS says autolaunch)", ErrUnavailable)
		}
		return a, nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		bus := filepath.Join(dir, "bus")
		if info, err := os.Stat(bus); err == nil && info.Mode()&os.ModeSocket != 0 {
			return "unix:path=" + bus, nil
		}
	}
	return "", fmt.Errorf("%w: there is no session bus (DBUS_SESSION_BUS_ADDRESS is not set)", ErrUnavailable)
}

func connect(ctx context.Context) (*dbus.Conn, error) {
	a, err := address()
	if err != nil {
		return nil, err
	}
	conn, err := dbus.Connect(a, dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("%w: the session bus cannot be reached: %w", ErrUnavailable, err)
	}
	return conn, nil
}

// owned reports whether the service runs, and whether the bus can start it.
func owned(ctx context.Context, conn *dbus.Conn) (running, startable bool) {
	bus := conn.BusObject()
	if bus.CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, secretsName).Store(&running) == nil && running {
		return true, true
	}
	var names []string
	_ = bus.CallWithContext(ctx, "org.freedesktop.DBus.ListActivatableNames", 0).Store(&names)
	return false, slices.Contains(names, secretsName)
}

func probeBus(ctx context.Context) (probed, error) {
	conn, err := connect(ctx)
	if err != nil {
		return probed{}, err
	}
	defer conn.Close()
	p := probed{state: Available, name: "Secret Service"}
	running, startable := owned(ctx, conn)
	if !running {
		if !startable {
			return p, fmt.Errorf("%w: no program offers the Secret Service; gnome-keyring, KWallet and KeePassXC do", ErrUnavailable)
		}
		// Reading a property would start it: the first real call does. It may come up locked.
		p.canPrompt = hasScreen()
		return p, nil
	}
	if owner := ownerOf(ctx, conn); owner != "" {
		p.name = "Secret Service (" + owner + ")"
	}
	locked, err := collectionLocked(ctx, conn)
	if err != nil {
		return p, err
	}
	if locked {
		p.state, p.canPrompt = Locked, hasScreen()
	}
	return p, nil
}

// collectionLocked reads Locked of the collection that go-keyring will use: login, else the default one.
func collectionLocked(ctx context.Context, conn *dbus.Conn) (bool, error) {
	paths, err := property[[]dbus.ObjectPath](ctx, conn, secretsPath, "org.freedesktop.Secret.Service", "Collections")
	if err != nil {
		return false, fmt.Errorf("%w: the Secret Service did not list its keyrings: %w", ErrUnavailable, err)
	}
	path := loginPath
	if !slices.Contains(paths, loginPath) {
		path = defaultPath
	}
	locked, err := property[bool](ctx, conn, path, "org.freedesktop.Secret.Collection", "Locked")
	if err != nil {
		return false, fmt.Errorf("%w: the Secret Service has no default keyring yet: create one in its settings", ErrUnavailable)
	}
	return locked, nil
}

func property[T any](ctx context.Context, conn *dbus.Conn, path dbus.ObjectPath, iface, name string) (T, error) {
	var v dbus.Variant
	var value T
	err := conn.Object(secretsName, path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, iface, name).Store(&v)
	if err != nil {
		return value, err
	}
	value, ok := v.Value().(T)
	if !ok {
		return value, fmt.Errorf("property %s has another type", name)
	}
	return value, nil
}

// hasScreen reports whether a prompt could be seen.
func hasScreen() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

// ownerOf names the program behind the service.
func ownerOf(ctx context.Context, conn *dbus.Conn) string {
	var pid uint32
	if conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetConnectionUnixProcessID", 0, secretsName).Store(&pid) != nil {
		return ""
	}
	comm, err := os.ReadFile(filepath.Join("/proc", strconv.FormatUint(uint64(pid), 10), "comm"))
	if err != nil {
		return ""
	}
	name := strings.TrimSpace(string(comm))
	for prefix, known := range map[string]string{"gnome-keyring": "gnome-keyring", "kwallet": "KWallet", "ksecretd": "KWallet", "keepassxc": "KeePassXC"} {
		if strings.HasPrefix(name, prefix) {
			return known
		}
	}
	return name
}
