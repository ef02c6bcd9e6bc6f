//go:build e2e

package e2e

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

var dockNotes = css(`section[aria-label="Traffic"]`)

// dataFile is a file of the data folder as the program sees it, that may be mounted for it alone.
func (a *app) dataFile(name string) string {
	return filepath.Join(fmt.Sprintf("/proc/%d/root", a.pid()), a.home, "sightglass", name)
}

// mounts skips the test where a program cannot have mounts of its own.
func mounts(t *testing.T) {
	t.Helper()
	if out, err := exec.Command("unshare", append(unshare()[1:], "mount", "-t", "tmpfs", "none", "/tmp")...).CombinedOutput(); err != nil {
		t.Skipf("no mounts of one's own here: %v %s", err, out)
	}
}

// stillWorks calls a tool and sees the call in the traffic.
func (a *app) stillWorks(words string) {
	a.t.Helper()
	a.click(tool("echo"))
	a.fill(role("textbox", "text"), words)
	a.run("done", words)
	a.seeEntry(entry("from server", "response", "tools/call", "echo").last())
}

// TestNoPlaceForCaptures opens the window on a data folder that cannot be written: it says so, traffic is there.
func TestNoPlaceForCaptures(t *testing.T) {
	mounts(t)
	home := tempHome(t)
	if err := os.MkdirAll(filepath.Join(home, "sightglass"), 0o700); err != nil {
		t.Fatal(err)
	}
	a := start(t, options{home: home, within: `mount --bind "$SIGHTGLASS_HOME" "$SIGHTGLASS_HOME" && mount -o remount,bind,ro "$SIGHTGLASS_HOME"`})
	a.loadAxe()
	a.says(dockNotes, "Kept in memory only:", "captures.db cannot be written.", "Give yourself write access to the folder: storing goes on by itself.")
	a.connect("Sample server")
	a.stillWorks("in memory")
	a.accessible("no place")
	a.both("read-only")
	a.click(button("Earlier…"))
	a.says(dialog, "cannot be written")
	a.both("read-only captures")
	a.press(escape)
	a.unsee(dialog)
	if out, err := exec.Command("nsenter", "-t", fmt.Sprint(a.pid()), "-m", "mount", "-o", "remount,bind,rw", filepath.Join(home, "sightglass")).CombinedOutput(); err != nil {
		t.Fatalf("make it writable: %v %s", err, out)
	}
	a.unsee(text("Kept in memory only"))
	a.opts.within = ""
	a.restart()
	a.stored("in memory")
}

// stored opens the newest capture and finds a text in it.
func (a *app) stored(words string) {
	a.t.Helper()
	a.click(saved("Sample server"))
	a.click(button("Earlier traffic")) // the table of a server that was not connected since offers it
	a.click(css(`[role="dialog"] li .open`).nth(0))
	a.unsee(dialog)
	a.fill(filter, fmt.Sprintf("method:tools/call body:%q", words))
	a.press(enter)
	a.see(entry("from server", "response", "tools/call", "echo"))
}

// TestDiskFullOfCaptures fills the disk below a running window and makes room again.
func TestDiskFullOfCaptures(t *testing.T) {
	mounts(t)
	home := tempHome(t)
	if err := os.MkdirAll(filepath.Join(home, "sightglass"), 0o700); err != nil {
		t.Fatal(err)
	}
	a := start(t, options{home: home, within: `mount -t tmpfs -o size=16m none "$SIGHTGLASS_HOME"`})
	a.connect("Sample server")
	a.stillWorks("there is room")
	filler := a.dataFile("filler")
	f, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for chunk := 1 << 20; chunk > 0; {
		if _, err := f.Write(make([]byte, chunk)); errors.Is(err, syscall.ENOSPC) {
			chunk /= 2
		} else if err != nil {
			t.Fatal(err)
		}
	}
	_ = f.Close()
	full := func() bool { return a.count(text("Kept in memory only")) > 0 }
	for n := 0; n < 200 && !full(); n++ { // until the pages that the file has already are used
		a.stillWorks(fmt.Sprintf("%d %s", n, noise(t, 100)))
	}
	a.says(dockNotes, "Kept in memory only:", "is full.", "Make room on it, or delete captures: storing goes on by itself.")
	a.stillWorks("without room")
	a.both("full")
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	a.unsee(text("Kept in memory only"))
	a.click(button("Disconnect"))
	a.see(button("Connect"))
	a.click(button("Earlier…"))
	a.see(css(`[role="dialog"] li .open`))
	a.both("room again")
}

// noise is text that does not get smaller by compression.
func noise(t *testing.T, n int) string {
	t.Helper()
	b := make([]byte, n/2)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", b)
}

// TestForeignAndDamagedCaptures opens the window on captures of a newer program, and on a damaged file: both are told,
// and kept as they were.
func TestForeignAndDamagedCaptures(t *testing.T) {
	a := start(t, options{})
	a.connect("Sample server")
	a.stillWorks("of before")
	a.click(button("Disconnect"))
	a.see(button("Connect"))
	a.quit()
	file := filepath.Join(a.home, "sightglass", "captures.db")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}

	newer := bytes.Clone(good)
	copy(newer[60:64], []byte{0, 0, 0, 99}) // user_version: SQLite file format, section 1.3
	if err := os.WriteFile(file, newer, 0o600); err != nil {
		t.Fatal(err)
	}
	a.open()
	a.loadAxe()
	a.says(dockNotes, "Kept in memory only:", "were written by a newer Sightglass.", "Update Sightglass, or move the file away.")
	a.connect("Sample server")
	a.stillWorks("beside a newer file")
	a.accessible("a newer file")
	a.both("newer")
	a.quit()
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, newer) {
		t.Errorf("the newer file was changed: %v", err)
	}

	broken := append(bytes.Clone(good[:200]), noise(t, 2*len(good))...)
	if err := os.WriteFile(file, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	a.open()
	a.loadAxe()
	a.says(dockNotes, "were damaged.", "captures-damaged-", "nothing was deleted.")
	a.connect("Sample server")
	a.stillWorks("after the damage")
	a.accessible("a damaged file")
	a.both("damaged")
	a.click(button("Disconnect"))
	a.see(button("Connect"))
	aside, _ := filepath.Glob(filepath.Join(a.home, "sightglass", "captures-damaged-*.db"))
	if len(aside) != 1 {
		t.Fatalf("put aside: %v", aside)
	}
	if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, broken) {
		t.Errorf("the file put aside was changed: %d bytes of %d, %v", len(kept), len(broken), err)
	}
	a.restart()
	a.unsee(text("were damaged"))
	a.stored("after the damage")
}

// TestKilledWithATalkingServer kills the program in the midst of traffic: what came before is there at the next start.
func TestKilledWithATalkingServer(t *testing.T) {
	a := start(t, options{})
	a.startTyped(peerLine(t, "talking"))
	a.connected()
	a.click(tool("say"))
	a.fill(role("textbox", "words"), "before the end")
	a.run("done", "said: before the end")
	a.wait("some hundred lines", `Number(byRole("grid", "Traffic")[0]?.ariaRowCount) > 200`)
	last, _ := a.js(`return Number(byRole("grid", "Traffic")[0].ariaRowCount)`).(float64)
	pid := a.pid()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	a.poll("the program to end", func() bool { return !alive(pid) })
	a.webdriver.close()
	a.open()
	a.click(button("Earlier…"))
	a.click(css(`[role="dialog"] li .open`).nth(0))
	a.unsee(dialog)
	a.wait("all but the last moment", fmt.Sprintf(`Number(byRole("grid", "Traffic")[0]?.ariaRowCount) > %d`, int(last)-60))
	a.fill(filter, `method:tools/call body:"before the end"`)
	a.press(enter)
	a.see(entry("from server", "response", "tools/call", "say"))
	a.shot("after")
}
