package core

import (
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/sightglass-dev/sightglass/app/profile"
)

// settleTime is how long a watched file must have been quiet: a compiler writes its output in pieces.
const settleTime = 400 * time.Millisecond

// watch restarts the connection when the profile's file changes, until the function returned is called. A file
// that cannot be watched is told in the log; the connection lives on.
func (cn *connection) watch(p profile.Profile) (end func()) {
	if p.Watch == "" {
		return func() {}
	}
	file := p.Watch
	if !filepath.IsAbs(file) {
		dir := p.Cwd
		if dir == "" {
			dir, _ = os.UserHomeDir()
		}
		file = filepath.Join(dir, file)
	}
	w, err := fsnotify.NewWatcher()
	if err == nil {
		// The folder: an editor or compiler replaces the file itself.
		if err = w.Add(filepath.Dir(file)); err != nil {
			_ = w.Close()
		}
	}
	if err != nil {
		cn.note("cannot watch " + file + " for changes: " + err.Error())
		return func() {}
	}
	cn.note("restarts when " + file + " changes")
	done := make(chan struct{})
	go cn.watchFile(w, file, p.ID, done)
	return func() { close(done) }
}

func (cn *connection) watchFile(w *fsnotify.Watcher, file, id string, done <-chan struct{}) {
	defer func() { _ = w.Close() }()
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	for {
		select {
		case <-done:
			return
		case _, ok := <-w.Errors:
			if !ok {
				return
			}
		case e, ok := <-w.Events:
			if !ok {
				return
			}
			if filepath.Clean(e.Name) == filepath.Clean(file) && !e.Has(fsnotify.Chmod) {
				quiet.Reset(settleTime)
			}
		case <-quiet.C:
			if _, err := os.Stat(file); err != nil {
				continue // it was removed: the next event brings it back
			}
			cn.note(file + " changed")
			go func() { _ = cn.core.Restart(id) }() // what goes wrong is the connection's state
			return
		}
	}
}

// Restart ends a connection, if there is one, and starts it again.
func (c *Core) Restart(id string) error {
	c.Disconnect(id)
	return c.Connect(id)
}
