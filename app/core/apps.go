package core

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/sandbox"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// NudgeApps says that something of an app that is open changed.
const NudgeApps = "apps"

// Limits of an app.
const (
	maxAppChars   = 4 << 20 // characters of one message: a picture in base64 fits
	appPerSecond  = 200     // messages from an app, as app/sandbox/outer.js relays them
	maxAppBlocked = 200     // different things that were blocked and are told
)

// openApps are the pages of servers that are shown in frames.
type openApps struct {
	server sandbox.Server

	mu   sync.Mutex
	open map[string]*openApp // by id
}

// openApp is an app, or a page of HTML: then cn is nil.
type openApp struct {
	id, doc string // doc is the sandbox's
	name    string // of the tool
	scripts bool
	cn      *connection

	mu      sync.Mutex
	reports AppReports
}

// SandboxOrigin is the origin of the frames that show what servers send, "http://127.0.0.1:port".
func (c *Core) SandboxOrigin() (string, error) { return c.apps.server.Origin() }

// OpenApp reads the ui:// resource of a tool and makes it available to a frame. What goes wrong is in the App.
func (c *Core) OpenApp(ctx context.Context, in AppInput) App {
	out := App{Refused: []AppRefusal{}, Asked: []string{}, Granted: []string{}, Findings: []string{}, MaxChars: maxAppChars, PerSecond: appPerSecond}
	cn, s, err := c.live(in.Profile)
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	tool, err := c.tool(in.Profile, in.Index, in.Tool)
	if err == nil && tool.UI.URI == "" {
		err = input("open app", fmt.Sprintf("the tool %q names no resource of an app", tool.Name), "Its _meta.ui.resourceUri is to be a ui:// URI.")
	}
	if err != nil {
		out.Err = AsError(err)
		return out
	}
	out.Conn, out.URI, out.ToolRaw = cn.id, cn.text(tool.UI.URI), cn.text(string(tool.Raw))
	if !strings.HasPrefix(tool.UI.URI, "ui://") {
		out.Err = AsError(input("open app", "the resource of the app is no ui:// URI: "+out.URI, "MCP Apps are ui:// resources; nothing was read."))
		return out
	}
	cn.begin(in.Call, tool.UI.URI)
	res, err := s.Read(ctx, in.Call, tool.UI.URI)
	cn.finish(in.Call)
	if res != nil {
		out.Seq, out.Request = res.Response, res.Request
	}
	if err != nil {
		out.Err = cn.callError(err)
		return out
	}
	if err := c.showApp(cn, &out, tool.Name, tool.UI.URI, res.Result, in.Permissions); err != nil {
		out.Err = AsError(cn.masked(err))
	}
	return out
}

// showApp puts the HTML of an answer to resources/read into the sandbox.
func (c *Core) showApp(cn *connection, out *App, tool, uri string, result json.RawMessage, granted []string) error {
	content, err := appContent(uri, result, out)
	if err != nil {
		return err
	}
	out.MIMEType, out.Bytes = cn.text(content.MIMEType), int64(len(content.Body))
	ui, ok := session.ReadResourceUI(content.Meta)
	if !ok { // "with resources/list entry as fallback"
		if r := resourceCatalog().in(cn, -1, uri); r != nil {
			ui, _ = session.ReadResourceUI(r.Meta)
		}
	}
	if ui.Problem != "" {
		out.Findings = append(out.Findings, "_meta.ui of the resource: "+cn.text(ui.Problem))
	}
	out.Domain, out.Border = cn.text(ui.Domain), ui.PrefersBorder
	for _, p := range ui.Permissions {
		out.Asked = append(out.Asked, cn.text(p))
		if slices.Contains(granted, p) && slices.Contains(sandbox.Permissions(), p) {
			out.Granted = append(out.Granted, p)
		}
	}
	a := &openApp{id: newID(), cn: cn, name: tool, scripts: true, reports: AppReports{Blocked: []AppBlocked{}}}
	opened, err := c.apps.add(a, sandbox.Document{
		HTML: content.Body, Scripts: true, Permissions: out.Granted, Local: onThisMachine(cn.profile),
		Domains:  sandbox.Domains{Connect: ui.Connect, Resource: ui.Resource, Frame: ui.Frame, BaseURI: ui.BaseURI},
		OnReport: func(r sandbox.Report) { c.appBlocked(a, r) },
	})
	if err != nil {
		return input("open app", err.Error(), "Close an app that is open.")
	}
	out.ID, out.URL, out.Sandbox, out.Allow, out.Policy = a.id, opened.URL, opened.Sandbox, opened.Allow, opened.Policy
	for _, r := range opened.Refused {
		out.Refused = append(out.Refused, AppRefusal{List: r.List, Value: cn.text(r.Domain), Why: r.Why})
	}
	return nil
}

// appContent finds the HTML in an answer: the item of that URI, else the first.
func appContent(uri string, result json.RawMessage, out *App) (*session.Content, error) {
	all := session.ReadContents("resources/read", result, true).Items
	if len(all) == 0 {
		return nil, input("open app", "the answer has no contents", "resources/read is to answer with one item of text or blob.")
	}
	at := slices.IndexFunc(all, func(c session.Content) bool { return c.URI == uri })
	if at < 0 {
		at = 0
		out.Findings = append(out.Findings, "The answer's item has another URI than was asked for.")
	}
	content := &all[at]
	switch {
	case len(content.Body) == 0:
		return nil, input("open app", "the resource is empty, or is neither text nor blob", "Look at the raw answer.")
	case !session.IsUIMIMEType(content.MIMEType):
		// "MUST be text/html;profile=mcp-app": another type is shown, since this is an inspector, and said.
		if kind, _, _ := strings.Cut(strings.ToLower(content.MIMEType), ";"); strings.TrimSpace(kind) != "text/html" {
			return nil, input("open app", fmt.Sprintf("the resource is %q, not %s", clipText(content.MIMEType), session.UIMIMEType), "Answer with this mimeType.")
		}
		out.Findings = append(out.Findings, fmt.Sprintf("The resource's mimeType is %q; hosts expect %s.", clipText(content.MIMEType), session.UIMIMEType))
	}
	return content, nil
}

func clipText(s string) string { return firstRunes(s, 80) }

// onThisMachine reports whether a server runs here: only then may its apps reach loopback.
func onThisMachine(p profile.Profile) bool {
	if p.URL == "" {
		return true
	}
	u, err := url.Parse(p.URL)
	return err == nil && (u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1")
}

func (o *openApps) add(a *openApp, d sandbox.Document) (sandbox.Opened, error) {
	opened, err := o.server.Open(d)
	if err != nil {
		return opened, err
	}
	a.doc = opened.ID
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.open == nil {
		o.open = map[string]*openApp{}
	}
	o.open[a.id] = a
	return opened, nil
}

func (o *openApps) get(id string) (*openApp, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if a := o.open[id]; a != nil {
		return a, nil
	}
	return nil, input("find app", "this app is not open any more", "Open it again.")
}

// CloseApp takes an app or a page of HTML away; one that is not open is left alone.
func (c *Core) CloseApp(id string) {
	c.apps.mu.Lock()
	a := c.apps.open[id]
	delete(c.apps.open, id)
	c.apps.mu.Unlock()
	if a == nil {
		return
	}
	c.apps.server.Close(a.doc)
	if a.cn != nil {
		c.log.AbandonApp(a.cn.id, a.id, "the app was closed before the answer")
	}
}

// CloseApps takes all away: the page that showed them is new.
func (c *Core) CloseApps() {
	c.apps.mu.Lock()
	var ids []string
	for id := range c.apps.open {
		ids = append(ids, id)
	}
	c.apps.mu.Unlock()
	for _, id := range ids {
		c.CloseApp(id)
	}
}

// ShowsScripts reports whether scripts of servers run in the window.
func (c *Core) ShowsScripts() bool {
	c.apps.mu.Lock()
	defer c.apps.mu.Unlock()
	for _, a := range c.apps.open {
		if a.scripts {
			return true
		}
	}
	return false
}

// AppsStuck takes all away, since one of them keeps the page from answering, and tells so at their connections.
func (c *Core) AppsStuck() {
	c.apps.mu.Lock()
	var open []*openApp
	for _, a := range c.apps.open {
		open = append(open, a)
	}
	c.apps.mu.Unlock()
	for _, a := range open {
		c.CloseApp(a.id)
		if a.cn == nil || !a.scripts {
			continue
		}
		seq := c.log.Append(wire.Draft{Entry: wire.Entry{
			Conn: a.cn.id, Kind: wire.KindLifecycle, Call: a.id, Purpose: wire.PurposeApp, Note: "the window's page did not answer while the app of " + a.cn.text(a.name) + " was open: both were ended",
		}})
		a.cn.onFault(&fault.CallError{
			Server: a.cn.profile.Name, Kind: fault.Protocol, Step: "show app", Entries: []uint64{seq},
			Message: fmt.Sprintf("the app of %q was ended: the window did not answer while it was open", clipText(a.name)),
			Hint:    "A script of it may never yield. The window was loaded anew; connections went on.",
		})
	}
}

// appBlocked notes what the browser blocked.
func (c *Core) appBlocked(a *openApp, r sandbox.Report) {
	text := func(s string) string { return s }
	if a.cn != nil {
		text = a.cn.text
	}
	one := AppBlocked{Directive: r.Directive, Blocked: text(r.Blocked), Source: r.Source, Count: 1, At: time.Now().UnixMicro()}
	a.mu.Lock()
	at := slices.IndexFunc(a.reports.Blocked, func(b AppBlocked) bool {
		return b.Directive == one.Directive && b.Blocked == one.Blocked && b.Source == one.Source
	})
	isNew := at < 0
	switch {
	case !isNew:
		a.reports.Blocked[at].Count++
		a.reports.Blocked[at].At = one.At
	case len(a.reports.Blocked) < maxAppBlocked:
		a.reports.Blocked = append(a.reports.Blocked, one)
	default:
		a.reports.More++
		isNew = false
	}
	a.mu.Unlock()
	if isNew && a.cn != nil {
		c.log.Append(wire.Draft{Entry: wire.Entry{
			Conn: a.cn.id, Kind: wire.KindLifecycle, Call: a.id, Purpose: wire.PurposeApp,
			Note: fmt.Sprintf("blocked for the app by %s: %s", one.Directive, one.Blocked),
		}})
	}
	c.nudge(NudgeApps)
}

// AppReports returns what was blocked of an app or a page of HTML.
func (c *Core) AppReports(id string) (AppReports, error) {
	a, err := c.apps.get(id)
	if err != nil {
		return AppReports{Blocked: []AppBlocked{}}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return AppReports{Blocked: slices.Clone(a.reports.Blocked), More: a.reports.More}, nil
}

// ShowHTML makes a content item of a recorded answer available to a frame: without network, and without scripts
// unless asked for.
func (c *Core) ShowHTML(in HTMLInput) (HTMLPage, error) {
	b, err := c.Content(in.Seq, in.At, 0, -1)
	if err != nil {
		return HTMLPage{}, err
	}
	a := &openApp{id: newID(), scripts: in.Scripts, reports: AppReports{Blocked: []AppBlocked{}}}
	opened, err := c.apps.add(a, sandbox.Document{HTML: b.Bytes, Scripts: in.Scripts, OnReport: func(r sandbox.Report) { c.appBlocked(a, r) }})
	if err != nil {
		hint := "Look at its source."
		if errors.Is(err, sandbox.ErrTooMany) {
			hint = "Close some of them."
		}
		return HTMLPage{}, &fault.CallError{Kind: fault.Input, Step: "show HTML", Message: err.Error(), Hint: hint, Cause: err}
	}
	return HTMLPage{ID: a.id, URL: opened.URL, Sandbox: opened.Sandbox, Policy: opened.Policy}, nil
}
