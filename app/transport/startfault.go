package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// lookFault says why no program was found for a command, or why the file that was found is none.
func lookFault(r *recorder, command string, searched []string, err error) *fault.CallError {
	message, hint := fmt.Sprintf("The command %q cannot be used: %v.", command, err), "Correct the command in the server's settings."
	var look *profile.LookError
	if errors.As(err, &look) {
		message = fmt.Sprintf("The command %q %s.", command, look.Reason)
		switch {
		case strings.HasPrefix(look.Reason, "was not found"): // a Path is only the place where it was looked for
			hint = "Install it, write its full path, or correct PATH in the server's environment."
		case look.Path != "":
			message = fmt.Sprintf("The command %q cannot be started: %s %s.", command, look.Path, look.Reason)
			hint = "Correct the file, or write the full path of another program in the server's settings."
		}
	}
	f := r.fault(fault.Connect, "start process", message, hint)
	f.Cause = err
	f.Detail = r.text(err.Error())
	if len(searched) > 0 {
		f.Detail = r.text("Searched in PATH:\n" + strings.Join(searched, "\n"))
	}
	return f
}

// startFault says why a program that is there could not be started.
func startFault(r *recorder, program, dir string, err error) *fault.CallError {
	why := err
	var path *fs.PathError // its text names the program and the system call once more
	if errors.As(err, &path) {
		why = path.Err
	}
	message := fmt.Sprintf("%s could not be started: %v.", program, why)
	hint := "Check that the file is a program for this machine and may be executed."
	interpreter := shebang(program)
	switch {
	case interpreter != "" && errors.Is(err, fs.ErrNotExist):
		// The system's own words, "no such file or directory", are about the interpreter but name the script.
		message = fmt.Sprintf("The script %s could not be started: its interpreter %q, named by its first line (#!), does not exist.", program, interpreter)
		hint = "Install the interpreter, or correct the script's first line."
		if strings.HasSuffix(interpreter, "\r") {
			hint = "The script has the line ends of Windows, so a carriage return counts as part of the interpreter's name: save it with LF line ends."
		}
	case interpreter != "" && errors.Is(err, fs.ErrPermission):
		if !filepath.IsAbs(interpreter) {
			interpreter = filepath.Join(dir, interpreter)
		}
		message = fmt.Sprintf("The script %s could not be started: it or its interpreter %q, named by its first line (#!), may not be executed.", program, interpreter)
	case errors.Is(err, fs.ErrNotExist):
		hint = "The file itself is there: what is missing is the loader it was linked for, as when it was built for another system or C library."
	case errors.Is(err, syscall.ENOEXEC):
		hint += " A script needs a first line that names its interpreter, such as #!/bin/sh."
	}
	f := r.fault(fault.Connect, "start process", message, hint)
	f.Cause = err
	return f
}

// maxShebang bounds the first line that is read, in bytes: what Linux reads of it.
const maxShebang = 256

// shebang is the interpreter that a script's first line names, or "". A carriage return stays: the system takes it as
// part of the name.
func shebang(program string) string {
	file, err := os.Open(program)
	if err != nil {
		return ""
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, maxShebang))
	if err != nil || !bytes.HasPrefix(head, []byte("#!")) {
		return ""
	}
	line, _, _ := bytes.Cut(head[2:], []byte("\n"))
	line = bytes.TrimLeft(line, " \t")
	if end := bytes.IndexAny(line, " \t"); end >= 0 {
		line = line[:end]
	}
	return string(line)
}
