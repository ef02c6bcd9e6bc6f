package core

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/export"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/wire"
)

func exportFile(t *testing.T, c *Core, in ExportInput) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "out")
	if err := c.SaveExport(t.Context(), in, path); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A secret of a server is in its environment, its headers and its arguments, and comes back from the server: nothing
// that is handed on holds it.
func TestNothingThatIsHandedOnHoldsASecret(t *testing.T) {
	const secret = "correct-horse-battery-staple"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Back", r.Header.Get("X-Team-Token"))
		http.Error(w, "you sent "+r.Header.Get("X-Team-Token")+" "+r.URL.Query().Get("api_key"), http.StatusInternalServerError)
	}))
	defer srv.Close()
	c := start(t)
	web, err := c.Save(profile.Profile{Name: "web", Transport: profile.HTTP, URL: srv.URL + "/mcp?api_key=${secret:key}", Headers: []profile.Value{{Name: "X-Team-Token", Secret: true}}},
		[]SecretInput{{Name: "header:X-Team-Token", Value: secret}, {Name: "secret:key", Value: secret + "-two"}})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = c.ConnectWait(t.Context(), web.ID) // it refuses
	local, err := c.Save(profile.Profile{Name: "local", Transport: profile.Stdio, Command: self(t), Args: []string{"demo-server", "--token=" + secret, "${secret:arg}"}, Env: []profile.Value{{Name: "API_KEY", Secret: true}}},
		[]SecretInput{{Name: "env:API_KEY", Value: secret}, {Name: "secret:arg", Value: secret}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Launch(local.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Confirm(local.ID, l.Hash); err != nil {
		t.Fatal(err)
	}
	connect(t, c, local.ID)
	out := runTool(t, c, local.ID, "echo", nil)

	var all strings.Builder
	for _, format := range []string{FormatHAR, FormatLines, FormatCapture, FormatReport} {
		in := ExportInput{Format: format, About: "it fails"}
		text := exportFile(t, c, in)
		look, err := c.LookAtExport(t.Context(), in)
		if err != nil || look.Entries == 0 || look.Bytes == 0 || look.Last < look.First {
			t.Errorf("%s: %v %+v", format, err, look)
		}
		for _, f := range look.Report.Files {
			all.WriteString(f.Text)
		}
		all.WriteString(look.Text + text)
	}
	copies := 0
	for _, e := range c.Page(0, 0).Entries {
		forms, err := c.CopyForms(t.Context(), e.Seq)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range forms {
			code, err := c.CopyAs(t.Context(), e.Seq, f.ID)
			if err != nil {
				t.Errorf("entry %d as %s: %v", e.Seq, f.ID, err)
			}
			all.WriteString(code.Text)
			copies++
		}
	}
	if copies < 10 {
		t.Errorf("only %d copies were made", copies)
	}
	if strings.Contains(all.String(), secret) {
		t.Error("a secret was handed on")
	}
	code, err := c.CopyAs(t.Context(), out.Request, "shell")
	if err != nil || !strings.Contains(code.Text, "API_KEY=") || !strings.Contains(code.Text, "'demo-server'") || len(code.Secrets) == 0 {
		t.Errorf("shell: %v %+v", err, code)
	}
	i := slices.IndexFunc(c.Page(0, 0).Entries, func(e wire.Entry) bool { return e.Kind == wire.KindHTTP && e.Method == "POST" })
	code, err = c.CopyAs(t.Context(), c.Page(0, 0).Entries[i].Seq, "curl")
	if err != nil || !strings.Contains(code.Text, `"$SIGHTGLASS_`) {
		t.Errorf("curl: %v %s", err, code.Text)
	}
}

func TestAChoiceBringsItsOtherHalves(t *testing.T) {
	c := start(t)
	id := c.byName(t, "Sample server").ID
	connect(t, c, id)
	first := runTool(t, c, id, "echo", nil)
	second := runTool(t, c, id, "echo", nil)
	har, err := export.ReadHAR(strings.NewReader(exportFile(t, c, ExportInput{Format: FormatHAR, What: ExportWhat{Seqs: []uint64{second.Seq}}})))
	if err != nil {
		t.Fatal(err)
	}
	if len(har) != 2 || har[0].Entry.Seq != second.Request || har[1].Entry.Seq != second.Seq {
		t.Errorf("got %d records: %+v", len(har), har)
	}
	e, _ := c.log.Entry(first.Request)
	all, err := c.LookAtExport(t.Context(), ExportInput{Format: FormatLines, What: ExportWhat{Conn: e.Conn}})
	if err != nil {
		t.Fatal(err)
	}
	some, err := c.LookAtExport(t.Context(), ExportInput{Format: FormatLines, What: ExportWhat{Conn: e.Conn, From: e.Time}})
	if err != nil || some.Entries == 0 || some.Entries >= all.Entries || some.First != e.Time {
		t.Errorf("from the first call on: %v %d of %d", err, some.Entries, all.Entries)
	}
	before, err := c.LookAtExport(t.Context(), ExportInput{Format: FormatLines, What: ExportWhat{Conn: e.Conn, To: e.Time - 1}})
	if err != nil || before.Entries+some.Entries != all.Entries || before.Last >= e.Time {
		t.Errorf("before the first call: %v %d, and %d of %d from it on", err, before.Entries, some.Entries, all.Entries)
	}
	none, err := c.LookAtExport(t.Context(), ExportInput{Format: FormatLines, What: ExportWhat{Conn: "nobody"}})
	if err != nil || none.Entries != 0 {
		t.Errorf("of nobody: %v %+v", err, none)
	}
}

func TestAnExportThatFailsLeavesNothing(t *testing.T) {
	c := start(t)
	connect(t, c, c.byName(t, "Sample server").ID)
	dir := t.TempDir()
	for name, in := range map[string]ExportInput{
		"no such format": {Format: "docx"},
		"a short word":   {Format: FormatHAR, Words: []string{"x"}},
		"a short one":    {Format: FormatReport, Words: []string{"x"}},
	} {
		if err := c.SaveExport(t.Context(), in, filepath.Join(dir, "out")); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := c.SaveExport(t.Context(), ExportInput{Format: FormatHAR}, filepath.Join(dir, "missing", "out")); err == nil {
		t.Error("a folder that is not there: no error")
	}
	list, err := os.ReadDir(dir)
	if err != nil || len(list) != 0 {
		t.Errorf("left: %v %v", list, err)
	}
	if s := c.ExportState(); s.Running {
		t.Error("an export runs for ever")
	}
}

func TestSpansOfARealSession(t *testing.T) {
	got := make(chan []byte, 10)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var b bytes.Buffer
		_, _ = b.ReadFrom(r.Body)
		got <- b.Bytes()
		if r.Header.Get("X-Key") != "k" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer collector.Close()
	c := start(t)
	id := c.byName(t, "Sample server").ID
	connect(t, c, id)
	runTool(t, c, id, "echo", nil)
	sent, err := c.SendSpans(t.Context(), SpansInput{Endpoint: collector.URL, Headers: "X-Key: k\n"})
	if err != nil || sent.Error != "" || sent.Sent.Spans < 2 || sent.Sent.Status != 200 || !strings.Contains(string(<-got), `"tools/call echo"`) {
		t.Errorf("sent: %v %+v", err, sent)
	}
	if sent, err := c.SendSpans(t.Context(), SpansInput{Endpoint: collector.URL}); err != nil || sent.Sent.Status != 403 || sent.Error == "" {
		t.Errorf("refused: %v %+v", err, sent)
	}
	if _, err := c.SendSpans(t.Context(), SpansInput{Endpoint: collector.URL, Headers: "secret value"}); err == nil || strings.Contains(err.Error(), "secret value") {
		t.Errorf("a header that is none: %v", err)
	}
}
