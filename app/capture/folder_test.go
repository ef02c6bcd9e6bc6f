package capture

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

// oneEntry gives a file of one entry to Import.
func oneEntry() func() (wire.Draft, error) {
	given := false
	return func() (wire.Draft, error) {
		if given {
			return wire.Draft{}, io.EOF
		}
		given = true
		return wire.Draft{Entry: wire.Entry{Seq: 1, Time: 7e6, Conn: "x", Kind: wire.KindStderr}, Message: []byte("hello")}, nil
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// A program that is killed cannot delete what it made of an opened file: the next one does, and touches nothing that
// a program still has, or that is not ours.
func TestFoldersOfACrashGo(t *testing.T) {
	tmp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, tmp)
	}
	killed, living := openWindow(t, "open", t.TempDir(), nil), openWindow(t, "open", t.TempDir(), nil)
	if !killed.out.Scan() || !living.out.Scan() {
		t.Fatal("a file was not opened")
	}
	left, used := killed.out.Text(), living.out.Text()
	if filepath.Dir(left) != tmp || !exists(filepath.Join(left, FileName)) || !exists(left+lockSuffix) {
		t.Fatalf("what was made of the file is in %s", left)
	}
	sweepFolders(tmp, nil)
	if !exists(left) {
		t.Fatal("the folder of a program that runs was deleted")
	}
	foreign, fresh := filepath.Join(tmp, "other"), filepath.Join(tmp, folderPrefix+"without-a-lock")
	for _, dir := range []string{foreign, fresh} {
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	target := t.TempDir()
	link := filepath.Join(tmp, folderPrefix+"link")
	linked := os.Symlink(target, link) == nil // not everywhere
	if err := killed.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.cmd.Wait()
	start(t, Config{Dir: t.TempDir()})
	for end := time.Now().Add(60 * time.Second); exists(left) || exists(left+lockSuffix); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the folder of a program that was killed stays")
		}
	}
	for _, path := range []string{filepath.Join(used, FileName), used + lockSuffix, foreign, fresh, target} {
		if !exists(path) {
			t.Errorf("%s was deleted", path)
		}
	}
	if linked && !exists(link) {
		t.Error("a link was deleted")
	}
	if err := os.Chtimes(fresh, time.Time{}, time.Now().Add(-2*leftAge)); err != nil {
		t.Fatal(err)
	}
	sweepFolders(tmp, nil)
	if exists(fresh) {
		t.Error("the folder of an old version stays for ever")
	}
}

func TestClosedFilesLeaveNothing(t *testing.T) {
	tmp := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(name, tmp)
	}
	s := start(t, Config{Dir: t.TempDir()})
	run, err := s.Import(t.Context(), "a file", []Capture{{Conn: "x", Server: "a server"}}, oneEntry())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Import(t.Context(), "a bad file", nil, func() (wire.Draft, error) { return wire.Draft{}, io.ErrUnexpectedEOF }); err == nil {
		t.Error("a bad file was opened")
	}
	// Nor does a file say when a connection began: its first entry does.
	if list := s.List(t.Context()); len(list) != 1 || list[0].Began != 7e6 {
		t.Errorf("captures: %+v", list)
	}
	s.CloseFile(run)
	if left, err := os.ReadDir(tmp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
