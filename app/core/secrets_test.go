package core

import (
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-dev/sightglass/app/session"
)

// The value of a secret variable stays masked on a connection that was made during the run.
func TestSecretVariableOnANewConnection(t *testing.T) {
	const secret = "hunter2-hunter2"
	var c *Core
	var id string
	var once sync.Once
	c = New(Options{Dir: t.TempDir(), Version: "test", Seed: true, Nudge: func(name string, _ uint64) { // in the run, between the two calls
		if name != NudgeCollections {
			return
		}
		if out, err := c.CollectionRun("r"); err == nil && out.Counts.Passed == 1 {
			once.Do(func() {
				c.Disconnect(id)
				connect(t, c, id)
			})
		}
	}})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	id = c.byName(t, "Sample server").ID
	connect(t, c, id)
	doc := c.SaveCollection(SaveCollectionInput{Collection: SavedCalls{
		Name: "Secret", Variables: []SavedVariable{{Name: "key", Secret: true}, {Name: "pin", Secret: true}},
		Calls: []SavedCall{
			{Name: "list", Method: "tools/list"},
			{Name: "echo", Method: "tools/call", Params: `{"name":"echo","arguments":{"text":"{{key}} {{pin}}"}}`},
		},
	}})
	if doc.Err != nil {
		t.Fatal(doc.Err)
	}
	out, err := c.RunCollectionWait(t.Context(), CollectionRunInput{
		Run: "r", Profile: id, Path: doc.Path, Values: []SavedVariable{{Name: "key", Value: `"` + secret + `"`}, {Name: "pin", Value: "73918264550"}},
	})
	if err != nil || out.Counts != (RunCounts{Passed: 2}) {
		t.Fatalf("run: %+v, %v", out, err)
	}
	for _, e := range c.Page(0, 1000).Entries {
		for _, s := range []string{secret, "73918264550"} {
			if strings.Contains(string(c.wholeBody(e.Seq)), s) {
				t.Errorf("entry %d of %s tells %s", e.Seq, e.Conn, s)
			}
		}
	}
}

// What the user redacts stands nowhere in a file: not in what it says of its connections either.
func TestRedactedWordsAreInNoHead(t *testing.T) {
	c, id := sample(t, session.Legacy)
	p, err := c.profile(id)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{p.Name, "demo-server", "the-customer"}
	for _, format := range []string{FormatHAR, FormatCapture} {
		path := t.TempDir() + "/x" + map[string]string{FormatHAR: ".har", FormatCapture: ".sightglass"}[format]
		if err := c.SaveExport(t.Context(), ExportInput{Format: format, Words: words, About: "at the-customer"}, path); err != nil {
			t.Fatal(err)
		}
		f, err := OpenCaptureFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := f.Manifest.Comment
		for _, info := range f.Manifest.Connections {
			text += info.Name + info.Launch + info.Server
		}
		_ = f.Close()
		if format == FormatHAR {
			text = exportFile(t, c, ExportInput{Format: format, Words: words})
		}
		for _, w := range words {
			if strings.Contains(text, w) {
				t.Errorf("%s tells %q", format, w)
			}
		}
	}
}
