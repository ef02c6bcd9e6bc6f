package capture

import (
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// What a file says beside its bodies is held in memory and written for each connection: it is cut.
func TestTextsOfAFileAreCut(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	s := start(t, Config{Dir: t.TempDir()})
	seq := uint64(0)
	run, err := s.Import(t.Context(), "bad", []Capture{{Conn: "x", Server: long, Target: long, Comment: long, Name: long}}, func() (wire.Draft, error) {
		if seq++; seq > 100 {
			return wire.Draft{}, io.EOF
		}
		return wire.Draft{Entry: wire.Entry{Seq: seq, Conn: "x", Kind: wire.KindFrame, Method: long, Name: long, Note: long, Findings: slices.Repeat([]string{long}, 100)}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all(t, s, run) {
		if len(e.Method) > 3<<10 || len(e.Name) > 3<<10 || len(e.Note) > 3<<10 || len(e.Findings) > 16 || len(e.Findings[0]) > 1<<10 {
			t.Fatalf("entry %d: a method of %d, a name of %d bytes, %d findings", e.Seq, len(e.Method), len(e.Name), len(e.Findings))
		}
	}
	if c := s.List(t.Context())[0]; len(c.Server)+len(c.Target)+len(c.Comment)+len(c.Name) > 32<<10 {
		t.Errorf("the capture: %d %d %d %d bytes", len(c.Server), len(c.Target), len(c.Comment), len(c.Name))
	}
}

// Numbers of a file are added up and told to the page, whose numbers are exact up to 1<<53.
func TestNumbersThatCannotBeAreRefused(t *testing.T) {
	s := start(t, Config{Dir: t.TempDir()})
	for name, e := range map[string]wire.Entry{
		"time": {Time: math.MaxInt64}, "took": {Took: 1 << 54}, "bytes": {Bytes: math.MaxInt64}, "request": {ReqBytes: 1 << 40},
	} {
		e.Seq = 1
		if _, err := s.Import(t.Context(), "bad", nil, func() (wire.Draft, error) { return wire.Draft{Entry: e}, nil }); err == nil || !strings.Contains(err.Error(), "impossible") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A segment that is listed and is not there ends a scan as one that is damaged does: it is not waited for.
func TestASegmentThatIsNotThereIsAGap(t *testing.T) {
	s := start(t, Config{Dir: t.TempDir()})
	seq := uint64(0)
	run, err := s.Import(t.Context(), "x", nil, func() (wire.Draft, error) {
		if seq++; seq > segmentLen+10 {
			return wire.Draft{}, io.EOF
		}
		return wire.Draft{Entry: wire.Entry{Seq: seq, Conn: "x", Kind: wire.KindStderr}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	db := s.files[run].db
	if _, err := db.w.ExecContext(t.Context(), "DELETE FROM summary WHERE id = (SELECT id FROM segment ORDER BY first LIMIT 1)"); err != nil {
		t.Fatal(err)
	}
	if got := all(t, s, run); len(got) != 11 || got[0].Kind != wire.KindGap || got[1].Seq != segmentLen+1 {
		t.Errorf("%d entries, the first %+v", len(got), got[0])
	}
}
