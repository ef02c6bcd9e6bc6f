package core

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sightglass-dev/sightglass/app/export"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
	"github.com/sightglass-dev/sightglass/app/mock"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// maxConverted bounds the bodies of a file that is read into memory to be written in another format, in bytes.
const maxConverted = 2 << 30

// MockFile serves a file of captured traffic.
type MockFile struct {
	Path       string
	Conn       string // the connection that is served; empty: the one with the most answers
	Address    string // of the loopback interface; empty: standard input and output
	Timing     bool
	Challenges bool
	Version    string // of the program
}

// FormatOf tells a format by a file's name; empty: none is meant by it.
func FormatOf(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".har":
		return FormatHAR
	case ".jsonl", ".ndjson":
		return FormatLines
	case ".sightglass":
		return FormatCapture
	case ".zip":
		return FormatReport
	}
	return ""
}

// CaptureFile is an open file of captured traffic: a capture file or a HAR.
type CaptureFile struct {
	Manifest export.Manifest
	Next     func() (wire.Draft, error) // io.EOF behind the last; see export.Reader.Next
	file     *os.File
}

// Close ends the reading.
func (f *CaptureFile) Close() error { return f.file.Close() }

// OpenCaptureFile opens a capture file, or a HAR, which is read whole.
func OpenCaptureFile(path string) (*CaptureFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the capture: %w", err)
	}
	out, err := readCapture(f)
	if err != nil {
		_ = f.Close()
		var where *export.FileError
		if errors.As(err, &where) {
			return nil, input("open "+filepath.Base(path), where.Error(), where.Hint)
		}
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return out, nil
}

func readCapture(f *os.File) (*CaptureFile, error) {
	in := bufio.NewReader(f)
	if head, _ := in.Peek(1); string(head) == "{" {
		list, err := export.ReadHAR(in)
		if err == nil {
			list, err = export.WithMessages(list)
		}
		if err != nil {
			return nil, err
		}
		next := func() (wire.Draft, error) {
			if len(list) == 0 {
				return wire.Draft{}, io.EOF
			}
			d := list[0]
			list = list[1:]
			return d, nil
		}
		return &CaptureFile{export.Manifest{Connections: []export.ConnInfo{}}, next, f}, nil
	}
	r, err := export.OpenCapture(in, export.Limits{})
	if err != nil {
		return nil, err
	}
	return &CaptureFile{r.Manifest(), r.Next, f}, nil
}

// OpenCapture opens a file of captured traffic beside the kept captures, read-only, until CloseCapture or the end of the
// program. It returns the ids of what is in it.
func (c *Core) OpenCapture(ctx context.Context, path string) ([]string, error) {
	store, err := c.capturing("open a capture file")
	if err != nil {
		return nil, err
	}
	f, err := OpenCaptureFile(path)
	switch {
	case fault.As(err) != nil:
		return nil, err
	case err != nil: // it is not there, or may not be read
		return nil, input("open "+filepath.Base(path), err.Error(), "")
	}
	defer f.Close()
	var about []Capture
	for _, info := range f.Manifest.Connections {
		about = append(about, Capture{
			Conn: info.Conn, Profile: info.Profile, Server: info.Name, Transport: info.Transport, Target: info.Launch, Comment: f.Manifest.Comment,
		})
	}
	run, err := store.Import(ctx, filepath.Base(path), about, f.Next)
	if err != nil {
		var where *export.FileError
		if errors.As(err, &where) {
			return nil, input("open "+filepath.Base(path), where.Error(), where.Hint)
		}
		return nil, input("open "+filepath.Base(path), err.Error(), "")
	}
	ids := []string{}
	for _, found := range store.List(ctx) {
		if found.Run == run {
			ids = append(ids, found.ID)
		}
	}
	return ids, nil
}

// CloseCapture closes an opened file by the id of anything in it.
func (c *Core) CloseCapture(id string) error {
	store, err := c.capturing("close a capture file")
	if err != nil {
		return err
	}
	run, _, ok := captureOf(id)
	if !ok {
		return input("close a capture file", fmt.Sprintf("there is no capture %q", firstRunes(id, 40)), "")
	}
	store.CloseFile(run)
	return nil
}

// each hands on every record.
func (f *CaptureFile) each(yield func(wire.Draft) error) error {
	for {
		d, err := f.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := yield(d); err != nil {
			return err
		}
	}
}

// Serve answers as recorded until in ends or ctx does. Over HTTP, ready gets the URL first, and served each request.
func (m MockFile) Serve(ctx context.Context, in io.Reader, out io.Writer, ready func(url string), served func(mock.Served)) error {
	f, err := OpenCaptureFile(m.Path)
	if err != nil {
		return err
	}
	tape, err := mock.Load(f.each, m.Conn)
	_ = f.Close()
	if err != nil {
		return told("serve "+filepath.Base(m.Path), err)
	}
	var running *mock.Mock
	options := mock.Options{Timing: m.Timing, Challenges: m.Challenges, Served: func() {
		if list, _ := running.Served(); len(list) > 0 && served != nil {
			served(list[len(list)-1])
		}
	}}
	running = mock.New(tape, options)
	if m.Address == "" {
		return running.ServeStdio(ctx, in, out)
	}
	s, err := running.ListenHTTP(ctx, m.Address)
	if err != nil {
		return told("serve "+filepath.Base(m.Path), err)
	}
	ready(s.URL)
	<-ctx.Done()
	return s.Close()
}

// ConvertFile writes a capture file or a HAR in another format, by the names of the files. It returns how many entries
// were read.
func ConvertFile(from, to, version string) (n int, err error) {
	format := FormatOf(to)
	if format == "" || format == FormatReport {
		return 0, input("convert", fmt.Sprintf("the name %q says no format", filepath.Base(to)), "It ends in .har, .jsonl or .sightglass.")
	}
	f, err := OpenCaptureFile(from)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var list []wire.Draft
	var size int64
	err = f.each(func(d wire.Draft) error {
		if size += int64(len(d.Message) + len(d.Request) + len(d.Response)); size > maxConverted {
			return &export.FileError{What: fmt.Sprintf("its bodies have more than %d bytes", int64(maxConverted))}
		}
		list = append(list, d)
		return nil
	})
	if err != nil {
		var where *export.FileError
		if errors.As(err, &where) {
			return len(list), input("read "+filepath.Base(from), where.Error(), where.Hint)
		}
		return len(list), err
	}
	by := export.Creator{Name: "Sightglass", Version: version}
	return len(list), writeWhole(to, func(w io.Writer) error {
		switch s := export.Memory(list); format {
		case FormatHAR:
			_, err := export.HAR(w, s, by, f.Manifest.Connections)
			return err
		case FormatLines:
			_, err := export.JSONLines(w, s)
			return err
		default:
			m := f.Manifest
			m.Program = strings.TrimSpace("Sightglass " + version)
			_, err := export.WriteCapture(w, s, m)
			return err
		}
	})
}

// writeWhole writes a file whole or not at all. Only its user may read it.
func writeWhole(path string, write func(io.Writer) error) error {
	if err := atomicfile.Write(path, write); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
