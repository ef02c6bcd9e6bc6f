package core

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/capture"
	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/keychain"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/snapshots"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// The nudges: each says that something of that name changed since the last pull.
const (
	NudgeTraffic     = "traffic"
	NudgeConnections = "connections"
	NudgeServers     = "servers"
	NudgeCalls       = "calls"
	NudgeQuestions   = "questions"
	NudgeCollections = "collections"
)

const (
	keychainService = "dev.sightglass.Sightglass"
	maskKeyItem     = "mask-key"
	keychainWait    = 5 * time.Second // a keychain that takes longer is asked again by the next call
	closeWait       = 8 * time.Second // all connections end side by side: stdin, TERM and KILL take five at most
)

// Options of a Core. The zero value is what the command line uses.
type Options struct {
	Dir     string                        // data folder; empty: profile.Dir
	Version string                        // of the program, sent as clientInfo
	Desktop bool                          // started from a desktop: children get the login shell's PATH by default
	Answers bool                          // somebody sits there to answer a server's questions: they are declared
	Seed    bool                          // a first run finds the two samples saved
	Nudge   func(name string, rev uint64) // nil: nobody listens. Called from any goroutine, must return at once
	// PDFViewer is the script that draws PDF in the sandbox. Nil: there is none.
	PDFViewer func() ([]byte, error)
	// Browser opens a browser with an http or https URL. Nil: the system's.
	Browser    func(ctx context.Context, url string) error
	AutoSignIn bool // every refusal is signed in to without asking, whatever the profile says
	// Rules answer questions in place of those of the data folder. Nil: those.
	Rules []rules.Rule
	// Snapshots keeps the interface of every server that is connected to, and tells how it differs from the baseline.
	Snapshots bool
	Capture   bool // what crosses the wire is kept in the data folder
	Memory    bool // the system's keychain is left alone: secrets are kept in memory for this run
}

// Core owns every part of the program. Its methods are safe for concurrent use.
type Core struct {
	opts  Options
	dir   string
	log   *wire.Log
	store *profile.Store
	keys  *keychain.Keychain
	rev   atomic.Uint64

	unsubscribe func() // ends the log's nudges

	maskOnce sync.Once
	mask     *wire.Masker
	maskKey  []byte // of this run only unless keyKept
	keyKept  bool   // maskKey is in the keychain: what it signs is good for the next run too

	bookOnce sync.Once
	bookKept *rules.Book

	traffic  trafficSource  // the log, and the store behind it
	views    views          // windows of the page on it
	captures *capture.Store // nil: nothing is kept

	filtersMu sync.Mutex // guards the file of saved filters

	decoded   decoded
	digest    digest
	iconCache iconCache
	baselines baselines // lists as the user saw them

	snapshotsOnce sync.Once
	snapshotsKept *snapshots.Shelf

	loginPath func() (string, error)
	eras      eras
	books     taskBooks
	apps      openApps
	exports   exports
	callRuns  callRuns

	life    context.Context // ends with Close: sign-ins and checks run no longer
	endLife context.CancelFunc
	signing sync.WaitGroup // what runs in life

	mu          sync.Mutex
	temporary   map[string]profile.Profile
	tempOrder   []string
	parked      map[string]string              // secrets of deleted servers, for Restore: keychain item -> value
	confirmed   map[string]allowance           // profile id -> launch allowed in this run
	drafts      map[string]*context.CancelFunc // asked of the sampler, by question
	previews    map[string]profile.Import
	connections map[string]*connection
	signIns     map[string]*signin // by profile
	turns       auth.Turns         // of their flows
	owners      map[string]string  // temporary server -> whose tokens it uses
	protected   *demo.Protected
	followed    map[string]*followed // calls whose tasks are waited for, by call
	nextConn    int
	keychain    KeychainState // as last looked at
	closed      bool
}

// New makes the parts. It touches no file and no network: Start does.
func New(o Options) *Core {
	c := &Core{
		opts: o, log: wire.NewLog(wire.Config{}),
		temporary: map[string]profile.Profile{}, parked: map[string]string{}, confirmed: map[string]allowance{},
		previews: map[string]profile.Import{}, connections: map[string]*connection{}, signIns: map[string]*signin{}, owners: map[string]string{},
	}
	c.traffic.log = c.log
	c.followed = map[string]*followed{}
	c.life, c.endLife = context.WithCancel(context.Background())
	c.loginPath = sync.OnceValues(func() (string, error) { return profile.LoginShellPath(context.Background()) })
	return c
}

// Start opens the data folder and begins to watch it.
func (c *Core) Start() error {
	var err error
	dir := c.opts.Dir
	if dir == "" {
		if dir, err = profile.Dir(); err != nil {
			return &fault.CallError{
				Kind: fault.Input, Step: "find the data folder", Message: err.Error(),
				Hint: "Set HOME, or SIGHTGLASS_HOME to the folder to keep the servers in.", Cause: err,
			}
		}
	}
	c.dir = dir
	_, statErr := os.Stat(filepath.Join(dir, "profiles.json"))
	first := errors.Is(statErr, fs.ErrNotExist)
	if c.store, err = profile.Open(dir); err != nil {
		return fmt.Errorf("open the data folder: %w", err)
	}
	if c.opts.Memory {
		c.keys = keychain.NewMemory()
	} else {
		c.keys = keychain.New(keychainService)
	}
	c.store.OnChange(func() { c.adoptPlain(); c.nudge(NudgeServers) })
	c.openCaptures()
	c.unsubscribe = c.log.Subscribe(func(rev uint64) { c.send(NudgeTraffic, rev) })
	if first && c.opts.Seed {
		c.seed()
	}
	return nil
}

// seed saves the samples. Where nothing can be saved they are there for this run: a folder that is read-only leaves all
// else of the window in use.
func (c *Core) seed() {
	if _, err := c.store.PutAll(sampleProfiles()); err == nil {
		return
	}
	for _, p := range sampleProfiles() {
		_, _ = c.UseProfile(p, nil, true) // they are valid, and have no secrets that could not be kept
	}
}

// Warm does what can wait until the window is painted: the keychain's state, secrets that somebody wrote into the
// file, the login shell's PATH, which can take seconds.
func (c *Core) Warm() {
	c.readKeychainState()
	c.adoptPlain()
	if c.opts.Desktop {
		_, _ = c.loginPath() // whoever needs it gets its error
	}
}

// Close ends every connection and waits for their ends.
func (c *Core) Close() error {
	c.mu.Lock()
	c.closed = true
	var all []*connection
	for _, cn := range c.connections {
		all = append(all, cn)
	}
	p := c.protected
	c.protected = nil
	c.mu.Unlock()
	c.endLife()
	c.endViews()
	c.CloseApps()
	c.closeExports()
	c.apps.server.Shutdown()
	ctx, cancel := context.WithTimeout(context.Background(), closeWait)
	defer cancel()
	var wg sync.WaitGroup
	for _, cn := range all {
		wg.Go(func() { cn.end(ctx) })
	}
	wg.Wait()
	c.signing.Wait()
	c.closeSignIns()
	c.closeTasks()
	if p != nil {
		_ = p.Close()
	}
	if c.captures != nil {
		_ = c.captures.Close() // what it could not keep was told by its state
	}
	if c.store == nil {
		return nil
	}
	c.unsubscribe()
	return errors.Join(c.store.Close(), c.keys.Close())
}

// Dir is the data folder.
func (c *Core) Dir() string { return c.dir }

func (c *Core) nudge(name string) {
	if name == NudgeServers {
		c.applyProtocol()
	}
	c.send(name, c.rev.Add(1))
}

func (c *Core) send(name string, rev uint64) {
	if c.opts.Nudge != nil {
		c.opts.Nudge(name, rev)
	}
}

// masker makes the masker with the key from the keychain, so that equal secrets look equal from run to run. A
// keychain that is not simply open is not asked: a prompt about a mask would puzzle anybody.
func (c *Core) masker() *wire.Masker {
	c.maskOnce.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), keychainWait)
		defer cancel()
		key := make([]byte, 32)
		_, _ = rand.Read(key) // crypto/rand.Read never fails
		if c.keys.State(ctx).State == keychain.Available {
			stored, err := c.keys.Get(ctx, maskKeyItem)
			if b, hexErr := hex.DecodeString(stored); err == nil && hexErr == nil && len(b) == len(key) {
				key, c.keyKept = b, true
			} else if errors.Is(err, keychain.ErrNotFound) {
				place, err := c.keys.Set(ctx, maskKeyItem, hex.EncodeToString(key))
				c.keyKept = err == nil && place == keychain.InKeychain
			}
		}
		c.maskKey, c.mask = key, wire.NewMasker(key)
	})
	return c.mask
}

func newID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}
