package mcptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// SSEServer is a scripted server of HTTP+SSE (2024-11-05): GET opens the stream, POST takes a message.
type SSEServer struct {
	Endpoint string           // data of the endpoint event; default "/message", "-" sends none
	Get      http.HandlerFunc // in place of the stream
	// Post takes each message; events are written to the stream with Send.
	Post func(s *SSEServer, p Post)

	mu     sync.Mutex
	stream http.ResponseWriter
	end    chan struct{}
}

// Send writes a block to the open stream.
func (s *SSEServer) Send(block string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stream == nil {
		return
	}
	_, _ = io.WriteString(s.stream, block+"\n\n")
	s.stream.(http.Flusher).Flush()
}

// Drop ends the stream.
func (s *SSEServer) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end != nil {
		close(s.end)
		s.end = nil
	}
}

// ServeHTTP implements http.Handler.
func (s *SSEServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		p := Post{W: w, R: r}
		p.Body, _ = io.ReadAll(r.Body)
		var f frame
		if json.Unmarshal(bytes.TrimSpace(p.Body), &f) == nil {
			p.ID, p.Method = string(f.ID), f.Method
		}
		s.Post(s, p)
		return
	}
	if s.Get != nil {
		s.Get(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	end := make(chan struct{})
	s.mu.Lock()
	s.stream, s.end = w, end
	s.mu.Unlock()
	w.(http.Flusher).Flush()
	if s.Endpoint != "-" {
		endpoint := s.Endpoint
		if endpoint == "" {
			endpoint = "/message"
		}
		s.Send(fmt.Sprintf("event: endpoint\ndata: %s", endpoint))
	}
	select {
	case <-end:
	case <-r.Context().Done():
	}
	s.mu.Lock()
	s.stream = nil
	s.mu.Unlock()
}

// Accept answers 202, then sends the good answer on the stream.
func Accept(s *SSEServer, p Post) {
	p.W.WriteHeader(http.StatusAccepted)
	if p.ID != "" && p.Method != "" {
		s.Send(p.Event())
	}
}
