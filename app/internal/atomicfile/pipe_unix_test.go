//go:build unix

package atomicfile

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A pipe, and with it /dev/stdout, is written to: as root it would else be replaced by a file.
func TestPipesStayPipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	got := make(chan string, 1)
	go func() {
		b, _ := os.ReadFile(path)
		got <- string(b)
	}()
	if err := Replace(path, []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if st, err := os.Lstat(path); err != nil || st.Mode()&os.ModeNamedPipe == 0 {
		t.Fatalf("the pipe is %v now, %v", st.Mode(), err)
	}
	if text := <-got; text != "hello" {
		t.Errorf("got %q", text)
	}
}
