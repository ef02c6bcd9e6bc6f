package core

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
	"github.com/sightglass-dev/sightglass/app/wire"
)

// fetched is what a frame would get.
func fetched(t *testing.T, url string) (status int, policy, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Content-Security-Policy"), string(b)
}

func document(url string) string { return strings.TrimSuffix(url, "frame") + "document" }

func ask(t *testing.T, c *Core, app, method, params string) AppAnswer {
	t.Helper()
	return c.AskForApp(t.Context(), AppRequest{App: app, Call: newID(), Method: method, Params: params})
}

func TestAppOfTheSample(t *testing.T) {
	bothEras(t, func(t *testing.T, era session.Era) {
		c, id := sample(t, era)
		l, err := c.Tools(t.Context(), id, false)
		if err != nil || l.Err != nil {
			t.Fatal(err, l.Err)
		}
		row := func(name string) Tool {
			return l.Tools[slices.IndexFunc(l.Tools, func(t Tool) bool { return t.Name == name })]
		}
		if g := row("gauge"); g.UI != "ui://sample/gauge" || g.AppOnly || g.ModelOnly {
			t.Errorf("gauge: %+v", g)
		}
		if !row("calibrate").AppOnly || !row("forget").ModelOnly {
			t.Errorf("visibility: %+v, %+v", row("calibrate"), row("forget"))
		}
		app := c.OpenApp(t.Context(), AppInput{Call: newID(), Profile: id, Tool: "gauge", Index: -1})
		if app.Err != nil || app.ID == "" || app.Seq == 0 || app.Border == nil || !*app.Border || len(app.Findings)+len(app.Refused) > 0 {
			t.Fatalf("%+v, %+v", app, app.Err)
		}
		if status, policy, body := fetched(t, document(app.URL)); status != 200 || policy != app.Policy || int64(len(body)) != app.Bytes || !strings.Contains(body, "Level gauge") {
			t.Errorf("the frame gets %d %s %.80s", status, policy, body)
		}
		if got := ask(t, c, app.ID, "tools/call", `{"name":"calibrate","arguments":{"offset":1}}`); got.Err != nil || !strings.Contains(got.Result, "Calibrated") || got.Seq == 0 {
			t.Errorf("calibrate: %+v, %+v", got, got.Err)
		}
		if e, ok := c.log.Entry(ask(t, c, app.ID, "resources/read", `{"uri":"sample://report.md"}`).Request); !ok || e.Purpose != wire.PurposeApp {
			t.Errorf("resources/read: %+v", e)
		}
		before := len(wholeLog(t, c))
		for _, refused := range [][2]string{
			{"tools/call", `{"name":"forget"}`},
			{"tools/call", `{"name":"no such tool"}`},
			{"tools/call", `{}`},
			{"tools/call", `[]`},
			{"initialize", `{}`},
			{"logging/setLevel", `{}`},
			{"resources/subscribe", `{"uri":"x"}`},
			{"resources/read", `"x"`},
		} {
			if got := ask(t, c, app.ID, refused[0], refused[1]); got.Err == nil || got.Seq != 0 || got.Result != "" {
				t.Errorf("%q was let through: %+v", refused, got)
			}
		}
		if after := len(wholeLog(t, c)); after != before {
			t.Error("a refused request reached the wire")
		}
		if got := ask(t, c, app.ID, "resources/read", `{"uri":"sample://nothing"}`); got.Err == nil || !strings.Contains(got.RPC, `"code":-32`) {
			t.Errorf("the server's error: %+v", got)
		}
		c.CloseApp(app.ID)
		c.CloseApp(app.ID)
		if status, _, _ := fetched(t, document(app.URL)); status != http.StatusNotFound {
			t.Errorf("after its end: %d", status)
		}
		if got := ask(t, c, app.ID, "tools/call", `{"name":"echo"}`); got.Err == nil {
			t.Errorf("an app that is closed asked: %+v", got)
		}
	})
}

func TestMessagesOfAppsAreRecordedMasked(t *testing.T) {
	const secret = "correct-horse-battery-staple"
	c, id := sample(t, session.Modern)
	cn := c.connection(id)
	c.masker().Add(cn.id, "secret", secret)
	if l, err := c.Tools(t.Context(), id, false); err != nil || l.Err != nil {
		t.Fatal(err, l.Err)
	}
	app := c.OpenApp(t.Context(), AppInput{Call: newID(), Profile: id, Tool: "gauge", Index: -1})
	if app.Err != nil {
		t.Fatal(app.Err)
	}
	err := c.RecordApp(AppRecord{App: app.ID, Messages: []AppMessage{
		{Dir: "in", Text: `{"jsonrpc":"2.0","id":1,"method":"ui/message","params":{"content":[{"type":"text","text":"` + secret + `"}]}}`, At: 1000},
		{Dir: "out", Text: `{"jsonrpc":"2.0","id":1,"result":{}}`, At: 2000},
		{Dir: "in", Text: `{"jsonrpc":"2.0","id":2,"method":"tools/call"}`, Note: "Not delivered: too fast.", At: 3000},
		{Note: "refused to the app: " + secret, At: 4000},
	}})
	if err != nil {
		t.Fatal(err)
	}
	got := entriesOf(c, wire.KindApp)
	if len(got) != 3 {
		t.Fatalf("%d messages: %+v", len(got), got)
	}
	if m := got[0]; m.Method != "ui/message" || m.Conn != cn.id || m.Call != app.ID || m.Pair != got[1].Seq || m.Took != 1000 || m.Purpose != wire.PurposeApp {
		t.Errorf("request: %+v", m)
	}
	if m := got[2]; m.Withheld != "Not delivered: too fast." || !m.Open {
		t.Errorf("withheld: %+v", m)
	}
	if b := wholeLog(t, c); bytes.Contains(b, []byte(secret)) {
		t.Error("the log holds the secret")
	}
	c.CloseApps()
	if e, _ := c.log.Entry(got[2].Seq); e.Open {
		t.Error("a request of an app that is closed still waits")
	}
	if err := c.RecordApp(AppRecord{App: app.ID}); err == nil {
		t.Error("a closed app was recorded")
	}
}

// appServer has one tool, whose app is what resource says.
func appServer(t *testing.T, ui string, resource any) (*Core, string) {
	t.Helper()
	url := scripted(t, `{"tools":{},"resources":{}}`, func(method string, _ map[string]any) (any, int) {
		switch method {
		case "tools/list":
			return map[string]any{"tools": []any{map[string]any{"name": "show", "inputSchema": map[string]any{"type": "object"}, "_meta": map[string]any{"ui": map[string]any{"resourceUri": ui}}}}}, 0
		case "resources/read":
			return map[string]any{"contents": []any{resource}}, 0
		}
		return nil, -32601
	})
	c := start(t)
	id, err := c.UseProfile(profile.Profile{Name: "apps", Transport: profile.HTTP, URL: url, Era: profile.Era{Mode: "legacy"}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	if l, err := c.Tools(t.Context(), id, false); err != nil || l.Err != nil {
		t.Fatal(err, l.Err)
	}
	return c, id
}

func TestAppsThatAreNone(t *testing.T) {
	for name, bad := range map[string]struct {
		ui       string
		resource map[string]any
		says     string
	}{
		"another scheme": {"https://evil.example/", nil, "no ui:// URI"},
		"a file":         {"file:///etc/passwd", nil, "no ui:// URI"},
		"no text":        {"ui://x", map[string]any{"uri": "ui://x", "mimeType": session.UIMIMEType}, "empty"},
		"a picture":      {"ui://x", map[string]any{"uri": "ui://x", "mimeType": "image/svg+xml", "text": "<svg/>"}, "image/svg+xml"},
		"too long":       {"ui://x", map[string]any{"uri": "ui://x", "mimeType": session.UIMIMEType, "text": strings.Repeat("x", 16<<20+1)}, "16 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			c, id := appServer(t, bad.ui, bad.resource)
			app := c.OpenApp(t.Context(), AppInput{Call: newID(), Profile: id, Tool: "show", Index: 0})
			if app.Err == nil || app.ID != "" || !strings.Contains(app.Err.Message, bad.says) {
				t.Errorf("%+v, %+v", app, app.Err)
			}
		})
	}
}

func TestAppWithDeclaredDomains(t *testing.T) {
	c, id := appServer(t, "ui://x", map[string]any{
		"uri": "ui://other", "mimeType": "text/html", "blob": "PGgxPkhpPC9oMT4=",
		"_meta": map[string]any{"ui": map[string]any{
			"csp":         map[string]any{"connectDomains": []string{"https://api.example", "*", "http://127.0.0.1:9"}},
			"permissions": map[string]any{"camera": map[string]any{}, "usb": map[string]any{}}, "domain": "x.example",
		}},
	})
	app := c.OpenApp(t.Context(), AppInput{Call: newID(), Profile: id, Tool: "show", Index: 0, Permissions: []string{"camera", "microphone", "usb"}})
	if app.Err != nil {
		t.Fatal(app.Err)
	}
	// The server is on this machine: its app may reach this machine.
	if !strings.Contains(app.Policy, "connect-src https://api.example http://127.0.0.1:9;") || len(app.Refused) != 1 || app.Refused[0].Value != "*" {
		t.Errorf("%s, %+v", app.Policy, app.Refused)
	}
	if !slices.Equal(app.Asked, []string{"camera", "usb"}) || !slices.Equal(app.Granted, []string{"camera"}) || app.Allow != "camera *" || app.Domain != "x.example" {
		t.Errorf("asked %q, granted %q, allow %q", app.Asked, app.Granted, app.Allow)
	}
	if len(app.Findings) != 2 {
		t.Errorf("findings: %q", app.Findings)
	}
	if _, _, body := fetched(t, document(app.URL)); body != "<h1>Hi</h1>" {
		t.Errorf("body %q", body)
	}
}

func TestOnThisMachine(t *testing.T) {
	for url, want := range map[string]bool{"": true, "http://localhost:1/mcp": true, "http://[::1]/": true, "https://example.com/": false, "http://localhost.example.com/": false} {
		if got := onThisMachine(profile.Profile{URL: url}); got != want {
			t.Errorf("%q: %v", url, got)
		}
	}
}

func TestHTMLIsDrawnWithoutScripts(t *testing.T) {
	c, id := sample(t, session.Modern)
	out, item, body := readWhole(t, c, id, "sample://page.html")
	page, err := c.ShowHTML(HTMLInput{Seq: out.Seq, At: item.At})
	if err != nil {
		t.Fatal(err)
	}
	status, policy, got := fetched(t, page.URL)
	if status != 200 || got != body || page.Sandbox != "" || !strings.Contains(policy, "script-src 'none'") || !strings.Contains(policy, "connect-src 'none'") {
		t.Errorf("%d %q %s", status, page.Sandbox, policy)
	}
	with, err := c.ShowHTML(HTMLInput{Seq: out.Seq, At: item.At, Scripts: true})
	if err != nil || with.Sandbox != "allow-scripts allow-forms" || !strings.Contains(with.Policy, "connect-src 'none'") {
		t.Errorf("with scripts: %+v, %v", with, err)
	}
	if _, err := c.ShowHTML(HTMLInput{Seq: out.Seq, At: "/contents/7"}); err == nil {
		t.Error("what is not there was drawn")
	}
	c.CloseApps()
	if status, _, _ := fetched(t, page.URL); status != http.StatusNotFound {
		t.Errorf("after its end: %d", status)
	}
}

func TestAppsAreDeclared(t *testing.T) {
	const ui = profile.ExtensionUI
	on := declared(profile.Profile{}, true).Extensions[ui]
	var v struct{ MimeTypes []string }
	if json.Unmarshal(on, &v) != nil || !slices.Equal(v.MimeTypes, []string{"text/html;profile=mcp-app"}) {
		t.Errorf("declared: %s", on)
	}
	if _, ok := declared(profile.Profile{}, false).Extensions[ui]; ok {
		t.Error("declared where nobody looks")
	}
	if _, ok := declared(profile.Profile{Protocol: profile.Protocol{Off: []string{ui}}}, true).Extensions[ui]; ok {
		t.Error("declared although it is switched off")
	}
}
