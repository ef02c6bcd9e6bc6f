package profile

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// settle is how long the file must be quiet before it is read: editors write in several steps.
	settle = 150 * time.Millisecond
	// pollEvery is how often the file is looked at when the system cannot watch, and as a net under the watching
	// (network folders, a folder that was replaced).
	pollEvery = 5 * time.Second
)

// watch starts watching the folder, not the file: an atomic write replaces the file. Nil when the system cannot.
func (s *Store) watch() *fsnotify.Watcher {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil
	}
	_ = w.Add(s.dir) // pollEvery remains
	if real, err := filepath.EvalSymlinks(s.path); err == nil && filepath.Dir(real) != s.dir {
		_ = w.Add(filepath.Dir(real))
	}
	return w
}

// follow reads outside edits until ctx ends.
func (s *Store) follow(ctx context.Context, w *fsnotify.Watcher) {
	defer close(s.done)
	var events chan fsnotify.Event
	var errs chan error
	if w != nil {
		defer w.Close()
		events, errs = w.Events, w.Errors
	}
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	defer quiet.Stop()
	for {
		var changed bool
		select {
		case <-ctx.Done():
			return
		case e := <-events:
			if name := filepath.Base(e.Name); name != lockName && filepath.Ext(name) != ".tmp" {
				quiet.Reset(settle)
			}
			continue
		case err := <-errs:
			_ = err // an overflow: look at the file
			quiet.Reset(settle)
			continue
		case <-s.kick:
			changed = true
		case <-quiet.C:
			changed = s.reload()
		case <-poll.C:
			changed = s.reload()
		}
		if fn := s.changeFunc(); changed && fn != nil {
			fn()
		}
	}
}

// Reload reads the file now, when somebody does not want to wait for the watching. A change is told as any other.
func (s *Store) Reload() {
	if !s.reload() {
		return
	}
	select {
	case s.kick <- struct{}{}:
	default: // one is told already
	}
}

func (s *Store) reload() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refresh()
}

func (s *Store) changeFunc() func() {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.onChange
}
