package drift

import (
	"strings"
	"testing"
)

// A server's words are not Markdown, nor HTML, nor a mention of somebody.
func TestMarkdown(t *testing.T) {
	was, now := tools(`{"name":"a","description":"x"}`, "{\"name\":\"`b`\\n# c\"}"), tools(`{"name":"a","description":"<img src=x> @you [a](b)"}`)
	r := Report{Server: "S *x*", Was: About{At: 1_700_000_000_000_000, Name: "v1"}, Now: About{At: 1_700_000_000_000_001, Version: "2"}, Result: Classify(was, now)}
	got := r.Markdown()
	for _, want := range []string{
		`# Interface changes of S \*x\*`, "From v1 (2023-11-14 22:13 UTC) to 2023-11-14 22:13 UTC, version 2: 2 changes, 1 breaking, 1 risky.",
		"## Breaking\n\n- **Tool** `` `b` # c ``:", "## Risky\n\n- **Tool** `a` `/description`:", "tool poisoning",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	for _, line := range strings.Split(got, "\n") {
		if strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "# Interface") {
			t.Errorf("a line of its own: %s", line)
		}
	}
	if !strings.Contains(r.JSON(), `"rule": "tool-removed"`) || !strings.Contains(r.JSON(), `"breaking": 1`) {
		t.Error(r.JSON())
	}
}

func TestCounts(t *testing.T) {
	c := Counts{Breaking: 1, Risky: 2, Additive: 3, Minor: 4}
	for s, want := range map[Severity]int{Breaking: 1, Risky: 3, Additive: 6, Minor: 10} {
		if got := c.AtLeast(s); got != want {
			t.Errorf("at least %s: %d", s, got)
		}
	}
	if (Counts{}).String() != "no changes" || (Counts{Minor: 1}).String() != "1 change, 1 minor" {
		t.Error(Counts{}, Counts{Minor: 1})
	}
}
