// Package assets hands out the page's files, which the program carries compressed. What is in them it does not know.
package assets

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"
)

const (
	packedSuffix = ".gz"
	startPage    = "index.html"
	// maxFile bounds one file once it is plain, in bytes: the length that a file states is believed up to here.
	maxFile = 64 << 20
)

// FS is a file system whose files stand in another one, each as a gzip file (RFC 1952) with ".gz" after its name. Its
// files hold plain bytes and can seek. It is safe for concurrent use.
type FS struct {
	packed fs.FS
	mu     sync.Mutex
	ahead  map[string]func() ([]byte, error) // what is unpacked before it is asked for
}

// New begins to unpack the start page and the files that it names: the window's own start takes longer than that, so
// that they are there when the page asks. Files of packed that do not end in ".gz" are not there.
func New(packed fs.FS) *FS {
	f := &FS{packed: packed, ahead: map[string]func() ([]byte, error){}}
	page := f.unpackAhead(startPage)
	all, _ := fs.ReadDir(f, "assets") // none: nothing is built
	var named []func() ([]byte, error)
	text, _ := page()
	for _, e := range all {
		if bytes.Contains(text, []byte(e.Name())) {
			named = append(named, f.unpackAhead("assets/"+e.Name()))
		}
	}
	go func() {
		for _, unpack := range named {
			_, _ = unpack() // asked for again when the file is opened
		}
	}()
	return f
}

// ReadFile unpacks one file of packed, without what New begins.
func ReadFile(packed fs.FS, name string) ([]byte, error) { return (&FS{packed: packed}).unpack(name) }

// unpackAhead registers a file whose bytes are kept until it is opened once.
func (f *FS) unpackAhead(name string) func() ([]byte, error) {
	unpack := sync.OnceValues(func() ([]byte, error) { return f.unpack(name) })
	f.ahead[name] = unpack
	return unpack
}

// Open implements [fs.FS].
func (f *FS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if st, err := fs.Stat(f.packed, name); err == nil && st.IsDir() {
		return f.openDir(name)
	}
	b, err := f.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &file{Reader: bytes.NewReader(b), info: info{name: path.Base(name), size: int64(len(b))}}, nil
}

// ReadFile implements [fs.ReadFileFS].
func (f *FS) ReadFile(name string) ([]byte, error) {
	f.mu.Lock()
	unpack := f.ahead[name]
	delete(f.ahead, name)
	f.mu.Unlock()
	if unpack == nil {
		return f.unpack(name)
	}
	return unpack()
}

func (f *FS) unpack(name string) ([]byte, error) {
	packed, err := fs.ReadFile(f.packed, name+packedSuffix)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	size, err := plainSize(packed)
	if err != nil {
		return nil, &fs.PathError{Op: "unpack", Path: name, Err: err}
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, &fs.PathError{Op: "unpack", Path: name, Err: err}
	}
	b := make([]byte, size)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, &fs.PathError{Op: "unpack", Path: name, Err: err}
	}
	if n, err := r.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) { // the checksum is looked at here
		return nil, &fs.PathError{Op: "unpack", Path: name, Err: gzip.ErrChecksum}
	}
	return b, nil
}

// plainSize is what a gzip file says of its length: "ISIZE … the size of the original (uncompressed) input data modulo
// 2^32" (RFC 1952 section 2.3.1), its last four bytes.
func plainSize(packed []byte) (int, error) {
	if len(packed) < 18 {
		return 0, io.ErrUnexpectedEOF
	}
	size := binary.LittleEndian.Uint32(packed[len(packed)-4:])
	if size > maxFile {
		return 0, fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	return int(size), nil
}

func (f *FS) openDir(name string) (fs.File, error) {
	all, err := fs.ReadDir(f.packed, name)
	if err != nil {
		return nil, err
	}
	d := &dir{info: info{name: path.Base(name), dir: true}}
	for _, e := range all {
		plain, packed := strings.CutSuffix(e.Name(), packedSuffix)
		switch {
		case e.IsDir():
			d.entries = append(d.entries, fs.FileInfoToDirEntry(info{name: e.Name(), dir: true}))
		case packed:
			b, err := fs.ReadFile(f.packed, path.Join(name, e.Name()))
			if err != nil {
				return nil, err
			}
			size, err := plainSize(b)
			if err != nil {
				return nil, &fs.PathError{Op: "unpack", Path: path.Join(name, plain), Err: err}
			}
			d.entries = append(d.entries, fs.FileInfoToDirEntry(info{name: plain, size: int64(size)}))
		}
	}
	return d, nil
}

// file is an open file; it can seek, which spares http.ServeContent a copy.
type file struct {
	*bytes.Reader
	info info
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *file) Close() error               { return nil }

type dir struct {
	info    info
	entries []fs.DirEntry
	read    int
}

func (d *dir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *dir) Close() error               { return nil }
func (d *dir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: fs.ErrInvalid}
}

// ReadDir implements [fs.ReadDirFile].
func (d *dir) ReadDir(n int) ([]fs.DirEntry, error) {
	left := d.entries[d.read:]
	if n > 0 && len(left) == 0 {
		return nil, io.EOF
	}
	if n > 0 && n < len(left) {
		left = left[:n]
	}
	d.read += len(left)
	return left, nil
}

type info struct {
	name string
	size int64
	dir  bool
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) IsDir() bool        { return i.dir }
func (i info) ModTime() time.Time { return time.Time{} } // as embed.FS has it: no Last-Modified is sent
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}
