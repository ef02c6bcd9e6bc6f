package mock

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/wire"
)

const (
	maxSessions = 1000             // open at a time: the oldest makes room
	path        = "/mcp"           // of the endpoint
	headerWait  = 10 * time.Second // for a request's head
)

// Server is a mock on Streamable HTTP.
type Server struct {
	URL  string
	mock *Mock
	http *http.Server
	life context.Context
	end  context.CancelFunc
	done chan struct{} // closed when the listener ended

	mu       sync.Mutex
	sessions map[string]*session
	order    []string
	open     *session // for requests outside of a session
}

// session is a client over HTTP.
type session struct {
	*client
	life context.Context
	end  context.CancelFunc

	mu  sync.Mutex
	get func([]byte) error // its GET stream, nil: none
}

func (s *session) aside(b []byte) error {
	s.mu.Lock()
	get := s.get
	s.mu.Unlock()
	if get == nil { // its client did not open one, and may not
		return errors.New("no stream is open for it")
	}
	return get(b)
}

// ListenHTTP serves a mock on a loopback address; port 0 is any free one. Close ends it.
func (m *Mock) ListenHTTP(ctx context.Context, address string) (*Server, error) {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("serve the recording: %q is no address of this machine alone: 127.0.0.1:0 is", address)
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve the recording: %w", err)
	}
	s := &Server{URL: "http://" + l.Addr().String() + path, mock: m, sessions: map[string]*session{}, done: make(chan struct{})}
	s.life, s.end = context.WithCancel(context.WithoutCancel(ctx))
	s.open = s.newSession()
	s.http = &http.Server{
		Handler: s, ReadHeaderTimeout: headerWait, MaxHeaderBytes: 64 << 10, BaseContext: func(net.Listener) context.Context { return s.life },
	}
	l = &bounded{Listener: l, mock: m}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(l) // it ends by Close
	}()
	return s, nil
}

// Close ends every request and waits for the listener's end. It may be called twice.
func (s *Server) Close() error {
	s.end()
	err := s.http.Close()
	<-s.done
	return err
}

func (s *Server) newSession() *session {
	n := &session{client: newClient(s.mock)}
	n.life, n.end = context.WithCancel(s.life)
	return n
}

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !local(r.Host) {
		http.Error(w, "this Host is not served", http.StatusForbidden)
		return
	}
	// "Servers MUST validate the Origin header on all incoming connections to prevent DNS rebinding attacks."
	if o := r.Header.Get("Origin"); o != "" {
		u, err := url.Parse(o)
		if err != nil || !local(u.Host) {
			http.Error(w, "this Origin is not served", http.StatusForbidden)
			return
		}
	}
	if r.URL.Path != path {
		http.NotFound(w, r)
		return
	}
	if s.challenge(w, r) {
		return
	}
	switch r.Method {
	case http.MethodPost:
		s.post(w, r)
	case http.MethodGet:
		s.get(w, r)
	case http.MethodDelete:
		s.remove(w, r)
	default:
		w.Header().Set("Allow", "POST, GET, DELETE")
		http.Error(w, "only POST, GET and DELETE are answered", http.StatusMethodNotAllowed)
	}
}

// local says whether a host is a name of this machine that nobody else can give.
func local(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// challenge refuses as recorded.
func (s *Server) challenge(w http.ResponseWriter, r *http.Request) bool {
	refused := s.mock.tape.refusal
	if !s.mock.options.Challenges || refused == nil || r.Header.Get("Authorization") != "" {
		return false
	}
	for _, h := range refused.header {
		switch strings.ToLower(h.Name) {
		case "www-authenticate", "content-type", "retry-after", "link":
			w.Header().Add(h.Name, h.Value)
		}
	}
	w.WriteHeader(refused.status)
	_, _ = w.Write(refused.body)
	s.mock.serve(Served{Method: r.Method, How: Refused})
	return true
}

// session is the one a request names; nil after it was answered that there is none.
func (s *Server) session(w http.ResponseWriter, r *http.Request) *session {
	id := r.Header.Get("Mcp-Session-Id")
	if id == "" {
		return s.open
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.sessions[id]; c != nil {
		return c
	}
	http.Error(w, "there is no such session", http.StatusNotFound)
	return nil
}

func (s *Server) create() (id string, c *session) {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // crypto/rand.Read never fails
	id, c = hex.EncodeToString(b), s.newSession()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions[id], s.order = c, append(s.order, id)
	if len(s.order) > maxSessions {
		if old := s.sessions[s.order[0]]; old != nil {
			old.end()
		}
		delete(s.sessions, s.order[0])
		s.order = s.order[1:]
	}
	return id, c
}

func (s *Server) remove(w http.ResponseWriter, r *http.Request) {
	c := s.session(w, r)
	if c == nil {
		return
	}
	s.mu.Lock()
	delete(s.sessions, r.Header.Get("Mcp-Session-Id"))
	s.mu.Unlock()
	if c != s.open {
		c.end()
	}
	w.WriteHeader(http.StatusNoContent)
}

func (s *Server) post(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
	if err != nil {
		http.Error(w, "the body cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	c := s.session(w, r)
	if c == nil {
		return
	}
	f := wire.ParseFrame(body)
	switch f.Message {
	case wire.MsgResponse, wire.MsgError:
		c.answered(f.RawID)
		w.WriteHeader(http.StatusAccepted)
	case wire.MsgNotification:
		if f.Method == "notifications/initialized" {
			s.behind(f.Method, func() { c.ready(c.life, way{aside: c.aside}) })
		}
		w.WriteHeader(http.StatusAccepted)
	case wire.MsgRequest:
		s.request(w, r, c, f)
	default:
		writeJSON(w, http.StatusBadRequest, refuse(nil, failure{Code: -32600, Message: "this is no JSON-RPC message: " + f.Note}))
	}
}

func writeJSON(w http.ResponseWriter, status int, b []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(b) // the client went away: nobody to tell
}

func (s *Server) request(w http.ResponseWriter, r *http.Request, c *session, f wire.Frame) {
	if f.Method == "initialize" {
		var id string
		id, c = s.create()
		w.Header().Set("Mcp-Session-Id", id)
	}
	found := c.find(f)
	switch {
	case found == nil && f.Method == "ping":
		writeJSON(w, http.StatusOK, s.mock.otherwise(f))
	case found == nil:
		status := http.StatusOK
		if member(f.Params, "_meta", "io.modelcontextprotocol/protocolVersion") != nil {
			status = http.StatusNotFound // as 2026-07-28 has it for a method that is not there
		}
		writeJSON(w, status, s.mock.otherwise(f))
	case found.body != nil && !found.answered:
		if found.contentType != "" {
			w.Header().Set("Content-Type", found.contentType)
		}
		w.WriteHeader(found.status)
		_, _ = w.Write(found.refused(f.RawID))
	case found.stream || len(found.during) > 0 || !found.answered || found.method == "subscriptions/listen":
		s.streamed(w, r, c, found, f)
	default:
		b := c.play(r.Context(), found, f, way{})
		if b == nil {
			return
		}
		status := http.StatusOK
		if found.status >= 400 {
			status = found.status
		}
		writeJSON(w, status, b)
		s.follow(c, found, f)
	}
}

// follow plays on what came behind an answer that is under way.
func (s *Server) follow(c *session, found *call, f wire.Frame) {
	if len(found.after) > 0 {
		s.behind(f.Method, func() { c.follow(c.life, found, f, way{aside: c.aside}) })
	}
}

// behind plays what comes behind an answer that is under way.
func (s *Server) behind(method string, play func()) {
	if !s.mock.open.behind.enter() {
		s.mock.crowded(method, "calls send something behind their answers", maxBehind)
		return
	}
	go func() {
		defer s.mock.open.behind.leave()
		play()
	}()
}

// streamed answers with an event stream.
func (s *Server) streamed(w http.ResponseWriter, r *http.Request, c *session, found *call, f wire.Frame) {
	send, end := events(w)
	defer end()
	to := way{send: send, aside: c.aside}
	if found.method == "subscriptions/listen" {
		if !s.mock.open.listens.enter() {
			_ = send(s.mock.tooMany(f.RawID, f.Method, "subscriptions are open", maxListens))
			return
		}
		defer s.mock.open.listens.leave()
		defer c.listen(found, f.RawID, send)()
		if b := c.play(r.Context(), found, f, to); b != nil && found.fail != nil {
			_ = send(b)
			return
		}
		<-r.Context().Done()
		return
	}
	b := c.play(r.Context(), found, f, to)
	if b == nil {
		if !found.answered {
			<-r.Context().Done() // no answer came, then as now
		}
		return
	}
	_ = send(b)
	s.follow(c, found, f)
}

// events begins an event stream and returns how to send on it, from any goroutine, and how to end that: behind its
// handler's end nothing may be written.
func events(w http.ResponseWriter) (send func([]byte) error, end func()) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	flush := http.NewResponseController(w).Flush
	_ = flush()
	var mu sync.Mutex
	ended := false
	send = func(b []byte) error {
		var out strings.Builder
		out.WriteString("event: message\n")
		for line := range strings.SplitSeq(string(b), "\n") {
			out.WriteString("data: " + strings.TrimRight(line, "\r") + "\n")
		}
		mu.Lock()
		defer mu.Unlock()
		if ended {
			return errors.New("the stream ended")
		}
		if _, err := io.WriteString(w, out.String()+"\n"); err != nil {
			return err
		}
		return flush()
	}
	return send, func() {
		mu.Lock()
		ended = true
		mu.Unlock()
	}
}

// get opens the stream for what belongs to no call: once a session.
func (s *Server) get(w http.ResponseWriter, r *http.Request) {
	c := s.session(w, r)
	if c == nil {
		return
	}
	if c == s.open {
		w.Header().Set("Allow", "POST")
		http.Error(w, "a stream belongs to a session", http.StatusMethodNotAllowed)
		return
	}
	c.mu.Lock()
	if c.get != nil {
		c.mu.Unlock()
		http.Error(w, "this session has a stream", http.StatusConflict)
		return
	}
	send, end := events(w)
	defer end()
	c.get = send
	c.mu.Unlock()
	select {
	case <-r.Context().Done():
	case <-c.life.Done():
	}
	c.mu.Lock()
	c.get = nil
	c.mu.Unlock()
}
