package core

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/collection"
	"github.com/sightglass-dev/sightglass/app/session"
)

// requests are the entries of requests of a method.
func (c *Core) requests(method string) (out []uint64) {
	for _, e := range c.Page(0, 1000).Entries {
		if e.Message == "request" && e.Dir == "out" && e.Method == method {
			out = append(out, e.Seq)
		}
	}
	return out
}

func (c *Core) runCallsNow(t *testing.T, in CollectionRunInput) CollectionRun {
	t.Helper()
	in.Run = t.Name() + time.Now().String()
	out, err := c.RunCollectionWait(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSavedCalls(t *testing.T) {
	bothEras(t, func(t *testing.T, era session.Era) {
		c, id := sample(t, era)
		for _, in := range []RequestInput{
			{Call: "1", Profile: id, Method: "tools/call", Params: `{"name":"echo","arguments":{"text":"{{literal}}"}}`},
			{Call: "2", Profile: id, Method: "tools/call", Params: `{"name":"nobody"}`},
		} {
			if _, err := c.Request(t.Context(), in); err != nil {
				t.Fatal(err)
			}
		}
		all := append(c.requests("tools/call"), c.requests("initialize")...)
		doc := c.AddCalls(AddCallsInput{Name: "Smoke: both", Seqs: all, Expect: true})
		if doc.Err != nil || len(doc.Collection.Calls) != 2 {
			t.Fatalf("saved: %+v", doc)
		}
		data, err := os.ReadFile(doc.Path)
		if err != nil || filepath.Base(doc.Path) != "smoke-both"+collection.Ext {
			t.Fatalf("the file: %s, %v", doc.Path, err)
		}
		for _, gone := range []string{"progressToken", "io.modelcontextprotocol", "_meta"} {
			if strings.Contains(string(data), gone) {
				t.Errorf("the file keeps %s:\n%s", gone, data)
			}
		}
		out := c.runCallsNow(t, CollectionRunInput{Profile: id, Path: doc.Path})
		if out.Counts != (RunCounts{Passed: 2}) || out.Ended == 0 || out.Results[0].Answer == 0 || out.Results[0].Request == 0 {
			t.Fatalf("run: %+v", out)
		}
		doc.Collection.Calls[0].Params = `{"name":"echo","arguments":{"text":"other"}}`
		if again := c.SaveCollection(SaveCollectionInput{Path: doc.Path, Sum: doc.Sum, Collection: doc.Collection}); again.Err != nil {
			t.Fatal(again.Err)
		}
		if late := c.SaveCollection(SaveCollectionInput{Path: doc.Path, Sum: doc.Sum, Collection: doc.Collection}); late.Err == nil {
			t.Error("a save over somebody else's change went through")
		}
		if out = c.runCallsNow(t, CollectionRunInput{Profile: id, Path: doc.Path, Stop: true}); out.Counts != (RunCounts{Failed: 1, Skipped: 1}) {
			t.Errorf("changed: %+v", out)
		}
	})
}

// What looks like a credential comes into a readable file by the user's word only.
func TestCredentialsInSavedCalls(t *testing.T) {
	const secret = "sk-live-0123456789abcdef"
	c, id := sample(t, session.Legacy)
	if _, err := c.Request(t.Context(), RequestInput{Call: "1", Profile: id, Method: "tools/call", Params: `{"name":"echo","arguments":{"text":"` + secret + `"}}`}); err != nil {
		t.Fatal(err)
	}
	add := AddCallsInput{Name: "Keys", Seqs: c.requests("tools/call"), Expect: true}
	told := c.AddCalls(add)
	if told.Err != nil || !told.Unsaved || len(told.Suspects) < 2 || !strings.Contains(told.Suspects[0].Where, "call 1") || strings.Contains(told.Suspects[0].Why, secret) {
		t.Fatalf("told: %+v", told)
	}
	if list := c.Collections(); len(list.Files) != 0 {
		t.Fatalf("a file was written: %+v", list)
	}
	add.Secrets = SecretsHide
	doc := c.AddCalls(add)
	if doc.Err != nil || doc.Unsaved || len(doc.Suspects) != 0 || len(doc.Collection.Variables) == 0 || !doc.Collection.Variables[0].Given {
		t.Fatalf("hidden: %+v", doc)
	}
	if data, err := os.ReadFile(doc.Path); err != nil || strings.Contains(string(data), secret) {
		t.Fatalf("the file holds the secret: %s, %v", data, err)
	}
	if out := c.runCallsNow(t, CollectionRunInput{Profile: id, Path: doc.Path}); out.Counts != (RunCounts{Passed: 1}) {
		t.Errorf("run: %+v", out)
	}
	save := SaveCollectionInput{Path: doc.Path, Sum: doc.Sum, Collection: doc.Collection}
	save.Collection.Calls[0].Params = `{"name":"echo","arguments":{"password":"correct horse"}}`
	if told = c.SaveCollection(save); !told.Unsaved || told.Err != nil || len(told.Suspects) != 1 || told.Collection.Calls[0].Params != save.Collection.Calls[0].Params {
		t.Fatalf("told: %+v", told)
	}
	save.Secrets = SecretsKeep
	if doc = c.SaveCollection(save); doc.Err != nil || doc.Unsaved || len(doc.Suspects) != 1 {
		t.Fatalf("kept: %+v", doc)
	}
	// What the user let in is not asked about again, and told all the same.
	save.Secrets, save.Sum = SecretsTell, doc.Sum
	save.Collection.Comment = "more"
	if doc = c.SaveCollection(save); doc.Err != nil || doc.Unsaved || len(doc.Suspects) != 1 {
		t.Errorf("saved again: %+v", doc)
	}
}

func TestReplay(t *testing.T) {
	c, id := sample(t, session.Legacy)
	for i, params := range []string{`{"name":"echo","arguments":{"text":"a"}}`, `{"name":"add","arguments":{"a":1,"b":2}}`} {
		if _, err := c.Request(t.Context(), RequestInput{Call: string(rune('a' + i)), Profile: id, Method: "tools/call", Params: params}); err != nil {
			t.Fatal(err)
		}
	}
	was := c.requests("tools/call")
	out := c.runCallsNow(t, CollectionRunInput{Profile: id, Seqs: was})
	if out.Counts.Passed != 2 || !out.Replay {
		t.Fatalf("replay: %+v", out)
	}
	for i, res := range out.Results {
		if res.WasRequest != was[i] || res.WasAnswer == 0 || res.Answer == 0 || res.Answer == res.WasAnswer {
			t.Errorf("result %d: %+v", i, res)
		}
	}
	if err := c.RunCollection(CollectionRunInput{Run: "none", Profile: id, Seqs: []uint64{1 << 30}}); err == nil {
		t.Error("a replay of nothing began")
	}
}

// A connection forgets its secrets at its end, which may come between an answer and what is told of it.
func TestAnswerOfAConnectionThatEnded(t *testing.T) {
	const secret = "hunter2-hunter2"
	c, id := sample(t, session.Legacy)
	cn, s, err := c.live(id)
	if err != nil {
		t.Fatal(err)
	}
	c.masker().Add(cn.id, "variable", secret)
	call := func(name, method, params string) (*session.Result, error) {
		return s.Call(t.Context(), session.CallInput{Call: name, Method: method, Params: json.RawMessage(params)})
	}
	echo, echoErr := call("1", "tools/call", `{"name":"echo","arguments":{"text":"`+secret+`"}}`)
	none, noneErr := call("2", "tools/call", `{"name":"`+secret+`"}`)
	if echoErr != nil || noneErr == nil || none == nil || !strings.Contains(string(echo.Result)+none.RPC.Message, secret) {
		t.Fatalf("%v, %v", echoErr, noneErr)
	}
	c.Disconnect(id)
	<-cn.ended
	var out RunOutput
	c.fill(&out, cn, &session.Tool{}, echo, nil)
	came := cn.cameTo(out, echo, nil)
	for what, text := range map[string]string{
		"the result of a call":      string(came.Result),
		"the result in the window":  out.Result,
		"the message of its error":  cn.cameTo(out, none, noneErr).Message,
		"the result as it was kept": string(c.ResultOf(out)),
	} {
		if text == "" || strings.Contains(text, secret) {
			t.Errorf("%s: %q", what, text)
		}
	}
	if !strings.Contains(string(came.Whole), secret) {
		t.Error("what calls keep is masked")
	}
}

func TestSecretVariable(t *testing.T) {
	const secret = "hunter2-hunter2"
	c, id := sample(t, session.Legacy)
	doc := c.SaveCollection(SaveCollectionInput{Collection: SavedCalls{
		Name: "Secret", Variables: []SavedVariable{{Name: "key", Secret: true}},
		Calls: []SavedCall{{
			Name: "echo", Method: "tools/call", Params: `{"name":"echo","arguments":{"text":"{{key}}"}}`,
			Expect: []SavedExpectation{{Kind: "equals", Path: "$.content[0].text", Value: `"x"`}},
		}},
	}})
	if doc.Err != nil {
		t.Fatal(doc.Err)
	}
	if out := c.runCallsNow(t, CollectionRunInput{Profile: id, Path: doc.Path}); out.Counts.Broken != 1 || !strings.Contains(out.Results[0].Problem, "key has no value") {
		t.Errorf("without a value: %+v", out)
	}
	if err := c.SetVariable(doc.Path, "key", secret); err != nil {
		t.Fatal(err)
	}
	if got := c.Collection(doc.Path).Collection.Variables; len(got) != 1 || !got[0].Given {
		t.Errorf("given: %v", got)
	}
	out := c.runCallsNow(t, CollectionRunInput{Profile: id, Path: doc.Path})
	told, _ := json.Marshal(out)
	if out.Counts.Failed != 1 || strings.Contains(string(told), secret) {
		t.Errorf("the run tells the secret: %s", told)
	}
	for _, e := range c.Page(0, 1000).Entries {
		if strings.Contains(string(c.wholeBody(e.Seq)), secret) {
			t.Errorf("entry %d tells the secret", e.Seq)
		}
	}
	if data, _ := os.ReadFile(doc.Path); strings.Contains(string(data), secret) {
		t.Error("the file tells the secret")
	}
	if err := c.DeleteCollection(doc.Path); err != nil {
		t.Fatal(err)
	}
	if err := c.RunCollection(CollectionRunInput{Run: "gone", Profile: id, Path: doc.Path}); err == nil {
		t.Error("a deleted file was run")
	}
}

func TestOnlyKnownFiles(t *testing.T) {
	c := start(t)
	path := filepath.Join(t.TempDir(), "a"+collection.Ext)
	if err := os.WriteFile(path, []byte(`{"sightglass":"collection/1","name":"A","calls":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if doc := c.Collection(path); doc.Err == nil {
		t.Error("a file that was not opened was read")
	}
	if doc := c.Collection(filepath.Join(c.collectionFolder(), "..", "profiles.json")); doc.Err == nil {
		t.Error("a path out of the folder was read")
	}
	if err := c.OpenCollection(path); err != nil {
		t.Fatal(err)
	}
	if doc := c.Collection(path); doc.Err != nil || doc.Collection.Name != "A" {
		t.Errorf("opened: %+v", doc)
	}
	if list := c.Collections(); len(list.Files) != 1 || list.Files[0].Own {
		t.Errorf("list: %+v", list)
	}
	if err := c.DeleteCollection(path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil || len(c.Collections().Files) != 0 {
		t.Errorf("taken off the list: %v", err)
	}
}

func TestStopSavedCalls(t *testing.T) {
	c, id := sample(t, session.Legacy)
	doc := c.SaveCollection(SaveCollectionInput{Collection: SavedCalls{Name: "Slow", Calls: []SavedCall{
		{Name: "wait", Method: "tools/call", Params: `{"name":"countdown","arguments":{"steps":100,"pauseMs":1000}}`}, {Name: "after", Method: "ping"},
	}}})
	if doc.Err != nil {
		t.Fatal(doc.Err)
	}
	if err := c.RunCollection(CollectionRunInput{Run: "r", Profile: id, Path: doc.Path}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the run to be there", func() bool {
		out, err := c.CollectionRun("r")
		return err == nil && len(out.Results) == 1 && out.Results[0].State == ""
	})
	c.StopCollection("r")
	eventually(t, "the run to be there", func() bool { out, _ := c.CollectionRun("r"); return out.Ended != 0 })
	if out, _ := c.CollectionRun("r"); out.Counts != (RunCounts{Broken: 1, Skipped: 1}) {
		t.Errorf("stopped: %+v", out)
	}
}

func TestEveryExpectationIsKept(t *testing.T) {
	c := start(t)
	in := SavedCalls{Name: "All", Variables: []SavedVariable{}, Calls: []SavedCall{{
		Name: "a", Method: "m", Params: "{\n  \"n\": 1.50\n}", Timeout: "3s", Skip: true, Comment: "why",
		Keep: []SavedKeep{{Name: "x", Path: "$.a"}},
		Expect: []SavedExpectation{
			{Kind: "equals", Path: "$.a", Value: "12345678901234567890"},
			{Kind: "matches", Path: "$.a", Value: "^a"},
			{Kind: "exists", Path: "$.a", In: "$.b"},
			{Kind: "missing", Path: "$.a"},
			{Kind: "count", Path: "$.a", Value: "2"},
			{Kind: "schema", Value: "true"},
			{Kind: "within", Value: "1s"},
			{Kind: "error", Value: "no", Code: -32602},
		},
	}}}
	doc := c.SaveCollection(SaveCollectionInput{Collection: in})
	got, _ := json.Marshal(doc.Collection)
	want, _ := json.Marshal(in)
	if doc.Err != nil || string(got) != string(want) {
		t.Errorf("kept:\n%s\n%s\n%v", got, want, doc.Err)
	}
	in.Calls[0].Expect[0].Value = "{"
	if bad := c.SaveCollection(SaveCollectionInput{Path: doc.Path, Sum: doc.Sum, Collection: in}); bad.Err == nil || !strings.Contains(bad.Err.Message, "call 1 (a), expectation 1") {
		t.Errorf("no JSON: %+v", bad.Err)
	}
}
