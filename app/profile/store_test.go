package profile

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func openStore(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func put(t *testing.T, s *Store, p Profile) Profile {
	t.Helper()
	got, err := s.Put(p)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func server(name string) Profile {
	return Profile{Name: name, Transport: HTTP, URL: "https://h.example/mcp"}
}

func names(s *Store) string {
	var out []string
	for _, p := range s.List() {
		out = append(out, p.Name)
	}
	return strings.Join(out, " ")
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not reached: %s", what)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	s := openStore(t, dir)
	yes := true
	a := put(t, s, Profile{
		Name: "a", Color: "teal", Group: "g", Transport: Stdio, Command: "npx", Args: []string{"-y", "", "<&>"},
		Env: []Value{{Name: "TOKEN", Value: "hunter2", Secret: true}, {Name: "B", Value: "b"}}, Cwd: "/x", LoginShellPath: &yes,
		Era: Era{Mode: "legacy", Version: "2025-06-18"}, Timeouts: Timeouts{Connect: 1, Probe: 2, Request: 3},
	})
	if len(a.ID) != 16 || a.Env[0].Value != "" {
		t.Errorf("saved %+v", a)
	}
	put(t, s, server("b"))
	c := put(t, s, server("c"))
	if runtime.GOOS != "windows" {
		for path, want := range map[string]os.FileMode{dir: 0o700, s.Path(): 0o600} {
			if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", path, info.Mode(), err)
			}
		}
	}
	if text := readText(t, s.Path()); strings.Contains(text, "hunter2") || !strings.Contains(text, `"<&>"`) {
		t.Errorf("file: %s", text)
	}
	if d := cmp.Diff(s.List(), openStore(t, dir).List()); d != "" {
		t.Errorf("read again (-want +got):\n%s", d)
	}

	copied, err := s.Duplicate(a.ID)
	if err != nil || copied.Name != "a copy" || copied.ID == a.ID || names(s) != "a a copy b c" {
		t.Errorf("Duplicate: %+v, %v: %s", copied, err, names(s))
	}
	if again, _ := s.Duplicate(a.ID); again.Name != "a copy 2" {
		t.Errorf("second copy: %s", again.Name)
	}
	if err := s.Reorder([]string{c.ID, a.ID}); err != nil || names(s) != "c a a copy 2 a copy b" {
		t.Errorf("Reorder: %v: %s", err, names(s))
	}
	if err := s.Reorder([]string{"none"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("Reorder of an unknown: %v", err)
	}
	if err := errors.Join(s.Delete(a.ID), s.Delete(copied.ID)); err != nil || names(s) != "c a copy 2 b" {
		t.Errorf("Delete: %v: %s", err, names(s))
	}
	if err := s.Delete(a.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("second Delete: %v", err)
	}
	back, err := s.Restore(a.ID)
	if err != nil || names(s) != "c a a copy 2 b" {
		t.Errorf("Restore: %v: %s", err, names(s))
	}
	if d := cmp.Diff(a, back); d != "" {
		t.Errorf("restored (-want +got):\n%s", d)
	}
	if last, err := s.Restore(""); err != nil || last.ID != copied.ID || names(s) != "c a a copy 2 a copy b" {
		t.Errorf("Restore of the last: %v: %s", err, names(s))
	}
	if _, err := s.Restore(""); !errors.Is(err, ErrNotFound) {
		t.Errorf("Restore of nothing: %v", err)
	}
	p, _ := s.Get(a.ID)
	p.Args[0] = "changed" // a copy
	if q, _ := s.Get(a.ID); q.Args[0] != "-y" {
		t.Error("Get hands out its own")
	}
	if _, err := s.PutAll([]Profile{server("x"), {Name: "bad"}}); err == nil || strings.Contains(names(s), "x") {
		t.Errorf("PutAll with a bad one: %v: %s", err, names(s))
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Error(err)
	}
	if _, err := s.Put(server("y")); !errors.Is(err, ErrClosed) {
		t.Errorf("Put after Close: %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestUnknownMembersSurvive(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, fileName)
	write(t, file, `{"$schema":"x","version":1,"servers":[
	 {"id":"a1","name":"a","transport":"http","url":"https://a.example","era":{"mode":"auto","future":[1.50]},"timeouts":{},"notes":{"b":1,"a":12345678901234567890}},
	 {"id":"b1","name":"b","transport":"http","url":"https://b.example","x-own":"kept"}],"later":{"k":null}}`)
	s := openStore(t, dir)
	if e := s.FileError(); e != nil {
		t.Fatal(e)
	}
	a, _ := s.Get("a1")
	a.Name = "a2"
	put(t, s, a)
	dup, err := s.Duplicate("a1")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(dup.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Restore(dup.ID); err != nil {
		t.Fatal(err)
	}
	text := readText(t, file)
	var compact any
	if err := json.Unmarshal([]byte(text), &compact); err != nil {
		t.Fatal(err)
	}
	for want, n := range map[string]int{`"$schema": "x"`: 1, `1.50`: 2, `12345678901234567890`: 2, `"x-own": "kept"`: 1, `"later": {`: 1, `"name": "a2"`: 1} {
		if got := strings.Count(text, want); got != n {
			t.Errorf("%s stands %d times, want %d:\n%s", want, got, n, text)
		}
	}
}

func TestFileThatCannotBeRead(t *testing.T) {
	ok := `{"id":"k","name":"kept","transport":"http","url":"https://k.example"}`
	for _, c := range []struct {
		name, text   string
		line, column int
		reason       string
		list         string // what is shown when this is the first thing read
	}{
		{"empty", "", 1, 1, "the file is empty", ""},
		{"cut", "{\n \"servers\": [", 2, 13, "unexpected end of JSON input", ""},
		{"typo", "{\n  \"servers\": [],,\n}", 2, 17, "invalid character ',' looking for beginning of object key string", ""},
		{"conflict marks", "<<<<<<< HEAD\n{}", 1, 1, "invalid character '<' looking for beginning of value", ""},
		{"not an object", "[]", 1, 1, "is no object", ""},
		{"servers not a list", "{\"version\":1,\n\"servers\":{}}", 2, 11, "servers: is no list", ""},
		{"version not a number", `{"version":"hunter2","servers":[]}`, 1, 12, "version: is no whole number", ""},
		{"bad field", "{\"servers\":[" + ok + ",\n{\"id\":\"b\",\"name\":\"b\",\"args\":\"hunter2\"}]}", 2, 38, `server "b": args: is a string, not a list`, "kept"},
		{"bad server", "{\"servers\":[\n{\"id\":\"b\",\"name\":\"b\",\"transport\":\"http\",\"url\":\"ftp://hunter2\"},\n" + ok + "]}", 2, 1, `server "b": url: does not start with http:// or https://`, "kept"},
		{"no name", "{\"servers\":[" + ok + ",{\"transport\":\"http\",\"url\":\"https://h\"}]}", 1, 83, `server "servers[1]": name: is empty`, "kept"},
		{"same ids", "{\"servers\":[" + ok + ",\n" + ok + "]}", 2, 1, `server "kept": id: is the same as that of server "kept"`, "kept"},
		{"newer", `{"version":2,"servers":[` + ok + `]}`, 0, 0, "the file is of version 2, this program knows version 1", "kept"},
		{"too large", `{"servers":[],"x":"` + strings.Repeat("x", MaxFile) + `"}`, 0, 0, "the file is larger than 8 MiB", ""},
		{"too many", `{"servers":[` + strings.Repeat(`{"name":"x"},`, MaxServers) + ok + `]}`, 1, 13013, "the file holds more than 1000 servers", "kept"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, fileName)
			write(t, file, c.text)
			s := openStore(t, dir)
			e := s.FileError()
			if e == nil || e.Path != file || e.Line != c.line || e.Column != c.column || e.Reason != c.reason || e.Hint == "" {
				t.Fatalf("FileError = %+v", e)
			}
			if strings.Contains(e.Error(), "hunter2") {
				t.Error("the error quotes a value")
			}
			if got := names(s); got != c.list {
				t.Errorf("list = %q", got)
			}
			_, perr := s.Put(server("n"))
			_, derr := s.Duplicate("k")
			for _, err := range []error{perr, derr, s.Delete("k"), s.Reorder([]string{"k"})} {
				if !errors.Is(err, ErrReadOnly) {
					t.Errorf("a write: %v", err)
				}
			}
			if readText(t, file) != c.text {
				t.Error("the file was changed")
			}
			write(t, file, `{"servers":[`+ok+`]}`)
			if _, err := s.Put(server("n")); err != nil || names(s) != "kept n" {
				t.Errorf("after it was mended: %v: %s", err, names(s))
			}
		})
	}
}

func TestOutsideEdit(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	put(t, s, server("a"))
	var calls atomic.Int32
	s.OnChange(func() { calls.Add(1) })
	good := readText(t, s.Path())
	write(t, s.Path(), strings.Replace(good, `"name": "a"`, `"name": "edited"`, 1))
	until(t, "the edit", func() bool { return calls.Load() > 0 && names(s) == "edited" })

	before := calls.Load()
	write(t, s.Path(), good[:len(good)/2])
	until(t, "the broken file", func() bool { return calls.Load() > before && s.FileError() != nil })
	if names(s) != "edited" {
		t.Errorf("the last good list is lost: %q", names(s))
	}
	write(t, s.Path(), good)
	until(t, "the mended file", func() bool { return s.FileError() == nil && names(s) == "a" })

	if err := os.Remove(s.Path()); err != nil {
		t.Fatal(err)
	}
	put(t, s, server("b"))
	if names(openStore(t, dir)) != "a b" {
		t.Errorf("after the file was removed: %q", names(s))
	}
	before = calls.Load()
	put(t, s, server("c"))
	time.Sleep(3 * settle) // nothing to poll for: no call may come
	if calls.Load() != before {
		t.Error("OnChange was called for an own write")
	}
}

func TestStaleChangeIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	a, b := put(t, s, server("a")), put(t, s, server("b"))
	// No watcher between the edit and the change: both happen under the store's eyes.
	edit := func(from, to string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		text := readText(t, s.Path())
		if !strings.Contains(text, from) {
			t.Fatalf("%s is not in %s", from, text)
		}
		write(t, s.Path(), strings.Replace(text, from, to, 1))
	}
	stale := func(change func() error) {
		t.Helper()
		edit(`"name": "a"`, `"name": "outside"`)
		err := change()
		if !errors.Is(err, ErrChanged) && names(s) != "outside b" { // or the watcher was first, then the change is based on the edit
			t.Errorf("err = %v, list %q", err, names(s))
		}
		if err != nil && (!strings.Contains(err.Error(), `server "outside" was changed in the file`) || names(s) != "outside b") {
			t.Errorf("err = %v, list %q", err, names(s))
		}
	}
	stale(func() error { a.Group = "x"; _, err := s.Put(a); return err })
	edit(`"name": "outside"`, `"name": "outside 2"`)
	b.Group = "g"
	if _, err := s.Put(b); err != nil || names(s) != "outside 2 b" { // another server: applied to the fresh list
		t.Errorf("Put of another: %v, %q", err, names(s))
	}
}

func TestTwoStores(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 3 {
		s := openStore(t, dir)
		wg.Go(func() {
			for n := range 15 {
				if _, err := s.Put(server(fmt.Sprintf("s%d-%d", i, n))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(openStore(t, dir).List()); n != 45 {
		t.Errorf("%d servers, want 45", n)
	}
}

func TestPlain(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, fileName), `{"servers":[{"name":"by hand","transport":"stdio","command":"c","env":[{"name":"T","value":"hunter2","secret":true}]}]}`)
	s := openStore(t, dir)
	if e := s.FileError(); e != nil {
		t.Fatal(e)
	}
	p := s.List()[0]
	if p.ID == "" || p.Env[0].Value != "" {
		t.Errorf("%+v", p)
	}
	plain := s.Plain()
	if len(plain) != 1 || plain[0] != (Plain{p.ID, "env:T", "hunter2"}) {
		t.Errorf("Plain = %v", plain)
	}
	put(t, s, p)
	if len(s.Plain()) != 0 || strings.Contains(readText(t, s.Path()), "hunter2") || len(s.List()) != 1 {
		t.Errorf("still there: %s", readText(t, s.Path()))
	}
}

func TestFolderThatIsNone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	write(t, file, "x")
	s := openStore(t, filepath.Join(file, "sub"))
	if e := s.FileError(); e == nil || e.Hint == "" {
		t.Fatalf("FileError = %v", e)
	}
	if _, err := s.Put(server("a")); !errors.Is(err, ErrReadOnly) {
		t.Errorf("Put: %v", err)
	}
	if _, err := Open(""); err == nil {
		t.Error("Open of nothing")
	}
}

func TestSymlinkStays(t *testing.T) {
	dir, real := t.TempDir(), filepath.Join(t.TempDir(), "real.json")
	write(t, real, `{"servers":[]}`)
	if err := os.Symlink(real, filepath.Join(dir, fileName)); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	s := openStore(t, dir)
	put(t, s, server("a"))
	if info, err := os.Lstat(s.Path()); err != nil || info.Mode()&os.ModeSymlink == 0 || !strings.Contains(readText(t, real), `"a"`) {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestValidate(t *testing.T) {
	for want, p := range map[string]Profile{
		`server "unnamed": name: is empty`:                                                                      {Transport: HTTP, URL: "http://x"},
		`server "x": name: holds the control character U+000A`:                                                  {Name: "a\nb"},
		`server "x": name: holds the invisible character U+202E, which changes how text reads`:                  {Name: "a\u202eb"},
		`server "x": color: is none of red, orange, yellow, green, teal, blue, purple, pink`:                    {Name: "x", Color: "mauve"},
		`server "x": transport: is missing: stdio, http or sse`:                                                 {Name: "x"},
		`server "x": transport: is none of stdio, http, sse`:                                                    {Name: "x", Transport: "ws"},
		`server "x": command: is empty`:                                                                         {Name: "x", Transport: Stdio},
		`server "x": args[1]: holds a NUL character, which no program can be given`:                             {Name: "x", Transport: Stdio, Command: "c", Args: []string{"a\nb", "\x00"}},
		`server "x": url: is empty`:                                                                             {Name: "x", Transport: SSE},
		`server "x": url: is no URL`:                                                                            {Name: "x", Transport: HTTP, URL: "http://u:hunter2@[::1"},
		`server "x": url: has no host`:                                                                          {Name: "x", Transport: HTTP, URL: "http:///p"},
		`server "x": url: has the scheme of WebSocket, which MCP does not have: use http:// or https://`:        {Name: "x", Transport: HTTP, URL: "wss://h"},
		`server "x": url: does not start with http:// or https://`:                                              {Name: "x", Transport: HTTP, URL: "file:///etc/passwd"},
		`server "x": env[1].name: is the same as env[0].name`:                                                   {Name: "x", Transport: HTTP, URL: "http://h", Env: []Value{{Name: "A"}, {Name: "A"}}},
		`server "x": env[0].name: holds =`:                                                                      {Name: "x", Transport: HTTP, URL: "http://h", Env: []Value{{Name: "A=B"}}},
		`server "x": headers[1].name: is the same as headers[0].name`:                                           {Name: "x", Transport: HTTP, URL: "http://h", Headers: []Value{{Name: "A"}, {Name: "a"}}},
		`server "x": headers[0].name: holds a character that header names cannot have (RFC 9110 section 5.6.2)`: {Name: "x", Transport: HTTP, URL: "http://h", Headers: []Value{{Name: "A:"}}},
		`server "x": headers[0].value: holds the control character U+000D`:                                      {Name: "x", Transport: HTTP, URL: "http://h", Headers: []Value{{Name: "A", Value: "b\r\nC: d"}}},
		`server "x": era.mode: is none of auto, legacy, modern`:                                                 {Name: "x", Transport: HTTP, URL: "http://h", Era: Era{Mode: "old"}},
		`server "x": era.version: is no modern version: 2026-07-28`:                                             {Name: "x", Transport: HTTP, URL: "http://h", Era: Era{"modern", "2024-11-05"}},
		`server "x": timeouts.probe: is not between 0 and 86400000 milliseconds`:                                {Name: "x", Transport: HTTP, URL: "http://h", Timeouts: Timeouts{Probe: -1}},
		`server "x": id: is not 1 to 64 letters, digits, - or _`:                                                {ID: "../x", Name: "x", Transport: HTTP, URL: "http://h"},
	} {
		err := validate(p, cmpOr(map[bool]string{true: "x"}[p.Name != ""], ""))
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
	for _, p := range []Profile{
		{Name: "x", Sample: "open", Transport: Stdio},
		{Name: "x", Sample: "protected", Transport: HTTP},
		{Name: "x", Transport: HTTP, URL: "${BASE}/mcp"},
		{Name: "x", Transport: HTTP, URL: "http://${HOST}:${PORT}/mcp?k=${secret:k}"},
		{Name: "日本 👩‍💻", Transport: HTTP, URL: "http://[::1]:3000"},
	} {
		if err := Validate(p); err != nil {
			t.Error(err)
		}
	}
}
