package cli

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/sightglass-dev/sightglass/app/core"
)

// File is the file of captured traffic that the window is to open: the first argument that is a file, or is called like
// one. Anything else that opens the window (nothing, a link, -psn_… from macOS) is none.
func File(args []string) string {
	for _, arg := range args {
		if arg == "" || strings.HasPrefix(arg, "-") || strings.Contains(arg, "://") {
			continue
		}
		st, err := os.Stat(arg)
		named := err != nil && (core.FormatOf(arg) == core.FormatCapture || core.FormatOf(arg) == core.FormatHAR)
		if named || err == nil && st.Mode().IsRegular() {
			if abs, err := filepath.Abs(arg); err == nil {
				return abs
			}
			return arg
		}
	}
	return ""
}
