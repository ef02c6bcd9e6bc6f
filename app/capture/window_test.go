package capture

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

type ctx = context.Context

// childRole is the environment's word for what the test binary does in place of tests.
const childRole = "SIGHTGLASS_CAPTURE_CHILD"

func TestMain(m *testing.M) {
	if role, dir, ok := strings.Cut(os.Getenv(childRole), ":"); ok {
		child(role, dir)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is another window: it floods its store, or tells its state for each line on standard input.
func child(role, dir string) {
	l := wire.NewLog(wire.Config{})
	s := Open(Config{Dir: dir, Log: l})
	<-s.opened
	s.Begin(Capture{Conn: "c1", Server: "child"})
	in := bufio.NewScanner(os.Stdin)
	switch role {
	case "flood":
		for i := 1; ; i++ {
			l.Append(wire.Draft{Entry: wire.Entry{Conn: "c1", Kind: wire.KindStderr}, Message: notification(i)})
			if i%50 == 0 {
				fmt.Println(i, time.Now().UnixMicro())
				time.Sleep(2 * time.Millisecond)
			}
		}
	case "open": // a file, and says where; it ends when it is killed
		run, err := s.Import(context.Background(), "a file", nil, oneEntry())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return
		}
		fmt.Println(s.files[run].dir.path)
		in.Scan()
	case "some":
		fill2(l, "c1", 3000)
		for in.Scan() {
			_ = s.ask(context.Background(), func(ctx ctx) error { s.begin(ctx); s.writeAll(ctx); return nil })
			raw, _ := json.Marshal(s.State())
			fmt.Printf("%s\n", raw)
		}
		_ = s.Close()
	}
}

// window is a child process.
type window struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func openWindow(t *testing.T, role, dir string, set func(*exec.Cmd)) *window {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	w := &window{cmd: exec.Command(self)}
	w.cmd.Env = append(os.Environ(), childRole+"="+role+":"+dir)
	w.cmd.Stderr = os.Stderr
	if set != nil {
		set(w.cmd)
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.out = bufio.NewScanner(out)
	t.Cleanup(func() {
		_ = w.in.Close()
		_ = w.cmd.Process.Kill()
		_ = w.cmd.Wait()
	})
	return w
}

// state asks the child for its store's state.
func (w *window) state(t *testing.T) (s State) {
	t.Helper()
	_, _ = io.WriteString(w.in, "\n")
	if !w.out.Scan() {
		t.Fatal("the other window said nothing")
	}
	if err := json.Unmarshal(w.out.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// close lets the child end by itself.
func (w *window) close(t *testing.T) {
	t.Helper()
	_ = w.in.Close()
	for w.out.Scan() {
	}
	if err := w.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}
