package auth

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

func startListener(t *testing.T, host string) *listener {
	t.Helper()
	noLeaks(t)
	l, err := listen(t.Context(), host, 0, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// knock sends one request and returns status and page.
func knock(t *testing.T, method, target, host string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		req.Host = host
	}
	c := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

// Only a GET on the exact path with the pending state uses the listener up.
func TestListenerStrays(t *testing.T) {
	l := startListener(t, "127.0.0.1")
	base := strings.TrimSuffix(l.RedirectURI(), "/callback")
	if code, _, _ := knock(t, "GET", l.RedirectURI()+"?state=S&code=early", ""); code != 404 {
		t.Errorf("before a state was expected: %d, want 404", code)
	}
	l.Expect("S")
	told := 0
	var mu sync.Mutex
	l.OnStray(func() { mu.Lock(); told++; mu.Unlock() })
	strays := []struct{ name, method, target, host, why, shown string }{
		{"another path", "GET", base + "/favicon.ico", "", "another path", "/favicon.ico"},
		{"longer path", "GET", l.RedirectURI() + "/?state=S", "", "another path", "/callback/ (state)"},
		{"encoded path", "GET", base + "/%63allback?state=S", "", "another path", "/%63allback (state)"},
		{"no state", "GET", l.RedirectURI() + "?code=sekrit", "", "no state", "/callback (code)"},
		{"empty state", "GET", l.RedirectURI() + "?state=&code=sekrit", "", "not the one", "/callback (state, code)"},
		{"wrong state", "GET", l.RedirectURI() + "?code=sekrit&state=sekrit2", "", "not the one", "/callback (code, state)"},
		{"two states", "GET", l.RedirectURI() + "?state=S&state=sekrit", "", "several state", "/callback (state)"},
		{"POST", "POST", l.RedirectURI() + "?state=S", "", "POST", "/callback (state)"},
		{"HEAD", "HEAD", l.RedirectURI() + "?state=S", "", "no GET", "/callback (state)"},
		{"OPTIONS", "OPTIONS", l.RedirectURI() + "?state=S", "", "no GET", "/callback (state)"},
		{"rebound name", "GET", l.RedirectURI() + "?state=S", "evil.example:80", "Host header", "/callback (state)"},
		{"localhost for 127.0.0.1", "GET", l.RedirectURI() + "?state=S", strings.Replace(l.host, "127.0.0.1", "localhost", 1), "Host header", "/callback (state)"},
		{"no port", "GET", l.RedirectURI() + "?state=S", "127.0.0.1", "Host header", "/callback (state)"},
	}
	for _, tt := range strays {
		code, page, _ := knock(t, tt.method, tt.target, tt.host)
		if code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", tt.name, code)
		}
		if strings.Contains(page, "sekrit") {
			t.Errorf("%s: the page echoes: %s", tt.name, page)
		}
	}
	list := l.Strays()[1:]
	if len(list) != len(strays) {
		t.Fatalf("%d strays, want %d: %+v", len(list), len(strays), list)
	}
	for i, tt := range strays {
		if got := list[i]; got.Method != tt.method || got.Target != tt.shown || !strings.Contains(got.Why, tt.why) || got.At == 0 {
			t.Errorf("%s: listed as %+v, want %s %s (%s)", tt.name, got, tt.method, tt.shown, tt.why)
		}
	}
	noSecrets(t, "the list of strays", list, "sekrit")
	mu.Lock()
	if told != len(strays) {
		t.Errorf("told %d times, want %d", told, len(strays))
	}
	mu.Unlock()

	code, page, h := knock(t, "GET", l.RedirectURI()+"?state=S&code=the%20code&iss=https%3A%2F%2Fas", "")
	if code != http.StatusOK || !strings.Contains(page, "You can close this tab") {
		t.Errorf("callback: %d %s", code, page)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
		if h.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, h.Get(name), want)
		}
	}
	if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") {
		t.Errorf("CSP is %q", csp)
	}
	for _, word := range []string{"the code", "https://as", "<script", "<img", "http-equiv", "src="} {
		if strings.Contains(page, word) {
			t.Errorf("the page holds %q", word)
		}
	}
	got, err := l.Wait(t.Context())
	if err != nil || got.Query.Get("code") != "the code" || got.Raw != "/callback?state=S&code=the%20code&iss=https%3A%2F%2Fas" || got.At.IsZero() {
		t.Errorf("callback %+v, %v", got, err)
	}
	if code, _, _ := knock(t, "GET", l.RedirectURI()+"?state=S&code=again", ""); code != 404 {
		t.Errorf("the second callback got %d, want 404", code)
	}
	if again, err := l.Wait(t.Context()); err != nil || again.Query.Get("code") != "the code" {
		t.Errorf("after a second callback: %+v, %v", again, err)
	}
}

func TestListenerParallelCallbacks(t *testing.T) {
	l := startListener(t, "localhost")
	l.Expect("S")
	const n = 40
	codes := make(chan int, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			code, _, _ := knock(t, "GET", fmt.Sprintf("%s?state=S&code=%d", l.RedirectURI(), i), "")
			codes <- code
		})
	}
	got, err := l.Wait(t.Context())
	if err != nil || got.Query.Get("code") == "" {
		t.Fatalf("callback %+v, %v", got, err)
	}
	wg.Wait()
	close(codes)
	won := 0
	for c := range codes {
		if c == http.StatusOK {
			won++
		}
	}
	if won != 1 || len(l.Strays()) != n-1 {
		t.Errorf("%d callbacks were taken and %d are strays, want 1 and %d", won, len(l.Strays()), n-1)
	}
}

func TestListenerLocalhostServesBothFamilies(t *testing.T) {
	l := startListener(t, "localhost")
	l.Expect("S")
	_, port, _ := net.SplitHostPort(l.host)
	if !strings.HasPrefix(l.RedirectURI(), "http://localhost:"+port+"/callback") {
		t.Errorf("redirect URI %s", l.RedirectURI())
	}
	ips := []string{"127.0.0.1"}
	if probe, err := net.Listen("tcp6", "[::1]:0"); err == nil {
		_ = probe.Close()
		ips = append(ips, "::1")
	}
	for _, ip := range ips {
		if code, _, _ := knock(t, "GET", "http://"+net.JoinHostPort(ip, port)+"/nothing", "localhost:"+port); code != 404 {
			t.Errorf("%s answers %d", ip, code)
		}
	}
}

func TestListenerEnds(t *testing.T) {
	t.Run("cancel", func(t *testing.T) {
		l := startListener(t, "")
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Millisecond, cancel)
		if _, err := l.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("timeout", func(t *testing.T) {
		l := startListener(t, "")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if _, err := l.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("close frees a wait and drops idle and half-sent connections", func(t *testing.T) {
		l := startListener(t, "")
		var open []net.Conn
		for _, text := range []string{"", "GET /callback?state=", "GET /x HTTP/1.1\r\nHost: "} {
			c, err := net.Dial("tcp", l.host)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, _ = io.WriteString(c, text)
			open = append(open, c)
		}
		done := make(chan error, 1)
		go func() { _, err := l.Wait(context.Background()); done <- err }()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, errListenerClosed) {
			t.Errorf("Wait: %v", err)
		}
		for _, c := range open {
			_ = c.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.ReadAll(c); err != nil && errors.Is(err, context.DeadlineExceeded) {
				t.Error("a connection stayed open")
			}
		}
		if c, err := net.Dial("tcp", l.host); err == nil {
			_ = c.Close()
			t.Error("the port is still open")
		}
	})
	t.Run("armed again", func(t *testing.T) {
		l := startListener(t, "")
		for _, state := range []string{"A", "B"} {
			l.Expect(state)
			if code, _, _ := knock(t, "GET", l.RedirectURI()+"?state="+state+"&code="+state, ""); code != 200 {
				t.Errorf("%s: %d", state, code)
			}
			if got, err := l.Wait(t.Context()); err != nil || got.Query.Get("code") != state {
				t.Errorf("%s: %+v, %v", state, got, err)
			}
		}
		if code, _, _ := knock(t, "GET", l.RedirectURI()+"?state=A&code=A", ""); code != 404 {
			t.Errorf("the state of an earlier attempt got %d", code)
		}
	})
}

func TestListenerBinding(t *testing.T) {
	noLeaks(t)
	held, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	cases := []struct {
		name, host, path string
		port             int
		want             string
	}{
		{"port in use", "127.0.0.1", "", portOf(held), "in use by another program"},
		{"port in use, localhost", "localhost", "", portOf(held), "in use by another program"},
		{"not loopback", "0.0.0.0", "", 0, "no loopback host"},
		{"a name", "example.com", "", 0, "no loopback host"},
		{"port", "", "", 70000, "no port"},
		{"path", "", "callback", 0, "no plain path"},
		{"path with query", "", "/c?x=1", 0, "no plain path"},
		{"path with space", "", "/a b", 0, "no plain path"},
	}
	if six, err := net.Listen("tcp6", "[::1]:0"); err == nil {
		defer six.Close()
		cases = append(cases, struct {
			name, host, path string
			port             int
			want             string
		}{"port in use on ::1 alone", "localhost", "", portOf(six), "in use by another program"})
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			l, err := listen(t.Context(), tt.host, tt.port, tt.path, nil)
			if err == nil {
				_ = l.Close()
				t.Fatal("it was opened")
			}
			if f := fault.As(err); f == nil || f.Kind != fault.Input || !strings.Contains(f.Message, tt.want) || f.Hint == "" {
				t.Errorf("got %+v, want %q", f, tt.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := listen(ctx, "", 0, "", nil); !fault.Is(err, fault.Cancelled) {
		t.Errorf("cancelled: %v", err)
	}
	l, err := listen(t.Context(), "127.0.0.1", 0, "/oauth/back", nil)
	if err != nil {
		t.Fatal(err)
	}
	port := portOf2(t, l)
	_ = l.Close()
	if l, err = listen(t.Context(), "127.0.0.1", port, "/oauth/back", nil); err != nil {
		t.Fatalf("the port of an earlier run: %v", err)
	}
	if want := fmt.Sprintf("http://127.0.0.1:%d/oauth/back", port); l.RedirectURI() != want {
		t.Errorf("redirect URI %s, want %s", l.RedirectURI(), want)
	}
	_ = l.Close()
}

func portOf2(t *testing.T, l *listener) int {
	t.Helper()
	u, err := url.Parse(l.RedirectURI())
	if err != nil {
		t.Fatal(err)
	}
	var p int
	_, _ = fmt.Sscan(u.Port(), &p)
	return p
}

func TestListenerBounds(t *testing.T) {
	l := startListener(t, "")
	l.Expect("S")
	c, err := net.Dial("tcp", l.host)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		_, _ = io.WriteString(c, "GET /callback?state=S HTTP/1.1\r\nHost: "+l.host+"\r\nX: "+strings.Repeat("x", 2*listenerHeader)+"\r\n\r\n")
	}()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err == nil {
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("a huge head got %d", resp.StatusCode)
		}
	}
	for i := range maxStrays + 5 {
		knock(t, "GET", fmt.Sprintf("http://%s/%d", l.host, i), "")
	}
	list := l.Strays()
	if len(list) != maxStrays+1 || !strings.Contains(list[maxStrays].Why, "5 more") {
		t.Errorf("%d strays, the last %+v", len(list), list[len(list)-1])
	}
}

// Whatever arrives: no panic, no echo, no value listed, and only the pending state is taken.
func FuzzCallback(f *testing.F) {
	for _, s := range []string{
		"GET /callback?state=S&code=c HTTP/1.1\r\nHost: 127.0.0.1:7\r\n\r\n",
		"GET /callback?state=%53&code=c;x=%zz HTTP/1.1\r\nHost: 127.0.0.1:7\r\n\r\n",
		"GET http://127.0.0.1:7/callback?state=S HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST /callback?state=S HTTP/1.0\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET //callback?state=S&state=S HTTP/1.1\r\nHost: 127.0.0.1:7\r\n\r\n",
		"CONNECT 127.0.0.1:7 HTTP/1.1\r\nHost: 127.0.0.1:7\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
		if err != nil {
			t.Skip()
		}
		l := &listener{path: "/callback", host: "127.0.0.1:7", state: "S", now: time.Now, ended: make(chan struct{}), arrived: make(chan struct{})}
		w := httptest.NewRecorder()
		l.ServeHTTP(w, r)
		page := w.Body.String()
		switch w.Code {
		case http.StatusOK:
			path, query, _ := strings.Cut(r.RequestURI, "?")
			v, _ := url.ParseQuery(query)
			if page != pageDone || r.Method != "GET" || path != "/callback" || len(v["state"]) != 1 || v["state"][0] != "S" || !strings.EqualFold(r.Host, l.host) {
				t.Errorf("taken: %s %s Host %s", r.Method, r.RequestURI, r.Host)
			}
		case http.StatusNotFound:
			if page != pageNothing || len(l.Strays()) != 1 {
				t.Errorf("page %q, strays %v", page, l.Strays())
			}
			if s := l.Strays()[0]; len(s.Target) > 1200 || strings.ContainsAny(s.Target+s.Method, "\r\n\x00\x1b") {
				t.Errorf("listed as %q", s.Target)
			}
		default:
			t.Errorf("status %d", w.Code)
		}
	})
}
