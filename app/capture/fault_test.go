package capture

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

func TestKilledInAFlood(t *testing.T) {
	dir := t.TempDir()
	for round := range 3 {
		w := openWindow(t, "flood", dir, nil)
		type told struct {
			seq uint64
			at  int64
		}
		var tells []told
		for w.out.Scan() {
			var x told
			if _, err := fmt.Sscan(w.out.Text(), &x.seq, &x.at); err == nil {
				tells = append(tells, x)
			}
			if x.seq > uint64(5000+2500*round) {
				break
			}
		}
		if err := w.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = w.cmd.Wait()
		s := start(t, Config{Dir: dir})
		if st := s.State(); st.Mode != ModeDisk || st.Problem != "" {
			t.Fatalf("after the kill: %+v", st)
		}
		run := s.Run() - 1
		first, last := s.Bounds(run)
		got := 0
		entries := all(t, s, run)
		for i, e := range entries {
			if e.Seq != uint64(i+1) || e.Kind != wire.KindStderr {
				t.Fatalf("entry %d is %+v", i+1, e)
			}
			got++
			if i%501 != 0 {
				continue
			}
			if b, _, _, ok := s.Body(run, e.Seq, wire.PartMessage, 0, -1); !ok || !bytes.Equal(b, notification(i+1)) {
				t.Fatalf("body of entry %d: %v %q", i+1, ok, b)
			}
		}
		if first != 1 || uint64(got) != last {
			t.Fatalf("%d entries from %d to %d", got, first, last)
		}
		// The figure is some 60 ms on an idle machine; a starved one may need longer to get there.
		newest := tells[len(tells)-1]
		for _, x := range tells {
			if x.seq > last {
				t.Logf("lost the last %d ms of a flood: entries after %d of %d", (newest.at-x.at)/1000, last, newest.seq)
				if lost := newest.at - x.at; lost > time.Second.Microseconds() {
					t.Errorf("%d ms were lost", lost/1000)
				}
				break
			}
		}
		until(t, "the end of the killed run is noted", func() bool {
			for _, c := range s.List(t.Context()) {
				if c.Run == run {
					return c.Ended != 0
				}
			}
			return false
		})
		_ = s.Close()
	}
}

func TestDiskFull(t *testing.T) {
	l := wholeLog()
	s := start(t, Config{Dir: t.TempDir(), Log: l, maxPages: 60})
	noise := func(n int) {
		for range n {
			b := make([]byte, 2000)
			_, _ = rand.Read(b)
			l.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindStderr, Dir: wire.In}, Message: b})
		}
	}
	traffic(l, "a", 20)
	flush(t, s)
	noise(1000)
	until(t, "the full disk is told", func() bool { return s.State().Mode == ModeMemory })
	if st := s.State(); !strings.Contains(st.Problem, "full") || !strings.Contains(st.Hint, "by itself") || !strings.Contains(st.Problem, s.path) {
		t.Errorf("state %+v", st)
	}
	noise(100)
	if _, last := s.Bounds(0); last != 0 {
		t.Logf("%d entries are stored", last)
	}
	err := s.ask(t.Context(), func(ctx) error { s.cfg.maxPages = 0; return nil })
	if err != nil {
		t.Fatal(err)
	}
	until(t, "storing goes on", func() bool { return s.State().Mode == ModeDisk })
	noise(10)
	flush(t, s)
	sameAsLog(t, s, 0, l)
	if st := s.State(); st.Problem != "" {
		t.Errorf("state %+v", st)
	}
}

func TestEntriesThatLeftBeforeTheyWereStoredAreAGap(t *testing.T) {
	l := wire.NewLog(wire.Config{MaxEntries: 500})
	dir := t.TempDir()
	s := start(t, Config{Dir: dir, Log: l, maxPages: 20})
	for range 3000 {
		b := make([]byte, 200)
		_, _ = rand.Read(b)
		l.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindStderr}, Message: b})
	}
	until(t, "the full disk is told", func() bool { return s.State().Mode == ModeMemory })
	for range 3000 {
		l.Append(wire.Draft{Entry: wire.Entry{Conn: "a", Kind: wire.KindStderr}, Message: []byte("later")})
	}
	_ = s.ask(t.Context(), func(ctx) error { s.cfg.maxPages = 0; return nil })
	until(t, "storing goes on", func() bool { return s.State().Mode == ModeDisk })
	flush(t, s)
	entries := all(t, s, 0)
	gaps, last := 0, uint64(0)
	for _, e := range entries {
		if e.Kind == wire.KindGap {
			gaps++
			var from, to, n uint64
			if _, err := fmt.Sscanf(e.Note, "entries %d to %d left memory before they could be stored: %d entries", &from, &to, &n); err != nil || from != last+1 || to != e.Seq || n != to-from+1 {
				t.Errorf("gap %+v after %d: %v", e, last, err)
			}
		} else if e.Seq != last+1 {
			t.Fatalf("entry %d after %d", e.Seq, last)
		}
		last = e.Seq
	}
	if gaps == 0 || last != 6000 {
		t.Errorf("%d gaps, up to %d", gaps, last)
	}
}

func TestReadOnlyFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("folders have no such right there")
	}
	dir := filepath.Join(nobodyDir(t), "data")
	if err := os.Mkdir(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	w := openWindow(t, "some", dir, asNobody(t, dir))
	st := w.state(t)
	if st.Mode != ModeMemory || !strings.Contains(st.Problem, "cannot be written") || !strings.Contains(st.Problem, dir) || st.Hint == "" {
		t.Fatalf("state %+v", st)
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("%v was written", files)
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a folder
		t.Fatal(err)
	}
	until(t, "storing begins", func() bool { return w.state(t).Mode == ModeDisk })
	w.close(t)
}

// storedEntries is how many entries the file of stored has.
const storedEntries = 10_000

// stored makes a file with some captures and returns its bytes.
func stored(t *testing.T, dir string) []byte {
	t.Helper()
	l := wholeLog()
	s := start(t, Config{Dir: dir, Log: l})
	for i := range 4 {
		fill2(l, fmt.Sprint("c", i), storedEntries/4)
		flush(t, s)
	}
	_ = s.Close()
	raw, err := os.ReadFile(filePath(dir))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// fill2 appends entries that do not compress well.
func fill2(l *wire.Log, conn string, n int) {
	for i := range n {
		b := make([]byte, 40)
		_, _ = rand.Read(b)
		l.Append(wire.Draft{Entry: wire.Entry{Conn: conn, Kind: wire.KindStderr, Dir: wire.In, Note: fmt.Sprint("line ", i)}, Message: b})
	}
}

func TestADamagedFileIsPutAside(t *testing.T) {
	whole := stored(t, t.TempDir())
	noise := make([]byte, 100_000)
	_, _ = rand.Read(noise)
	for name, raw := range map[string][]byte{"random bytes": noise, "truncated": whole[:len(whole)/2/4096*4096+100], "no schema": append(bytes.Clone(whole[:200]), make([]byte, len(whole)-200)...)} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filePath(dir), raw, 0o600); err != nil {
				t.Fatal(err)
			}
			l := wholeLog()
			s := start(t, Config{Dir: dir, Log: l})
			traffic(l, "a", 50)
			flush(t, s)
			sameAsLog(t, s, 0, l)
			st := s.State()
			if st.Mode != ModeDisk || st.Aside == "" || !strings.Contains(st.Problem, "damaged") || !strings.Contains(st.Hint, st.Aside) {
				t.Fatalf("state %+v", st)
			}
			if kept, err := os.ReadFile(st.Aside); err != nil || !bytes.Equal(kept, raw) {
				t.Errorf("the file put aside was changed: %d bytes of %d, %v", len(kept), len(raw), err)
			}
		})
	}
}

// A file with zeroed pages opens; what is on those pages is told as a gap or missing, the rest is read, and new
// entries are stored, in it or, if its own order is gone, in a new one.
func TestZeroedPages(t *testing.T) {
	whole := stored(t, t.TempDir())
	pages := len(whole) / 4096
	for _, from := range []int{2, 9, pages / 4, pages / 2, pages * 3 / 4} {
		t.Run(fmt.Sprint("page ", from, " of ", pages), func(t *testing.T) {
			raw := bytes.Clone(whole)
			clear(raw[from*4096 : (from+12)*4096])
			dir := t.TempDir()
			if err := os.WriteFile(filePath(dir), raw, 0o600); err != nil {
				t.Fatal(err)
			}
			l := wholeLog()
			s := start(t, Config{Dir: dir, Log: l})
			good, bodies := 0, 0
			var gaps []uint64
			_ = s.Scan(t.Context(), 1, 1, 1<<62, needItem, nil, func(es []wire.Entry) error {
				for _, e := range es {
					if e.Kind == wire.KindGap {
						gaps = append(gaps, e.Seq)
					} else {
						good++
					}
				}
				return nil
			})
			_ = s.ScanBodies(t.Context(), 1, 1, 1<<62, func(uint64) bool { return true }, func(_ uint64, _ wire.Part, b []byte) error {
				if len(b) != 40 {
					t.Errorf("a body of %d bytes", len(b))
				}
				bodies++
				return nil
			})
			t.Logf("%d entries, %d gaps, %d bodies; %+v", good, len(gaps), bodies, s.State())
			for _, seq := range gaps {
				if some, err := s.Entries(t.Context(), 1, []uint64{seq}); err == nil && (len(some) != 1 || some[0].Kind != wire.KindGap || !strings.Contains(some[0].Note, "damaged")) {
					t.Errorf("entry %d, which a scan tells as a gap: %+v", seq, some)
				}
			}
			if good == storedEntries && bodies == storedEntries {
				t.Error("nothing is missing: the test damaged nothing")
			}
			traffic(l, "a", 50)
			until(t, "new entries are stored", func() bool { return s.Flush(t.Context()) == nil })
			sameAsLog(t, s, 0, l)
			if aside := s.State().Aside; aside != "" {
				if kept, err := os.ReadFile(aside); err != nil || len(kept) < len(raw) {
					t.Errorf("%d bytes were kept aside of %d: %v", len(kept), len(raw), err)
				}
			}
		})
	}
}

func TestAForeignOrNewerFileIsLeftAlone(t *testing.T) {
	for name, change := range map[string]struct{ sql, want string }{
		"newer":   {"PRAGMA user_version = 99", "newer Sightglass"},
		"foreign": {"PRAGMA application_id = 7", "not a capture database"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			stored(t, dir)
			db, err := connect(filePath(dir), "immediate", nil, "rw")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(change.sql); err != nil {
				t.Fatal(err)
			}
			_ = db.Close()
			before, err := os.ReadFile(filePath(dir))
			if err != nil {
				t.Fatal(err)
			}
			l := wire.NewLog(wire.Config{})
			s := start(t, Config{Dir: dir, Log: l})
			traffic(l, "a", 50)
			if err := s.Flush(t.Context()); err == nil || !strings.Contains(err.Error(), change.want) {
				t.Errorf("flush: %v", err)
			}
			if st := s.State(); st.Mode != ModeMemory || !strings.Contains(st.Problem, change.want) || !strings.Contains(st.Hint, "left as it is") {
				t.Errorf("state %+v", st)
			}
			if list := s.List(t.Context()); len(list) != 0 {
				t.Errorf("captures %+v", list)
			}
			_ = s.Close()
			if after, err := os.ReadFile(filePath(dir)); err != nil || !bytes.Equal(before, after) {
				t.Errorf("the file was changed: %v", err)
			}
			if l.Page(0, 1).FirstAvailable != 1 {
				t.Error("entries left the log although they are not stored")
			}
		})
	}
}
