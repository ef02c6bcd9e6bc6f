// Package capture keeps entries: a store of every connection's traffic that survives restarts and crashes. It follows
// the live log and never slows it; what it keeps is masked already. The language that filters entries is in package
// query, what they are shown as in the window.
package capture

import (
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	// FileName is the database's name in the data folder.
	FileName = "captures.db"
	// DefaultMaxBytes is the size of the store above which the oldest captures leave.
	DefaultMaxBytes = 1 << 30
	// MinBytes is the least it may be set to: below it one connection's traffic would not stay for a day.
	MinBytes = 16 << 20
	// gather is how long the first entry of a batch waits for others. With the writing itself it stays below the
	// 100 ms that a crash may lose.
	gather = 40 * time.Millisecond
	// retryLeast and retryMost are the waits before a store that failed is tried again.
	retryLeast = time.Second
	retryMost  = 15 * time.Second
	// closeWait bounds the last batch at the end.
	closeWait = 5 * time.Second
)

// Config of a Store.
type Config struct {
	Dir      string    // data folder; must exist
	Log      *wire.Log // what is followed
	MaxBytes int64     // default 1 GiB
	// Changed is called when a capture or the store's state changed: from the store's own goroutine, at most a few
	// times a second. It must return at once. Nil: nobody listens.
	Changed func()

	maxPages int // of the database, for tests of a full disk
}

// Store keeps what crosses the wire. All methods are safe for concurrent use. Nothing of it ever blocks the log: while
// the file cannot be written, entries wait in the log, which drops the oldest once it is full, and are stored as soon
// as there is room again.
type Store struct {
	cfg   Config
	path  string
	codec sync.Pool
	room  sync.Pool // of *scanRoom
	cache cache

	jobs   chan job
	bell   chan struct{}
	stop   chan struct{}
	done   chan struct{}
	opened chan struct{} // closed after the first attempt to open the file
	once   sync.Once
	cancel func() // ends the log's nudges

	mu       sync.Mutex
	db       *database // nil: entries are in memory alone
	run      uint32    // number of this run in the file; 0: not yet
	state    State
	captures map[string]*Capture // of this run, by connection
	dirty    map[string]bool     // of them, those that the file does not tell right
	files    map[uint32]*archive // opened capture files, by run
	nextFile uint32
	closed   bool
	hidden   map[uint32]map[string]bool
	marks    map[markKey]Mark
	maxBytes int64

	w writer // of the store's own goroutine alone
}

// job is a piece of work for the store's goroutine.
type job struct {
	do   func(ctx context.Context) error
	done chan error
}

// ErrClosed is the error of a store that was closed.
var ErrClosed = errors.New("the capture store is closed")

// Open starts a store. It returns at once: a file that cannot be opened is told by [Store.State], and the connections'
// entries stay in the log.
func Open(c Config) *Store {
	if c.MaxBytes <= 0 {
		c.MaxBytes = DefaultMaxBytes
	}
	if c.Changed == nil {
		c.Changed = func() {}
	}
	s := &Store{
		cfg: c, path: filePath(c.Dir), maxBytes: c.MaxBytes,
		jobs: make(chan job), bell: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}), opened: make(chan struct{}),
		captures: map[string]*Capture{}, dirty: map[string]bool{}, files: map[uint32]*archive{}, hidden: map[uint32]map[string]bool{}, marks: map[markKey]Mark{},
	}
	s.codec.New = func() any { return newCodec() }
	s.room.New = func() any { return &scanRoom{} }
	s.w.codec = newCodec()
	s.cache.init()
	s.state = State{Mode: ModeMemory, Path: s.path, MaxBytes: c.MaxBytes}
	s.cancel = c.Log.Subscribe(func(uint64) { s.ring() })
	go s.follow()
	return s
}

func (s *Store) ring() {
	select {
	case s.bell <- struct{}{}:
	default: // rung already
	}
}

// Close stores what is there and ends. It may be called twice.
func (s *Store) Close() error {
	s.once.Do(func() {
		s.cancel()
		close(s.stop)
	})
	<-s.done
	return nil
}

// Flush returns when everything that was in the log at the call is in the file, or why it is not.
func (s *Store) Flush(ctx context.Context) error {
	return s.ask(ctx, func(ctx context.Context) error {
		s.writeAll(ctx)
		return s.trouble()
	})
}

// ask runs do on the store's goroutine and returns its error.
func (s *Store) ask(ctx context.Context, do func(context.Context) error) error {
	j := job{do, make(chan error, 1)}
	select {
	case s.jobs <- j:
	case <-s.done:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// clean deletes what crashes left of opened files, after the window is up, and closes done.
func (s *Store) clean(done chan<- struct{}) {
	defer close(done)
	select {
	case <-time.After(tidyFirst):
		sweepFolders(os.TempDir(), s.stop)
	case <-s.stop:
	}
}

// follow is the store's own goroutine: the only one that writes.
func (s *Store) follow() {
	defer close(s.done)
	swept := make(chan struct{})
	go s.clean(swept)
	defer func() { <-swept }()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	s.begin(ctx)
	close(s.opened)
	tidy := time.NewTimer(tidyFirst)
	defer tidy.Stop()
	var gathered, retry <-chan time.Time
	for {
		if retry == nil && s.broken() {
			retry = time.After(s.w.backOff())
		}
		select {
		case <-s.bell:
			if gathered == nil && retry == nil {
				gathered = time.After(gather)
			}
		case <-gathered:
			gathered = nil
			s.writeAll(ctx)
		case <-retry:
			retry = nil
			s.begin(ctx)
			s.writeAll(ctx)
		case j := <-s.jobs:
			j.done <- j.do(ctx)
		case <-tidy.C:
			tidy.Reset(s.tidy(ctx))
		case <-s.stop:
			end, cancel := context.WithTimeout(ctx, closeWait)
			s.finish(end)
			cancel()
			return
		}
	}
}
