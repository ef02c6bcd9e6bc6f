package core

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/rules"
)

// chat is an endpoint as OpenAI's; it notes what it was asked.
func chat(t *testing.T, answer string, asked chan<- string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := make([]byte, 1<<20)
		n, _ := r.Body.Read(b)
		asked <- r.Method + " " + r.URL.Path + " " + r.Header.Get("Authorization") + " " + string(b[:n])
		if answer == "wait" {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(answer, `{"error"`) {
			w.WriteHeader(429)
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

func TestSampler(t *testing.T) {
	c, id, _ := asking(t, nil)
	asked := make(chan string, 10)
	const key = "sk-verysecret-0123456789abcdef"
	set := func(answer string) {
		t.Helper()
		if s, err := c.SetSampler(SamplerInput{Settings: rules.Sampler{URL: chat(t, answer, asked) + "/v1/", Model: "tiny"}, Key: key}); err != nil || s.Problem != "" || s.Key != "memory" {
			t.Fatal(s, err)
		}
	}
	set(`{"model":"tiny-1","choices":[{"finish_reason":"tool_calls","message":{"content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"at\":\"x\"}"}}]}}]}`)
	params := `{"systemPrompt":"Be brief","messages":[{"role":"user","content":{"type":"text","text":"Hi"}},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"look","input":{"at":1}}]},{"role":"user","content":[{"type":"tool_result","toolUseId":"t1","content":[{"type":"text","text":"seen"}]}]}],"maxTokens":5,"temperature":0.5,"stopSequences":["END"],"tools":[{"name":"look","inputSchema":{"type":"object"}}],"toolChoice":{"mode":"required"}}`
	out := run(t, c, id, "ask", askArgs{[]string{request(1, "sampling/createMessage", params)}, 1})
	q := waits(t, c, 1)[0]
	if len(asked) != 0 {
		t.Fatal("the sampler was asked by itself")
	}
	d := c.Draft(t.Context(), q.ID)
	want := `{"content":{"id":"c1","input":{"at":"x"},"name":"look","type":"tool_use"},"model":"tiny-1","role":"assistant","stopReason":"toolUse"}`
	if d.Err != nil || d.Result != want || d.Entry == 0 || len(d.Problems) != 0 {
		t.Errorf("%+v", d)
	}
	wantAsked := `POST /v1/chat/completions Bearer ` + key + ` {"model":"tiny","messages":[{"role":"system","content":"Be brief"},{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"look","arguments":"{\"at\":1}"}}]},{"role":"tool","content":"seen","tool_call_id":"t1"}],"max_tokens":5,"temperature":0.5,"stop":["END"],"tools":[{"type":"function","function":{"name":"look","parameters":{"type":"object"}}}],"tool_choice":"required","stream":false}`
	if dd := cmp.Diff(wantAsked, <-asked); dd != "" {
		t.Error(dd)
	}
	if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindResult, Content: d.Result}); err != nil {
		t.Fatal(err)
	}
	textOf(t, out)
	if strings.Contains(string(wholeLog(t, c)), key) || strings.Contains(string(readAll(t, c.Dir())), key) {
		t.Error("the key stands in the log or in a file")
	}
	sampled := 0
	for _, e := range entriesOf(c, "http") {
		if e.Purpose == "sampler" {
			sampled++
		}
	}
	if sampled != 1 {
		t.Errorf("%d exchanges with the sampler", sampled)
	}

	set(`{"model":"tiny-1","choices":[{"finish_reason":"stop","message":{"content":"Hello"}}]}`)
	if _, err := c.SaveRule(rules.Rule{Name: "model", Enabled: true, Action: rules.DoSampler}, false); err != nil {
		t.Fatal(err)
	}
	if got := textOf(t, run(t, c, id, "ask", askArgs{[]string{request(2, "sampling/createMessage", params)}, 1})); !strings.Contains(got, `"text":"Hello"`) {
		t.Error(got)
	}
	set(`{"error":{"message":"too many"}}`)
	if d := c.TestSampler(t.Context()); d.Err == nil || !strings.Contains(d.Err.Message, "429: too many") {
		t.Errorf("%+v", d)
	}
	out = run(t, c, id, "ask", askArgs{[]string{request(3, "sampling/createMessage", params)}, 1})
	q = waits(t, c, 1)[0] // the endpoint fails: the question is the user's
	set("wait")
	for len(asked) > 0 {
		<-asked
	}
	drafted := make(chan SamplerDraft, 1)
	go func() { drafted <- c.Draft(context.Background(), q.ID) }()
	<-asked
	c.CancelDraft(q.ID)
	select {
	case d := <-drafted:
		if d.Err == nil {
			t.Errorf("%+v", d)
		}
	case <-time.After(patience):
		t.Fatal("the draft was not cancelled")
	}
	if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindDecline}); err != nil {
		t.Fatal(err)
	}
	textOf(t, out)
	for _, bad := range []string{"http://model.example/v1", "ftp://x", "https://u:p@x.example", "nonsense"} {
		if _, err := c.SetSampler(SamplerInput{Settings: rules.Sampler{URL: bad}}); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
