package profile

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

const (
	fileName = "profiles.json"
	lockName = "profiles.lock"
	// writeTries is how often a write starts over because another program wrote the file in between.
	writeTries = 5
)

// Store is the list of saved servers, kept in one file. All methods are safe for concurrent use, and two stores
// (of two processes) may share one folder. Profiles that go in and come out are copies.
type Store struct {
	dir  string
	path string

	mu       sync.Mutex
	doc      document // the last one that could be read
	sum      [32]byte // of the file when it was last read or written
	exists   bool     // the file, then
	fileErr  *FileError
	deleted  []deletion
	onChange func()
	closed   bool

	kick chan struct{} // an outside edit was seen by a write: tell the watcher's goroutine
	stop context.CancelFunc
	done chan struct{}
}

// deletion is a deleted server with its old place.
type deletion struct {
	was   saved
	after string // id of the server before it, empty at the top
}

// Plain is the value of a secret that stands in the file.
type Plain struct {
	ID    string // of the server
	Name  string // "env:TOKEN", "header:Authorization"
	Value string `json:"-"`
}

// Open reads profiles.json in dir, which is made (0700) when missing. A file or folder that cannot be used is no
// error here: [Store.FileError] tells and nothing is written. Close stops the watching.
func Open(dir string) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil || dir == "" {
		return nil, fmt.Errorf("open profile folder %q: %w", dir, cmpErr(err, errors.New("no folder is given")))
	}
	ctx, stop := context.WithCancel(context.Background())
	s := &Store{dir: abs, path: filepath.Join(abs, fileName), kick: make(chan struct{}, 1), stop: stop, done: make(chan struct{})}
	if err := os.MkdirAll(abs, 0o700); err != nil {
		s.fileErr = s.ioError("make the folder", err)
	}
	w := s.watch()
	s.mu.Lock()
	s.refresh()
	s.mu.Unlock()
	go s.follow(ctx, w)
	return s, nil
}

func cmpErr(err, or error) error {
	if err != nil {
		return err
	}
	return or
}

// Close stops watching. It may be called twice; List and Get still work after it.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	<-s.done
	return nil
}

// List returns the saved servers in order.
func (s *Store) List() []Profile {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Profile, len(s.doc.servers))
	for i, x := range s.doc.servers {
		out[i] = x.p.Clone()
	}
	return out
}

// Get returns one server.
func (s *Store) Get(id string) (Profile, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := s.doc.index(id); i >= 0 {
		return s.doc.servers[i].p.Clone(), true
	}
	return Profile{}, false
}

// FileError says why the file cannot be read or must not be written, nil when all is well. The list is then the
// last one that could be read, or, when nothing but single servers is at fault, the others.
func (s *Store) FileError() *FileError {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.fileErr
}

// Path is the file's absolute path.
func (s *Store) Path() string { return s.path }

// OnChange sets what is called after an outside edit was read, good or bad. It is called from the store's own
// goroutine without locks held, never for the store's own writes, and must not call Close. Nil ends it.
func (s *Store) OnChange(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onChange = fn
}

// Plain returns values that the file holds in clear although they are marked secret (somebody wrote them there by
// hand). Keep them in the keychain, then Put the server: that removes them from the file.
func (s *Store) Plain() []Plain {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.doc.plain)
}

// Put adds a server (empty or unknown id) or changes the one with that id, and returns what was saved: an id is
// given when empty, values of secrets are stripped. Errors: [FieldError], [FileError], [ErrChanged], [ErrReadOnly].
func (s *Store) Put(p Profile) (Profile, error) {
	ps, err := s.PutAll([]Profile{p})
	if err != nil {
		return Profile{}, err
	}
	return ps[0], nil
}

// PutAll is Put for several servers at once: all are saved or none.
func (s *Store) PutAll(ps []Profile) ([]Profile, error) {
	out := make([]Profile, len(ps))
	for i, p := range ps {
		if err := Validate(p); err != nil {
			return nil, err
		}
		out[i] = normalize(p)
		if p.ID == "" {
			out[i].ID = newID()
		}
	}
	err := s.change("save", func(fresh *document, known document) error {
		for _, p := range out {
			if err := unchanged(*fresh, known, p.ID); err != nil {
				return err
			}
			i := fresh.index(p.ID)
			if i < 0 {
				i = len(fresh.servers)
				fresh.servers = append(fresh.servers, saved{})
			}
			if err := fresh.set(i, p); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (d *document) set(i int, p Profile) error {
	raw, err := encodeServer(p, d.servers[i].raw)
	if err != nil {
		return err
	}
	d.servers[i] = saved{raw, p}
	return nil
}

// Delete removes a server and remembers it for Restore until the program ends. Its secrets are the caller's matter.
func (s *Store) Delete(id string) error {
	return s.change("delete", func(fresh *document, known document) error {
		i := fresh.index(id)
		if i < 0 {
			return fmt.Errorf("%w: %s", ErrNotFound, id)
		}
		if err := unchanged(*fresh, known, id); err != nil {
			return err
		}
		d := deletion{was: fresh.servers[i]}
		if i > 0 {
			d.after = fresh.servers[i-1].p.ID
		}
		fresh.servers = slices.Delete(fresh.servers, i, i+1)
		s.deleted = append(slices.DeleteFunc(s.deleted, func(x deletion) bool { return x.was.p.ID == id }), d)
		return nil
	})
}

// Restore brings a deleted server back to its old place, or as near to it as the list now allows. An empty id
// means the last deleted one. ErrNotFound when this store did not delete it.
func (s *Store) Restore(id string) (Profile, error) {
	var back Profile
	err := s.change("restore", func(fresh *document, _ document) error {
		i := len(s.deleted) - 1
		if id != "" {
			i = slices.IndexFunc(s.deleted, func(x deletion) bool { return x.was.p.ID == id })
		}
		if i < 0 {
			return fmt.Errorf("%w among the deleted: %s", ErrNotFound, id)
		}
		d := s.deleted[i]
		if fresh.index(d.was.p.ID) >= 0 {
			return fmt.Errorf("server %q is in the list again", d.was.p.Name)
		}
		at := fresh.index(d.after) + 1
		if d.after != "" && at == 0 {
			at = len(fresh.servers)
		}
		fresh.servers = slices.Insert(fresh.servers, at, d.was)
		back = d.was.p.Clone()
		return nil
	})
	if err != nil {
		return Profile{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleted = slices.DeleteFunc(s.deleted, func(x deletion) bool { return x.was.p.ID == back.ID })
	return back, nil
}

// Duplicate saves a copy right after the original, named "… copy". Secrets are the caller's matter.
func (s *Store) Duplicate(id string) (Profile, error) {
	var p Profile
	err := s.change("duplicate", func(fresh *document, _ document) error {
		i := fresh.index(id)
		if i < 0 {
			return fmt.Errorf("%w: %s", ErrNotFound, id)
		}
		p = fresh.servers[i].p.Clone()
		p.ID, p.Name = newID(), fresh.copyName(p.Name)
		fresh.servers = slices.Insert(fresh.servers, i+1, saved{raw: fresh.servers[i].raw})
		return fresh.set(i+1, p)
	})
	if err != nil {
		return Profile{}, err
	}
	return p, nil
}

// copyName finds a free name: "x copy", "x copy 2" and so on.
func (d document) copyName(name string) string {
	if r := []rune(name); len(r) > MaxName-10 {
		name = string(r[:MaxName-10])
	}
	for n := 1; ; n++ {
		try := name + " copy"
		if n > 1 {
			try = fmt.Sprintf("%s copy %d", name, n)
		}
		if !slices.ContainsFunc(d.servers, func(x saved) bool { return x.p.Name == try }) {
			return try
		}
	}
}

// Reorder puts the servers into the order of ids. Servers not named keep their order, after the named ones;
// unknown ids are ErrNotFound.
func (s *Store) Reorder(ids []string) error {
	return s.change("reorder", func(fresh *document, _ document) error {
		place := make(map[string]int, len(ids))
		for n, id := range ids {
			if fresh.index(id) < 0 {
				return fmt.Errorf("%w: %s", ErrNotFound, id)
			}
			place[id] = n
		}
		at := func(x saved) int {
			if n, ok := place[x.p.ID]; ok {
				return n
			}
			return len(ids)
		}
		slices.SortStableFunc(fresh.servers, func(a, b saved) int { return at(a) - at(b) })
		return nil
	})
}

// unchanged refuses a change of a server that is not any more what this store last showed: an outside edit of it
// would be lost.
func unchanged(fresh, known document, id string) error {
	k, f := known.index(id), fresh.index(id)
	if k < 0 && f < 0 || k >= 0 && f >= 0 && sameJSON(known.servers[k].raw, fresh.servers[f].raw) {
		return nil
	}
	name, what := "", "changed in"
	switch {
	case f >= 0:
		name = fresh.servers[f].p.Name
	case k >= 0:
		name, what = known.servers[k].p.Name, "removed from"
	}
	return fmt.Errorf("server %q was %s the file meanwhile: %w; look at it again, then repeat", name, what, ErrChanged)
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}

// newID makes an id of 64 random bits: unique among a user's servers.
func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand
	return hex.EncodeToString(b[:])
}
