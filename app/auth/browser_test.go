package auth

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// waiting runs a flow in the background until it waits for the browser.
func waiting(t *testing.T, f *Flow) (*Wait, func() (*Token, error)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	type result struct {
		token *Token
		err   error
	}
	done := make(chan result, 1)
	go func() {
		token, err := f.Run(ctx)
		done <- result{token, err}
	}()
	end := func() (*Token, error) {
		select {
		case r := <-done:
			return r.token, r.err
		case <-time.After(patience):
			t.Fatal("the flow does not end")
			return nil, nil
		}
	}
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if w := f.Browser(); w != nil {
			return w, end
		}
		select {
		case r := <-done:
			t.Fatalf("it ended: %v", r.err)
		default:
		}
	}
	t.Fatal("it does not wait for the browser")
	return nil, nil
}

func get(t *testing.T, target string) int {
	t.Helper()
	c := plainClient(t)
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

func TestBrowserFails(t *testing.T) {
	noLeaks(t)
	w, r := worldRig(t, authtest.Options{}, Settings{})
	var mu sync.Mutex
	fail := errors.New("no xdg-open\nhere")
	r.cfg.Browser = func(ctx context.Context, target string) error {
		mu.Lock()
		defer mu.Unlock()
		if fail != nil {
			return fail
		}
		return w.Browser(ctx, target)
	}
	f := r.flow(Start{Challenge: r.refused()})
	wait, end := waiting(t, f)
	for deadline := time.Now().Add(patience); f.Browser().OpenError == "" && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
	if got := f.Browser().OpenError; !strings.Contains(got, "no xdg-open here") {
		t.Errorf("open error %q", got)
	}
	if err := f.OpenAgain(t.Context()); !fault.Is(err, fault.Internal) {
		t.Errorf("again: %v", err)
	}
	u, _ := url.Parse(wait.URL)
	if get(t, wait.RedirectURI+"?state=guess&code=x") != 404 || get(t, wait.RedirectURI+"/favicon.ico") != 404 {
		t.Error("a stray was taken")
	}
	if strays := f.Browser().Strays; len(strays) != 2 {
		t.Errorf("strays %+v", strays)
	}
	if stepOf(t, f, StepBrowser).State != Asking || f.Asking() || !wait.Until.After(wait.Since) || u.Query().Get("redirect_uri") != wait.RedirectURI {
		t.Errorf("wait %+v", wait)
	}
	mu.Lock()
	fail = nil
	mu.Unlock()
	if err := f.OpenAgain(t.Context()); err != nil {
		t.Error(err)
	}
	if token, err := end(); err != nil || token == nil {
		t.Error(err)
	}
	if f.Browser() != nil {
		t.Error("it still waits")
	}
	if err := f.OpenAgain(t.Context()); !fault.Is(err, fault.Input) {
		t.Errorf("after the end: %v", err)
	}
	r.sound(f)
}

func TestBrowserTimesOut(t *testing.T) {
	noLeaks(t)
	_, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{Hold: true}}, Settings{BrowserWait: 50 * time.Millisecond})
	f, _, err := r.run(Start{Challenge: r.refused()})
	if !fault.Is(err, fault.Timeout) || f.Next() != StepBrowser || stepOf(t, f, StepBrowser).State != Failed {
		t.Errorf("%v, next %s", err, f.Next())
	}
}

// A callback with another state is not the one: it is listed and the wait goes on.
func TestBrowserForgedState(t *testing.T) {
	w, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{BadState: true}}, Settings{BrowserWait: 300 * time.Millisecond})
	f, _, err := r.run(Start{Challenge: r.refused()})
	if !fault.Is(err, fault.Timeout) || len(w.Of(authtest.Token)) != 0 || !hasFinding(stepOf(t, f, StepBrowser), "Its state is not the one") {
		t.Errorf("%v %+v", err, stepOf(t, f, StepBrowser).Findings)
	}
}

func TestBrowserCancelled(t *testing.T) {
	noLeaks(t)
	_, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{Hold: true}}, Settings{})
	f := r.flow(Start{Challenge: r.refused()})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := f.Run(ctx)
		done <- err
	}()
	for f.Browser() == nil {
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	if err := <-done; !fault.Is(err, fault.Cancelled) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if f.Next() != StepBrowser || stepOf(t, f, StepBrowser).State != Waiting || f.Browser() != nil {
		t.Errorf("next %s", f.Next())
	}
}

func TestBrowserClosed(t *testing.T) {
	noLeaks(t)
	_, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{Hold: true}}, Settings{})
	f := r.flow(Start{Challenge: r.refused()})
	_, end := waiting(t, f)
	_ = f.Close()
	_ = f.Close()
	if _, err := end(); !fault.Is(err, fault.Cancelled) {
		t.Errorf("%v", err)
	}
	if err := f.Prepare(t.Context()); err != nil {
		t.Errorf("nothing to prepare: %v", err)
	}
	if err := f.RunStep(t.Context(), StepClient, nil); !fault.Is(err, fault.Cancelled) {
		t.Errorf("after Close: %v", err)
	}
}

// A callback URL pasted while the browser is waited for is taken, and checked as any other.
func TestCallbackPasted(t *testing.T) {
	for _, id := range []StepID{StepBrowser, StepCallback} {
		w, r := worldRig(t, authtest.Options{}, Settings{})
		r.cfg.Browser = func(context.Context, string) error { return errors.New("elsewhere") }
		f := r.flow(Start{Challenge: r.refused()})
		wait, end := waiting(t, f)
		c := w.Client()
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, wait.URL, nil)
		res, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if err := f.RunStep(t.Context(), id, map[string]string{"callback": res.Header.Get("Location")}); err != nil {
			t.Fatal(err)
		}
		if token, err := end(); err != nil || token == nil {
			t.Errorf("%s: %v", id, err)
		}
		r.sound(f)
	}
	_, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{Hold: true}}, Settings{})
	f := r.flow(Start{Challenge: r.refused()})
	_, end := waiting(t, f)
	if err := f.RunStep(t.Context(), StepBrowser, map[string]string{"callback": "http://127.0.0.1/callback?code=x&state=forged"}); err != nil {
		t.Fatal(err)
	}
	if _, err := end(); !fault.Is(err, fault.Protocol) || f.Next() != StepCallback {
		t.Errorf("forged: %v", err)
	}
}

// Only http and https URLs are opened, whatever the metadata say.
func TestBrowserOpensWebOnly(t *testing.T) {
	var opened []string
	f := NewFlow(Config{Browser: func(_ context.Context, u string) error { opened = append(opened, u); return nil }}, Start{})
	for _, bad := range []string{"javascript:alert(1)", "file:///etc/passwd", "vscode://x/y", "", "https:", "//x/y", "-flag", "data:text/html,x"} {
		if err := f.openURL(t.Context(), bad); err == nil {
			t.Errorf("%q is opened", bad)
		}
	}
	if len(opened) > 0 {
		t.Errorf("opened %q", opened)
	}
	if err := f.openURL(t.Context(), "https://as.example/a"); err != nil || len(opened) != 1 {
		t.Error(err)
	}
}
