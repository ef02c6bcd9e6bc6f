package core

import (
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/session"
)

func TestTrySampler(t *testing.T) {
	c, id := sample(t, session.Legacy)
	asked := make(chan string, 10)
	if _, err := c.SetSampler(SamplerInput{Settings: rules.Sampler{URL: chat(t, `{"model":"tiny-1","choices":[{"finish_reason":"stop","message":{"content":"short"}}]}`, asked), Model: "tiny"}}); err != nil {
		t.Fatal(err)
	}
	out := c.GetPrompt(t.Context(), PromptInput{Call: newID(), Profile: id, Name: "summarize", Index: -1, Args: []Argument{{"text", "A long story"}}})
	if out.Err != nil || out.Seq == 0 {
		t.Fatalf("%+v", out)
	}
	d := c.TrySampler(t.Context(), out.Seq)
	if d.Err != nil || d.Model != "tiny-1" || !strings.Contains(d.Result, `"short"`) || d.Entry == 0 {
		t.Errorf("%+v", d)
	}
	if got := <-asked; !strings.Contains(got, "A long story") || !strings.Contains(got, `"max_tokens":2000`) {
		t.Errorf("the endpoint was asked %s", got)
	}
	for _, wrong := range []uint64{0, 1, out.Request, 1 << 40} {
		if d := c.TrySampler(t.Context(), wrong); d.Err == nil || len(asked) != 0 {
			t.Errorf("entry %d: %+v", wrong, d)
		}
	}
}

func TestFolderURI(t *testing.T) {
	for in, want := range map[string]string{
		"/home/me/my work":  "file:///home/me/my%20work",
		"/":                 "file:///",
		"C:/Users/me":       "file:///C:/Users/me",
		"//nas/share/a?b#c": "file://nas/share/a%3Fb%23c",
	} {
		if got := FolderURI(in); got != want {
			t.Errorf("FolderURI(%q) = %q, want %q", in, got, want)
		}
	}
}
