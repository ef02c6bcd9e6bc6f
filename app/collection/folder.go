package collection

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
)

// Ext ends the names of files with collections.
const Ext = ".mcp-calls.json"

// maxFiles bounds how many files of a folder are listed.
const maxFiles = 1000

// ErrChanged says that the file is not as it was read. Nothing was written.
var ErrChanged = errors.New("the file was changed by somebody else meanwhile")

// File is a file with a collection as it was read.
type File struct {
	Path       string
	Sum        string // of its bytes, hexadecimal; what [Write] wants to see unchanged
	Collection *Collection
}

// Read reads a file.
func Read(path string) (File, error) {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return File{}, err
	case st.IsDir():
		return File{}, fmt.Errorf("%s is a folder", path)
	case st.Size() > MaxFile:
		return File{}, fmt.Errorf("%s has %d bytes, more than %d: it is no collection", path, st.Size(), MaxFile)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return File{}, err
	}
	c, err := Parse(data)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", path, err)
	}
	return File{Path: path, Sum: sum(data), Collection: c}, nil
}

// Write writes a collection over the file with the given sum; an empty sum is for a new file. [ErrChanged] says that
// the file is another by now, or that there is one where a new one was to be.
func Write(path, was string, c *Collection) (File, error) {
	data, err := c.Encode()
	if err != nil {
		return File{}, err
	}
	old, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && was == "":
	case errors.Is(err, fs.ErrNotExist):
		return File{}, fmt.Errorf("%s: %w: it is gone", path, ErrChanged)
	case err != nil:
		return File{}, err
	case sum(old) != was:
		return File{}, fmt.Errorf("%s: %w", path, ErrChanged)
	}
	if err := atomicfile.Replace(path, data); err != nil {
		return File{}, err
	}
	return File{Path: path, Sum: sum(data), Collection: c}, nil
}

// List names the files of a folder that should hold collections, by name. A folder that does not exist has none.
func List(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() && strings.HasSuffix(e.Name(), Ext) && len(out) < maxFiles {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	slices.Sort(out)
	return out, nil
}

// NewPath is a free path in dir for a collection of a name.
func NewPath(dir, name string) string {
	slug := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return '-'
	}, cut(name, 60)), "-…")
	for strings.Contains(slug, "--") {
		slug = strings.ReplaceAll(slug, "--", "-")
	}
	if slug == "" {
		slug = "calls"
	}
	for n := 1; ; n++ {
		path := filepath.Join(dir, slug+Ext)
		if n > 1 {
			path = filepath.Join(dir, fmt.Sprintf("%s-%d%s", slug, n, Ext))
		}
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return path
		}
	}
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}
