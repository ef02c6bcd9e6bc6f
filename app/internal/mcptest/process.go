package mcptest

import (
	"bufio"
	"os/exec"
	"strings"
	"testing"
)

// Process starts a program that prints the URL it serves and ends with its standard input: a server in a process of its
// own. It ends with the test.
func Process(t testing.TB, program string, args ...string) (url string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}
