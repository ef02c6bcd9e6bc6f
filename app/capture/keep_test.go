package capture

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/wire"
)

func noise(l *wire.Log, conn string, n, size int) {
	for range n {
		b := make([]byte, size)
		_, _ = rand.Read(b)
		l.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindStderr}, Message: b})
	}
}

// tidied runs the upkeep until there is nothing more to do.
func tidied(t *testing.T, s *Store) {
	t.Helper()
	for {
		more := false
		err := s.ask(t.Context(), func(ctx ctx) (err error) {
			more, err = s.tidyStep(ctx, s.db)
			s.measure(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

func conns(t *testing.T, s *Store) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, c := range s.List(t.Context()) {
		out[c.Conn] = true
	}
	return out
}

func TestTheOldestLeaveAndPinnedOnesStay(t *testing.T) {
	dir := t.TempDir()
	for i := range 6 { // six runs of two megabytes, two connections each
		l := wire.NewLog(wire.Config{})
		s := start(t, Config{Dir: dir, Log: l})
		for j := range 2 {
			conn := fmt.Sprintf("r%dc%d", i, j)
			s.Begin(Capture{Conn: conn, Began: int64(1000*i + 100*j + 1)})
			noise(l, conn, 500, 2000)
			flush(t, s)
		}
		_ = s.Close()
	}
	l := wire.NewLog(wire.Config{})
	s := start(t, Config{Dir: dir, Log: l})
	s.Begin(Capture{Conn: "live", Began: 1})
	noise(l, "live", 500, 2000)
	flush(t, s)
	id := func(conn string) string {
		for _, c := range s.List(t.Context()) {
			if c.Conn == conn {
				return c.ID
			}
		}
		t.Fatalf("no capture %s", conn)
		return ""
	}
	if err := s.SetPinned(t.Context(), id("r0c0"), true); err != nil {
		t.Fatal(err)
	}
	if err := s.SetMark(t.Context(), 2, Mark{Seq: 7, Conn: "r1c0", Pinned: true}); err != nil {
		t.Fatal(err)
	}
	tidied(t, s)
	before := s.State()
	if n := len(conns(t, s)); n != 13 || before.Bytes < 12<<20 {
		t.Fatalf("%d captures before, %+v", n, before)
	}
	_ = s.ask(t.Context(), func(ctx) error { s.maxBytes = 6 << 20; return nil })
	tidied(t, s)
	after := s.State()
	want := map[string]bool{"r0c0": true, "r1c0": true, "r4c1": true, "r5c0": true, "r5c1": true, "live": true}
	got := conns(t, s)
	delete(got, "r4c0") // it is on the edge
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("captures: %s", diff)
	}
	for _, c := range s.List(t.Context()) {
		bodies := 0
		_ = s.ScanBodies(t.Context(), c.Run, 1, 1<<62, func(seq uint64) bool {
			e, ok := s.Entry(c.Run, seq)
			return ok && e.Conn == c.Conn
		}, func(uint64, wire.Part, []byte) error { bodies++; return nil })
		if bodies != 500 {
			t.Errorf("%d bodies of %s are left", bodies, c.Conn)
		}
	}
	if after.Used > 6<<20 || after.Bytes > after.Used+vacuumLeast+(3<<20) {
		t.Errorf("%d bytes on disk, %d used; before %d", after.Bytes, after.Used, before.Bytes)
	}
	var disk int64
	files, _ := filepath.Glob(s.path + "*")
	for _, f := range files {
		if st, err := os.Stat(f); err == nil {
			disk += st.Size()
		}
	}
	if s.measureNow(t); s.State().Bytes != disk {
		t.Errorf("told are %d bytes, the files have %d", s.State().Bytes, disk)
	}
	noise(l, "live", 10, 100)
	flush(t, s)
	if got := all(t, s, 0); len(got) != 510 {
		t.Errorf("%d entries of the live connection", len(got))
	}
}

func (s *Store) measureNow(t *testing.T) {
	t.Helper()
	if err := s.ask(t.Context(), func(ctx ctx) error { s.measure(ctx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestADeletedCaptureComesBackOrIsPurged(t *testing.T) {
	dir := t.TempDir()
	l := wholeLog()
	s := start(t, Config{Dir: dir, Log: l})
	for range 20 {
		traffic(l, "a", 100)
		traffic(l, "b", 100)
		flush(t, s)
	}
	run := s.Run()
	whole := all(t, s, run)
	a := fmt.Sprintf("%d:a", run)
	if err := s.Delete(t.Context(), []string{a}); err == nil {
		t.Error("a living connection was deleted")
	}
	s.End("a", time.Now())
	if err := s.Delete(t.Context(), []string{a}); err != nil {
		t.Fatal(err)
	}
	ofB := 0
	for _, e := range all(t, s, run) {
		if e.Conn != "b" {
			t.Fatalf("entry %d of a deleted capture is told", e.Seq)
		}
		ofB++
	}
	if _, ok := s.Entry(run, 1); ok || conns(t, s)["a"] {
		t.Error("a deleted capture is still there")
	}
	if err := s.Undelete(t.Context(), []string{a}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(whole, all(t, s, run)); diff != "" {
		t.Errorf("after bringing it back: %s", diff)
	}
	if err := s.Delete(t.Context(), []string{a}); err != nil {
		t.Fatal(err)
	}
	tidied(t, s)
	if err := s.Undelete(t.Context(), []string{a}); err != nil {
		t.Fatal("it was purged too early:", err)
	}
	if err := s.ask(t.Context(), func(ctx ctx) error {
		_, err := s.db.w.ExecContext(ctx, "UPDATE capture SET deleted = 1 WHERE conn = 'a'")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	tidied(t, s)
	if err := s.Undelete(t.Context(), []string{a}); err == nil {
		t.Error("a purged capture came back")
	}
	traffic(l, "b", 3000) // numbers go on, and so do late changes
	flush(t, s)
	n := 0
	for _, e := range all(t, s, run) {
		if e.Conn != "b" {
			t.Fatalf("entry %d of a purged capture is told", e.Seq)
		}
		live, _ := l.Entry(e.Seq)
		if !cmp.Equal(stripped(live), e) {
			t.Fatalf("entry %d: %s", e.Seq, cmp.Diff(stripped(live), e))
		}
		if n++; n%97 == 0 {
			for _, part := range parts() {
				x, _, _, _ := l.Body(e.Seq, part, 0, -1)
				y, _, _, _ := s.Body(run, e.Seq, part, 0, -1)
				if !bytes.Equal(x, y) {
					t.Fatalf("entry %d %s: %q, not %q", e.Seq, part, y, x)
				}
			}
		}
	}
	var blocks int
	if err := s.db.r.QueryRow("SELECT count(*) FROM block WHERE conn = 'a'").Scan(&blocks); err != nil || blocks > 0 {
		t.Errorf("%d blocks of it are left, %v", blocks, err)
	}
	if n <= ofB {
		t.Errorf("%d entries of b, %d before", n, ofB)
	}
}

func TestTwoWindows(t *testing.T) {
	dir := t.TempDir()
	w := openWindow(t, "some", dir, nil)
	if st := w.state(t); st.Mode != ModeDisk {
		t.Fatalf("the other window: %+v", st)
	}
	l := wholeLog()
	s := start(t, Config{Dir: dir, Log: l})
	s.Begin(Capture{Conn: "mine"})
	flood := openWindow(t, "flood", dir, nil) // writes all the while
	for range 30 {
		noise(l, "mine", 100, 300)
		flush(t, s)
		w.state(t)
	}
	sameAsLog(t, s, 0, l)
	var list []Capture
	until(t, "the captures of three windows are seen", func() bool {
		list = s.List(t.Context())
		return len(list) == 3
	})
	_ = s.ask(t.Context(), func(ctx) error { s.maxBytes = 1; return nil })
	tidied(t, s)
	if got := s.List(t.Context()); len(got) != len(list) {
		t.Errorf("making room deleted what a window writes: %+v", got)
	}
	for _, c := range list {
		if !c.Current && c.Ended != 0 {
			t.Errorf("a living connection of another window is said to be over: %+v", c)
		}
	}
	_ = flood.cmd.Process.Kill()
	_ = flood.cmd.Wait()
	w.close(t)
	var ok string
	if err := s.db.r.QueryRow("PRAGMA integrity_check").Scan(&ok); err != nil || ok != "ok" {
		t.Errorf("the file: %s %v", ok, err)
	}
	for _, c := range s.List(t.Context()) {
		if got := all(t, s, c.Run); len(got) == 0 || int64(len(got)) != c.Entries && !c.Current {
			t.Errorf("%d entries of %+v", len(got), c)
		}
	}
}

func TestAnOpenedFileIsARunOfItsOwn(t *testing.T) {
	l := wholeLog()
	traffic(l, "x", 4000)
	noise(l, "y", 2, 700_000)
	last := l.Page(0, 1).Last
	s := start(t, Config{Dir: t.TempDir()})
	seq := uint64(0)
	next := func() (wire.Draft, error) {
		if seq++; seq%10 == 0 {
			seq++ // not all are handed on
		}
		if seq > last {
			return wire.Draft{}, io.EOF
		}
		e, _ := l.Entry(seq)
		d := wire.Draft{Entry: e}
		if x, ok := l.Exchange(seq); ok {
			d.Exchange = &x
		}
		d.Message, _, _, _ = l.Body(seq, wire.PartMessage, 0, -1)
		d.Request, _, _, _ = l.Body(seq, wire.PartRequest, 0, -1)
		d.Response, _, _, _ = l.Body(seq, wire.PartResponse, 0, -1)
		return d, nil
	}
	run, err := s.Import(t.Context(), "/tmp/bug.sightglass", []Capture{{Conn: "x", Server: "Theirs"}}, next)
	if err != nil {
		t.Fatal(err)
	}
	got := all(t, s, run)
	n := uint64(0)
	for _, e := range got {
		if n++; n%10 == 0 {
			n++
		}
		live, _ := l.Entry(n)
		if !cmp.Equal(stripped(live), e) {
			t.Fatalf("entry %d: %s", n, cmp.Diff(stripped(live), e))
		}
	}
	if b, _, _, ok := s.Body(run, last, wire.PartMessage, 600_000, -1); !ok || len(b) != 100_000 {
		t.Errorf("a large body: %d %v", len(b), ok)
	}
	list := s.List(t.Context())
	if len(list) != 2 || list[0].File != "/tmp/bug.sightglass" || list[0].Run != run || list[0].Current {
		t.Fatalf("captures %+v", list)
	}
	if err := s.SetName(t.Context(), list[0].ID, "x"); err == nil {
		t.Error("an opened file was changed")
	}
	dirs := s.files[run].db.path
	s.CloseFile(run)
	if _, ok := s.Entry(run, 1); ok || len(s.List(t.Context())) != 0 {
		t.Error("a closed file is still read")
	}
	if _, err := os.Stat(filepath.Dir(dirs)); !os.IsNotExist(err) {
		t.Errorf("its folder is still there: %v", err)
	}
	for name, bad := range map[string]wire.Entry{"falling": {Seq: 1}, "huge": {Seq: 1 << 40}, "negative": {Seq: 3, Bytes: -1}} {
		first := true
		_, err := s.Import(t.Context(), "bad", nil, func() (wire.Draft, error) {
			if first {
				first = false
				return wire.Draft{Entry: wire.Entry{Seq: 2}}, nil
			}
			return wire.Draft{Entry: bad}, nil
		})
		if err == nil {
			t.Errorf("%s numbers were taken", name)
		}
	}
}

// A connection that never ends gives up its oldest entries, and says so.
func TestALongConnectionIsTrimmed(t *testing.T) {
	l := wholeLog()
	s := start(t, Config{Dir: t.TempDir(), Log: l})
	s.Begin(Capture{Conn: "long", Began: 1})
	for range 8 {
		noise(l, "long", segmentLen, 250)
		flush(t, s)
	}
	_ = s.ask(t.Context(), func(ctx) error { s.maxBytes = 6 << 20; return nil })
	tidied(t, s)
	noise(l, "long", 10, 250)
	flush(t, s)
	tidied(t, s)
	got := all(t, s, 0)
	var from, to, limit uint64
	if _, err := fmt.Sscanf(got[0].Note, "entries %d to %d were deleted: the captures reached their limit of %d MiB", &from, &to, &limit); err != nil || got[0].Kind != wire.KindGap || from != 1 || to != got[0].Seq || limit != 6 {
		t.Fatalf("the first is %+v, %v", got[0], err)
	}
	if st := s.State(); st.Used > 6<<20 || st.Overfull || len(got) < 3*segmentLen {
		t.Errorf("%d entries, %+v", len(got), st)
	}
	for i, e := range got[1:] {
		if e.Seq != to+uint64(i)+1 {
			t.Fatalf("entry %d follows %d", e.Seq, to+uint64(i))
		}
		if i%997 != 0 {
			continue
		}
		if b, _, _, ok := s.Body(0, e.Seq, wire.PartMessage, 0, -1); !ok || len(b) != 250 {
			t.Fatalf("body of entry %d: %d %v", e.Seq, len(b), ok)
		}
	}
	run := s.Run()
	if err := s.SetPinned(t.Context(), fmt.Sprintf("%d:long", run), true); err != nil {
		t.Fatal(err)
	}
	_ = s.ask(t.Context(), func(ctx) error { s.maxBytes = 1 << 20; return nil })
	tidied(t, s)
	if n := len(all(t, s, 0)); n != len(got) || !s.State().Overfull {
		t.Errorf("%d entries of a pinned capture, %+v", n, s.State())
	}
}
