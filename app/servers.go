package app

import (
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// Servers is the bound noun for saved servers.
type Servers struct{ app *App }

// List returns the saved servers and where secrets go.
func (s *Servers) List() (l core.ServerList, err error) {
	defer guard(&err, "list servers")
	return s.app.core.Servers(), nil
}

// Save adds (empty id) or changes a server; secrets go to the keychain.
func (s *Servers) Save(p profile.Profile, secrets []core.SecretInput) (out profile.Profile, err error) {
	defer guard(&err, "save server")
	return s.app.core.Save(p, secrets)
}

// Suspects says what in a server that is being edited looks like a credential.
func (s *Servers) Suspects(p profile.Profile) (out []core.Suspect, err error) {
	defer guard(&err, "look for secrets")
	return s.app.core.Suspects(p), nil
}

// Reload reads the profile file again, at once.
func (s *Servers) Reload() (l core.ServerList, err error) {
	defer guard(&err, "list servers")
	return s.app.core.Reload(), nil
}

// OpenFolder shows the folder of the profile file in the system's file manager.
func (s *Servers) OpenFolder() (err error) {
	defer guard(&err, "open the folder")
	dir, err := s.app.core.Folder()
	if err != nil {
		return err
	}
	return openFolder(dir)
}

// Duplicate copies a server, secrets too.
func (s *Servers) Duplicate(id string) (out profile.Profile, err error) {
	defer guard(&err, "duplicate server")
	return s.app.core.Duplicate(id)
}

// Delete disconnects and removes a server and its secrets. Restore brings it back until the program ends.
func (s *Servers) Delete(id string) (err error) {
	defer guard(&err, "delete server")
	return s.app.core.Delete(id)
}

// Restore undoes the last Delete of id, secrets too.
func (s *Servers) Restore(id string) (err error) {
	defer guard(&err, "restore server")
	_, err = s.app.core.Restore(id)
	return err
}

// Reorder puts the saved servers into the given order.
func (s *Servers) Reorder(ids []string) (err error) {
	defer guard(&err, "reorder servers")
	return s.app.core.Reorder(ids)
}

// Secrets says which secrets a server names and where their values are.
func (s *Servers) Secrets(id string) (out []core.SecretState, err error) {
	defer guard(&err, "list secrets")
	return s.app.core.Secrets(id)
}

// SetSecrets stores values, in the keychain or, without one, for this run.
func (s *Servers) SetSecrets(id string, secrets []core.SecretInput) (err error) {
	defer guard(&err, "keep secrets")
	return s.app.core.SetSecrets(id, secrets)
}

// Type reads what was typed into the box: a URL or a command line. Nothing is started or saved.
func (s *Servers) Type(text string) (out core.Typed, err error) {
	defer guard(&err, "read the line")
	return s.app.core.Type(text), nil
}

// Use makes a temporary server of what was typed.
func (s *Servers) Use(text string) (out profile.Profile, err error) {
	defer guard(&err, "use the line")
	return s.app.core.Use(text)
}

// Keep saves a temporary server.
func (s *Servers) Keep(id string) (out profile.Profile, err error) {
	defer guard(&err, "save server")
	return s.app.core.Keep(id)
}

// Launch says what starting a server would do.
func (s *Servers) Launch(id string) (out core.Launch, err error) {
	defer guard(&err, "look at the command")
	return s.app.core.Launch(id)
}

// Confirm allows the launch with that hash, as shown to the user.
func (s *Servers) Confirm(id, hash string) (err error) {
	defer guard(&err, "confirm the command")
	return s.app.core.Confirm(id, hash)
}

// Speak makes a server's settings speak one version of the protocol; the next connect does.
func (s *Servers) Speak(id, version string) (err error) {
	defer guard(&err, "choose the version")
	return s.app.core.Speak(id, version)
}

// Trust accepts the certificate a failed connect showed, by its fingerprint, for this server alone.
func (s *Servers) Trust(id, fingerprint string) (err error) {
	defer guard(&err, "trust the certificate")
	return s.app.core.Trust(id, fingerprint)
}

// ReadImport reads pasted JSON (mcpServers, VS Code servers, comments allowed).
func (s *Servers) ReadImport(text string) (out core.ImportPreview, err error) {
	defer guard(&err, "read the text")
	return s.app.core.ReadImport(text), nil
}

// OpenImport asks for a file and reads it; Form and Problem are empty when the user cancelled.
func (s *Servers) OpenImport() (out core.ImportPreview, err error) {
	defer guard(&err, "open the file")
	path, err := runtime.OpenFileDialog(s.app.ctx, runtime.OpenDialogOptions{
		Title: "Import servers", Filters: []runtime.FileFilter{{DisplayName: "JSON (*.json)", Pattern: "*.json"}, {DisplayName: "All files", Pattern: "*"}},
	})
	if err != nil || path == "" {
		return core.ImportPreview{Items: []core.ImportItem{}}, err
	}
	return s.app.core.ReadImportFile(path), nil
}

// Accept adds the servers of a read import, as edited in the preview.
func (s *Servers) Accept(i core.ImportPreview) (out []profile.Profile, err error) {
	defer guard(&err, "import servers")
	return s.app.core.Accept(i)
}

// Export writes servers as JSON without values; form is mcpServers or servers.
func (s *Servers) Export(ids []string, form string) (text string, err error) {
	defer guard(&err, "export servers")
	return s.app.core.Export(ids, form)
}

// ExportFile asks where to and writes Export there; it returns the path, empty when cancelled.
func (s *Servers) ExportFile(ids []string, form string) (path string, err error) {
	defer guard(&err, "export servers")
	text, err := s.app.core.Export(ids, form)
	if err != nil {
		return "", err
	}
	path, err = runtime.SaveFileDialog(s.app.ctx, runtime.SaveDialogOptions{Title: "Export servers", DefaultFilename: "mcp.json"})
	if err != nil || path == "" {
		return "", err
	}
	return path, atomicfile.Replace(path, []byte(text))
}
