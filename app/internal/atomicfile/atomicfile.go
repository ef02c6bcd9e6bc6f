// Package atomicfile writes files whole.
package atomicfile

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
)

// Replace writes a file that only the user may read, with the folders that lead to it: a crash leaves the old one or
// the new one, never a part. A symbolic link stays one: what it leads to is replaced. What is there and is no file, as
// /dev/stdout or a pipe, stays what it is, and is written to.
func Replace(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return Write(path, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Write is Replace for content that write hands over in pieces, into a folder that is there. Its error is returned, and
// leaves the file as it was.
func Write(path string, write func(io.Writer) error) error {
	if st, err := os.Stat(path); err == nil && !st.Mode().IsRegular() && !st.IsDir() {
		return writeTo(path, write)
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*.tmp") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails after the rename, as it should
	err = buffered(tmp, write)
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

func writeTo(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	err = buffered(f, write)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

func buffered(f *os.File, write func(io.Writer) error) error {
	out := bufio.NewWriterSize(f, 256<<10)
	if err := write(out); err != nil {
		return err
	}
	return out.Flush()
}
