package core

import (
	"testing"

	"github.com/sightglass-dev/sightglass/app/profile"
)

// TestTokensAreJudgedAgainstTheServersRealURL: a sample has none in its profile, and others hold placeholders.
func TestTokensAreJudgedAgainstTheServersRealURL(t *testing.T) {
	c := start(t)
	sample := c.byName(t, "Protected sample")
	target, err := c.target(t.Context(), sample, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.signIn(sample.ID).serverURL(t.Context()); got != target.URL || got == "" {
		t.Errorf("the sample is at %q, judged against %q", target.URL, got)
	}
	t.Setenv("SIGHTGLASS_TEST_HOST", "mcp.example.com")
	p, err := c.Save(profile.Profile{Name: "filled", Transport: profile.HTTP, URL: "https://${SIGHTGLASS_TEST_HOST}/mcp"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.signIn(p.ID).serverURL(t.Context()), "https://mcp.example.com/mcp"; got != want {
		t.Errorf("serverURL() = %q, want %q", got, want)
	}
}
