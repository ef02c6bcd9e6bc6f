package core

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// outside changes the profile file as another program does.
func (c *Core) outside(t *testing.T, old, now string) {
	t.Helper()
	file := c.Servers().File
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(b), old) {
		t.Fatalf("%q is not in %s", old, b)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(b), old, now, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	c.Reload()
}

// counted is a server that answers 401 and counts.
func counted(t *testing.T) (url string, n *atomic.Int64) {
	t.Helper()
	n = &atomic.Int64{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n.Add(1)
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(s.Close)
	return s.URL, n
}

// TestOutsideEditIsSeenFirst: what another program writes into the file is used for nothing before the user has seen
// what changed.
func TestOutsideEditIsSeenFirst(t *testing.T) {
	here, asked := counted(t)
	evil, caught := counted(t)
	c := start(t)
	p := c.mustSave(t, profile.Profile{
		Name: "S", Transport: profile.HTTP, URL: here + "/mcp",
		Auth: profile.Auth{Grant: "client_credentials", ClientID: "me", TokenEndpoint: here + "/token", AllowHTTP: []string{"a.test"}},
	})
	if err := c.SetSecrets(p.ID, []SecretInput{{Name: profile.SecretClient, Value: "client-secret-1"}}); err != nil {
		t.Fatal(err)
	}
	if l := c.mustLaunch(t, p.ID); !l.Confirmed {
		t.Fatalf("what was typed and saved here is asked about: %+v", l)
	}
	c.outside(t, `"tokenEndpoint": "`+here, `"tokenEndpoint": "`+evil)
	l := c.mustLaunch(t, p.ID)
	want := []LaunchChange{{Field: "auth.tokenEndpoint", Lines: []ChangeLine{{"-", here + "/token"}, {"+", evil + "/token"}}}}
	if d := cmp.Diff(want, l.Changes); d != "" || l.Confirmed || l.Since != sinceChanged || l.URL != p.URL {
		t.Errorf("%+v\nchanges (-want +got):\n%s", l, d)
	}
	for what, do := range map[string]func() error{
		"connect":        func() error { return c.Connect(p.ID) },
		"sign in":        func() error { _, err := c.SignInWait(t.Context(), p.ID); return err },
		"a step":         func() error { return c.runStep(t, SignInStep{Profile: p.ID, Step: auth.StepToken}) },
		"the document":   func() error { _, err := c.ClientDocument(p.ID); return err },
		"use as it were": func() error { _, err := c.UseSaved(p.ID, false, nil, func(*profile.Profile) {}); return err },
		"a wrong hash":   func() error { return c.Confirm(p.ID, strings.Repeat("0", 64)) },
	} {
		if err := do(); AsError(err) == nil || AsError(err).Kind != string(fault.Input) {
			t.Errorf("%s: %v", what, err)
		}
	}
	// Saving another change does not say that this one was seen.
	now, _ := c.profile(p.ID)
	now.Color = "red"
	now.Auth.Scopes = []string{"a"}
	c.mustSave(t, now)
	if l = c.mustLaunch(t, p.ID); l.Confirmed || len(l.Changes) != 2 {
		t.Errorf("saved over it: %+v", l)
	}
	if dup, err := c.Duplicate(p.ID); err != nil || c.mustLaunch(t, dup.ID).Confirmed {
		t.Errorf("a duplicate counts as seen: %v", err)
	}
	if asked.Load() != 0 || caught.Load() != 0 {
		t.Errorf("%d requests to the server, %d to the new endpoint before it was seen", asked.Load(), caught.Load())
	}
	c.mustConfirm(t, p.ID)
	if _, err := c.SignInWait(t.Context(), p.ID); err == nil || caught.Load() == 0 {
		t.Errorf("once confirmed: %v, %d requests", err, caught.Load())
	}
	if dup, err := c.Duplicate(p.ID); err != nil || !c.mustLaunch(t, dup.ID).Confirmed {
		t.Errorf("a duplicate of what was seen is asked about: %v", err)
	}
}

// runStep runs a step and waits for what came of it.
func (c *Core) runStep(t *testing.T, in SignInStep) error {
	t.Helper()
	if err := c.SignInStep(in); err != nil {
		return err
	}
	if err := c.signIn(in.Profile).wait(t.Context()); err != nil {
		return err
	}
	if e := c.SignIn(in.Profile).Err; e != nil {
		return e
	}
	return nil
}

// TestSettingsFromElsewhere: what is imported is seen before it is used; a plain URL says nothing to be seen.
func TestSettingsFromElsewhere(t *testing.T) {
	at, asked := counted(t)
	c := start(t)
	accept := func(text string) profile.Profile {
		t.Helper()
		saved, err := c.Accept(c.ReadImport(text))
		if err != nil || len(saved) != 1 {
			t.Fatalf("%v %v", saved, err)
		}
		return saved[0]
	}
	with := accept(`{"mcpServers": {"A": {"url": "` + at + `/mcp", "headers": {"Authorization": "Bearer abc-def-ghi-jkl"}}}}`)
	l := c.mustLaunch(t, with.ID)
	if l.Confirmed || l.Since != sinceNew || c.Connect(with.ID) == nil {
		t.Errorf("an import is used unseen: %+v", l)
	}
	want := []LaunchChange{{Field: "url", Lines: []ChangeLine{{"", at + "/mcp"}}}, {Field: "headers", Lines: []ChangeLine{{"", "Authorization: (secret)"}}}}
	if d := cmp.Diff(want, l.Settings); d != "" {
		t.Errorf("settings (-want +got):\n%s", d)
	}
	plain := accept(`{"mcpServers": {"B": {"url": "` + at + `/mcp"}}}`)
	if l := c.mustLaunch(t, plain.ID); !l.Confirmed {
		t.Errorf("a plain URL is asked about: %+v", l)
	}
	if asked.Load() != 0 {
		t.Errorf("%d requests", asked.Load())
	}
	// A secret of the server does not follow its URL elsewhere.
	c.mustConfirm(t, with.ID)
	c.outside(t, at+"/mcp", "https://elsewhere.example/mcp")
	if l := c.mustLaunch(t, with.ID); l.Confirmed || l.Since != sinceChanged || len(l.Changes) != 1 || l.Changes[0].Field != "url" {
		t.Errorf("another URL with the same secret: %+v", l)
	}
	// What is typed into the box is seen: Enter connects.
	p, err := c.Use(at + "/mcp?api_key=sk-proj-0123456789abcdefghij")
	if err != nil || !c.mustLaunch(t, p.ID).Confirmed {
		t.Errorf("a typed URL is asked about: %v", err)
	}
}
