package assets

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

func packed(t testing.TB, files map[string]string) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	for name, text := range files {
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		all[name+".gz"] = &fstest.MapFile{Data: b.Bytes()}
	}
	return all
}

func TestIsAFileSystem(t *testing.T) {
	files := map[string]string{
		"index.html":           `<script src="./assets/start-1.js"></script>`,
		"assets/start-1.js":    strings.Repeat("start ", 10_000),
		"assets/late-2.js":     "late",
		"assets/empty.css":     "",
		"assets/more/part.pdf": "x",
	}
	all := packed(t, files)
	all[".gitkeep"] = &fstest.MapFile{}
	f := New(all)
	var names []string
	for name := range files {
		names = append(names, name)
	}
	if err := fstest.TestFS(f, names...); err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		for range 2 { // the first may have been unpacked ahead
			if got, err := f.ReadFile(name); err != nil || string(got) != want {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
	for _, name := range []string{".gitkeep", "index.html.gz", "nothing", "assets/start-1.js.gz"} {
		if _, err := f.Open(name); !errors.Is(err, fs.ErrNotExist) || !os.IsNotExist(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestUnpacksAheadWhatTheStartPageNames(t *testing.T) {
	f := New(packed(t, map[string]string{"index.html": "start-1.js style-1.css", "assets/start-1.js": "", "assets/style-1.css": "", "assets/late.js": ""}))
	for name, want := range map[string]bool{"index.html": true, "assets/start-1.js": true, "assets/style-1.css": true, "assets/late.js": false} {
		f.mu.Lock()
		_, got := f.ahead[name]
		f.mu.Unlock()
		if got != want {
			t.Errorf("%s is unpacked ahead: %v", name, got)
		}
	}
	file, err := f.Open("assets/start-1.js")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, ok := file.(io.ReadSeeker); !ok {
		t.Error("a file cannot seek")
	}
	if _, kept := f.ahead["assets/start-1.js"]; kept {
		t.Error("it is kept in memory after it was opened")
	}
}

func TestNothingIsBuilt(t *testing.T) {
	f := New(fstest.MapFS{".gitkeep": &fstest.MapFile{}})
	if all, err := fs.ReadDir(f, "."); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := f.Open("index.html"); !os.IsNotExist(err) {
		t.Error(err)
	}
}

func TestTellsADamagedFile(t *testing.T) {
	all := packed(t, map[string]string{"cut": "some text", "wrong": "some text", "long": "some text", "none": ""})
	data := func(name string) []byte { return all[name+".gz"].Data }
	all["cut.gz"].Data = data("cut")[:len(data("cut"))-9]
	data("wrong")[len(data("wrong"))-8] ^= 1 // the checksum
	data("long")[len(data("long"))-4] = 200  // states more than there is
	all["none.gz"].Data = nil
	f := New(all)
	for _, name := range []string{"cut", "wrong", "long", "none"} {
		if b, err := f.ReadFile(name); err == nil || os.IsNotExist(err) {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

// BenchmarkStart reads what the page needs at its start, as `npm run build` left it.
func BenchmarkStart(b *testing.B) {
	packed := os.DirFS("../../frontend/packed")
	page, err := New(packed).ReadFile("index.html")
	if err != nil {
		b.Skip("the frontend is not built")
	}
	for b.Loop() {
		f := &FS{packed: packed} // nothing ahead: all of the work
		all, err := fs.ReadDir(f, "assets")
		if err != nil {
			b.Fatal(err)
		}
		bytesRead := 0
		for _, e := range all {
			if bytes.Contains(page, []byte(e.Name())) {
				text, err := f.ReadFile("assets/" + e.Name())
				if err != nil {
					b.Fatal(err)
				}
				bytesRead += len(text)
			}
		}
		b.SetBytes(int64(bytesRead))
	}
}
