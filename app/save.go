package app

import (
	"fmt"

	"github.com/wailsapp/wails/v2/pkg/runtime"

	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
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
	if err := atomicfile.Replace(path, b.Bytes); err != nil {
		return "", fmt.Errorf("save resource: %w", err)
	}
	return path, nil
}
