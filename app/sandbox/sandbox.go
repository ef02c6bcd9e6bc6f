// Package sandbox serves untrusted HTML to frames of the window, from an origin of its own: a listener on loopback that
// hands out what was opened here and nothing else, each behind a path nobody can guess and with the content security
// policy that its frame gets. It knows neither MCP nor the window; who may open what is decided above it.
//
// # Why a server of its own
//
// Wails serves the window from wails://wails on Linux and macOS and from http://wails.localhost on Windows. Another
// host of that scheme would be served by the same handler as the program's API, and on Windows not at all. An http
// origin on loopback is foreign to all of them in the same way: no frame from it is of the window's origin, and the
// API's answers are unreadable to it. Frames are sandboxed on top of that, so that documents have an opaque origin and
// share nothing with each other.
package sandbox

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Limits of a [Server].
const (
	// MaxDocuments bounds what is open at once: each is a page in the window.
	MaxDocuments = 32
	// MaxHTML bounds one document, in bytes.
	MaxHTML = 16 << 20
	// maxReport bounds one report of a violation, in bytes: the fields read from it are short.
	maxReport = 16 << 10
	// readTime bounds how long a request may take to arrive.
	readTime = 10 * time.Second
)

// ErrTooMany is returned by [Server.Open] when MaxDocuments are open.
var ErrTooMany = fmt.Errorf("%d sandboxed pages are open, which is the limit", MaxDocuments)

// Document is untrusted HTML and what it may do.
type Document struct {
	HTML []byte
	// Script is a script of the program's own that draws a file of a server, which is posted to it. If there is one, the
	// page holds nothing else: HTML, Domains and Permissions are not used. It may start workers of scripts that it
	// holds, compile WebAssembly, and load nothing.
	Script      []byte
	Scripts     bool     // scripts run, and messages are relayed between the document and the page around its frame
	Domains     Domains  // what it may reach on the network; nothing by default
	Permissions []string // names of [Permissions] that are granted
	Local       bool     // loopback domains may be reached: the server that sent it runs on this machine
	// OnReport gets each violation of the policy that the browser reports, and each request for the document that was
	// refused. It is called from any goroutine and must return at once. Nil: nobody listens.
	OnReport func(Report)
}

// Report is one thing that was blocked.
type Report struct {
	Directive string // of the policy: "connect-src"
	Blocked   string // URL, or a word such as "inline" or "eval", as the browser says
	Source    string // line and column, empty when not known
}

// Opened is a document that can be shown.
type Opened struct {
	ID      string // for Close
	URL     string // of the frame
	Sandbox string // the frame's sandbox attribute
	Allow   string // the frame's allow attribute
	Policy  string // the content security policy that the document gets
	Refused []Refusal
}

// Server serves documents. The zero value is ready; it listens from the first call of Origin on. Its methods are safe
// for concurrent use.
type Server struct {
	mu     sync.Mutex
	addr   string // host and port, once it listens
	err    error
	http   *http.Server
	ended  chan struct{}
	docs   map[string]*page // by the unguessable part of their path
	closed bool
}

// page is a document with the policies it is served with.
type page struct {
	doc           Document
	outer, policy string
	permissions   string
}

// Origin is the origin of every frame, "http://127.0.0.1:port". It begins to listen.
func (s *Server) Origin() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.listen(); err != nil {
		return "", err
	}
	return "http://" + s.addr, nil
}

// listen binds once: a port that was told to the window stays the only one.
func (s *Server) listen() error {
	switch {
	case s.closed:
		return errors.New("serve sandboxed pages: the program is ending")
	case s.addr != "" || s.err != nil:
		return s.err
	}
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		s.err = fmt.Errorf("serve sandboxed pages on loopback: %w", err)
		return s.err
	}
	s.addr, s.ended = l.Addr().String(), make(chan struct{})
	s.docs = map[string]*page{}
	s.http = &http.Server{
		Handler: http.HandlerFunc(s.serve), ReadTimeout: readTime, MaxHeaderBytes: 16 << 10,
		ErrorLog: nil, Protocols: onlyHTTP1(),
	}
	go func() {
		defer close(s.ended)
		_ = s.http.Serve(l) // ends with Close
	}()
	return nil
}

func onlyHTTP1() *http.Protocols {
	p := &http.Protocols{}
	p.SetHTTP1(true)
	return p
}

// Open makes a document available until Close.
func (s *Server) Open(d Document) (Opened, error) {
	if len(d.HTML) > MaxHTML {
		return Opened{}, fmt.Errorf("show HTML: it is longer than %d MiB", MaxHTML>>20)
	}
	if d.Script != nil {
		html, err := viewerPage(d.Script)
		if err != nil {
			return Opened{}, err
		}
		d = Document{HTML: html, Script: d.Script, Scripts: true, OnReport: d.OnReport}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.listen(); err != nil {
		return Opened{}, err
	}
	if len(s.docs) >= MaxDocuments {
		return Opened{}, ErrTooMany
	}
	b := make([]byte, 32)
	_, _ = rand.Read(b) // crypto/rand.Read never fails
	id := hex.EncodeToString(b)
	origin := "http://" + s.addr
	p := &page{doc: d}
	out := Opened{ID: id, URL: origin + "/" + id + "/" + outerPath, Sandbox: sandboxOf(d.Scripts), Allow: allow(d.Permissions)}
	p.policy, out.Refused = policy(d, "/"+id+"/"+reportPath)
	p.outer = outerPolicy(origin + "/" + id + "/" + documentPath)
	p.permissions = permissionsPolicy(d.Permissions)
	out.Policy = p.policy
	if !d.Scripts { // nothing to relay: the frame shows the document itself
		out.URL = origin + "/" + id + "/" + documentPath
	}
	s.docs[id] = p
	return out, nil
}

// Close takes a document away; one that is not there is left alone.
func (s *Server) Close(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.docs, id)
}

// CloseAll takes every document away.
func (s *Server) CloseAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.docs)
}

// Shutdown ends the server and waits for its end. It may be called twice.
func (s *Server) Shutdown() {
	s.mu.Lock()
	s.closed = true
	clear(s.docs)
	h, ended := s.http, s.ended
	s.mu.Unlock()
	if h != nil {
		_ = h.Close()
		<-ended
	}
}

func (s *Server) find(id string) (p *page, host string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.docs[id], s.addr
}
