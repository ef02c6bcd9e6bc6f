// Command licences writes build/licences/go.txt: the licence texts of the Go modules that the program is built of, on
// every system. Run it with `make licences` after a change of go.mod. The frontend's part is made by its own build
// (frontend/licences.ts), which knows what it bundles.
package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	out      = "build/licences/go.txt"
	standard = "golang.org/x/sys" // its licence is that of the standard library, which it was a part of
)

// line stands before and behind the names that a text is of: frontend/licences.ts writes the same.
var line = strings.Repeat("=", 80)

func main() {
	text, err := collect(context.Background())
	if err == nil {
		err = os.WriteFile(out, text, 0o644) //nolint:gosec // a file of the repository
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// isLicence finds LICENSE, LICENCE.md, LICENSE-3RD-PARTY.md, COPYING, NOTICE.txt, SQLITE-LICENSE and the like.
var isLicence = regexp.MustCompile(`(?i)^([a-z0-9]+-)?(licen[cs]es?|copying|notice|patents)([-._].*)?$`)

// source is a file of program text that is called like a licence.
var source = regexp.MustCompile(`(?i)\.(go|js|ts|json)$`)

// collect finds the texts of every package that is linked: in its folder and those above it, up to its module.
func collect(ctx context.Context) ([]byte, error) {
	of := map[string][]string{} // text -> modules
	for _, system := range []string{"linux", "windows", "darwin"} {
		list, err := packages(ctx, system)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			found, err := texts(p.dir, p.root)
			if err != nil {
				return nil, err
			}
			if len(found) == 0 {
				return nil, fmt.Errorf("%s has no licence file in %s", p.module, p.root)
			}
			for _, text := range found {
				if !slices.Contains(of[text], p.module) {
					of[text] = append(of[text], p.module)
				}
				if strings.HasPrefix(p.module, standard+" ") && !slices.Contains(of[text], "Go") && strings.Contains(text, "Redistribution") {
					of[text] = append(of[text], "Go")
				}
			}
		}
	}
	return write(of), nil
}

type linked struct{ module, dir, root string }

func packages(ctx context.Context, system string) (out []linked, err error) {
	// With cgo everywhere, which listing does not run: without it the window's packages would be missing.
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-tags", "desktop,production,webkit2_41", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{$.Dir}}\t{{.Dir}}{{end}}{{end}}", ".")
	cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=1")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	raw, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list what is linked on %s: %w: %s", system, err, errs.String())
	}
	for _, l := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		if f := strings.Split(strings.TrimSuffix(l, "\r"), "\t"); len(f) == 3 {
			out = append(out, linked{f[0], f[1], f[2]})
		}
	}
	if len(out) == 0 {
		return nil, errors.New("nothing is linked")
	}
	return out, nil
}

func texts(dir, root string) (out []string, err error) {
	for {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || !isLicence.MatchString(e.Name()) || source.MatchString(e.Name()) {
				continue
			}
			data, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				return nil, err
			}
			out = append(out, tidy(string(data)))
		}
		if dir == root || len(dir) <= len(root) {
			return out, nil
		}
		dir = filepath.Dir(dir)
	}
}

var blanks = regexp.MustCompile(`\n{3,}`)

// tidy makes texts that differ in their line ends alone one.
func tidy(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.Trim(blanks.ReplaceAllString(strings.Join(lines, "\n"), "\n\n"), "\n")
}

func write(of map[string][]string) []byte {
	type group struct{ names, text string }
	var all []group
	for text, names := range of {
		slices.Sort(names)
		all = append(all, group{strings.Join(names, "\n"), text})
	}
	slices.SortFunc(all, func(a, b group) int {
		return cmp.Or(strings.Compare(a.names, b.names), strings.Compare(a.text, b.text))
	})
	var b bytes.Buffer
	for _, g := range all {
		fmt.Fprintf(&b, "%s\n%s\n%s\n\n%s\n\n", line, g.names, line, g.text)
	}
	return b.Bytes()
}
