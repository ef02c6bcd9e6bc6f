package capture

import (
	"os"
	"path/filepath"
)

// archive is an opened capture file: a database of its own, in a folder that goes with it.
type archive struct {
	db   *database
	run  uint32 // in it
	file string
}

func (a *archive) close() {
	_ = a.db.close()
	_ = os.RemoveAll(filepath.Dir(a.db.path))
}
