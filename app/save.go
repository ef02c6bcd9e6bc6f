package app

import (
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// saveContent asks where to and writes the whole of a content item there, as it is shown: known secrets masked.
func (a *App) saveContent(seq uint64, at string) (path string, err error) {
	b, err := a.core.Content(seq, at, 0, -1)
	if err != nil {
		return "", err
	}
	path, err = runtime.SaveFileDialog(a.ctx, runtime.SaveDialogOptions{Title: "Save resource", DefaultFilename: b.Name})
	if err != nil || path == "" {
		return "", err
	}
	if err := os.WriteFile(path, b.Bytes, 0o600); err != nil {
		return "", fmt.Errorf("save resource: %w", err)
	}
	return path, nil
}
