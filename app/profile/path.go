package profile

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// shellWait is how long LoginShellPath waits: the user waits with it.
const shellWait = 3 * time.Second

// LookError says why a command cannot be started.
type LookError struct {
	Command  string
	Reason   string   // "was not found", "is a folder", "is not executable", …
	Path     string   // the file that was found but cannot be started, or empty
	Searched []string // folders of PATH, in order; nil for a command with a path
}

func (e *LookError) Error() string {
	switch {
	case e.Path == e.Command && e.Path != "":
		return fmt.Sprintf("command %q %s", e.Command, e.Reason)
	case e.Path != "":
		return fmt.Sprintf("command %q: %s %s", e.Command, e.Path, e.Reason)
	case e.Searched != nil:
		return fmt.Sprintf("command %q %s in the %d folders of PATH", e.Command, e.Reason, len(e.Searched))
	}
	return fmt.Sprintf("command %q %s", e.Command, e.Reason)
}

// LookPath finds the program a command starts, by the PATH in env ("NAME=value", as for the child; the last one of
// a name counts). A command with a slash is taken from dir when relative; an empty dir is the user's home. Relative
// entries of PATH are passed over: a server's folder must not decide what npx is. program is absolute; searched are
// the folders looked at. On Windows the extensions of PATHEXT are tried. The error is a [*LookError].
func LookPath(command string, env []string, dir string) (program string, searched []string, err error) {
	switch {
	case command == "":
		return "", nil, &LookError{Reason: "is empty"}
	case strings.ContainsRune(command, 0):
		return "", nil, &LookError{Reason: "holds a NUL character"}
	}
	if dir == "" {
		if dir, err = os.UserHomeDir(); err != nil {
			dir = os.TempDir()
		}
	}
	if hasSlash(command) {
		return lookAt(command, env, dir)
	}
	var found *LookError
	for _, folder := range filepath.SplitList(getenv(env, "PATH")) {
		if !filepath.IsAbs(folder) {
			continue
		}
		searched = append(searched, folder)
		for _, c := range candidates(filepath.Join(folder, command), env) {
			reason := unusable(c)
			if reason == "" {
				return c, searched, nil
			}
			if found == nil && reason != notThere {
				found = &LookError{Reason: reason, Path: c}
			}
		}
	}
	if found == nil {
		found = &LookError{Reason: notThere}
	}
	if searched == nil {
		found.Reason = "was not found: PATH is empty"
	}
	found.Command, found.Searched = command, searched
	return "", searched, found
}

// lookAt checks a command that names its file.
func lookAt(command string, env []string, dir string) (string, []string, error) {
	full := command
	if !filepath.IsAbs(full) {
		full = filepath.Join(dir, full)
	}
	reason := notThere
	for _, c := range candidates(full, env) {
		switch r := unusable(c); r {
		case "":
			abs, err := filepath.Abs(c)
			return abs, nil, err
		case notThere:
		default:
			reason, full = r, c
		}
	}
	return "", nil, &LookError{Command: command, Reason: reason, Path: full}
}

const notThere = "was not found"

// unusable says why a file cannot be started, or "".
func unusable(path string) string {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return notThere
	case errors.Is(err, fs.ErrPermission):
		return "may not be looked at (permission denied)"
	case err != nil:
		return notThere // a file where a folder should be, a name that is too long
	case info.IsDir():
		return "is a folder"
	case !executable(path, info):
		return "is not executable: chmod +x makes it so"
	}
	return ""
}

// getenv is the value of the last NAME= in env.
func getenv(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if n, v, ok := strings.Cut(env[i], "="); ok && sameVariable(n, name) {
			return v
		}
	}
	return ""
}

// withExtensions are the files Windows tries for a command: as it is when it has one of the extensions, then with
// each of them.
func withExtensions(path, pathext string) []string {
	if pathext == "" {
		pathext = ".COM;.EXE;.BAT;.CMD"
	}
	var out []string
	for ext := range strings.SplitSeq(strings.ToLower(pathext), ";") {
		if ext == "" || ext == "." {
			continue
		}
		if ext[0] != '.' {
			ext = "." + ext
		}
		if strings.HasSuffix(strings.ToLower(path), ext) {
			out = append([]string{path}, out...)
		}
		out = append(out, path+ext)
	}
	return out
}

// Dir is the folder of the user's data: SIGHTGLASS_HOME when set, else Sightglass in the user's config folder. It
// is absolute and not made.
func Dir() (string, error) {
	if home := os.Getenv("SIGHTGLASS_HOME"); home != "" {
		return filepath.Abs(home)
	}
	config, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the config folder: %w", err)
	}
	return filepath.Join(config, "Sightglass"), nil
}

// LaunchHash is the SHA-256 (hex) over what is started: command, args, env names and cwd, placeholders unfilled.
// Each part goes in with its length and each list with its count, so no two launches read alike. Of a server over HTTP
// it is over what [Reach] shows.
func LaunchHash(p Profile) string {
	if p.Transport == HTTP || p.Transport == SSE {
		return reachHash(p)
	}
	h := sha256.New()
	count := func(n int) { _ = binary.Write(h, binary.BigEndian, uint64(n)) } // a hash takes everything
	part := func(s string) {
		count(len(s))
		h.Write([]byte(s))
	}
	part("sightglass launch 1")
	part(p.Command)
	count(len(p.Args))
	for _, a := range p.Args {
		part(a)
	}
	count(len(p.Env))
	for _, v := range p.Env {
		part(v.Name)
	}
	part(p.Cwd)
	return hex.EncodeToString(h.Sum(nil))
}
