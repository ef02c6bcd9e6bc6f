package cli

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"time"
)

// slowEnd is an input that ends when what is waited for was written.
type slowEnd struct {
	mu    sync.Mutex // guards the output too
	lines *strings.Reader
	until func() bool
}

func (s *slowEnd) Read(b []byte) (int, error) {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		n, err := s.lines.Read(b)
		done := s.until()
		s.mu.Unlock()
		if err == nil {
			return n, nil
		}
		if done || time.Now().After(end) {
			return 0, io.EOF
		}
	}
}

type lockedBuffer struct {
	b *bytes.Buffer
	l *slowEnd
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.l.mu.Lock()
	defer b.l.mu.Unlock()
	return b.b.Write(p)
}
