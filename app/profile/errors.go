package profile

import (
	"errors"
	"fmt"
	"strings"
)

// Sentinels of the store. They come wrapped: use [errors.Is].
var (
	ErrNotFound = errors.New("no such server")
	// ErrChanged: the same server was changed or removed in the file since this store last read it. The list has
	// been read again; nothing was written.
	ErrChanged = errors.New("the file was changed by another program")
	// ErrReadOnly: the file cannot be written now; [Store.FileError] says why when the file itself is the reason.
	ErrReadOnly = errors.New("the profile file is not written")
	ErrClosed   = errors.New("the profile store is closed")
)

// FileError says why the profile file could not be read or must not be written. While a store has one, every
// change is refused and the file stays byte for byte as it is. It quotes no value of the file.
type FileError struct {
	Path   string // of the file
	Line   int    // 1-based, 0 when no single place is at fault
	Column int    // 1-based, in bytes
	Reason string // what is wrong
	Hint   string // what to do
	Err    error  // cause, or nil
}

func (e *FileError) Error() string {
	var b strings.Builder
	b.WriteString(e.Path)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	b.WriteString(": " + e.Reason)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

func (e *FileError) Unwrap() error { return e.Err }

// Is makes every FileError an [ErrReadOnly] too.
func (e *FileError) Is(target error) bool { return target == ErrReadOnly }

// FieldError is one field of one server that is not valid. It quotes no value.
type FieldError struct {
	Server string // the server's name, or "servers[3]" when it has none
	Field  string // JSON name with index: "args[2]", "headers[0].name"
	Reason string
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("server %q: %s: %s", e.Server, e.Field, e.Reason)
}

// TextError is a place in a pasted text where reading stopped. It quotes at most one character of it.
type TextError struct {
	Line   int // 1-based, 0 when no single place is at fault
	Column int // 1-based, in bytes for JSON, in characters for a command line
	Reason string
}

func (e *TextError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}
