package app

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

// folderPatience is how long an opener may take to say that it failed. Some stay until the folder's window is closed.
const folderPatience = 3 * time.Second

// openFolder shows a folder in the system's file manager. It is for folders of this program alone: what the opener
// does with a path depends on what is there.
func openFolder(dir string) error {
	if !filepath.IsAbs(dir) {
		return fmt.Errorf("open the folder: %s is not absolute", dir)
	}
	cmd := exec.Command(folderOpener, dir) //nolint:noctx // it outlives this call, and this program
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open the folder %s: %w; copy the path instead", dir, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || !openerMayFail) {
			return fmt.Errorf("open the folder %s: %s: %w; copy the path instead", dir, folderOpener, err)
		}
	case <-time.After(folderPatience):
	}
	return nil
}
