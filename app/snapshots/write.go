package snapshots

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/drift"
	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
)

// Keep files a tidy snapshot, unless it is the interface that was kept last: then that one is returned. Lists it could
// not read are taken over from the last one. The first of a server is its baseline.
func (s *Shelf) Keep(key string, snap *drift.Snapshot) (h Head, fresh bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir, err := s.folder(key)
	if err != nil {
		return Head{}, false, err
	}
	heads, err := s.list(key)
	if err != nil {
		return Head{}, false, err
	}
	own := *snap
	for _, last := range heads {
		if last.Problem != "" {
			continue
		}
		before, _, err := s.load(key, last.ID)
		if err != nil {
			continue // it was set aside
		}
		if own.Carry(before); own.Digest() == before.Digest() {
			return last, false, nil
		}
		break
	}
	data, err := Encode(&own, "")
	if err != nil {
		return Head{}, false, fmt.Errorf("keep the snapshot: %w", err)
	}
	h = headOf(&own)
	h.ID, h.Bytes = newID(own.At, h.Digest), int64(len(data))
	if err := atomicfile.Replace(filepath.Join(dir, h.ID+".json"), data); err != nil {
		return Head{}, false, fmt.Errorf("keep the snapshot: %w", err)
	}
	if len(heads) == 0 {
		h.Baseline = true
		if err := writeBaseline(dir, h.ID); err != nil {
			return h, true, err
		}
	}
	s.prune(dir, append([]Head{h}, heads...))
	s.pruneServers(key)
	return h, true, nil
}

// newID tells the time first, so that names are in the order of their times.
func newID(at int64, digest string) string {
	return time.UnixMicro(at).UTC().Format("20060102-150405.000000") + "-" + digest[:8]
}

// prune deletes the oldest files beyond the bounds. The newest, the baseline, and what has a name or cannot be read
// stay.
func (s *Shelf) prune(dir string, heads []Head) {
	var total int64
	for _, h := range heads {
		total += h.Bytes
	}
	n := len(heads)
	for i := len(heads) - 1; i > 0 && (n > MaxKept || total > MaxServer); i-- {
		h := heads[i]
		if h.Baseline || h.Name != "" || h.Problem != "" {
			continue
		}
		if os.Remove(filepath.Join(dir, h.ID+".json")) == nil {
			total -= h.Bytes
			n--
		}
	}
}

// pruneServers deletes the folder that was used longest ago, when there are too many.
func (s *Shelf) pruneServers(used string) {
	dirs, err := os.ReadDir(s.dir)
	if err != nil || len(dirs) <= MaxServers {
		return
	}
	type folder struct {
		name string
		at   time.Time
	}
	var all []folder
	for _, d := range dirs {
		if i, err := d.Info(); err == nil && d.IsDir() && keyForm.MatchString(d.Name()) && d.Name() != used {
			all = append(all, folder{d.Name(), i.ModTime()})
		}
	}
	slices.SortFunc(all, func(a, b folder) int { return a.at.Compare(b.at) })
	for i := 0; i < len(all) && len(all)-i >= MaxServers; i++ {
		_ = os.RemoveAll(filepath.Join(s.dir, all[i].name)) // the next one tries again
	}
}

// Accept makes a snapshot the one that the present interface is compared with.
func (s *Shelf) Accept(key, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, _, err := s.load(key, id); err != nil {
		return err
	}
	dir, err := s.folder(key)
	if err != nil {
		return err
	}
	return writeBaseline(dir, id)
}

func writeBaseline(dir, id string) error {
	data, err := json.Marshal(map[string]string{"id": id})
	if err == nil {
		err = atomicfile.Replace(filepath.Join(dir, baselineFile), append(data, '\n'))
	}
	if err != nil {
		return fmt.Errorf("keep the baseline: %w", err)
	}
	return nil
}

// Name gives a snapshot a name, or takes it away with an empty one. One that has a name is not deleted by itself.
func (s *Shelf) Name(key, id, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	heads, err := s.list(key)
	if err != nil {
		return err
	}
	named := 0
	for _, h := range heads {
		if h.Name != "" && h.ID != id {
			named++
		}
		if name != "" && h.ID != id && h.Name == clip(name) {
			return fmt.Errorf("name the snapshot: another one is called %q already", h.Name)
		}
	}
	if named >= MaxNamed && name != "" {
		return fmt.Errorf("name the snapshot: %d have a name already; delete one first", named)
	}
	snap, _, err := s.load(key, id)
	if err != nil {
		return err
	}
	data, err := Encode(snap, name)
	if err != nil {
		return fmt.Errorf("name the snapshot: %w", err)
	}
	path, err := s.path(key, id)
	if err == nil {
		err = atomicfile.Replace(path, data)
	}
	if err != nil {
		return fmt.Errorf("name the snapshot: %w", err)
	}
	return nil
}

// Delete removes a snapshot that is not the baseline.
func (s *Shelf) Delete(key, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	heads, err := s.list(key)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(heads, func(h Head) bool { return h.ID == id })
	path, perr := s.path(key, id)
	switch {
	case i < 0 || perr != nil:
		return fmt.Errorf("delete snapshot %q: %w", id, ErrNone)
	case heads[i].Baseline:
		return errors.New("delete the snapshot: it is the baseline; accept another one first")
	case heads[i].Problem != "":
		return errors.New("delete the snapshot: it was written by a newer version of this program, and is left alone")
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("delete the snapshot: %w", err)
	}
	return nil
}

// Adopt copies what is kept of one server to another of which nothing is kept: a server that was typed and then saved
// is the same.
func (s *Shelf) Adopt(from, to string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	source, err := s.folder(from)
	target, terr := s.folder(to)
	if err = cmp.Or(err, terr); err != nil {
		return err
	}
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	if _, err := os.Stat(source); err != nil {
		return nil
	}
	part, err := os.MkdirTemp(s.dir, ".adopt-*")
	if err != nil {
		return fmt.Errorf("take over the snapshots: %w", err)
	}
	defer os.RemoveAll(part)
	if err := copyFiles(part, source); err != nil {
		return fmt.Errorf("take over the snapshots: %w", err)
	}
	if err := os.Rename(part, target); err != nil {
		return fmt.Errorf("take over the snapshots: %w", err)
	}
	return nil
}

// copyFiles copies the files of a folder. os.CopyFS would let everybody read them.
func copyFiles(to, from string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		data, err := os.ReadFile(filepath.Join(from, e.Name()))
		if err == nil {
			err = atomicfile.Replace(filepath.Join(to, e.Name()), data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// WriteFile saves a snapshot somewhere else.
func WriteFile(path string, snap *drift.Snapshot) error {
	data, err := Encode(snap, "")
	if err == nil {
		err = atomicfile.Replace(path, data)
	}
	if err != nil {
		return fmt.Errorf("write snapshot %s: %w", path, err)
	}
	return nil
}
