package auth

import (
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

func TestScopes(t *testing.T) {
	for _, c := range []struct {
		name       string
		challenged []string
		prm, as    []string
		start      Start
		set        Settings
		edit       *string
		want       string
		why        string
	}{
		{name: "challenge", challenged: []string{"a"}, prm: []string{"b", "c"}, want: "a", why: "the refusal names them"},
		{name: "metadata", prm: []string{"b", "c"}, want: "b c", why: "all that the resource metadata list"},
		{name: "none", want: "", why: "neither"},
		{name: "empty metadata", prm: []string{}, want: "", why: "neither"},
		{name: "settings", challenged: []string{"a"}, set: Settings{Scopes: []string{"x"}}, want: "x", why: "set for this server"},
		{name: "none by settings", challenged: []string{"a"}, set: Settings{Scopes: []string{}}, want: ""},
		{name: "step-up before settings", set: Settings{Scopes: []string{"x"}}, start: Start{Scopes: []string{"x", "y", "x"}}, want: "x y", why: "step-up"},
		{name: "by hand", challenged: []string{"a"}, edit: ptr("q  r"), want: "q r", why: "entered by hand"},
		{name: "none by hand", challenged: []string{"a"}, edit: ptr(""), want: "", why: "entered by hand"},
		{name: "offline_access listed", challenged: []string{"a"}, as: []string{"offline_access"}, want: "a offline_access"},
		{name: "offline_access not alone", as: []string{"offline_access"}, want: ""},
		{name: "offline_access not listed", prm: []string{"a", "offline_access"}, as: []string{"a"}, want: "a"},
		{name: "offline_access of metadata, list unknown", prm: []string{"a", "offline_access"}, want: "a"},
		{name: "offline_access listed by both", prm: []string{"offline_access", "a"}, as: []string{"offline_access"}, want: "offline_access a"},
		{name: "offline_access of the challenge", challenged: []string{"a", "offline_access"}, as: []string{"a"}, want: "a offline_access"},
		{name: "offline_access not added to settings", set: Settings{Scopes: []string{"x"}}, as: []string{"offline_access"}, want: "x"},
		{name: "offline_access not without a browser", challenged: []string{"a"}, set: Settings{Grant: ClientCredentials}, as: []string{"offline_access"}, want: "a"},
		{name: "offline_access by hand only", challenged: []string{"a"}, as: []string{"offline_access"}, edit: ptr("a b"), want: "a b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newFlowRig(t, "https://h/mcp", nil, c.set)
			if c.challenged != nil {
				c.start.Challenge = &challenge.Challenge{Scopes: c.challenged}
			}
			f := r.flow(c.start)
			f.prm, f.as = &ResourceMetadata{Scopes: c.prm}, &ServerMetadata{Scopes: c.as}
			var edits map[string]string
			if c.edit != nil {
				edits = map[string]string{"scope": *c.edit}
			}
			if err := f.RunStep(t.Context(), StepScopes, edits); err != nil {
				t.Fatal(err)
			}
			step := stepOf(t, f, StepScopes)
			if got := strings.Join(f.scopes, " "); got != c.want || !strings.Contains(step.Verdict, c.why) {
				t.Errorf("%q, want %q: %q", got, c.want, step.Verdict)
			}
			// What the window sends back unchanged changes nothing.
			again := map[string]string{}
			for _, in := range step.Inputs {
				again[in.Name] = in.Value
			}
			if err := f.RunStep(t.Context(), StepScopes, again); err != nil || strings.Join(f.scopes, " ") != c.want || stepOf(t, f, StepScopes).Verdict != step.Verdict {
				t.Errorf("again: %v %q %q", err, f.scopes, stepOf(t, f, StepScopes).Verdict)
			}
		})
	}
	f := newFlowRig(t, "https://h/mcp", nil, Settings{}).flow(Start{Challenge: &challenge.Challenge{Scopes: []string{"a\"b"}}})
	f.as = &ServerMetadata{}
	if err := f.RunStep(t.Context(), StepScopes, nil); !fault.Is(err, fault.Input) {
		t.Errorf("a quote in a scope: %v", err)
	}
}

func ptr(s string) *string { return &s }

func TestUnionScopes(t *testing.T) {
	if got := strings.Join(UnionScopes([]string{"a", "b"}, []string{"b", "", "c", "c"}), " "); got != "a b c" {
		t.Error(got)
	}
	if UnionScopes(nil, nil) == nil {
		t.Error("nil")
	}
}
