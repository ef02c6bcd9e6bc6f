package profile

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/windows/registry"
)

func hasSlash(command string) bool { return strings.ContainsAny(command, `/\:`) }

func sameVariable(a, b string) bool { return strings.EqualFold(a, b) }

func candidates(path string, env []string) []string {
	return withExtensions(path, getenv(env, "PATHEXT"))
}

// executable: the extension decided already.
func executable(string, fs.FileInfo) bool { return true }

// LoginShellPath is the PATH a new program would get now: that of the machine and the user in the registry, which
// may have changed since the desktop started this one. Without them it is this process's own.
func LoginShellPath(context.Context) (string, error) {
	var parts []string
	for _, place := range []struct {
		root registry.Key
		path string
	}{
		{registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Control\Session Manager\Environment`},
		{registry.CURRENT_USER, "Environment"},
	} {
		k, err := registry.OpenKey(place.root, place.path, registry.QUERY_VALUE)
		if err != nil {
			continue
		}
		value, _, err := k.GetStringValue("Path")
		_ = k.Close()
		if err != nil {
			continue
		}
		if expanded, err := registry.ExpandString(value); err == nil {
			value = expanded
		}
		parts = append(parts, strings.Trim(value, ";"))
	}
	if len(parts) == 0 {
		if path := os.Getenv("PATH"); path != "" {
			return path, nil
		}
		return "", errors.New("no PATH in the registry or the environment")
	}
	return strings.Join(parts, ";"), nil
}
