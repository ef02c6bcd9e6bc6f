package profile

// Store is the list of saved servers, kept in one file. All methods are safe for concurrent use, and two stores
// (of two processes) may share one folder. Profiles that go in and come out are copies.
type Store struct{}

// Open reads profiles.json in dir, which is made (0700) when missing. A file that cannot be read is no error:
// see [Store.FileError]. The error is about the folder itself. Close stops the watching.
func Open(dir string) (*Store, error) { return nil, errNotBuilt }

// List returns the saved servers in order.
func (s *Store) List() []Profile { return nil }

// Get returns one server.
func (s *Store) Get(id string) (Profile, bool) { return Profile{}, false }

// Put adds a server (empty or unknown id) or changes the one with that id, and returns what was saved: an id is
// given when empty, values of secrets are stripped. Errors: [FieldError], [FileError], [ErrChanged], [ErrReadOnly].
func (s *Store) Put(p Profile) (Profile, error) { return p, errNotBuilt }

// PutAll is Put for several servers at once: all are saved or none.
func (s *Store) PutAll(ps []Profile) ([]Profile, error) { return nil, errNotBuilt }

// Delete removes a server and remembers it for Restore until the program ends. Its secrets are the caller's matter.
func (s *Store) Delete(id string) error { return errNotBuilt }

// Restore brings a deleted server back to its old place, or as near to it as the list now allows. An empty id
// means the last deleted one. ErrNotFound when this store did not delete it.
func (s *Store) Restore(id string) (Profile, error) { return Profile{}, errNotBuilt }

// Duplicate saves a copy right after the original, named "… copy". Secrets are the caller's matter.
func (s *Store) Duplicate(id string) (Profile, error) { return Profile{}, errNotBuilt }

// Reorder puts the servers into the order of ids. Servers not named keep their order, after the named ones;
// unknown ids are ErrNotFound.
func (s *Store) Reorder(ids []string) error { return errNotBuilt }

// FileError says why the file cannot be read or written, nil when all is well.
func (s *Store) FileError() *FileError { return nil }

// Path is the file's absolute path.
func (s *Store) Path() string { return "" }

// OnChange sets what is called after an outside edit was read, good or bad. It is called from the store's own
// goroutine without locks held, never for the store's own writes. Nil ends it.
func (s *Store) OnChange(fn func()) {}

// Plain returns values that the file holds in clear although they are marked secret (somebody wrote them there by
// hand). Keep them in the keychain, then Put the server: that removes them from the file.
func (s *Store) Plain() []Plain { return nil }

// Plain is the value of a secret that stands in the file.
type Plain struct {
	ID    string // of the server
	Name  string // "env:TOKEN", "header:Authorization"
	Value string `json:"-"`
}

// Close stops watching. It may be called twice; List and Get still work after it.
func (s *Store) Close() error { return nil }
