package core

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// strange is a legacy server over HTTP that knows things of next year and repeats itself.
func strange(t *testing.T) (*Core, string) {
	t.Helper()
	results := map[string]string{
		"initialize":               `{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{},"prompts":{},"ofNextYear":{"a":1}},"serverInfo":{"name":"x","version":"1","mood":"good"},"more":1}`,
		"tools/list":               `{"tools":[{"name":"a","inputSchema":{"type":"object"},"nextYear":{"deep":[1]}},7,{"name":"a","title":"the other"},{"name":5}],"nextYear":true}`,
		"resources/list":           `{"resources":[{"uri":"x:1","name":"n","nextYear":1},"text",{"uri":"x:1","name":"twin"},null]}`,
		"resources/templates/list": `{"resourceTemplates":[{"uriTemplate":"x:{n}","name":"t","nextYear":1},{"uriTemplate":"x:{n","name":"broken"},[]]}`,
		"prompts/list":             `{"prompts":[{"name":"p","nextYear":1},{},{"name":"p"}]}`,
		"tools/call":               `{"content":[{"type":"hologram","shape":"cube"},{"type":"text","text":"seen"},3],"nextYear":"kept"}`,
	}
	srv := httptest.NewServer(mcptest.Scripted(func(p mcptest.Post) {
		result, ok := results[p.Method]
		switch {
		case p.ID == "":
			p.W.WriteHeader(202)
		case !ok:
			p.JSON(200, `{"jsonrpc":"2.0","id":`+p.ID+`,"error":{"code":-32601,"message":"no","data":{"nextYear":1}}}`)
		case p.Method == "tools/call":
			p.Stream(`data: {"jsonrpc":"2.0","method":"notifications/of/next/year","params":{"x":1}}`, "data: "+`{"jsonrpc":"2.0","id":`+p.ID+`,"result":`+result+`,"nextYear":1}`)
		default:
			p.JSON(200, `{"jsonrpc":"2.0","id":`+p.ID+`,"result":`+result+`}`)
		}
	}, nil))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	c := start(t)
	id, err := c.UseProfile(profile.Profile{Name: "strange", Transport: profile.HTTP, URL: srv.URL, Era: profile.Era{Mode: "legacy"}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	return c, id
}

// Unknown fields, content types and notifications are shown as they came; one bad item stands beside the good ones;
// what has the same name is kept apart.
func TestNothingIsDropped(t *testing.T) {
	c, id := strange(t)
	if v, _ := c.Connection(id); !strings.Contains(v.Capabilities, "ofNextYear") || !strings.Contains(v.ServerInfo, `"mood":"good"`) {
		t.Errorf("connection: %+v", v)
	}
	tools, err := c.Tools(t.Context(), id, true)
	if err != nil || tools.Err != nil || len(tools.Tools) != 4 {
		t.Fatalf("tools: %v, %+v", err, tools)
	}
	for i, want := range []struct {
		problem bool
		raw     string
	}{{false, `"nextYear":{"deep":[1]}`}, {true, "7"}, {true, "the other"}, {true, `"name":5`}} {
		d, err := c.Tool(id, i)
		if err != nil || (tools.Tools[i].Problem != "") != want.problem || !strings.Contains(d.Raw, want.raw) {
			t.Errorf("tool %d: %v, %+v, problem %q", i, err, d.Raw, tools.Tools[i].Problem)
		}
	}
	resources := c.Resources(t.Context(), id, AllPages)
	if len(resources.Resources) != 4 || resources.Resources[0].Problem != "" || resources.Resources[1].Problem == "" || resources.Resources[2].Name != "twin" {
		t.Errorf("resources: %+v", resources)
	}
	if d, err := c.Resource(id, 0); err != nil || !strings.Contains(d.Raw, "nextYear") {
		t.Errorf("resource: %v, %+v", err, d)
	}
	templates := c.Templates(t.Context(), id, AllPages)
	if len(templates.Templates) != 3 || templates.Templates[0].Problem != "" || templates.Templates[1].Problem == "" || templates.Templates[2].Problem == "" {
		t.Errorf("templates: %+v", templates)
	}
	prompts := c.Prompts(t.Context(), id, AllPages)
	if len(prompts.Prompts) != 3 || prompts.Prompts[1].Problem == "" || prompts.Prompts[2].Problem != "" {
		t.Errorf("prompts: %+v", prompts)
	}
	for _, findings := range [][]string{tools.Findings, resources.Findings, prompts.Findings} {
		if !strings.Contains(fmt.Sprint(findings), "more than one") {
			t.Errorf("the names that repeat are not told: %q", findings)
		}
	}
}

func TestStrangeResults(t *testing.T) {
	c, id := strange(t)
	out, err := c.Run(t.Context(), RunInput{Call: "r", Profile: id, Tool: "a", Index: -1, Args: "{}"})
	if err != nil || out.Err != nil || !strings.Contains(out.Result, `"nextYear":"kept"`) {
		t.Fatalf("call: %v, %+v", err, out)
	}
	contents, err := c.Contents(out.Seq)
	kinds := ""
	for _, item := range contents.Items {
		kinds += item.Kind + " "
	}
	if err != nil || kinds != "hologram text invalid " {
		t.Errorf("contents: %v, %s", err, kinds)
	}
	if b, err := c.Body(out.Seq, wire.PartMessage, 0, 0); err != nil || !strings.Contains(string(b.Bytes), `"shape":"cube"`) {
		t.Errorf("the raw answer: %v, %s", err, b.Bytes)
	}
	found := false
	for _, e := range c.Page(0, 1000).Entries {
		found = found || e.Kind == wire.KindFrame && e.Message == wire.MsgNotification && e.Method == "notifications/of/next/year"
	}
	if !found {
		t.Error("the unknown notification is not in the traffic")
	}
	raw, err := c.Request(t.Context(), RequestInput{Call: "u", Profile: id, Method: "of/next/year"})
	if err != nil || raw.Err == nil || !strings.Contains(raw.Err.RPC, "nextYear") {
		t.Errorf("an unknown method: %v, %+v", err, raw.Err)
	}
}
