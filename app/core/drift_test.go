package core

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-dev/sightglass/app/drift"
	"github.com/sightglass-dev/sightglass/app/internal/mcptest"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// shifting is a server whose interface can be changed while it runs. A result of "refuse" is a 401, of "none" -32601.
type shifting struct {
	mu    sync.Mutex
	lists map[string]string // method -> result
	asked map[string]int
	info  string
}

func (s *shifting) set(method, result string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists[method] = result
}

func (s *shifting) count(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[method]
}

func (s *shifting) post(p mcptest.Post) {
	s.mu.Lock()
	s.asked[p.Method]++
	result, ok := s.lists[p.Method]
	info := s.info
	s.mu.Unlock()
	switch {
	case p.Method == "initialize":
		p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"prompts":{}},"serverInfo":{"name":"shifting","version":"1"}%s}}`, p.ID, info))
	case p.ID == "" || p.Method == "":
		p.W.WriteHeader(http.StatusAccepted)
	case result == "refuse":
		p.W.Header().Set("WWW-Authenticate", "Bearer")
		p.W.WriteHeader(http.StatusUnauthorized)
	case !ok || result == "none":
		p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no such method"}}`, p.ID))
	default:
		if strings.Contains(string(p.Body), `"cursor"`) {
			result = `{"tools":[{"name":"second page"}]}`
		}
		p.JSON(200, fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":%s}`, p.ID, result))
	}
}

// shift starts a core that keeps interfaces, and saves such a server.
func shift(t *testing.T, change func(*profile.Profile)) (*Core, *shifting, string) {
	t.Helper()
	c := New(Options{Dir: t.TempDir(), Version: "test", Memory: true, Snapshots: true})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	s := &shifting{lists: map[string]string{"tools/list": `{"tools":[{"name":"a","inputSchema":{"type":"object"}},{"name":"b"}]}`, "prompts/list": `{"prompts":[{"name":"p"}]}`}, asked: map[string]int{}}
	none := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusMethodNotAllowed) }
	p := profile.Profile{Name: "shifting", Transport: profile.HTTP, URL: mcptest.Serve(t, mcptest.Scripted(s.post, none)), Era: profile.Era{Mode: "legacy"}}
	if change != nil {
		change(&p)
	}
	p, found := profile.ExtractSecrets(p)
	id, err := c.UseProfile(p, found, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Keep(id); err != nil {
		t.Fatal(err)
	}
	return c, s, id
}

// again connects anew and waits until the interface is known.
func again(t *testing.T, c *Core, id string) Drift {
	t.Helper()
	c.Disconnect(id)
	connect(t, c, id)
	var d Drift
	until(t, "the interface", func() bool {
		var err error
		if d, err = c.Drift(DriftInput{Profile: id}); err != nil {
			t.Fatal(err)
		}
		return d.Present != nil && !d.Reading
	})
	return d
}

func toldDrift(d Drift) string {
	var out []string
	for _, c := range d.Result.Changes {
		out = append(out, string(c.Severity)+" "+c.Rule+" "+c.Name+c.Path)
	}
	return strings.Join(out, ", ")
}

// The interface is read and kept on each connect; the next connect tells what changed until that is accepted.
func TestDrift(t *testing.T) {
	c, s, id := shift(t, nil)
	first := again(t, c, id)
	if first.Against == nil || len(first.Snapshots) != 1 || !first.Snapshots[0].Baseline || first.Result.Counts.Total() != 0 || first.Present.ID != first.Snapshots[0].ID {
		t.Errorf("the first: %+v", first)
	}
	// In another order: nothing changed, and nothing is kept.
	s.set("tools/list", `{"tools":[{"name":"b"},{"inputSchema":{"type":"object"},"name":"a"}]}`)
	if d := again(t, c, id); len(d.Snapshots) != 1 || toldDrift(d) != "" {
		t.Errorf("in another order: %+v", d)
	}
	s.set("tools/list", `{"tools":[{"name":"a","description":"x","inputSchema":{"type":"object","required":["q"],"properties":{"q":{}}}},{"name":"c"}]}`)
	const want = "breaking parameter-required a/inputSchema/properties/q, breaking tool-removed b, risky description-changed a/description, additive tool-added c"
	d := again(t, c, id)
	if toldDrift(d) != want || len(d.Snapshots) != 2 {
		t.Errorf("changed: %s, %d kept", toldDrift(d), len(d.Snapshots))
	}
	until(t, "the badge", func() bool {
		v, _ := c.Connection(id)
		return v.Drift != nil && v.Drift.Counts == drift.Counts{Breaking: 2, Risky: 1, Additive: 1} && v.Drift.Since == first.Snapshots[0].At
	})
	item, err := c.DriftItem(DriftInput{Profile: id, Kind: drift.OfTool, Name: "a"})
	if err != nil || !strings.Contains(item.Now, `"required":["q"]`) || strings.Contains(item.Was, "q") {
		t.Errorf("%+v, %v", item, err)
	}
	if text, err := c.DriftText(DriftInput{Profile: id}); err != nil || !strings.Contains(text, "4 changes, 2 breaking, 1 risky, 1 additive") {
		t.Errorf("%s, %v", text, err)
	}
	// It is told as long as it is not accepted.
	if d = again(t, c, id); toldDrift(d) != want {
		t.Errorf("again: %s", toldDrift(d))
	}
	if err := c.NameSnapshot(id, first.Present.ID, "last"); err == nil {
		t.Error("named last")
	}
	if err := c.NameSnapshot(id, first.Present.ID, "before"); err != nil {
		t.Error(err)
	}
	if err := c.AcceptSnapshot(id, d.Present.ID); err != nil {
		t.Error(err)
	}
	if v, _ := c.Connection(id); v.Drift.Counts.Total() != 0 {
		t.Errorf("accepted: %+v", v.Drift)
	}
	for _, against := range []string{"before", first.Present.ID, "last"} {
		if d, err := c.Drift(DriftInput{Profile: id, Against: against}); err != nil || toldDrift(d) != want {
			t.Errorf("against %s: %s, %v", against, toldDrift(d), err)
		}
	}
	if d, err := c.Drift(DriftInput{Profile: id, Against: "nothing"}); err != nil || len(d.Problems) != 1 {
		t.Errorf("against nothing: %+v, %v", d.Problems, err)
	}
	// Two that are kept, with each other, whatever the interface is now: also backwards.
	s.set("tools/list", `{"tools":[]}`)
	third := again(t, c, id)
	c.Disconnect(id)
	between := DriftInput{Profile: id, Against: "before", Later: d.Present.ID}
	stored, err := c.Drift(between)
	if err != nil || toldDrift(stored) != want || stored.Later.ID != d.Present.ID || stored.Against.Name != "before" {
		t.Errorf("between two: %s, %+v, %v", toldDrift(stored), stored.Later, err)
	}
	if item, err := c.DriftItem(DriftInput{Profile: id, Against: "before", Later: d.Present.ID, Kind: drift.OfTool, Name: "c"}); err != nil || item.Was != "" || !strings.Contains(item.Now, `"c"`) {
		t.Errorf("an item between two: %+v, %v", item, err)
	}
	if text, err := c.DriftText(between); err != nil || !strings.Contains(text, "From before (") || !strings.Contains(text, "4 changes, 2 breaking") {
		t.Errorf("the text between two: %s, %v", text, err)
	}
	if back, err := c.Drift(DriftInput{Profile: id, Against: third.Present.ID, Later: "before"}); err != nil || back.Result.Counts.Additive != 2 {
		t.Errorf("backwards: %s, %v", toldDrift(back), err)
	}
	if none, err := c.Drift(DriftInput{Profile: id, Later: "nothing"}); err != nil || len(none.Problems) != 1 || none.Against != nil {
		t.Errorf("to nothing: %+v, %v", none, err)
	}
	if err := c.DeleteSnapshot(id, first.Present.ID); err != nil {
		t.Error(err)
	}
	if err := c.DeleteSnapshot(id, d.Present.ID); err == nil {
		t.Error("the baseline was deleted")
	}
}

// What is refused is not gone, and is not asked for a second time; a list that is read again is looked at again.
func TestDriftRefused(t *testing.T) {
	c, s, id := shift(t, nil)
	again(t, c, id)
	s.set("tools/list", "refuse")
	before := s.count("tools/list")
	d := again(t, c, id)
	if toldDrift(d) != "" || !d.Unread || len(d.Result.NotCompared) != 1 || len(d.Snapshots) != 1 {
		t.Errorf("refused: %s, %q, %d kept", toldDrift(d), d.Result.NotCompared, len(d.Snapshots))
	}
	if n := s.count("tools/list") - before; n != 1 {
		t.Errorf("asked %d times", n)
	}
	s.set("tools/list", `{"tools":[{"name":"a","inputSchema":{"type":"object"}}]}`)
	if _, err := c.Tools(t.Context(), id, true); err != nil {
		t.Fatal(err)
	}
	until(t, "the list to be looked at", func() bool {
		d, err := c.Drift(DriftInput{Profile: id})
		return err == nil && toldDrift(d) == "breaking tool-removed b"
	})
}

func TestDriftUnserved(t *testing.T) {
	c, s, id := shift(t, nil)
	again(t, c, id)
	s.set("prompts/list", "none")
	if d := again(t, c, id); toldDrift(d) != "breaking list-unserved /prompts" {
		t.Errorf("%s", toldDrift(d))
	}
}

// Who reads page by page is not read for, until that is asked for; the first page is no interface.
func TestDriftPaged(t *testing.T) {
	c, s, id := shift(t, func(p *profile.Profile) { p.Protocol.Paged = true })
	s.set("tools/list", `{"tools":[{"name":"first page"}],"nextCursor":"2"}`)
	d := again(t, c, id)
	if s.count("tools/list") != 0 || !d.Unread || d.Against == nil {
		t.Errorf("asked %d times: %+v", s.count("tools/list"), d)
	}
	if err := c.DeleteSnapshot(id, d.Present.ID); err == nil {
		t.Error("the baseline was deleted")
	}
	if _, err := c.Tools(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	until(t, "the first page", func() bool {
		d, err := c.Drift(DriftInput{Profile: id})
		return err == nil && d.Partial && d.Present.ID == ""
	})
	if err := c.ReadInterface(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	d, err := c.Drift(DriftInput{Profile: id, Against: "last"})
	if err != nil || d.Partial || d.Unread || len(d.Snapshots) != 2 || len(d.Result.NotCompared) == 0 {
		t.Errorf("%+v, %v", d, err)
	}
}

// A secret that the server repeats is in no file, and a new one is no drift.
func TestDriftSecret(t *testing.T) {
	const secret = "tok-0123456789abcdefXYZ"
	c, s, id := shift(t, func(p *profile.Profile) {
		p.Headers = []profile.Value{{Name: "X-Api-Key", Value: secret}}
	})
	s.info = `,"instructions":"You sent ` + secret + `"`
	s.set("tools/list", `{"tools":[{"name":"a","description":"key `+secret+`"}]}`)
	if d := again(t, c, id); len(d.Snapshots) != 1 {
		t.Fatalf("%+v", d)
	}
	files, err := filepath.Glob(filepath.Join(c.Dir(), snapshotsFolder, id, "*.json"))
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil || strings.Contains(string(data), secret) {
			t.Errorf("%s: %v", f, err)
		}
		if strings.Contains(string(data), "instructions") && !strings.Contains(string(data), "You sent ‹secret›") {
			t.Errorf("%s", data)
		}
	}
}

// A folder that cannot be written to is told; what differs is told all the same.
func TestDriftReadOnly(t *testing.T) {
	c, s, id := shift(t, nil)
	again(t, c, id)
	dir := filepath.Join(c.Dir(), snapshotsFolder, id)
	if os.Getuid() == 0 { // who may write anywhere: the folder is in the way of the next file
		t.Skip("root writes anywhere")
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	s.set("tools/list", `{"tools":[]}`)
	if d := again(t, c, id); len(d.Problems) != 1 || !strings.Contains(d.Problems[0], "not kept") || d.Result.Counts.Breaking != 2 {
		t.Errorf("%+v", d)
	}
}

// The command line compares with the last, with a name and with a file, and keeps what it saw.
func TestCheckDrift(t *testing.T) {
	c, s, id := shift(t, nil)
	c.opts.Snapshots = false
	check := func(in DriftCheck) DriftReport {
		t.Helper()
		c.Disconnect(id)
		connect(t, c, id)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		r, err := c.CheckDrift(ctx, id, in)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	file := filepath.Join(t.TempDir(), "interface.json")
	if r := check(DriftCheck{Keep: true, Name: "v1", Save: file}); r.Report.Was.At != 0 || r.Kept == "" || r.Err != nil {
		t.Errorf("the first: %+v", r)
	}
	s.set("tools/list", `{"tools":[{"name":"b"}]}`)
	for _, against := range []string{"", "last", "v1", file} {
		if r := check(DriftCheck{Against: against}); r.Report.Counts.Breaking != 1 || r.Kept != "" {
			t.Errorf("against %q: %+v", against, r.Report)
		}
	}
	if r := check(DriftCheck{Keep: true}); r.Report.Counts.Breaking != 1 {
		t.Errorf("%+v", r.Report)
	}
	if r := check(DriftCheck{Against: "last"}); r.Report.Counts.Total() != 0 {
		t.Errorf("nothing changed since the last: %+v", r.Report)
	}
	if r := check(DriftCheck{Keep: true, Accept: true}); r.Report.Counts.Total() != 1 {
		t.Errorf("the baseline is the first: %+v", r.Report)
	}
	s.set("prompts/list", "refuse")
	r := check(DriftCheck{})
	if r.Report.Counts.Total() != 0 || r.Err == nil || len(r.Report.NotCompared) != 1 {
		t.Errorf("accepted, and refused: %+v", r)
	}
	if _, err := c.CheckDrift(t.Context(), id, DriftCheck{Against: "v7"}); err == nil {
		t.Error("compared with what is not there")
	}
	if _, err := c.CheckDrift(t.Context(), id, DriftCheck{Against: file + "x.json"}); err == nil {
		t.Error("compared with a file that is not there")
	}
}

// A command that is typed again is the same server; saved, it takes its snapshots along.
func TestDriftOfATypedServer(t *testing.T) {
	c := New(Options{Dir: t.TempDir(), Version: "test", Memory: true, Snapshots: true})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	first, second := own(t, c, "one"), own(t, c, "two")
	again(t, c, first)
	if d := again(t, c, second); len(d.Snapshots) != 1 {
		t.Errorf("typed again: %d kept", len(d.Snapshots))
	}
	if _, err := c.Keep(second); err != nil {
		t.Fatal(err)
	}
	if d := again(t, c, second); len(d.Snapshots) != 1 || d.Result.Counts.Total() != 0 {
		t.Errorf("saved: %+v", d)
	}
	if _, err := os.Stat(filepath.Join(c.Dir(), snapshotsFolder, second)); err != nil {
		t.Error(err)
	}
}
