package core

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// A server repeats what it was sent: neither a list nor a content item shows it, not even one in base64.
func TestEchoedSecretsAreMasked(t *testing.T) {
	const secret = "correct-horse-battery-staple"
	coded := base64.StdEncoding.EncodeToString([]byte("you sent " + secret))
	url := scripted(t, `{"resources":{},"prompts":{},"completions":{}}`, func(method string, _ map[string]any) (any, int) {
		item := map[string]any{"uri": "x://" + secret, "uriTemplate": "x://{a}/" + secret, "name": secret, "title": secret, "description": secret, "mimeType": secret}
		switch method {
		case "resources/list":
			item["icons"] = []any{map[string]any{"src": "https://x/" + secret}}
			return map[string]any{"resources": []any{item, item}}, 0
		case "resources/templates/list":
			return map[string]any{"resourceTemplates": []any{item}}, 0
		case "prompts/list":
			item["arguments"] = []any{map[string]any{"name": secret, "description": secret}}
			return map[string]any{"prompts": []any{item}}, 0
		case "completion/complete":
			return map[string]any{"completion": map[string]any{"values": []any{secret}}}, 0
		case "resources/read":
			return map[string]any{"contents": []any{map[string]any{"uri": "x://" + secret, "text": secret}, map[string]any{"uri": "x:b", "blob": coded}}}, 0
		}
		return nil, -32601
	})
	c := start(t)
	p, err := c.Save(profile.Profile{
		Name: "echo", Transport: profile.HTTP, URL: url, Headers: []profile.Value{{Name: "X-Team-Token", Secret: true}}, Era: profile.Era{Mode: string(session.Legacy)},
	}, []SecretInput{{Name: "header:X-Team-Token", Value: secret}})
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, p.ID)
	list := c.Resources(t.Context(), p.ID, KeptList)
	detail, _ := c.Resource(p.ID, 0)
	templates, prompts := c.Templates(t.Context(), p.ID, KeptList), c.Prompts(t.Context(), p.ID, KeptList)
	one, _ := c.Prompt(p.ID, 0)
	completed := c.Complete(t.Context(), CompleteInput{Call: newID(), Profile: p.ID, Prompt: "x", Index: 0, Argument: "a"})
	// the URI as the window knows it is masked: with its place the true one is read
	out := c.Read(t.Context(), ReadInput{Call: newID(), Profile: p.ID, URI: list.Resources[0].URI, Index: 0})
	contents, err := c.Contents(out.Seq)
	if err != nil || len(contents.Items) != 2 || list.Resources[0].URI == "" {
		t.Fatalf("%+v, %v", contents, err)
	}
	blob, err := c.Content(out.Seq, "/contents/1", 0, -1)
	if err != nil || !strings.HasPrefix(string(blob.Bytes), "you sent ") {
		t.Fatalf("%q, %v", blob.Bytes, err)
	}
	shown := fmt.Sprintf("%+v %+v %+v %+v %+v %+v %+v %+v %+v %s", list, detail, templates, prompts, one, completed, out, contents, c.Watches(p.ID), blob.Bytes)
	if strings.Contains(shown, secret) {
		t.Errorf("shown: %s", shown)
	}
}

// Twenty megabytes: the typed view and a range of the bytes come in time, and nothing of it crosses the bridge.
func TestLargeContents(t *testing.T) {
	const size = 20 << 20
	blob := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0, 1, 2, 3}, size/4))
	text := strings.Repeat(`{"a":"line"}`+"\n", size/13)
	url := scripted(t, `{"resources":{}}`, func(_ string, params map[string]any) (any, int) {
		if params["uri"] == "x:blob" {
			return map[string]any{"contents": []any{map[string]any{"uri": "x:blob", "blob": blob}}}, 0
		}
		return map[string]any{"contents": []any{map[string]any{"uri": "x:text", "text": text}}}, 0
	})
	c := start(t)
	id, err := c.UseProfile(profile.Profile{Name: "large", Transport: profile.HTTP, URL: url, Era: profile.Era{Mode: string(session.Legacy)}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	for uri, want := range map[string]int{"x:blob": size, "x:text": len(text)} {
		out := c.Read(t.Context(), ReadInput{Call: newID(), Profile: id, URI: uri, Index: -1})
		began := time.Now()
		v, err := c.Contents(out.Seq)
		took := time.Since(began)
		if err != nil || len(v.Items) != 1 || v.Items[0].Size != int64(want) || len(v.Items[0].Text) > inlineText || v.Items[0].Cut != v.Items[0].IsText {
			t.Fatalf("%s: %+v, %v", uri, v, err)
		}
		began = time.Now()
		whole := 0
		for offset := int64(0); offset < int64(want); offset += maxRange {
			b, err := c.Content(out.Seq, "/contents/0", offset, maxRange)
			if err != nil {
				t.Fatal(err)
			}
			whole += len(b.Bytes)
		}
		t.Logf("%s: typed view in %v, all ranges in %v", uri, took, time.Since(began))
		if whole != want || took > patience/6 {
			t.Errorf("%s: %d of %d bytes, typed view in %v", uri, whole, want, took)
		}
	}
}

func TestFileNames(t *testing.T) {
	for uri, want := range map[string]string{
		"sample://lens.png": "lens.png", "file:///home/a/b.txt": "b.txt", "https://x/y/z?q=1": "z.png", "x:../../etc/passwd": "passwd.png",
		"x://a/..": "resource.png", "x://h/.hidden": "hidden.png", "x://h/a%2Fb": "b.png", `x://h/a%5Cb:c`: "a_b_c.png", "": "resource.png", "x://h/%00%0A": "resource.png",
	} {
		got := fileName(&session.Content{URI: uri, MIMEType: "image/png"})
		if got != want {
			t.Errorf("%q: %q, want %q", uri, got, want)
		}
	}
}
