package capture

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	folderPrefix = "sightglass-capture-" // of the folders of opened files, in the folder for temporary files
	lockSuffix   = ".lock"
	// leftAge is how long a folder without a lock, or a lock without a folder, is left alone: another version of the
	// program may know what it is for.
	leftAge = 24 * time.Hour
)

// folder holds what is made of an opened file. Beside it lies a file that its program holds locked: what nobody holds
// was left by a crash.
type folder struct {
	path string
	lock *flock.Flock
}

// newFolder makes a folder. The lock comes first, so that no folder is ever seen without one.
func newFolder() (*folder, error) {
	f, err := os.CreateTemp("", folderPrefix+"*"+lockSuffix) // 0600
	if err != nil {
		return nil, err
	}
	_ = f.Close()
	d := &folder{strings.TrimSuffix(f.Name(), lockSuffix), flock.New(f.Name())}
	if _, err = d.lock.TryLock(); err == nil { // a file system without locks is used without: leftAge protects it
		err = os.Mkdir(d.path, 0o700)
	}
	if err != nil {
		d.remove()
		return nil, err
	}
	return d, nil
}

// remove deletes the folder with all that is in it, and lets go of its lock.
func (d *folder) remove() {
	_ = os.RemoveAll(d.path)
	_ = d.lock.Close()
	_ = os.Remove(d.lock.Path())
}

// sweepFolders deletes the folders that programs left behind that are gone, until stop is closed.
func sweepFolders(tmp string, stop <-chan struct{}) {
	entries, err := os.ReadDir(tmp)
	if err != nil {
		return // the next start tries again
	}
	for _, e := range entries {
		select {
		case <-stop:
			return
		default:
		}
		if strings.HasPrefix(e.Name(), folderPrefix) {
			sweepFolder(filepath.Join(tmp, e.Name()), e)
		}
	}
}

func sweepFolder(path string, e os.DirEntry) {
	dir, isLock := strings.CutSuffix(path, lockSuffix)
	lock := dir + lockSuffix
	of, err := os.Lstat(lock)
	switch {
	case isLock: // its folder sees to it, or was removed
		if _, err := os.Lstat(dir); !os.IsNotExist(err) || !e.Type().IsRegular() || !old(e) {
			return
		}
	case !e.IsDir():
		return
	case os.IsNotExist(err): // of a version that made none
		if old(e) {
			_ = os.RemoveAll(dir)
		}
		return
	case err != nil || !of.Mode().IsRegular():
		return
	}
	l := flock.New(lock, flock.SetFlag(os.O_RDWR)) // it is not made when somebody was faster
	if got, err := l.TryLock(); err != nil || !got {
		_ = l.Close()
		return
	}
	(&folder{dir, l}).remove()
}

func old(e os.DirEntry) bool {
	info, err := e.Info()
	return err == nil && time.Since(info.ModTime()) > leftAge
}
