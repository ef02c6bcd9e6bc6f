package app

import (
	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// Servers is the bound noun for saved servers.
type Servers struct{ app *App }

// List returns the saved servers and where secrets go.
func (s *Servers) List() (core.ServerList, error) { return core.ServerList{}, nil }

// Save adds (empty id) or changes a server; secrets go to the keychain.
func (s *Servers) Save(p profile.Profile, secrets []core.SecretInput) (profile.Profile, error) {
	return p, nil
}

// Duplicate copies a server, secrets too.
func (s *Servers) Duplicate(id string) (profile.Profile, error) { return profile.Profile{}, nil }

// Delete removes a server and its secrets; it disconnects first. Restore brings it back until the program ends.
func (s *Servers) Delete(id string) error { return nil }

// Restore undoes the last Delete of id, secrets too.
func (s *Servers) Restore(id string) error { return nil }

// Reorder puts the saved servers into the given order.
func (s *Servers) Reorder(ids []string) error { return nil }

// Secrets says which secrets a server names and where their values are.
func (s *Servers) Secrets(id string) ([]core.SecretState, error) { return nil, nil }

// SetSecrets stores values, in the keychain or, without one, for this run.
func (s *Servers) SetSecrets(id string, secrets []core.SecretInput) error { return nil }

// Type reads what was typed into the box: a URL or a command line. Nothing is started or saved.
func (s *Servers) Type(text string) (core.Typed, error) { return core.Typed{}, nil }

// Use makes a temporary server of what was typed.
func (s *Servers) Use(text string) (profile.Profile, error) { return profile.Profile{}, nil }

// Keep saves a temporary server.
func (s *Servers) Keep(id string) (profile.Profile, error) { return profile.Profile{}, nil }

// Launch says what starting a server would do.
func (s *Servers) Launch(id string) (core.Launch, error) { return core.Launch{}, nil }

// Confirm allows the launch with that hash, as shown to the user.
func (s *Servers) Confirm(id, hash string) error { return nil }

// ReadImport reads pasted JSON (mcpServers, VS Code servers, comments allowed).
func (s *Servers) ReadImport(text string) (core.ImportPreview, error) {
	return core.ImportPreview{}, nil
}

// OpenImport asks for a file and reads it; Form is empty when the user cancelled.
func (s *Servers) OpenImport() (core.ImportPreview, error) { return core.ImportPreview{}, nil }

// Accept adds the servers of a read import, as edited in the preview.
func (s *Servers) Accept(i core.ImportPreview) ([]profile.Profile, error) { return nil, nil }

// Export writes servers as JSON without values; form is mcpServers or servers.
func (s *Servers) Export(ids []string, form string) (string, error) { return "", nil }

// ExportFile asks where to and writes Export there; it returns the path, empty when cancelled.
func (s *Servers) ExportFile(ids []string, form string) (string, error) { return "", nil }
