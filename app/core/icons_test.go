package core

import (
	"bytes"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

func pngOf(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImageType(t *testing.T) {
	webp := func(kind string, rest ...byte) string {
		return "RIFF\x20\x00\x00\x00WEBP" + kind + "\x10\x00\x00\x00" + string(rest) + strings.Repeat("\x00", 20)
	}
	for name, c := range map[string]struct{ bytes, mime, problem string }{
		"png":            {string(pngOf(t, 16)), "image/png", ""},
		"a bomb":         {string(pngOf(t, 3000)), "", "3000 × 3000 pixels"},
		"a broken png":   {"\x89PNG\r\n\x1a\nxx", "", "broken"},
		"webp":           {webp("VP8X", 0, 0, 0, 0, 31, 0, 0, 31, 0, 0), "image/webp", ""},
		"a webp bomb":    {webp("VP8X", 0, 0, 0, 0, 0xff, 0xff, 0xff, 31, 0, 0), "", "16777216 × 32"},
		"svg":            {"\ufeff <?xml version=\"1.0\"?><!-- a --><svg xmlns=\"http://www.w3.org/2000/svg\"><use href=\"#a\"/></svg>", "image/svg+xml", ""},
		"a script":       {`<svg><script>alert(1)</script></svg>`, "", "a script element"},
		"a handler":      {`<svg onload="alert(1)"/>`, "", "a script (onload)"},
		"a foreign page": {`<svg><foreignObject/></svg>`, "", "a foreignobject element"},
		"a link":         {`<svg><image href="https://elsewhere.example/a.png"/></svg>`, "", "a link to elsewhere"},
		"entities":       {`<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg>&a;</svg>`, "", "entities"},
		"html":           {"<!DOCTYPE html><html></html>", "", "no SVG"},
		"broken xml":     {"<svg><g></svg>", "", "broken"},
		"text":           {"hello", "", "none of PNG"},
		"nothing":        {"", "", "none of PNG"},
	} {
		mime, problem := imageType([]byte(c.bytes))
		if mime != c.mime || c.problem == "" && problem != "" || !strings.Contains(problem, c.problem) {
			t.Errorf("%s: %q, %q", name, mime, problem)
		}
	}
}

func TestDataURL(t *testing.T) {
	for src, want := range map[string]string{
		"data:image/png;base64,aGk=":    "hi",
		"data:;base64,aGk":              "hi",
		"data:image/svg+xml,%3Csvg/%3E": "<svg/>",
		"data:,a%20b":                   "a b",
	} {
		if got, problem := dataURL(src); string(got) != want || problem != "" {
			t.Errorf("%s: %q, %q", src, got, problem)
		}
	}
	for _, src := range []string{"data:image/png;base64", "data:;base64,%%", "data:;base64,a", "data:," + strings.Repeat("x", maxIconBytes+1), "data:," + strings.Repeat("x", 3*maxIconBytes)} {
		if got, problem := dataURL(src); problem == "" || got != nil {
			t.Errorf("%.30s was taken", src)
		}
	}
}

// iconHost serves icons over TLS and keeps the requests it got.
func iconHost(t *testing.T, h http.HandlerFunc) (url, ca string, seen func() []*http.Request) {
	t.Helper()
	var mu sync.Mutex
	var all []*http.Request
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		all = append(all, r)
		mu.Unlock()
		h(w, r)
	}))
	t.Cleanup(s.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s.URL, ca, func() []*http.Request { mu.Lock(); defer mu.Unlock(); return append([]*http.Request(nil), all...) }
}

// Icons are fetched without credentials, once, and by no way around: redirects to elsewhere, too much, no image.
func TestIcons(t *testing.T) {
	picture := pngOf(t, 16)
	other, _, strayed := iconHost(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(picture) })
	host, ca, seen := iconHost(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a.png", "/moved.png":
			w.Header().Set("Content-Type", "text/html") // what it is called does not count
			_, _ = w.Write(picture)
		case "/here":
			http.Redirect(w, r, "/moved.png", http.StatusFound)
		case "/away":
			http.Redirect(w, r, other+"/a.png", http.StatusFound)
		case "/plain":
			http.Redirect(w, r, "http://"+r.Host+"/a.png", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/huge":
			_, _ = w.Write(append(picture, make([]byte, maxIconBytes)...))
		default:
			http.Error(w, "no", http.StatusNotFound)
		}
	})
	paths := []string{"/a.png", "/here", "/away", "/plain", "/loop", "/huge", "/gone"}
	var icons []string
	for _, p := range paths {
		icons = append(icons, fmt.Sprintf(`{"src":%q}`, host+p))
	}
	icons = append(icons, `{"src":"http://127.0.0.1:1/a.png"}`, fmt.Sprintf(`{"src":"data:image/png;base64,%s"}`, base64.StdEncoding.EncodeToString(picture)))
	c, id := byMethod(t, `{"tools":{}}`, func(p *profile.Profile) {
		p.Network.CA = ca
		p.Headers = []profile.Value{{Name: "Authorization", Value: "Bearer sesame-sesame"}, {Name: "X-Own", Value: "1"}}
	}, map[string]func(p mcptest.Post){
		"tools/list": func(p mcptest.Post) {
			p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"a","inputSchema":{"type":"object"},"icons":[%s]}]}}`, p.ID, strings.Join(icons, ",")))
		},
	}, nil)
	l, err := c.Tools(t.Context(), id, true)
	if err != nil || len(l.Tools) != 1 || len(l.Tools[0].Icons) != len(icons) {
		t.Fatalf("tools %+v, %v", l, err)
	}
	if len(seen()) != 0 {
		t.Error("an icon was fetched before anybody asked for it")
	}
	for i, want := range []string{"", "", "another origin", "another origin", "redirect to redirect", "larger than", "HTTP 404", "nly https and data", ""} {
		got, err := c.Icon(t.Context(), IconInput{Profile: id, Of: "tools", Icon: i})
		if err != nil || !strings.Contains(got.Problem, want) || (want == "") != (got.Data != "") || want == "" && (got.Problem != "" || got.Type != "image/png") {
			t.Errorf("icon %d: %.200v, %v", i, got, err)
		}
	}
	n := len(seen())
	if got, _ := c.Icon(t.Context(), IconInput{Profile: id, Of: "tools"}); got.Data == "" || len(seen()) != n {
		t.Error("an icon was fetched again")
	}
	for _, r := range seen() {
		if r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("X-Own") != "" {
			t.Errorf("%s was sent credentials: %v", r.URL, r.Header)
		}
	}
	if len(strayed()) != 0 {
		t.Error("a redirect to another origin was followed")
	}
	if _, err := c.Icon(t.Context(), IconInput{Profile: id, Of: "tools", Icon: 99}); err == nil {
		t.Error("an icon that is not there")
	}
}

// A server that is a child process has no place of its own: its icons come from public addresses only.
func TestIconsOfAChild(t *testing.T) {
	host, ca, seen := iconHost(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(pngOf(t, 16)) })
	cn := &connection{core: start(t), id: "c1", ctx: t.Context()}
	cn.reach.Network.CA = ca
	if got := cn.loadIcon(t.Context(), host+"/a.png"); got.Data != "" || !strings.Contains(got.Problem, "loopback") || len(seen()) != 0 {
		t.Errorf("%+v, asked %d times", got, len(seen()))
	}
}
