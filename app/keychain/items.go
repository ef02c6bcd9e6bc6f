package keychain

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/zalando/go-keyring"
)

// Sizes. Windows stops at 2,560 bytes an item, macOS near 3,000 with our names.
const (
	MaxValue  = 256 << 10 // bytes of one value: a token set has a few KiB; each 2,300 bytes cost a call
	MaxName   = 400       // bytes of a name
	itemSize  = 2400      // bytes of one item with its envelope
	chunkSize = 2300      // bytes of a value in one chunk
	maxChunks = MaxValue/chunkSize + 1
)

// manifest is the item under a name's own account. A small value is in it; a larger one is in chunks of its
// generation, which were written and read back before the manifest was.
type manifest struct {
	Version int    `json:"sightglass"`      // 1
	For     string `json:"for"`             // hash of the name: an item of another name is no value of this one
	Gen     uint64 `json:"gen"`             // counts up with every write
	Chunks  int    `json:"n,omitempty"`     // 0: the value is here
	Size    int    `json:"size"`            // bytes of the value
	Sum     string `json:"sha256"`          // of the value, hex
	Value   []byte `json:"value,omitempty"` // base64 in JSON
}

const manifestVersion = 1

func checkName(service, name string) error {
	switch {
	case name == "" || len(name) > MaxName || !utf8.ValidString(name):
		return fmt.Errorf("%w: it has %d bytes of 1 to %d", ErrName, len(name), MaxName)
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Errorf("%w: it holds a control character", ErrName)
	case service == "" || len(service) > 100 || strings.ContainsFunc(service, func(r rune) bool {
		return r > unicode.MaxASCII || unicode.IsControl(r) || strings.ContainsRune(":\"'\\ ", r)
	}):
		return fmt.Errorf("%w: service %q", ErrName, service)
	}
	return nil
}

// account makes a store's account of a name: readable, safe for security(1)'s command line and Windows' target
// names ("service:username"), and distinct where case is not told apart.
func account(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		switch {
		case b.Len() > 100:
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("./_-", c) >= 0:
			b.WriteByte(c)
		default:
			b.WriteByte('_')
		}
	}
	return b.String() + "." + hash(name)[:16]
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

func chunkAccount(name string, gen uint64, i int) string {
	return fmt.Sprintf("%s.%d.%d", account(name), gen, i)
}

// items reads and writes values as items of the store, for one job.
type items struct {
	store   backend
	service string
	job     *job
	quit    chan struct{}
	alive   func() // tells the deadlines that the store answered
}

// step runs after every call of the store, and says whether to stop.
func (s items) step() error {
	s.alive()
	select {
	case <-s.quit:
		return ErrClosed
	default:
	}
	return nil
}

func (s items) read(account string) (string, error) {
	value, err := s.store.Get(s.service, account)
	if serr := s.step(); serr != nil {
		return "", serr
	}
	return value, err
}

// write stores an item and reads it back: a prompt that the user dismissed is no error to go-keyring.
func (s items) write(account, value string) error {
	err := s.store.Set(s.service, account, value)
	if serr := s.step(); err == nil {
		err = serr
	}
	if err != nil {
		return err
	}
	back, err := s.read(account)
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return fmt.Errorf("%w: the item was not kept; its prompt may have been dismissed", ErrUnavailable)
	case err != nil:
		return err
	case back != value:
		return fmt.Errorf("%w: what was read back is not what was written", ErrCorrupt)
	}
	return nil
}

// remove deletes an item and looks whether it is gone. One that is not there is fine; existed tells.
func (s items) remove(account string) (existed bool, err error) {
	err = s.store.Delete(s.service, account)
	if serr := s.step(); serr != nil {
		return false, serr
	}
	if errors.Is(err, keyring.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	switch _, err = s.read(account); {
	case errors.Is(err, keyring.ErrNotFound):
		return true, nil
	case err != nil:
		return true, err
	}
	return true, fmt.Errorf("%w: the item is still there after it was deleted", ErrUnavailable)
}

// manifest reads a name's manifest.
func (s items) manifest(name string) (manifest, error) {
	var m manifest
	raw, err := s.read(account(name))
	if err != nil {
		return m, err
	}
	switch {
	case json.Unmarshal([]byte(raw), &m) != nil || m.Version == 0:
		return m, fmt.Errorf("%w: it is not an item of Sightglass", ErrCorrupt)
	case m.Version > manifestVersion:
		return m, fmt.Errorf("%w: it was written by a newer Sightglass", ErrCorrupt)
	case m.For != hash(name):
		return m, fmt.Errorf("%w: it belongs to another name", ErrCorrupt)
	case m.Chunks < 0 || m.Chunks > maxChunks || m.Size < 0 || m.Size > MaxValue:
		return m, fmt.Errorf("%w: its size is not possible", ErrCorrupt)
	}
	return m, nil
}

func (s items) get(name string) (string, error) {
	m, err := s.manifest(name)
	if err != nil {
		return "", err
	}
	value := m.Value
	for i := range m.Chunks {
		chunk, err := s.read(chunkAccount(name, m.Gen, i))
		if errors.Is(err, keyring.ErrNotFound) {
			return "", fmt.Errorf("%w: part %d of %d is missing", ErrCorrupt, i+1, m.Chunks)
		}
		if err != nil {
			return "", err
		}
		value = append(value, chunk...)
	}
	if len(value) != m.Size || hash(string(value)) != m.Sum {
		return "", fmt.Errorf("%w: its checksum does not match", ErrCorrupt)
	}
	return string(value), nil
}

// set writes the chunks of a new generation, then the manifest, then removes the old generation. Until the
// manifest is written the old value stands; after a crash the next set or delete clears what was left.
func (s items) set(name, value string) error {
	old, err := s.manifest(name)
	switch {
	case errors.Is(err, keyring.ErrNotFound), errors.Is(err, ErrCorrupt): // written over
	case err != nil:
		return err
	}
	m := manifest{Version: manifestVersion, For: hash(name), Gen: old.Gen + 1, Size: len(value), Sum: hash(value), Value: []byte(value)}
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if len(raw) > itemSize {
		m.Value, m.Chunks = nil, (len(value)+chunkSize-1)/chunkSize
		if err = s.writeChunks(name, value, m); err != nil {
			return s.undo(name, m.Gen, err)
		}
		if raw, err = json.Marshal(m); err != nil {
			return err
		}
	}
	if s.job.gone.Load() {
		return s.undo(name, m.Gen, context.Canceled)
	}
	if err := s.write(account(name), string(raw)); err != nil {
		return s.undo(name, m.Gen, err)
	}
	// The value is in. Leftovers cost space, not truth: the next write tries them again.
	_ = s.sweep(name, m.Gen, m.Chunks)
	_ = s.sweep(name, old.Gen, 0)
	return nil
}

func (s items) writeChunks(name, value string, m manifest) error {
	for i := range m.Chunks {
		if s.job.gone.Load() {
			return context.Canceled
		}
		part := value[i*chunkSize : min(len(value), (i+1)*chunkSize)]
		if err := s.write(chunkAccount(name, m.Gen, i), part); err != nil {
			return fmt.Errorf("part %d of %d: %w", i+1, m.Chunks, err)
		}
	}
	return nil
}

// undo removes the chunks of a generation that the manifest does not name.
func (s items) undo(name string, gen uint64, cause error) error {
	if m, err := s.manifest(name); err == nil && m.Gen == gen || err != nil && !errors.Is(err, keyring.ErrNotFound) {
		return cause // it may be in use
	}
	_ = s.sweep(name, gen, 0)
	return cause
}

// sweep removes the chunks of a generation from number i on, up to the first that is not there.
func (s items) sweep(name string, gen uint64, i int) error {
	for ; gen > 0 && i <= maxChunks; i++ {
		if existed, err := s.remove(chunkAccount(name, gen, i)); err != nil || !existed {
			return err
		}
	}
	return nil
}

// delete removes the chunks first: as long as the manifest is there, a delete that failed can be repeated.
func (s items) delete(name string) error {
	m, err := s.manifest(name)
	if errors.Is(err, keyring.ErrNotFound) {
		return nil
	}
	if err != nil && !errors.Is(err, ErrCorrupt) {
		return err
	}
	for gen := max(m.Gen, 2) - 1; gen <= m.Gen+1; gen++ { // and leftovers of the one before and after
		if err := s.sweepAll(name, gen, m); err != nil {
			return err
		}
	}
	_, err = s.remove(account(name))
	return err
}

// sweepAll also passes over missing parts of the current generation, as a delete that broke off leaves.
func (s items) sweepAll(name string, gen uint64, m manifest) error {
	if gen == m.Gen {
		for i := range m.Chunks {
			if _, err := s.remove(chunkAccount(name, gen, i)); err != nil {
				return err
			}
		}
		return s.sweep(name, gen, m.Chunks)
	}
	return s.sweep(name, gen, 0)
}
