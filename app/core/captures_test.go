package core

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/capture"
	"github.com/sightglass-dev/sightglass/app/capture/query"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// capturing starts a core that keeps what crosses the wire.
func capturing(t *testing.T, dir string) *Core {
	t.Helper()
	c := New(Options{Dir: dir, Seed: true, Capture: true, Memory: true})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// flushed waits until everything is in the store.
func flushed(t *testing.T, c *Core) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := c.captures.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

func TestCapturesSurviveARestart(t *testing.T) {
	dir := t.TempDir()
	c := capturing(t, dir)
	id := c.byName(t, "Sample server").ID
	connect(t, c, id)
	out, err := c.Run(t.Context(), RunInput{Call: "t1", Profile: id, Tool: "echo", Index: -1, Args: `{"text":"kept over night"}`})
	if err != nil || out.Err != nil {
		t.Fatal(err, out.Err)
	}
	list := c.Captures(t.Context())
	if len(list.Captures) != 1 || list.Captures[0].Server != "Sample server" || list.Captures[0].Ended != 0 || !list.Captures[0].Current || list.Store.Mode != capture.ModeDisk {
		t.Fatalf("captures: %+v", list)
	}
	if err := c.DeleteCaptures(t.Context(), []string{list.Captures[0].ID}); err == nil || !strings.Contains(err.Error(), "connected") {
		t.Errorf("a living connection was deleted: %v", err)
	}
	flushed(t, c)
	c.ClearTraffic()
	if _, err := c.Body(out.Seq, wire.PartMessage, 0, 0); err == nil {
		t.Log("cleared entries are still read by their number")
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}

	c = capturing(t, dir)
	list = c.Captures(t.Context())
	if len(list.Captures) != 1 || list.Captures[0].Ended == 0 || list.Captures[0].Current || list.Captures[0].Entries == 0 {
		t.Fatalf("after the restart: %+v", list)
	}
	k := list.Captures[0]
	number := outside(k.Run, out.Seq)
	b, err := c.Body(number, wire.PartMessage, 0, 0)
	if err != nil || !strings.Contains(string(b.Bytes), "kept over night") {
		t.Fatalf("answer of yesterday: %q, %v", b.Bytes, err)
	}
	if e, err := c.Entry(number); err != nil || e.Seq != number || e.Pair != outside(k.Run, out.Request) {
		t.Errorf("entry of yesterday: %+v, %v", e, err)
	}
	if err := c.MarkEntry(t.Context(), number, "look here", true); err != nil {
		t.Fatal(err)
	}
	v, err := c.OpenView(ViewInput{View: "v", Scope: ViewScope{Captures: []string{k.ID}}, Filter: "is:pinned"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the pinned entry is found", func() bool {
		rows, err := c.Rows(t.Context(), RowsInput{View: v.View, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return rows.State.Done && len(rows.Entries) == 1 && rows.Entries[0].Seq == number && len(rows.Marks) == 1 && rows.Marks[0].Comment == "look here"
	})
	if err := c.NameCapture(t.Context(), k.ID, " this morning "); err != nil {
		t.Fatal(err)
	}
	if got := c.Captures(t.Context()).Captures[0]; got.Name != "this morning" {
		t.Errorf("name %q", got.Name)
	}
	if err := c.DeleteCaptures(t.Context(), []string{k.ID}); err != nil {
		t.Fatal(err)
	}
	if n := len(c.Captures(t.Context()).Captures); n != 0 {
		t.Errorf("%d captures after deleting", n)
	}
	if _, err := c.Body(number, wire.PartMessage, 0, 0); err == nil {
		t.Error("the body of a deleted capture is read")
	}
	if err := c.UndeleteCaptures(t.Context(), []string{k.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Body(number, wire.PartMessage, 0, 0); err != nil {
		t.Errorf("after bringing it back: %v", err)
	}
}

// Nothing but what the log holds goes into the store, and that is masked.
func TestNoSecretIsStored(t *testing.T) {
	const secret = "hunter2-very-secret-value"
	dir := t.TempDir()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Echo", r.Header.Get("X-Team-Token"))
		http.Error(w, "you sent "+r.Header.Get("X-Team-Token"), http.StatusInternalServerError)
	}))
	defer srv.Close()
	c := capturing(t, dir)
	p, err := c.Save(profile.Profile{
		Name: "Leaky", Transport: profile.HTTP, URL: srv.URL + "/?access_token=" + secret + "3", Headers: []profile.Value{{Name: "X-Team-Token", Secret: true}},
	}, []SecretInput{{Name: "header:X-Team-Token", Value: secret}})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = c.ConnectWait(t.Context(), p.ID) // it fails: every answer is a 500
	c.Disconnect(p.ID)
	flushed(t, c)
	stored := 0
	err = c.captures.Scan(t.Context(), 0, 1, 1<<62, query.NeedEntry, nil, func(es []wire.Entry) error {
		for _, e := range es {
			live, _ := c.log.Entry(e.Seq)
			if e.Note != live.Note || e.Name != live.Name {
				t.Errorf("entry %d is stored otherwise than the log has it", e.Seq)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = c.captures.ScanBodies(t.Context(), 0, 1, 1<<62, func(uint64) bool { return true }, func(seq uint64, _ wire.Part, b []byte) error {
		stored++
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("the secret is in the body of entry %d: %s", seq, b)
		}
		if x, ok := c.captures.Exchange(0, seq); ok && strings.Contains(fmt.Sprint(x), secret) {
			t.Errorf("the secret is in the exchange of entry %d: %+v", seq, x)
		}
		return nil
	})
	if err != nil || stored == 0 {
		t.Fatalf("%d bodies, %v", stored, err)
	}
	for _, k := range c.Captures(t.Context()).Captures {
		if strings.Contains(k.Target, secret) {
			t.Errorf("the secret is in the target %q", k.Target)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, capture.FileName+"*"))
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err == nil && bytes.Contains(raw, []byte(secret)) {
			t.Errorf("the secret is in %s", f)
		}
	}
}

func TestACommandLineKeepsNothing(t *testing.T) {
	dir := t.TempDir()
	c := New(Options{Dir: dir, Memory: true})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if list := c.Captures(t.Context()); len(list.Captures) != 0 || list.Captures == nil {
		t.Errorf("captures %+v", list)
	}
	if err := c.NameCapture(t.Context(), "1:c1", "x"); err == nil {
		t.Error("a capture was named")
	}
	if files, _ := filepath.Glob(filepath.Join(dir, capture.FileName+"*")); len(files) > 0 {
		t.Errorf("%v was written", files)
	}
}
