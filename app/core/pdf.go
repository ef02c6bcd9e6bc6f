package core

import (
	"errors"
	"fmt"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/sandbox"
)

// ShowPDF makes an empty PDF viewer available to a frame. The window posts the file's bytes to it: the viewer reaches
// neither the network nor the program.
func (c *Core) ShowPDF() (HTMLPage, error) {
	page, err := c.showPDF()
	if err == nil {
		return page, nil
	}
	hint := "Save it, or look at its bytes."
	if errors.Is(err, sandbox.ErrTooMany) {
		hint = "Close some of them."
	}
	return HTMLPage{}, &fault.CallError{Kind: fault.Input, Step: "show PDF", Message: err.Error(), Hint: hint, Cause: err}
}

func (c *Core) showPDF() (HTMLPage, error) {
	if c.opts.PDFViewer == nil {
		return HTMLPage{}, errors.New("there is no window to show it in")
	}
	script, err := c.opts.PDFViewer()
	if err != nil {
		return HTMLPage{}, fmt.Errorf("read the viewer: %w", err)
	}
	// Its scripts are the program's own, but work on a file of a server: one that holds them up is ended as an app is.
	a := &openApp{id: newID(), scripts: true, reports: AppReports{Blocked: []AppBlocked{}}}
	opened, err := c.apps.add(a, sandbox.Document{Script: script, OnReport: func(r sandbox.Report) { c.appBlocked(a, r) }})
	if err != nil {
		return HTMLPage{}, err
	}
	return HTMLPage{ID: a.id, URL: opened.URL, Sandbox: opened.Sandbox, Policy: opened.Policy}, nil
}
