package profile

import "context"

// Kind is what a typed line is.
type Kind string

// The kinds of lines.
const (
	KindURL     Kind = "url"
	KindCommand Kind = "command"
)

// ParseLine reads a URL or a command line as typed. Nothing is expanded or run: $NAME becomes the placeholder
// ${NAME}, and pipes, redirections, substitutions and lists are refused by name and place. Its error is a [*TextError].
func ParseLine(text string) (Kind, Profile, []Found, error) { return "", Profile{}, nil, errNotBuilt }

// CommandLine writes a command and its args as one line that ParseLine reads back.
func CommandLine(p Profile) string { return "" }

// LookPath finds the program a command starts, by the PATH in env ("NAME=value", as for the child), relative
// paths from dir. program is absolute; searched are the folders looked at. The error is a [*LookError].
func LookPath(command string, env []string, dir string) (program string, searched []string, err error) {
	return "", nil, errNotBuilt
}

// LookError says why a command cannot be started.
type LookError struct {
	Command  string
	Reason   string   // "not found", "is a folder", "is not executable", …
	Path     string   // the file that was found but is not usable, or empty
	Searched []string // folders of PATH, in order
}

func (e *LookError) Error() string { return e.Command + ": " + e.Reason }

// LoginShellPath asks the user's login shell for its PATH, within 3 s. On Windows it is the PATH of the registry.
func LoginShellPath(ctx context.Context) (string, error) { return "", errNotBuilt }

// Dir is the folder of the user's data: SIGHTGLASS_HOME when set, else Sightglass in the user's config folder.
// It is not made.
func Dir() (string, error) { return "", errNotBuilt }

// LaunchHash is the SHA-256 (hex) over what is started: command, args, env names and cwd, each with its length.
func LaunchHash(p Profile) string { return "" }
