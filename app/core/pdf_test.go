package core

import (
	"errors"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/fault"
)

func TestShowPDF(t *testing.T) {
	script, failure := []byte("draw()"), error(nil)
	c := New(Options{Dir: t.TempDir(), Memory: true, PDFViewer: func() ([]byte, error) { return script, failure }})
	t.Cleanup(func() { _ = c.Close() })
	page, err := c.ShowPDF()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(page.URL, "http://127.0.0.1:") || !strings.Contains(page.Policy, "connect-src 'none'") || strings.Contains(page.Sandbox, "same-origin") {
		t.Errorf("%+v", page)
	}
	if !c.ShowsScripts() {
		t.Error("a file that holds the window up is not looked after")
	}
	c.CloseApp(page.ID)
	if c.ShowsScripts() {
		t.Error("it is still open")
	}
	failure = errors.New("not built")
	if _, err := c.ShowPDF(); err == nil || !strings.Contains(err.Error(), "not built") {
		t.Error(err)
	}
	failure = nil
	for range 32 {
		if _, err := c.ShowPDF(); err != nil {
			t.Fatal(err)
		}
	}
	var told *fault.CallError
	if _, err := c.ShowPDF(); !errors.As(err, &told) || !strings.Contains(told.Message, "32") || told.Hint != "Close some of them." {
		t.Error(err)
	}
	without := New(Options{Dir: t.TempDir(), Memory: true})
	t.Cleanup(func() { _ = without.Close() })
	if _, err := without.ShowPDF(); err == nil {
		t.Error("a program without a window shows PDF")
	}
}
