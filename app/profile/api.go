package profile

import "context"

// Found is a value that looks like a credential or, for env and headers, could be one.
type Found struct {
	Name   string // as the keychain knows it within the profile: "env:TOKEN", "header:Authorization", "secret:name"
	Value  string `json:"-"`
	Secret bool   // pre-marked: it looks like a credential. The user may change it.
	Why    string // why it was marked: "the name holds TOKEN"; empty when it was not
}

// LooksSecret guesses from a name (of a variable, header, flag or query parameter; may be empty) and a value
// whether the value is a credential, and says why. The reason never quotes the value.
func LooksSecret(name, value string) (bool, string) { return false, "" }

// ExtractSecrets takes credentials out of a profile. Env and header values that look like one are marked Secret
// and emptied; in args, command and URL they become ${secret:name}. Every env and header value that could be a
// secret is listed, the pre-marked ones with Secret set. Unmark undoes one of them, Mark does one by hand.
func ExtractSecrets(p Profile) (Profile, []Found) { return p, nil }

// Unmark puts a found value back into the profile in clear.
func Unmark(p Profile, f Found) Profile { return p }

// Mark makes an env or header value that was not pre-marked secret.
func Mark(p Profile, f Found) Profile { return p }

// Names lists what a profile needs values for, in order, each once: "env:NAME" and "header:Name" for secret
// values, "secret:name" and "input:id" for placeholders. Process variables (${VAR}) are not among them.
func Names(p Profile) []string { return nil }

// Lookup gives values to Fill.
type Lookup struct {
	Secret  func(name string) (string, bool) // by a name of Names
	Environ func(name string) (string, bool) // process variables for ${VAR} and ${env:VAR}; nil: os.LookupEnv
	Home    string                           // for ${userHome} and a leading ~/; empty: os.UserHomeDir
}

// Fill replaces every placeholder of a profile and gives secret values. missing holds names of Names without a
// value and "var:NAME" for process variables that are not set: nothing becomes silently empty. An error is a
// [FieldError] for a placeholder that has no meaning here, such as ${workspaceFolder}.
func Fill(p Profile, l Lookup) (filled Profile, missing []string, err error) {
	return p, nil, errNotBuilt
}

// Import is a text with other clients' servers, read.
type Import struct {
	Form  string // mcpServers, servers (VS Code), single
	Items []Item
}

// Item is one server of an Import. Profile has no id and no secret value: those are in Secrets.
type Item struct {
	Key      string // its name in the text, empty for a single server without one
	Profile  Profile
	Secrets  []Found
	Problems []string // what was not understood or needs to be known, one sentence each; they quote no value
	Invalid  bool     // it cannot be added: the last problem says why
}

// ReadImport reads servers of Claude, Cursor, VS Code and others from JSON with comments. Its error is a
// [*TextError]; one bad server is an Item with problems and does not hide the others.
func ReadImport(text string) (Import, error) { return Import{}, errNotBuilt }

// Export writes servers as JSON in the form "mcpServers" or "servers" (VS Code), ordered, without any value of a
// secret: those become ${input:name} with an entry in "inputs".
func Export(ps []Profile, form string) (string, error) { return "", errNotBuilt }

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

// Validate checks one profile. The error is a [*FieldError].
func Validate(p Profile) error { return nil }
