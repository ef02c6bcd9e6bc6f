package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const browserWait = 5 * time.Minute

// browser opens the user's browser and waits for the callback.
func (d *draft) browser(ctx context.Context) error {
	p := d.f.pending
	if d.f.back != nil {
		d.pastedFact()
		return nil
	}
	if err := d.needs(p != nil, StepAuthorize); err != nil {
		return err
	}
	if err := d.takeTurn(ctx, p.Client.ID); err != nil {
		return err
	}
	d.f.mu.Lock()
	l := d.f.listener
	d.f.mu.Unlock()
	if l == nil { // step by step, the listener of the run before is closed: its port is taken again
		host, port, why := d.registeredPlace(&Client{RedirectURI: p.RedirectURI, AuthMethod: d.set.ClientAuth})
		if why != "" {
			host, port = "", 0
		}
		uri, err := d.bindListener(ctx, host, port)
		if err != nil {
			return err
		}
		if uri != p.RedirectURI {
			d.warn("The listener waits at "+uri+", not at the request's redirect URI: paste the callback URL.", "", "")
		}
		d.f.mu.Lock()
		l = d.f.listener
		d.f.mu.Unlock()
	}
	if l == nil {
		return cancelled(&d.cfg, d.s.Title, errNoListener)
	}
	back, err := d.await(ctx, l, p)
	d.f.mu.Lock()
	d.f.wait, d.f.pasted = nil, nil
	d.f.mu.Unlock()
	for _, s := range l.Strays() {
		d.info(fmt.Sprintf("Something else reached the listener: %s %s. %s", s.Method, s.Target, s.Why), "", "")
	}
	if err != nil {
		return err
	}
	for _, code := range few(back.Query["code"]) {
		hide(&d.cfg, "code", code)
	}
	d.f.update(func() { d.f.back = back })
	d.arrow(Message{From: ActorBrowser, To: ActorClient, Label: "GET " + pathOf(p.RedirectURI), Method: "GET", URL: p.RedirectURI, State: Done, Text: "The callback."})
	d.s.Verdict = "The browser came back."
	return nil
}

func (d *draft) pastedFact() {
	d.arrow(Message{From: ActorBrowser, To: ActorClient, Label: "callback URL", State: Done, Text: "Pasted by hand."})
	d.s.Verdict = "The callback URL was pasted."
}

// await waits for the listener or a pasted URL.
func (d *draft) await(ctx context.Context, l *listener, p *Pending) (*Callback, error) {
	limit := d.set.BrowserWait
	if limit <= 0 {
		limit = browserWait
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	l.Expect(p.State)
	now := clock(&d.cfg)
	pasted := make(chan Callback, 1)
	d.f.mu.Lock()
	d.f.pasted = pasted
	d.f.wait = &Wait{URL: p.URL, RedirectURI: l.RedirectURI(), Since: now, Until: now.Add(limit)}
	d.f.mu.Unlock()
	d.s.State = Asking
	d.s.Verdict = "Waiting for you to sign in in the browser."
	d.fact("redirect URI", l.RedirectURI(), "the listener waits here, for one GET with the state of this request")
	d.arrow(Message{From: ActorClient, To: ActorBrowser, Label: "open the authorization URL", State: Done, Text: "The user signs in and consents there."})
	d.arrow(Message{From: ActorBrowser, To: ActorAuth, Label: "GET " + pathOf(p.URL), Method: "GET", URL: d.f.as.AuthorizationEndpoint, State: Running, Text: "Not seen by Sightglass: it happens in the browser."})
	d.open(ctx, p.URL)

	type answer struct {
		c   Callback
		err error
	}
	got := make(chan answer, 1)
	listening, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Wait(listening)
		got <- answer{c, err}
	}()
	defer func() { stop(); <-done }()
	d.s.State = Running
	select {
	case a := <-got:
		d.lastArrow().State = Done
		if a.err != nil {
			d.lastArrow().State = Skipped
			return nil, d.noCallback(a.err, limit)
		}
		return &a.c, nil
	case c := <-pasted:
		d.lastArrow().State = Done
		return &c, nil
	}
}

// noCallback is why there is none.
func (d *draft) noCallback(err error, limit time.Duration) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return &problem{
			kind: fault.Timeout, text: fmt.Sprintf("The browser did not come back within %s.", spanText(limit)), source: "RFC 6749 section 4.1.2",
			fix: "If the browser shows an error of the authorization server (an unknown client, a redirect URI that does not match), that is the reason: it must not send you back then. If it came back elsewhere, paste the URL from its address bar. For more time, set a longer wait for the browser in the sign-in settings.",
		}
	case errors.Is(err, errListenerClosed):
		return &fault.CallError{Kind: fault.Cancelled, Message: "The redirect listener was closed.", Hint: "Sign in again when you are ready.", Cause: err}
	}
	return err
}

// open sends the browser on its way. The opener runs apart: it may return when the page is there, and the callback
// comes before that. It ends with the wait's context.
func (d *draft) open(ctx context.Context, target string) {
	f := d.f
	go func() {
		if err := f.openURL(ctx, target); err != nil && ctx.Err() == nil {
			f.openFailed(err)
		}
	}()
}

// openURL opens http and https URLs only: anything else an authorization server names could start a program.
func (f *Flow) openURL(ctx context.Context, target string) error {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return errors.New("it is no https URL")
	}
	if f.cfg.Browser == nil {
		return errors.New("there is no browser here")
	}
	return f.cfg.Browser(ctx, target)
}

func (f *Flow) openFailed(err error) {
	f.update(func() {
		if f.wait != nil {
			f.wait.OpenError = cutText("The browser could not be opened: "+err.Error()+". Copy the URL and open it yourself.", 500)
		}
	})
}

// OpenAgain opens the browser once more with the request that waits. Errors are [fault.CallError].
func (f *Flow) OpenAgain(ctx context.Context) error {
	w := f.Browser()
	if w == nil {
		return &fault.CallError{Server: f.cfg.Server, Kind: fault.Input, Step: "open the browser", Message: "No sign-in waits for the browser.", Hint: "Sign in first."}
	}
	if err := f.openURL(ctx, w.URL); err != nil {
		f.openFailed(err)
		return &fault.CallError{
			Server: f.cfg.Server, Kind: fault.Internal, Step: "open the browser", Message: "The browser could not be opened: " + cutText(err.Error(), 300) + ".",
			Hint: "Copy the URL and open it yourself.", Cause: err,
		}
	}
	f.update(func() {
		if f.wait != nil {
			f.wait.OpenError = ""
		}
	})
	return nil
}

// paste hands a callback URL to the wait for the browser; done is false when nothing waits.
func (f *Flow) paste(raw string) (done bool, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.pasted == nil {
		return false, nil
	}
	c := readCallback(raw, clock(&f.cfg))
	select {
	case f.pasted <- c:
	default: // one is there already
	}
	return true, nil
}
