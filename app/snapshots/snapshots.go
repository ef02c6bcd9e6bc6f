// Package snapshots keeps the interfaces of servers as files, one folder a server: readable JSON that fits in git. What
// is in them is package drift's matter; whose they are, and that no secret is in them, is core's.
package snapshots

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/drift"
)

// Bounds on what is kept.
const (
	MaxSnapshot = 16 << 20 // bytes of one file; a larger interface is not kept
	MaxServer   = 64 << 20 // bytes of one server's files; the oldest go first
	MaxKept     = 50       // files of one server, likewise
	MaxNamed    = 200      // files that have a name, which do not go by themselves
	MaxServers  = 300      // folders; the one that was used longest ago goes first
	MaxName     = 80       // characters of a name
)

const (
	format       = "sightglass snapshot"
	version      = 1
	baselineFile = "baseline.json"
	maxHead      = 64 << 10 // bytes of a file before its interface
)

// Head is what is known of a snapshot without reading all of it.
type Head struct {
	ID       string `json:"id"`
	At       int64  `json:"at"`             // Unix microseconds
	Name     string `json:"name,omitempty"` // given by the user
	Digest   string `json:"digest"`
	Version  string `json:"version"`  // the server's own
	Protocol string `json:"protocol"` // negotiated version
	Items    int    `json:"items"`    // of all lists
	Bytes    int64  `json:"bytes"`
	Baseline bool   `json:"baseline,omitempty"` // what the present interface is compared with
	Problem  string `json:"problem,omitempty"`  // it cannot be read, and is left alone
}

// file is a snapshot on disk. What is wanted of it alone stands first.
type file struct {
	Format    string          `json:"format"`
	Version   int             `json:"formatVersion"`
	Name      string          `json:"name"`
	At        int64           `json:"at"`
	Digest    string          `json:"digest"`
	Server    string          `json:"serverVersion"`
	Protocol  string          `json:"protocol"`
	Items     int             `json:"items"`
	Interface *drift.Snapshot `json:"interface"`
}

// Shelf is the folder of all snapshots. Its methods are safe for concurrent use; other processes may use the same
// folder: files are written whole, and never changed but for their name.
type Shelf struct {
	dir string

	mu       sync.Mutex
	problems map[string][]string // by server: what was set aside in this run
}

// ErrNone is the error of what is not kept.
var ErrNone = errors.New("there is no such snapshot")

// New returns the shelf in a folder, which is made when something is kept.
func New(dir string) *Shelf { return &Shelf{dir: dir, problems: map[string][]string{}} }

var (
	idForm  = regexp.MustCompile(`^\d{8}-\d{6}\.\d{6}-[0-9a-f]{8}$`)
	keyForm = regexp.MustCompile(`^[0-9a-z-]{1,80}$`)
)

func (s *Shelf) folder(key string) (string, error) {
	if s.dir == "" || !keyForm.MatchString(key) {
		return "", fmt.Errorf("find the snapshots of %q: no folder can be called so", key)
	}
	return filepath.Join(s.dir, key), nil
}

func (s *Shelf) path(key, id string) (string, error) {
	dir, err := s.folder(key)
	if err != nil {
		return "", err
	}
	if !idForm.MatchString(id) {
		return "", fmt.Errorf("read snapshot %q: %w", id, ErrNone)
	}
	return filepath.Join(dir, id+".json"), nil
}

// List returns what is kept of a server, the newest first, and what could not be read.
func (s *Shelf) List(key string) (heads []Head, problems []string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	heads, err = s.list(key)
	return heads, slices.Clone(s.problems[key]), err
}

func (s *Shelf) list(key string) ([]Head, error) {
	dir, err := s.folder(key)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return []Head{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the snapshots: %w", err)
	}
	heads := []Head{}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !idForm.MatchString(id) {
			continue
		}
		if h, ok := s.head(key, filepath.Join(dir, e.Name()), id); ok {
			heads = append(heads, h)
		}
	}
	slices.SortFunc(heads, func(a, b Head) int { return cmp.Compare(b.ID, a.ID) })
	markBaseline(heads, readBaseline(dir))
	return heads, nil
}

// markBaseline marks the one that was accepted; when that is gone, the oldest there is.
func markBaseline(heads []Head, id string) {
	at := slices.IndexFunc(heads, func(h Head) bool { return h.ID == id })
	for i := len(heads) - 1; at < 0 && i >= 0; i-- {
		if heads[i].Problem == "" {
			at = i
		}
	}
	if at >= 0 {
		heads[at].Baseline = true
	}
}

func readBaseline(dir string) string {
	var b struct {
		ID string `json:"id"`
	}
	data, err := os.ReadFile(filepath.Join(dir, baselineFile))
	if err != nil || json.Unmarshal(data, &b) != nil {
		return ""
	}
	return b.ID
}

// head reads the beginning of a file. One that is no snapshot is set aside.
func (s *Shelf) head(key, path, id string) (Head, bool) {
	f, err := os.Open(path)
	if err != nil {
		return Head{ID: id, Problem: err.Error()}, !errors.Is(err, os.ErrNotExist)
	}
	var size int64
	if st, err := f.Stat(); err == nil {
		size = st.Size()
	}
	doc, err := readHead(io.LimitReader(f, maxHead))
	_ = f.Close()
	h := Head{ID: id, At: doc.At, Name: clip(doc.Name), Digest: doc.Digest, Version: doc.Server, Protocol: doc.Protocol, Items: doc.Items, Bytes: size}
	switch {
	case err == nil && doc.Version > version:
		h.Problem = fmt.Sprintf("It was written by a newer version of this program (format %d): it is left alone.", doc.Version)
	case err != nil || doc.Format != format || doc.Version != version:
		s.aside(key, path, err)
		return h, false
	}
	return h, true
}

// readHead decodes what stands before the interface.
func readHead(r io.Reader) (doc file, err error) {
	d := json.NewDecoder(r)
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return doc, cmp.Or(err, errors.New("it is no JSON object"))
	}
	fields := map[string]any{
		"format": &doc.Format, "formatVersion": &doc.Version, "name": &doc.Name, "at": &doc.At, "digest": &doc.Digest,
		"serverVersion": &doc.Server, "protocol": &doc.Protocol, "items": &doc.Items,
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return doc, err
		}
		key, _ := t.(string)
		if key == "interface" {
			return doc, nil
		}
		into := fields[key]
		if into == nil {
			into = new(json.RawMessage)
		}
		if err := d.Decode(into); err != nil {
			return doc, err
		}
	}
	return doc, errors.New("there is no interface in it")
}

// aside renames a file that cannot be read: it is kept, and is in nobody's way.
func (s *Shelf) aside(key, path string, cause error) {
	if cause == nil {
		cause = errors.New("it is no snapshot of this program")
	}
	to := fmt.Sprintf("%s.broken-%s", path, time.Now().UTC().Format("20060102-150405.000"))
	text := fmt.Sprintf("The snapshot %s could not be read (%v): it was set aside as %s.", filepath.Base(path), cause, filepath.Base(to))
	if err := os.Rename(path, to); err != nil {
		text = fmt.Sprintf("The snapshot %s cannot be read (%v), nor be set aside.", path, cause)
	}
	if list := s.problems[key]; len(list) < MaxKept && !slices.Contains(list, text) {
		s.problems[key] = append(list, text)
	}
}

func clip(name string) string {
	r := []rune(strings.Join(strings.Fields(name), " "))
	return string(r[:min(len(r), MaxName)])
}

// Load reads a snapshot.
func (s *Shelf) Load(key, id string) (*drift.Snapshot, Head, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load(key, id)
}

func (s *Shelf) load(key, id string) (*drift.Snapshot, Head, error) {
	path, err := s.path(key, id)
	if err != nil {
		return nil, Head{}, err
	}
	data, err := readFile(path)
	if err != nil {
		return nil, Head{}, fmt.Errorf("read snapshot %s: %w", id, err)
	}
	snap, h, err := Decode(data)
	if h.ID = id; err != nil {
		if !errors.Is(err, errNewer) {
			s.aside(key, path, err)
		}
		return nil, h, fmt.Errorf("read snapshot %s: %w", id, err)
	}
	return snap, h, nil
}

var errNewer = errors.New("it was written by a newer version of this program")

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxSnapshot+1))
	if err == nil && len(data) > MaxSnapshot {
		err = fmt.Errorf("it is larger than %d MiB", MaxSnapshot>>20)
	}
	return data, err
}

// Decode reads the bytes of a file.
func Decode(data []byte) (*drift.Snapshot, Head, error) {
	var doc file
	if err := json.Unmarshal(data, &doc); err != nil {
		return nil, Head{}, err
	}
	switch {
	case doc.Format == format && doc.Version > version:
		return nil, Head{}, fmt.Errorf("%w (format %d)", errNewer, doc.Version)
	case doc.Format != format || doc.Version != version || doc.Interface == nil:
		return nil, Head{}, errors.New("it is no snapshot of this program")
	}
	doc.Interface.Tidy() // somebody may have edited it by hand
	h := headOf(doc.Interface)
	h.Name, h.Bytes = clip(doc.Name), int64(len(data))
	return doc.Interface, h, nil
}

// ReadFile reads a snapshot that was saved somewhere else.
func ReadFile(path string) (*drift.Snapshot, Head, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, Head{}, fmt.Errorf("read snapshot %s: %w", path, err)
	}
	snap, h, err := Decode(data)
	if err != nil {
		return nil, h, fmt.Errorf("read snapshot %s: %w", path, err)
	}
	return snap, h, nil
}

// headOf tells of a tidy snapshot.
func headOf(snap *drift.Snapshot) Head {
	var info struct {
		Version string `json:"version"`
	}
	_ = json.Unmarshal(snap.Server, &info) // a server that says no version has none
	return Head{At: snap.At, Digest: snap.Digest(), Version: clip(info.Version), Protocol: clip(snap.Protocol), Items: snap.Items()}
}

// Encode makes the bytes of a file.
func Encode(snap *drift.Snapshot, name string) ([]byte, error) {
	h := headOf(snap)
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(file{
		Format: format, Version: version, Name: clip(name), At: snap.At, Digest: h.Digest, Server: h.Version, Protocol: h.Protocol, Items: h.Items, Interface: snap,
	})
	if err == nil && out.Len() > MaxSnapshot {
		err = fmt.Errorf("it would be larger than %d MiB", MaxSnapshot>>20)
	}
	return out.Bytes(), err
}
