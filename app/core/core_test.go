package core

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

func TestFirstRunConnectCallReadTraffic(t *testing.T) {
	c := start(t)
	id := c.byName(t, "Sample server").ID
	v := connect(t, c, id)
	if v.Phase != Connected || v.Version == "" || v.PID == 0 || len(v.Steps) == 0 {
		t.Fatalf("connected view: %+v", v)
	}
	list, err := c.Tools(t.Context(), id, false)
	if err != nil || list.Err != nil || len(list.Tools) < 10 {
		t.Fatalf("tools: %v, %+v", err, list)
	}
	out, err := c.Run(t.Context(), RunInput{Call: "t1", Profile: id, Tool: "echo", Index: -1, Args: `{"text":"hello wire"}`})
	if err != nil || out.Err != nil || !strings.Contains(out.Result, "hello wire") {
		t.Fatalf("run: %v, %+v", err, out)
	}
	e, ok := c.log.Entry(out.Seq)
	if !ok || e.Kind != wire.KindFrame || e.Dir != wire.In || e.Pair != out.Request || e.Method != "tools/call" {
		t.Fatalf("entry of the answer: %+v", e)
	}
	if out.Took <= 0 || e.Took <= 0 {
		t.Errorf("no time taken: result %d µs, entry %d µs", out.Took, e.Took)
	}
	c.Disconnect(id)
	if v, _ := c.Connection(id); v.Phase != Disconnected || v.Err != nil {
		t.Errorf("after disconnect: %+v", v)
	}
}

func TestWrongArgumentsAreNotSent(t *testing.T) {
	c := start(t)
	id := c.byName(t, "Sample server").ID
	connect(t, c, id)
	if _, err := c.Tools(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	in := RunInput{Call: "t1", Profile: id, Tool: "add", Index: -1, Args: `{"a":"two"}`}
	out, err := c.Run(t.Context(), in)
	if err != nil || len(out.Problems) == 0 || out.Request != 0 {
		t.Fatalf("run: %v, %+v: want problems and nothing sent", err, out)
	}
	in.Call, in.Force = "t2", true
	if out, err = c.Run(t.Context(), in); err != nil || out.Request == 0 {
		t.Fatalf("forced run: %v, %+v: want it sent", err, out)
	}
	in.Call, in.Args = "t3", `[1]`
	if out, _ = c.Run(t.Context(), in); len(out.Problems) == 0 || out.Request != 0 {
		t.Fatalf("forced run of an array: %+v: want problems and nothing sent", out)
	}
}

func TestRefusalIsExplained(t *testing.T) {
	c := start(t)
	id := c.byName(t, "Protected sample").ID
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	v, err := c.ConnectWait(ctx, id)
	if err == nil || v.Phase != Refused || v.Err == nil || v.Err.Challenge == nil {
		t.Fatalf("connect to the protected sample: %v, %+v", err, v)
	}
	ch := v.Err.Challenge
	if ch.Status != http.StatusUnauthorized || !strings.HasSuffix(ch.ResourceMetadata, "/.well-known/oauth-protected-resource/mcp") || len(ch.Raw) != 1 {
		t.Errorf("challenge: %+v", ch)
	}
	posts := slices.DeleteFunc(entriesOf(c, wire.KindHTTP), func(e wire.Entry) bool { return e.Method != http.MethodPost })
	if len(posts) != 1 { // beside the metadata, which are looked up at once
		t.Errorf("%d requests were sent, want the one that was refused", len(posts))
	}
}

func entriesOf(c *Core, kind wire.Kind) []wire.Entry {
	var out []wire.Entry
	for _, e := range c.Page(0, 0).Entries {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

func TestSecretsStayOutOfFilesAndLog(t *testing.T) {
	const secret = "correct-horse-battery-staple"
	seen := make(chan string, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header.Get("X-Team-Token")
		http.Error(w, "you sent "+r.Header.Get("X-Team-Token"), http.StatusInternalServerError)
	}))
	defer srv.Close()
	c := start(t)
	p, err := c.Save(profile.Profile{Name: "S", Transport: profile.HTTP, URL: srv.URL, Headers: []profile.Value{{Name: "X-Team-Token", Secret: true}}},
		[]SecretInput{{Name: "header:X-Team-Token", Value: secret}})
	if err != nil {
		t.Fatal(err)
	}
	if st, _ := c.Secrets(p.ID); len(st) != 1 || st[0].Stored != "memory" {
		t.Errorf("secrets: %+v, want one in memory: there is no keychain here", st)
	}
	v, err := c.ConnectWait(t.Context(), p.ID)
	if err == nil || v.Err == nil {
		t.Fatal("connected to a server that answers 500")
	}
	if got := <-seen; got != secret {
		t.Errorf("the server saw %q", got)
	}
	view, _ := json.Marshal(v)
	for what, b := range map[string][]byte{"view": view, "files": readAll(t, c.dir), "log": wholeLog(t, c)} {
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("the %s holds the secret: %.400s", what, b)
		}
	}
	if !bytes.Contains(wholeLog(t, c), []byte("‹secret #")) {
		t.Error("the log shows no placeholder")
	}
}

func readAll(t *testing.T, dir string) []byte {
	t.Helper()
	var all []byte
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all = append(all, b...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func wholeLog(t *testing.T, c *Core) []byte {
	t.Helper()
	var all []byte
	for _, e := range c.Page(0, 0).Entries {
		all = fmt.Appendf(all, "%+v\n", e)
		if x, err := c.Exchange(e.Seq); err == nil {
			all = fmt.Appendf(all, "%+v\n", x)
		}
		for _, part := range []wire.Part{wire.PartMessage, wire.PartRequest, wire.PartResponse} {
			if b, err := c.Body(e.Seq, part, 0, 0); err == nil {
				all = append(all, b.Bytes...)
			}
		}
	}
	return all
}

func TestCommandStartsOnlyAfterConfirm(t *testing.T) {
	c := start(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Save(profile.Profile{Name: "own", Transport: profile.Stdio, Command: exe, Args: []string{"demo-server"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(p.ID); err == nil {
		t.Fatal("an unconfirmed command was started")
	}
	if err := c.Confirm(p.ID, "something else"); err == nil {
		t.Fatal("a wrong hash was accepted")
	}
	l, err := c.Launch(p.ID)
	if err != nil || l.Confirmed || l.Program != exe {
		t.Fatalf("launch: %v, %+v", err, l)
	}
	if err := c.Confirm(p.ID, l.Hash); err != nil {
		t.Fatal(err)
	}
	connect(t, c, p.ID)
	c.Disconnect(p.ID)
	p.Args = append(p.Args, "more")
	if _, err := c.Save(p, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(p.ID); err == nil {
		t.Fatal("a changed command was started")
	}
}

func TestSampleWithItsOwnEnvironmentNeedsConfirm(t *testing.T) {
	c := start(t)
	p := c.byName(t, "Sample server")
	p.Env = []profile.Value{{Name: "LD_PRELOAD", Value: "/tmp/evil.so"}}
	if _, err := c.Save(p, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(p.ID); err == nil {
		t.Fatal("a sample with an environment of its own was started unasked")
	}
}

func TestConnectIsCancellable(t *testing.T) {
	hang := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	defer close(hang)
	c := start(t)
	p, err := c.Save(profile.Profile{Name: "H", Transport: profile.HTTP, URL: srv.URL}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(p.ID); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	c.Disconnect(p.ID)
	if v, _ := c.Connection(p.ID); v.Phase != Disconnected || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: %+v", time.Since(began), v)
	}
}

func TestDeleteAndRestoreKeepSecrets(t *testing.T) {
	c := start(t)
	p, err := c.Save(profile.Profile{Name: "R", Transport: profile.HTTP, URL: "http://127.0.0.1:1/", Headers: []profile.Value{{Name: "Authorization", Secret: true}}},
		[]SecretInput{{Name: "header:Authorization", Value: "Bearer abcdefgh"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Delete(p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Restore(p.ID); err != nil {
		t.Fatal(err)
	}
	if st, err := c.Secrets(p.ID); err != nil || len(st) != 1 || st[0].Stored == "missing" {
		t.Errorf("secrets after restore: %+v, %v", st, err)
	}
}

// TestImportInPlace replaces a server: what the other client's file does not tell of stays, and no value of the old one
// is left behind.
func TestImportInPlace(t *testing.T) {
	c := start(t)
	old, err := c.Save(profile.Profile{
		Name: "mine", Color: "green", Group: "Work", Transport: profile.HTTP, URL: "https://example.com/old",
		Headers: []profile.Value{{Name: "X-Old-Key", Secret: true}}, Trust: []string{strings.Repeat("ab", 32)},
		Era: profile.Era{Mode: "legacy"}, Timeouts: profile.Timeouts{Connect: 7000},
	}, []SecretInput{{Name: "header:X-Old-Key", Value: "old-value"}})
	if err != nil {
		t.Fatal(err)
	}
	in := c.ReadImport(`{"mcpServers":{"mine":{"type":"http","url":"https://example.com/new"}}}`)
	if len(in.Items) != 1 || in.Items[0].Conflict != old.ID {
		t.Fatalf("preview: %+v", in)
	}
	in.Items[0].Replace = true
	saved, err := c.Accept(in)
	if err != nil || len(saved) != 1 {
		t.Fatal(saved, err)
	}
	want := old.Clone()
	want.URL, want.Headers, want.Trust = "https://example.com/new", nil, nil
	if d := cmp.Diff(want, saved[0], cmpopts.EquateEmpty()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	ctx, cancel := c.keyContext()
	defer cancel()
	if v, err := c.keys.Get(ctx, secretItem(old.ID, "header:X-Old-Key")); err == nil {
		t.Errorf("the old secret is kept: %d characters", len(v))
	}
}

func TestImportKeepsValuesInGo(t *testing.T) {
	const text = `{"mcpServers":{"git":{"command":"npx","args":["-y","x"],"env":{"GITHUB_TOKEN":"ghp_0123456789abcdef"}}}}`
	c := start(t)
	in := c.ReadImport(text)
	if in.Problem != "" || len(in.Items) != 1 || len(in.Items[0].Secrets) != 1 || !in.Items[0].Secrets[0].Secret {
		t.Fatalf("preview: %+v", in)
	}
	if b, _ := json.Marshal(in); bytes.Contains(b, []byte("ghp_0123456789abcdef")) {
		t.Errorf("the preview holds the value: %s", b)
	}
	saved, err := c.Accept(in)
	if err != nil || len(saved) != 1 {
		t.Fatal(saved, err)
	}
	if bytes.Contains(readAll(t, c.dir), []byte("ghp_0123456789abcdef")) {
		t.Error("the file holds the value")
	}
	out, err := c.Export([]string{saved[0].ID}, "mcpServers")
	if err != nil || strings.Contains(out, "ghp_") || !strings.Contains(out, "${input:") {
		t.Errorf("export: %v\n%s", err, out)
	}
	if _, err := c.Accept(in); err == nil {
		t.Error("a preview was accepted twice")
	}
}
