package core

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/pkg/browser"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// openerWait is how long the system's opener may take to say that it could not: some stay until the browser is closed.
const openerWait = 3 * time.Second

// openBrowser opens the user's browser with an http or https URL, as one argument of a program and never by way of a
// shell.
func (c *Core) openBrowser(ctx context.Context, url string) error {
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return &fault.CallError{Kind: fault.Input, Step: "open the browser", Message: "only http and https addresses are opened"}
	}
	open := c.opts.Browser
	if open == nil {
		open = SystemBrowser
	}
	done := make(chan error, 1)
	go func() { done <- open(ctx, url) }()
	select {
	case err := <-done:
		return err
	case <-time.After(openerWait):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SystemBrowser opens the system's browser with a URL.
func SystemBrowser(_ context.Context, url string) error {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard // the command line's output is its own
	if err := browser.OpenURL(url); err != nil {
		return fmt.Errorf("open the browser: %w", err)
	}
	return nil
}
