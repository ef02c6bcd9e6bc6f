package core

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// keeping is a core that keeps what crosses the wire.
func keeping(t *testing.T) *Core {
	t.Helper()
	c := New(Options{Dir: t.TempDir(), Version: "test", Seed: true, Capture: true})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// A capture file of one program opens in another, is shown there, handed on again and served.
func TestACaptureFileOpensElsewhere(t *testing.T) {
	one := keeping(t)
	id := one.byName(t, "Sample server").ID
	connect(t, one, id)
	runTool(t, one, id, "echo", nil)
	file := filepath.Join(t.TempDir(), "x.sightglass")
	if err := one.SaveExport(t.Context(), ExportInput{Format: FormatCapture}, file); err != nil {
		t.Fatal(err)
	}

	two := keeping(t)
	ids, err := two.OpenCapture(t.Context(), file)
	if err != nil || len(ids) != 1 {
		t.Fatalf("opened %q: %v", ids, err)
	}
	connect(t, two, two.byName(t, "Sample server").ID) // its own c1 is another
	var all []uint64
	scope := ViewScope{Captures: ids, All: true}
	until(t, "the rows of the file", func() bool {
		v, err := two.OpenView(ViewInput{View: "v", Scope: scope})
		return err == nil && v.Done && v.Rows > 0
	})
	rows, err := two.Rows(t.Context(), RowsInput{View: "v"})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range rows.Entries {
		all = append(all, e.Seq)
	}
	again := filepath.Join(t.TempDir(), "y.sightglass")
	if err := two.SaveExport(t.Context(), ExportInput{Format: FormatCapture, What: ExportWhat{Seqs: all}}, again); err != nil {
		t.Fatal(err)
	}
	f, err := OpenCaptureFile(again)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	conns := map[string]int{}
	if err := f.each(func(d wire.Draft) error {
		conns[d.Entry.Conn]++
		if d.Entry.Message == wire.MsgRequest && d.Entry.Pair <= d.Entry.Seq {
			t.Errorf("entry %d has its answer at %d", d.Entry.Seq, d.Entry.Pair)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if conns["c1"] == 0 || conns[ids[0]] == 0 || len(f.Manifest.Connections) != 2 || f.Manifest.Connections[0].Name != "Sample server" {
		t.Errorf("connections: %v of %v", conns, f.Manifest.Connections)
	}
	var call wire.Entry
	for _, e := range rows.Entries {
		if e.Method == "tools/call" && e.Message == wire.MsgRequest {
			call = e
		}
	}
	code, err := two.CopyAs(t.Context(), call.Seq, "json")
	if err != nil || !strings.Contains(code.Text, `"tools/call"`) {
		t.Errorf("entry %d of the file: %v %+v", call.Seq, err, code)
	}
	if m, err := two.StartMock(t.Context(), MockInput{What: ExportWhat{Seqs: all, Conn: ids[0]}}); err != nil || m.Requests == 0 || m.Name != "Sample server" {
		t.Errorf("mock: %v %+v", err, m)
	}
	if err := two.CloseCapture(ids[0]); err != nil {
		t.Fatal(err)
	}
	for _, kept := range two.Captures(t.Context()).Captures {
		if kept.ID == ids[0] {
			t.Error("the file is still open")
		}
	}
}

func TestFilesThatAreNoCaptureAreNotOpened(t *testing.T) {
	c := keeping(t)
	bad := filepath.Join(t.TempDir(), "bad.sightglass")
	if err := os.WriteFile(bad, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.OpenCapture(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "no capture file") {
		t.Errorf("got %v", err)
	}
	if err := c.CloseCapture("nonsense"); err == nil {
		t.Error("nothing is closed without an error")
	}
	if _, err := start(t).OpenCapture(t.Context(), bad); err == nil {
		t.Error("a program without a store opens files")
	}
}
