package core

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// sample connects to the sample server in an era.
func sample(t *testing.T, era session.Era) (*Core, string) {
	t.Helper()
	c := start(t)
	p := c.byName(t, "Sample server")
	p.ID, p.Sample, p.Era = "", "", profile.Era{Mode: string(era)}
	p.Command, p.Args = self(t), []string{"demo-server"}
	id, err := c.UseProfile(p, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	return c, id
}

func bothEras(t *testing.T, f func(t *testing.T, era session.Era)) {
	for _, era := range []session.Era{session.Legacy, session.Modern} {
		t.Run(string(era), func(t *testing.T) { f(t, era) })
	}
}

// readWhole reads a resource and its first content item.
func readWhole(t *testing.T, c *Core, id, uri string) (ReadOutput, Content, string) {
	t.Helper()
	out := c.Read(t.Context(), ReadInput{Call: newID(), Profile: id, URI: uri, Index: -1})
	if out.Err != nil || out.Seq == 0 || out.Count == 0 {
		t.Fatalf("read %s: %+v, %+v", uri, out, out.Err)
	}
	v, err := c.Contents(out.Seq)
	if err != nil || len(v.Items) == 0 || v.Method != "resources/read" {
		t.Fatalf("contents of %s: %+v, %v", uri, v, err)
	}
	b, err := c.Content(out.Seq, v.Items[0].At, 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	return out, v.Items[0], string(b.Bytes)
}

func TestResourcesOfTheSample(t *testing.T) {
	bothEras(t, func(t *testing.T, era session.Era) {
		c, id := sample(t, era)
		l := c.Resources(t.Context(), id, KeptList)
		if l.Err != nil || len(l.Resources) < 8 || !l.Offer.Declared || !l.Offer.Served || !l.Offer.Subscribe || l.Offer.Text != "" || len(l.Findings) > 0 {
			t.Fatalf("list: %+v, %+v", l, l.Err)
		}
		i := slices.IndexFunc(l.Resources, func(r Resource) bool { return r.URI == "sample://report.md" })
		r := l.Resources[i]
		if r.Title != "Morning report" || r.Size == nil || *r.Size < 100 || r.Annotations.Priority == nil || !slices.Equal(r.Annotations.Audience, []string{"user"}) {
			t.Errorf("row: %+v", r)
		}
		if d, err := c.Resource(id, i); err != nil || !strings.Contains(d.Raw, `"sample://report.md"`) {
			t.Errorf("detail: %+v, %v", d, err)
		}
		i = slices.IndexFunc(l.Resources, func(r Resource) bool { return r.URI == "sample://lens.png" })
		if icons := l.Resources[i].Icons; len(icons) != 1 || icons[0].Problem != "" || icons[0].Sizes[0] != "32x32" {
			t.Errorf("icons: %+v", icons)
		}
		if hinted := l.Cache != nil; hinted != (era == session.Modern) || hinted && (l.Cache.TTL != 60_000 || l.Cache.Scope != "public" || l.Cache.Until <= l.At) {
			t.Errorf("caching hints: %+v", l.Cache)
		}
		if again := c.Resources(t.Context(), id, KeptList); again.At != l.At {
			t.Error("the list that is kept was read again")
		}

		_, item, text := readWhole(t, c, id, "sample://report.md")
		if item.Kind != "text" || !item.IsText || !strings.Contains(text, "All is **well**") || item.Text != text || item.Size != int64(len(text)) {
			t.Errorf("text: %+v", item)
		}
		out, item, bytes := readWhole(t, c, id, "sample://lens.png")
		if item.Kind != "blob" || item.Sniffed != "image/png" || item.IsText || item.Text != "" || !strings.HasPrefix(bytes, "\x89PNG") {
			t.Errorf("blob: %+v", item)
		}
		part, err := c.Content(out.Seq, item.At, 1, 3)
		if err != nil || string(part.Bytes) != "PNG" || part.Total != item.Size || part.MIMEType != "image/png" || part.Name != "lens.png" {
			t.Errorf("range: %+v, %v", part, err)
		}
		out = c.Read(t.Context(), ReadInput{Call: newID(), Profile: id, URI: "sample://bundle", Index: -1})
		if v, err := c.Contents(out.Seq); err != nil || out.Count != 3 || len(v.Items) != 3 || v.Items[2].At != "/contents/2" || v.Items[2].MIMEType != "image/png" {
			t.Errorf("several contents: %+v, %v", v, err)
		}
		out = c.Read(t.Context(), ReadInput{Call: newID(), Profile: id, URI: "sample://nothing", Index: -1})
		if out.Err == nil || out.Err.Kind != "rpc" || out.Seq == 0 {
			t.Errorf("a resource that is not there: %+v", out)
		}
	})
}

func TestTemplatesAndTheirCompletion(t *testing.T) {
	bothEras(t, func(t *testing.T, era session.Era) {
		c, id := sample(t, era)
		l := c.Templates(t.Context(), id, KeptList)
		i := slices.IndexFunc(l.Templates, func(r Template) bool { return r.Name == "station" })
		if l.Err != nil || i < 0 || len(l.Templates[i].Variables) != 4 || l.Templates[i].Variables[2] != (TemplateVariable{Name: "unit", Operator: "?"}) {
			t.Fatalf("templates: %+v, %+v", l, l.Err)
		}
		template := l.Templates[i].URITemplate
		complete := func(argument, value string, given ...Argument) CompleteOutput {
			out := c.Complete(t.Context(), CompleteInput{Call: newID(), Profile: id, Template: template, Index: i, Argument: argument, Value: value, Context: given})
			if out.Err != nil || out.Stale || len(out.Findings) > 0 {
				t.Fatalf("complete %s: %+v, %+v", argument, out, out.Err)
			}
			return out
		}
		if got := complete("river", "r").Values; !slices.Equal(got, []string{"rhine"}) {
			t.Errorf("rivers: %v", got)
		}
		if got := complete("station", "b", Argument{"river", "rhine"}).Values; !slices.Equal(got, []string{"basel", "bonn"}) {
			t.Errorf("stations of the river: %v", got)
		}
		e := Expand(template, []TemplateValue{{Name: "river", Text: "rhine"}, {Name: "station", Text: "bonn"}, {Name: "unit", Text: "c m"}})
		if e.URI != "sample://rivers/rhine/bonn?unit=c%20m" || !slices.Equal(e.Missing, []string{"year"}) || e.Problem != "" {
			t.Errorf("expansion: %+v", e)
		}
		if _, _, text := readWhole(t, c, id, e.URI); !strings.Contains(text, `"unit":"c m"`) {
			t.Errorf("read by the template: %s", text)
		}
	})
}

func TestPromptsOfTheSample(t *testing.T) {
	bothEras(t, func(t *testing.T, era session.Era) {
		c, id := sample(t, era)
		l := c.Prompts(t.Context(), id, KeptList)
		i := slices.IndexFunc(l.Prompts, func(p Prompt) bool { return p.Name == "summarize" })
		if l.Err != nil || i < 0 || l.Prompts[i].Arguments != 2 || l.Prompts[i].Required != 1 {
			t.Fatalf("prompts: %+v, %+v", l, l.Err)
		}
		d, err := c.Prompt(id, i)
		if err != nil || len(d.Arguments) != 2 || !d.Arguments[0].Required || d.Arguments[0].Name != "text" {
			t.Fatalf("prompt: %+v, %v", d, err)
		}
		in := PromptInput{Call: newID(), Profile: id, Name: "summarize", Index: i}
		if out := c.GetPrompt(t.Context(), in); len(out.Problems) != 1 || out.Request != 0 {
			t.Errorf("without its argument: %+v: want a problem and nothing sent", out)
		}
		in.Args = []Argument{{"text", "<a & b>"}}
		out := c.GetPrompt(t.Context(), in)
		v, err := c.Contents(out.Seq)
		if out.Err != nil || err != nil || out.Messages != 1 || v.Description != "Summarize a text" || !strings.Contains(v.Items[0].Text, "<a & b>") || v.Items[0].Role != "user" {
			t.Errorf("messages: %+v, %+v, %v", out, v, err)
		}
		out = c.GetPrompt(t.Context(), PromptInput{Call: newID(), Profile: id, Name: "inspect", Index: -1})
		v, _ = c.Contents(out.Seq)
		var kinds []string
		for _, item := range v.Items {
			kinds = append(kinds, item.Kind)
			if item.Problem != "" {
				t.Errorf("%s: %s", item.Kind, item.Problem)
			}
		}
		if want := []string{"text", "image", "audio", "resource", "resource_link", "text"}; out.Messages != 6 || !slices.Equal(kinds, want) {
			t.Errorf("kinds of content: %v, want %v", kinds, want)
		}
		if b, err := c.Content(out.Seq, v.Items[1].At, 0, 4); err != nil || string(b.Bytes) != "\x89PNG" {
			t.Errorf("picture of a message: %q, %v", b.Bytes, err)
		}
		all := c.Complete(t.Context(), CompleteInput{Call: newID(), Profile: id, Prompt: "summarize", Index: i, Argument: "style", Value: "in "})
		if len(all.Values) != 100 || !all.HasMore || all.Total == nil || *all.Total != 120 {
			t.Errorf("more than a hundred: %d values, more %v, total %v", len(all.Values), all.HasMore, all.Total)
		}
	})
}

func measure(t *testing.T, c *Core, id string, args string) {
	t.Helper()
	out, err := c.Run(t.Context(), RunInput{Call: newID(), Profile: id, Tool: "measure", Index: -1, Args: args, Force: true})
	if err != nil || out.Err != nil || out.IsError {
		t.Fatalf("measure: %+v, %v", out, err)
	}
}

func watchOf(c *Core, id, uri string) Watch {
	for _, w := range c.Watches(id).Items {
		if w.URI == uri {
			return w
		}
	}
	return Watch{}
}

func TestUpdatesOfAResource(t *testing.T) {
	const uri = "sample://level.json"
	bothEras(t, func(t *testing.T, era session.Era) {
		c, id := sample(t, era)
		_, _, before := readWhole(t, c, id, uri)
		if w := watchOf(c, id, uri); w.Updated || w.ReadSeq == 0 || w.State != "" {
			t.Errorf("after a read: %+v", w)
		}
		v, err := c.Watch(t.Context(), WatchInput{Profile: id, URIs: []string{uri, "sample://report.md"}, On: true})
		if err != nil || watchOf(c, id, uri).State != "on" || watchOf(c, id, "sample://report.md").State != "on" {
			t.Fatalf("watch: %+v, %v", v, err)
		}
		if era == session.Modern && (v.Mode != "listen" || v.Stream == nil || v.Stream.State != "open" || len(v.Stream.Refused) > 0) {
			t.Errorf("stream: %+v", v.Stream)
		}
		if calls := c.Calls(id); len(calls) > 0 {
			t.Errorf("a stream shows as a call: %+v", calls)
		}
		rev := func() uint64 { v, _ := c.Connection(id); return v.WatchRev }
		was := rev()
		measure(t, c, id, `{"level":7.25}`)
		until(t, "the update", func() bool { return watchOf(c, id, uri).Updated })
		if w := watchOf(c, id, uri); w.Updates != 1 || w.Entry == 0 || rev() <= was {
			t.Errorf("after an update: %+v, revision %d after %d", w, rev(), was)
		}
		out, _, after := readWhole(t, c, id, uri)
		if w := watchOf(c, id, uri); w.Updated || !out.Changed || out.Previous == 0 || before == after || !strings.Contains(after, "7.25") {
			t.Errorf("after reading again: %+v, %+v", w, out)
		}
		if old, err := c.Contents(out.Previous); err != nil || old.Items[0].Text != before {
			t.Errorf("what it was before: %+v, %v", old, err)
		}
		if _, err := c.Watch(t.Context(), WatchInput{Profile: id, URIs: []string{uri}, On: false}); err != nil || watchOf(c, id, uri).State != "" || watchOf(c, id, "sample://report.md").State != "on" {
			t.Errorf("unwatched: %+v, %v", c.Watches(id), err)
		}
		measure(t, c, id, `{}`)
		measure(t, c, id, `{"keep":true}`)
		until(t, "the changed list", func() bool { v, _ := c.Connection(id); return v.ResourcesChanged })
		if w := watchOf(c, id, uri); w.Updates != 1 {
			t.Errorf("told after it was not wanted any more: %+v", w)
		}
		l := c.Resources(t.Context(), id, AllPages)
		if v, _ := c.Connection(id); v.ResourcesChanged || !slices.ContainsFunc(l.Resources, func(r Resource) bool { return strings.HasPrefix(r.URI, "sample://kept/") }) {
			t.Errorf("the list read again: changed %v, %d resources", v.ResourcesChanged, len(l.Resources))
		}
	})
}

// A list that is read page by page grows; what a server does not offer is told, and asked for only on demand.
func TestPagesAndWhatIsNotOffered(t *testing.T) {
	c := start(t)
	asked := map[string]int{} // one request at a time
	url := scripted(t, `{"resources":{}}`, func(method string, params map[string]any) (any, int) {
		asked[method]++
		switch cursor, _ := params["cursor"].(string); {
		case method == "resources/list" && asked[method] == 1:
			return map[string]any{"resources": []any{map[string]any{"uri": "x://1", "name": "1"}}, "nextCursor": ""}, 0
		case method == "resources/list" && cursor == "":
			return map[string]any{"resources": []any{7, map[string]any{"uri": "x://1", "name": "2"}}}, 0
		}
		return nil, -32601
	})
	id, err := c.UseProfile(profile.Profile{Name: "pages", Transport: profile.HTTP, URL: url, Era: profile.Era{Mode: string(session.Legacy)}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	l := c.Resources(t.Context(), id, FirstPage)
	if len(l.Resources) != 1 || !l.More || l.Cursor != "" || l.Pages != 1 {
		t.Fatalf("first page: %+v, %+v", l, l.Err)
	}
	l = c.Resources(t.Context(), id, NextPage)
	if len(l.Resources) != 3 || l.More || l.Pages != 2 || len(l.Seqs) != 2 || l.Resources[1].Problem == "" || l.Resources[2].Name != "2" {
		t.Fatalf("second page: %+v, %+v", l, l.Err)
	}
	if len(l.Findings) != 1 || !strings.Contains(l.Findings[0], "x://1") {
		t.Errorf("findings: %v", l.Findings)
	}
	if tl := c.Templates(t.Context(), id, KeptList); tl.Err != nil || tl.Offer.Served || !strings.Contains(tl.Offer.Text, "does not serve") {
		t.Errorf("declared but not served: %+v", tl)
	}
	p := c.Prompts(t.Context(), id, KeptList)
	if p.Err != nil || p.Offer.Declared || p.Offer.Asked || p.Offer.Text == "" || asked["prompts/list"] != 0 {
		t.Errorf("not offered: %+v", p)
	}
	if p = c.Prompts(t.Context(), id, AllPages); p.Err != nil || !p.Offer.Asked || asked["prompts/list"] != 1 {
		t.Errorf("asked for all the same: %+v", p)
	}
	if out := c.Complete(t.Context(), CompleteInput{Call: newID(), Profile: id, Prompt: "p", Argument: "a"}); out.Err != nil || out.Offer.Text == "" || asked["completion/complete"] != 0 {
		t.Errorf("completions that are not offered: %+v", out)
	}
}

// The latest completion of an argument wins: the one before is cancelled, and says so.
func TestLatestCompletionWins(t *testing.T) {
	c := start(t)
	came, hold := make(chan string, 8), make(chan struct{})
	url := scripted(t, `{"completions":{}}`, func(method string, params map[string]any) (any, int) {
		if method != "completion/complete" {
			return nil, -32601
		}
		value := fmt.Sprint(params["argument"].(map[string]any)["value"])
		came <- value
		if value == "a" {
			<-hold
		}
		return map[string]any{"completion": map[string]any{"values": []any{value + "!", 5}, "total": "many"}}, 0
	})
	defer close(hold)
	id, err := c.UseProfile(profile.Profile{Name: "slow", Transport: profile.HTTP, URL: url, Era: profile.Era{Mode: string(session.Legacy)}}, nil, true)
	if err != nil {
		t.Fatal(err)
	}
	connect(t, c, id)
	ask := func(value string) CompleteOutput {
		return c.Complete(context.WithoutCancel(t.Context()), CompleteInput{Call: newID(), Profile: id, Prompt: "p", Index: -1, Argument: "x", Value: value})
	}
	first := make(chan CompleteOutput, 1)
	go func() { first <- ask("a") }()
	<-came
	second := ask("ab")
	if got := <-first; !got.Stale || got.Err != nil {
		t.Errorf("the first: %+v", got)
	}
	if second.Stale || second.Err != nil || !slices.Equal(second.Values, []string{"ab!"}) || len(second.Findings) != 2 {
		t.Errorf("the second: %+v", second)
	}
}

// scripted is a legacy server over HTTP; answer returns a result, or a code below zero.
func scripted(t *testing.T, caps string, answer func(method string, params map[string]any) (any, int)) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			ID     json.RawMessage `json:"id"`
			Method string          `json:"method"`
			Params map[string]any  `json:"params"`
		}
		switch {
		case r.Method != http.MethodPost:
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		case json.NewDecoder(r.Body).Decode(&m) != nil || m.ID == nil:
			w.WriteHeader(http.StatusAccepted)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if m.Method == "initialize" {
			_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":%q,"capabilities":%s,"serverInfo":{"name":"x","version":"1"}}}`, m.ID, session.LatestLegacy, caps)
			return
		}
		result, code := answer(m.Method, m.Params)
		if code != 0 {
			_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":"no"}}`, m.ID, code)
			return
		}
		b, _ := json.Marshal(result)
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, m.ID, b)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL + "/mcp"
}
