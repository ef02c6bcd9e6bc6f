package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/netutil"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// Limits of the redirect listener. It is open to every program of this machine and, through the browser, to every
// web page: it reads little, holds few connections and waits for none of them.
const (
	listenerHeader  = 64 << 10        // bytes of a request's head: a code can be a long JWT
	listenerConns   = 32              // connections at a time
	listenerTimeout = 5 * time.Second // for a head to arrive, and for the page to leave
	listenerFlush   = time.Second     // how long Close lets an answer under way leave
	maxStrays       = 50              // listed; more are counted
	bindTries       = 20              // ephemeral ports tried until one is free in both address families
)

var errListenerClosed = errors.New("the redirect listener was closed")

// listener waits on the loopback interface for the one callback of a sign-in (RFC 8252 section 7.3). Only a GET on
// its exact path with the state that [listener.Expect] named uses it up. Everything else gets 404 and is listed.
// Its methods are safe for concurrent use.
type listener struct {
	uri, host, path string // redirect URI; its authority, its path
	now             func() time.Time
	server          *http.Server
	ended           chan struct{} // closed by Close
	served          sync.WaitGroup
	answering       sync.WaitGroup
	closing         sync.Once

	mu      sync.Mutex
	state   string        // pending, empty: none
	got     *Callback     // the callback, once it is there
	arrived chan struct{} // closed when got is set
	strays  []Stray
	more    int
	onStray func()
}

// listen binds the redirect listener: host is 127.0.0.1 (also when empty), ::1, or localhost, which stands for both
// on one port because a browser may choose either. Port 0 is an ephemeral one. path begins with a slash; empty:
// /callback. now may be nil. Errors are [fault.CallError]; ctx bounds the binding only.
func listen(ctx context.Context, host string, port int, path string, now func() time.Time) (*listener, error) {
	if host == "" {
		host = "127.0.0.1"
	}
	if path == "" {
		path = "/callback"
	}
	if now == nil {
		now = time.Now
	}
	if err := checkRedirect(host, port, path); err != nil {
		return nil, err
	}
	sockets, err := bind(ctx, host, port)
	if err != nil {
		return nil, err
	}
	authority := net.JoinHostPort(host, strconv.Itoa(portOf(sockets[0])))
	l := &listener{
		uri: "http://" + authority + path, host: authority, path: path, now: now,
		ended: make(chan struct{}), arrived: make(chan struct{}),
	}
	l.server = &http.Server{
		Handler: l, ReadHeaderTimeout: listenerTimeout, ReadTimeout: listenerTimeout, WriteTimeout: listenerTimeout,
		MaxHeaderBytes: listenerHeader, ErrorLog: quietLog(),
	}
	l.server.SetKeepAlivesEnabled(false)
	for _, s := range sockets {
		l.served.Go(func() { _ = l.server.Serve(netutil.LimitListener(s, listenerConns)) })
	}
	return l, nil
}

func checkRedirect(host string, port int, path string) error {
	u, err := url.Parse("http://h" + path)
	var why, fix string
	switch {
	case host != "127.0.0.1" && host != "localhost" && host != "::1":
		why, fix = fmt.Sprintf("%q is no loopback host.", host), "Use 127.0.0.1 or localhost."
	case port < 0 || port > 65535:
		why, fix = fmt.Sprintf("%d is no port.", port), "Use 0 for a free one, or 1024 to 65535."
	case err != nil || !strings.HasPrefix(path, "/") || u.EscapedPath() != path || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		why, fix = fmt.Sprintf("%q is no plain path.", path), "Use a path like /callback."
	default:
		return nil
	}
	return &fault.CallError{
		Kind: fault.Input, Step: "open the redirect listener",
		Message: "The redirect URI in the settings cannot be used: " + why, Hint: fix,
	}
}

// bind opens the sockets. A machine without IPv6 serves localhost on 127.0.0.1 alone; a port that another program has
// in one family only is refused, because that program could get the code.
func bind(ctx context.Context, host string, port int) ([]net.Listener, error) {
	first, second := host, ""
	if host == "localhost" {
		first, second = "127.0.0.1", "::1"
	}
	var err error
	for range bindTries {
		var a, b net.Listener
		if err = ctx.Err(); err != nil {
			break
		}
		if a, err = socket(ctx, first, port); err != nil {
			break
		}
		if second == "" {
			return []net.Listener{a}, nil
		}
		b, err = socket(ctx, second, portOf(a))
		switch {
		case err == nil:
			return []net.Listener{a, b}, nil
		case !errors.Is(err, errInUse):
			return []net.Listener{a}, nil
		}
		_ = a.Close()
		if port != 0 {
			break
		}
	}
	return nil, bindFault(host, port, err)
}

func socket(ctx context.Context, host string, port int) (net.Listener, error) {
	network := "tcp4"
	if host == "::1" {
		network = "tcp6"
	}
	var c net.ListenConfig
	return c.Listen(ctx, network, net.JoinHostPort(host, strconv.Itoa(port)))
}

func portOf(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }

func bindFault(host string, port int, err error) error {
	f := &fault.CallError{Kind: fault.Input, Step: "open the redirect listener", Cause: err}
	switch {
	case errors.Is(err, context.Canceled):
		f.Kind, f.Message = fault.Cancelled, "Signing in was cancelled."
	case errors.Is(err, errInUse):
		f.Message = fmt.Sprintf("Port %d of %s is in use by another program.", port, host)
		f.Hint = "End that program, or set another redirect port for this server: 0 takes a free one. A client registered with this port must then be registered again."
	case errors.Is(err, syscall.EACCES):
		f.Message, f.Hint = fmt.Sprintf("This user may not open port %d of %s.", port, host), "Set a redirect port of 1024 or higher, or 0 for a free one."
	default:
		f.Kind, f.Message = fault.Internal, fmt.Sprintf("The redirect listener on %s port %d could not be opened: %v.", host, port, err)
		f.Hint = "A firewall or a sandbox may forbid it: allow Sightglass to listen on the loopback interface."
	}
	return f
}

// RedirectURI is the redirect URI, exactly as it has to be registered and sent.
func (l *listener) RedirectURI() string { return l.uri }

// Expect arms the listener for one callback with this state. It may be called again for another attempt with the same
// redirect URI: what came before is forgotten, except strays.
func (l *listener) Expect(state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
	if l.got != nil {
		l.got, l.arrived = nil, make(chan struct{})
	}
}

// Wait returns the callback. It fails with ctx's error, or when the listener is closed.
func (l *listener) Wait(ctx context.Context) (Callback, error) {
	for {
		l.mu.Lock()
		got, arrived := l.got, l.arrived
		l.mu.Unlock()
		if got != nil {
			return *got, nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return Callback{}, ctx.Err()
		case <-l.ended:
			return Callback{}, errListenerClosed
		}
	}
}

// Strays lists the requests that were not the callback, in order. It is never nil.
func (l *listener) Strays() []Stray {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := append([]Stray{}, l.strays...)
	if l.more > 0 {
		list = append(list, Stray{At: l.strays[len(l.strays)-1].At, Why: fmt.Sprintf("%d more requests are not listed.", l.more)})
	}
	return list
}

// OnStray sets what is called after each stray, from the listener's goroutines; it must return at once.
func (l *listener) OnStray(f func()) {
	l.mu.Lock()
	l.onStray = f
	l.mu.Unlock()
}

// Close ends the listener, its connections and every Wait. An answer under way has a second to leave. It may be
// called twice.
func (l *listener) Close() error {
	l.closing.Do(func() {
		l.mu.Lock()
		close(l.ended)
		l.mu.Unlock()
		left := make(chan struct{})
		go func() { l.answering.Wait(); close(left) }()
		t := time.NewTimer(listenerFlush)
		defer t.Stop()
		select {
		case <-left:
		case <-t.C:
		}
		_ = l.server.Close()
		l.served.Wait()
		<-left // the connections are closed: no write blocks
	})
	return nil
}

// ServeHTTP implements http.Handler.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !l.begin() {
		return
	}
	defer l.answering.Done()
	arrived, why := l.take(r)
	status, page := http.StatusOK, pageDone
	if arrived == nil {
		l.stray(r, why)
		status, page = http.StatusNotFound, pageNothing
	} else {
		defer close(arrived) // after the page: whoever waits may close the listener
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(page)))
	h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(page))
	_ = http.NewResponseController(w).Flush()
}

// begin counts an answer, unless the listener ends.
func (l *listener) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-l.ended:
		return false
	default:
		l.answering.Add(1)
		return true
	}
}

// take makes r the callback, or says why it is none. What it returns is to be closed when the answer has left.
func (l *listener) take(r *http.Request) (arrived chan struct{}, why string) {
	path, query, _ := strings.Cut(r.RequestURI, "?")
	switch {
	case !strings.EqualFold(r.Host, l.host):
		// A page elsewhere can point its own name at 127.0.0.1 (DNS rebinding): the name then stands in Host.
		return nil, "Its Host header is not " + l.host + "."
	case path != l.path:
		return nil, "It is for another path."
	case r.Method == http.MethodPost:
		return nil, "It is a POST: the answer must come as a redirect (response_mode query), not as a form."
	case r.Method != http.MethodGet:
		return nil, "It is no GET."
	}
	values, _ := url.ParseQuery(query) // what cannot be read is left out; the raw target is kept
	l.mu.Lock()
	defer l.mu.Unlock()
	states := values["state"]
	switch {
	case l.got != nil:
		return nil, "The callback has come already."
	case l.state == "":
		return nil, "No sign-in waits for it yet."
	case len(states) == 0:
		return nil, "It has no state parameter, so it cannot be told from a forged one (RFC 6749 section 10.12)."
	case len(states) > 1:
		return nil, "It has several state parameters (RFC 6749 section 3.1 allows one)."
	case subtle.ConstantTimeCompare([]byte(states[0]), []byte(l.state)) != 1:
		return nil, "Its state is not the one that was sent: it belongs to another attempt, or is forged (RFC 6749 section 10.12)."
	}
	l.got = &Callback{Raw: r.RequestURI, Query: values, At: l.now()}
	return l.arrived, ""
}
