package core

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// RecordApp records messages between an app and the window, known secrets masked.
func (c *Core) RecordApp(in AppRecord) error {
	a, err := c.apps.get(in.App)
	if err != nil || a.cn == nil {
		return err
	}
	m := c.masker()
	for _, msg := range in.Messages {
		e := wire.Entry{Conn: a.cn.id, Kind: wire.KindApp, Dir: wire.Dir(msg.Dir), Call: a.id, Purpose: wire.PurposeApp, Time: msg.At}
		if msg.Dir == "" {
			e.Kind, e.Note = wire.KindLifecycle, string(m.Text(a.cn.id, []byte(firstRunes(msg.Note, 300))))
			c.log.Append(wire.Draft{Entry: e})
			continue
		}
		if msg.Note != "" {
			e.Withheld = firstRunes(msg.Note, 300)
		}
		c.log.Append(wire.Draft{Entry: e, Message: m.Text(a.cn.id, []byte(msg.Text))})
	}
	return nil
}

// appMethods are what an app may ask its server for: those that MCP Apps 2026-01-26 proxies.
var appMethods = []string{"tools/call", "resources/read", "resources/list", "resources/templates/list", "prompts/list"}

// AskForApp sends a request to the server of an app: "Host MUST reject tools/call requests from apps for tools that
// don't include "app" in visibility". The user was asked before, which is the window's part.
func (c *Core) AskForApp(ctx context.Context, in AppRequest) AppAnswer {
	a, err := c.apps.get(in.App)
	if err == nil && a.cn == nil {
		err = input("ask for app", "a page of HTML has no server", "")
	}
	if err == nil && !slices.Contains(appMethods, in.Method) {
		err = input("ask for app", fmt.Sprintf("apps may not send %q", firstRunes(in.Method, 80)), "They may send "+strings.Join(appMethods, ", ")+".")
	}
	params := bytes.TrimSpace([]byte(in.Params))
	if err == nil && !isObject(params) {
		err = input("ask for app", "the params are no JSON object", "")
	}
	call := session.CallInput{Call: in.Call, Method: in.Method, Params: params, Purpose: wire.PurposeApp, OnProgress: func(session.Progress) {}}
	about := in.Method
	if err == nil && in.Method == "tools/call" {
		about, call.Schema, err = c.toolForApp(a, params, in.Host)
	}
	var s *session.Session
	if err == nil {
		s, err = a.cn.live()
	}
	if err != nil {
		return AppAnswer{Err: AsError(err)}
	}
	a.cn.begin(in.Call, about)
	res, err := s.Call(ctx, call)
	a.cn.finish(in.Call)
	out := AppAnswer{Err: a.cn.callError(err)}
	if res != nil {
		out.Result, out.Seq, out.Request, out.Took = string(res.Result), res.Response, res.Request, res.Took.Microseconds()
		if res.RPC != nil {
			b, _ := json.Marshal(res.RPC) // plain values always marshal
			out.RPC = string(b)
		}
	}
	return out
}

// toolForApp finds the tool that an app calls, and refuses one that is not for apps.
func (c *Core) toolForApp(a *openApp, params []byte, host bool) (name string, schema json.RawMessage, err error) {
	var p struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(params, &p) != nil || p.Name == "" {
		return "", nil, input("call tool for app", "the params name no tool", "")
	}
	tool, err := c.tool(a.cn.profile.ID, -1, p.Name)
	switch {
	case host && err != nil:
		return p.Name, nil, nil
	case err != nil:
		return "", nil, input("call tool for app", fmt.Sprintf("the server lists no tool %q", clipText(p.Name)), "Apps may call the tools that their server lists.")
	case !host && !tool.UI.App:
		return "", nil, input("call tool for app", fmt.Sprintf("the tool %q is not for apps: its _meta.ui.visibility lacks \"app\"", clipText(p.Name)), "Add \"app\" to it where the app is to call it.")
	}
	return tool.Name, tool.InputSchema, nil
}
