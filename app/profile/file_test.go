package profile

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

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
		{"too many", `{"servers":[` + strings.Repeat(`{"name":"x"},`, MaxServers) + ok + `]}`, 1, 13013, "the file holds more than 1000 servers", ""},
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
