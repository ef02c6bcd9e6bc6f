package transport

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// process is a child with its whole tree: on unix a process group, on Windows a job object. The pipes are our own
// and not [exec.Cmd]'s, whose Wait closes them under a reader that has not read everything yet.
type process struct {
	cmd     *exec.Cmd
	stdin   *os.File // write end
	stdout  *os.File // read end
	stderr  *os.File // read end
	tree    tree
	started time.Time
	exited  chan struct{} // closed when the child itself ended; its state is readable then
}

// startProcess finds and starts the command of t.
func startProcess(r *recorder, t Target) (*process, *fault.CallError) {
	const step = "start process"
	dir := t.Dir
	if dir == "" {
		dir, _ = os.UserHomeDir() // empty: our own working directory
	}
	if info, err := os.Stat(dir); dir != "" && (err != nil || !info.IsDir()) {
		f := r.fault(fault.Connect, step, fmt.Sprintf("The working directory %s does not exist.", dir), "Correct the working directory in the server's settings.")
		f.Cause = err
		return nil, f
	}
	program, searched, err := profile.LookPath(t.Command, t.Env, dir)
	if err != nil {
		return nil, lookFault(r, t.Command, searched, err)
	}
	// No context ends it: it is stopped step by step, with its tree.
	p := &process{cmd: exec.CommandContext(context.Background(), program, t.Args...), exited: make(chan struct{})}
	p.cmd.Args[0] = t.Command // what the child sees as its own name
	p.cmd.Dir, p.cmd.Env = dir, t.Env
	if p.cmd.Env == nil {
		p.cmd.Env = []string{} // nil would hand on our own environment
	}
	if err := p.start(); err != nil {
		return nil, startFault(r, program, dir, err)
	}
	r.lifecycle("started %s (pid %d)%s", quoteArgs(program, t.Args), p.cmd.Process.Pid, in(dir))
	return p, nil
}

func in(dir string) string {
	if dir == "" {
		return ""
	}
	return " in " + dir
}

// quoteArgs writes a command line for people.
func quoteArgs(program string, args []string) string {
	parts := []string{program}
	for _, a := range args {
		if a == "" || strings.ContainsAny(a, " \t\n\"'\\$") {
			a = fmt.Sprintf("%q", a)
		}
		parts = append(parts, a)
	}
	return strings.Join(parts, " ")
}

func (p *process) start() error {
	var theirs []*os.File
	defer func() {
		for _, f := range theirs {
			f.Close()
		}
	}()
	pipe := func() (read, write *os.File, err error) {
		read, write, err = os.Pipe()
		if err != nil {
			return nil, nil, fmt.Errorf("make a pipe: %w", err)
		}
		return read, write, nil
	}
	var err error
	var childIn, childOut, childErr *os.File
	if childIn, p.stdin, err = pipe(); err != nil {
		return err
	}
	theirs = append(theirs, childIn)
	if p.stdout, childOut, err = pipe(); err != nil {
		p.closePipes()
		return err
	}
	theirs = append(theirs, childOut)
	if p.stderr, childErr, err = pipe(); err != nil {
		p.closePipes()
		return err
	}
	theirs = append(theirs, childErr)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = childIn, childOut, childErr
	if err := p.tree.prepare(p.cmd); err != nil {
		p.closePipes()
		return fmt.Errorf("prepare: %w", err)
	}
	if err := p.cmd.Start(); err != nil {
		p.closePipes()
		return err
	}
	p.started = time.Now()
	p.tree.adopt(p.cmd.Process)
	go func() {
		_ = p.cmd.Wait() // its state says more than the error
		close(p.exited)
	}()
	return nil
}

func (p *process) closePipes() {
	for _, f := range []*os.File{p.stdin, p.stdout, p.stderr} {
		if f != nil {
			f.Close()
		}
	}
}

// ending says how the child ended: "exited with status 3". It may be called only after exited was closed.
func (p *process) ending() string { return exitText(p.cmd.ProcessState) }

// gone tells whether the child itself ended.
func (p *process) gone() bool {
	select {
	case <-p.exited:
		return true
	default:
		return false
	}
}

// The grace a tree gets at each step of its end.
const (
	graceStdin = 2 * time.Second // after its input was closed
	graceTerm  = 3 * time.Second // after TERM
	graceKill  = 2 * time.Second // after KILL: only a process stuck in the kernel is left then
	treePoll   = 10 * time.Millisecond
)

// await waits until the child ended and, if whole, its tree too.
func (p *process) await(whole bool, d time.Duration, hurry <-chan struct{}) bool {
	deadline := time.NewTimer(d)
	defer deadline.Stop()
	select {
	case <-p.exited:
	case <-deadline.C:
		return false
	case <-hurry:
		return false
	}
	for whole && p.tree.alive() {
		select {
		case <-deadline.C:
			return false
		case <-hurry:
			return false
		case <-time.After(treePoll):
		}
	}
	return true
}

// stop ends the tree: the input is closed already; then TERM, then KILL. Each step that was needed is an entry.
func (p *process) stop(r *recorder, hurry <-chan struct{}) {
	was := p.gone()
	grace := graceStdin
	if was {
		grace = treePoll // what outlives its parent has no input to notice
	}
	if p.await(true, grace, hurry) {
		p.tree.release()
		return
	}
	if canTerminate {
		what := "still running after its input was closed"
		if p.gone() {
			what = "ended, but processes it started are still running"
		}
		r.lifecycle("%s: sending TERM to the process group", what)
		p.tree.terminate()
		if p.await(true, graceTerm, hurry) {
			p.tree.release()
			return
		}
	}
	r.lifecycle("still running: killing the whole process tree")
	p.tree.kill()
	if !p.await(true, graceKill, nil) {
		r.lifecycle("a process of the tree (group of pid %d) did not end when killed", p.cmd.Process.Pid)
	}
	p.tree.release()
}
