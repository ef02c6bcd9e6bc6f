// Package profile keeps the saved servers: one atomic JSON file, watched for outside edits, and the import and
// export of other clients' files. It never holds or writes a secret: those are references into the keychain.
package profile

// Transport is how a server is reached.
type Transport string

// The transports.
const (
	Stdio Transport = "stdio" // a child process, newline-delimited JSON
	HTTP  Transport = "http"  // Streamable HTTP
	SSE   Transport = "sse"   // HTTP+SSE of 2024-11-05
)

// Profile is one saved server. Times are milliseconds; zero means the default named at the field.
type Profile struct {
	ID        string    `json:"id"` // lower-case hex, given by the store
	Name      string    `json:"name"`
	Color     string    `json:"color,omitempty"` // one of: red, orange, yellow, green, teal, blue, purple, pink, or empty
	Group     string    `json:"group,omitempty"`
	Transport Transport `json:"transport"`

	Command        string   `json:"command,omitempty"`
	Args           []string `json:"args,omitempty"` // may hold ${secret:name}, ${VAR}, ${env:VAR}, ${input:id}
	Env            []Value  `json:"env,omitempty"`
	Cwd            string   `json:"cwd,omitempty"`
	LoginShellPath *bool    `json:"loginShellPath,omitempty"` // nil: yes when started from a desktop, no from a terminal

	URL     string  `json:"url,omitempty"` // may hold the same placeholders
	Headers []Value `json:"headers,omitempty"`

	Trust []string `json:"trust,omitempty"` // SHA-256 fingerprints (lower-case hex) of certificates accepted for this server besides what the system trusts
	Watch string   `json:"watch,omitempty"` // a file; when it changes, a live connection is restarted. Absolute, or from Cwd

	Era      Era      `json:"era"`
	Timeouts Timeouts `json:"timeouts"`
	Auth     Auth     `json:"auth,omitempty,omitzero"`
	Network  Network  `json:"network,omitempty,omitzero"`
	Protocol Protocol `json:"protocol,omitempty,omitzero"`

	Sample string `json:"sample,omitempty"` // "open" or "protected": a built-in sample from app/demo; its command and URL are filled at start
}

// Value is a named env variable or header. A secret's value is in the keychain and Value is empty here.
type Value struct {
	Name   string `json:"name"`
	Value  string `json:"value,omitempty"`
	Secret bool   `json:"secret,omitempty"`
}

// Era says which protocol generation to speak.
type Era struct {
	Mode    string `json:"mode,omitempty"`    // "" or "auto", "legacy", "modern"
	Version string `json:"version,omitempty"` // pinned legacy version; empty: the latest the mode has
}

// Timeouts of a connection, in milliseconds.
type Timeouts struct {
	Connect int64 `json:"connect,omitempty"` // whole connect; default 30,000
	Probe   int64 `json:"probe,omitempty"`   // stdio server/discover probe; default 3,000
	Request int64 `json:"request,omitempty"` // one request without progress; default 0: none, the user cancels
}
