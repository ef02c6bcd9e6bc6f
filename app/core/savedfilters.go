package core

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
)

// Bounds of the saved filters. The file may be edited by hand.
const (
	maxFilters     = 200
	maxFilterName  = 100     // characters
	maxFilterFile  = 4 << 20 // bytes
	filtersVersion = 1
)

// SavedFilter is a filter of the traffic under a name.
type SavedFilter struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// SavedFilters are the saved ones by name.
type SavedFilters struct {
	Filters   []SavedFilter `json:"filters"`
	File      string        `json:"file"`
	FileError string        `json:"fileError"` // why the file is not as shown; while set, nothing is written
}

type filtersFile struct {
	Version int           `json:"version"`
	Filters []SavedFilter `json:"filters"`
}

// SavedFilters returns the saved filters.
func (c *Core) SavedFilters() SavedFilters {
	c.filtersMu.Lock()
	defer c.filtersMu.Unlock()
	list, err := c.readFilters()
	out := SavedFilters{Filters: list, File: c.filtersPath()}
	if err != nil {
		out.FileError = err.Error()
	}
	return out
}

// SaveFilter saves a filter under a name; it replaces the one of that name, whatever its case.
func (c *Core) SaveFilter(name, text string) error {
	name = strings.TrimSpace(name)
	switch n := len([]rune(name)); {
	case n == 0:
		return input("save the filter", "it needs a name", "")
	case n > maxFilterName:
		return input("save the filter", fmt.Sprintf("its name has more than %d characters", maxFilterName), "Give it a shorter one.")
	}
	if f, err := query.Parse(text); err != nil {
		return input("save the filter", err.Error(), "Mend it first.")
	} else if f.Empty() {
		return input("save the filter", "there is no filter", "Write one first.")
	}
	if list := suspectTexts(text); len(list) > 0 {
		return input("save the filter", "it holds what looks like a credential ("+list[0]+"), and would be kept in a file", "Look for another text.")
	}
	return c.changeFilters("save the filter", func(list []SavedFilter) ([]SavedFilter, error) {
		list = slices.DeleteFunc(list, func(f SavedFilter) bool { return strings.EqualFold(f.Name, name) })
		if len(list) >= maxFilters {
			return nil, fmt.Errorf("there are %d filters already", maxFilters)
		}
		return append(list, SavedFilter{name, text}), nil
	})
}

// DeleteFilter forgets a saved filter; one that is not there is no error.
func (c *Core) DeleteFilter(name string) error {
	return c.changeFilters("delete the filter", func(list []SavedFilter) ([]SavedFilter, error) {
		return slices.DeleteFunc(list, func(f SavedFilter) bool { return f.Name == name }), nil
	})
}

// RenameFilter gives a saved filter another name, which must be free.
func (c *Core) RenameFilter(from, to string) error {
	to = strings.TrimSpace(to)
	if n := len([]rune(to)); n == 0 || n > maxFilterName {
		return input("rename the filter", fmt.Sprintf("a name has between 1 and %d characters", maxFilterName), "")
	}
	return c.changeFilters("rename the filter", func(list []SavedFilter) ([]SavedFilter, error) {
		at := slices.IndexFunc(list, func(f SavedFilter) bool { return f.Name == from })
		taken := slices.IndexFunc(list, func(f SavedFilter) bool { return strings.EqualFold(f.Name, to) })
		switch {
		case at < 0:
			return nil, fmt.Errorf("there is no filter %q", from)
		case taken >= 0 && taken != at:
			return nil, fmt.Errorf("there is a filter %q already", list[taken].Name)
		}
		list[at].Name = to
		return list, nil
	})
}

func (c *Core) filtersPath() string { return filepath.Join(c.dir, "filters.json") }

// readFilters reads the file as it is now: another window may have written it. The lock is held.
func (c *Core) readFilters() ([]SavedFilter, error) {
	out := []SavedFilter{}
	path := c.filtersPath()
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return out, nil
	case err != nil:
		return out, fmt.Errorf("read the saved filters: %w", err)
	case st.Size() > maxFilterFile:
		return out, fmt.Errorf("%s is larger than %d MiB: it is not read", path, maxFilterFile>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return out, fmt.Errorf("read the saved filters: %w", err)
	}
	var file filtersFile
	if err := json.Unmarshal(data, &file); err != nil {
		return out, fmt.Errorf("%s is not right: %w", path, err)
	}
	if file.Version > filtersVersion {
		return out, fmt.Errorf("%s was written by a newer Sightglass: it is left alone", path)
	}
	for _, f := range file.Filters[:min(len(file.Filters), maxFilters)] {
		if f.Name != "" && f.Text != "" {
			out = append(out, SavedFilter{firstRunes(f.Name, maxFilterName), f.Text})
		}
	}
	sortFilters(out)
	return out, nil
}

func sortFilters(list []SavedFilter) {
	slices.SortStableFunc(list, func(a, b SavedFilter) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Name, b.Name))
	})
}

// changeFilters changes the file. One that cannot be read is left as it is.
func (c *Core) changeFilters(doing string, change func([]SavedFilter) ([]SavedFilter, error)) error {
	c.filtersMu.Lock()
	defer c.filtersMu.Unlock()
	list, err := c.readFilters()
	if err == nil {
		list, err = change(list)
	}
	if err != nil {
		return input(doing, err.Error(), "Nothing was changed.")
	}
	sortFilters(list)
	data, err := json.MarshalIndent(filtersFile{filtersVersion, list}, "", "  ")
	if err == nil {
		err = atomicfile.Replace(c.filtersPath(), append(data, '\n'))
	}
	if err != nil {
		return input(doing, err.Error(), "Nothing was changed.")
	}
	c.nudge(NudgeFilters)
	return nil
}
