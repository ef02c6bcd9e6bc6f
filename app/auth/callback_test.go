package auth

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

func TestCallback(t *testing.T) {
	const state, issuer = "STATE-0123456789abcdefghij", "https://as.example/t"
	iss := "&iss=" + url.QueryEscape(issuer)
	good := "state=" + state + "&code=CODE-secret-1"
	for _, c := range []struct {
		name     string
		query    string
		promised bool // iss, by the metadata
		text     string
		hidden   string // must not be shown
		code     bool
	}{
		{name: "promised and there", query: good + iss, promised: true, code: true},
		{name: "promised and missing", query: good, promised: true, text: "iss is missing"},
		{name: "not promised, there", query: good + iss, code: true},
		{name: "not promised, missing", query: good, code: true},
		{name: "promised, another", query: good + "&iss=https%3A%2F%2Fevil.example", promised: true, text: "comes from the issuer"},
		{name: "not promised, another", query: good + "&iss=https%3A%2F%2Fevil.example", text: "comes from the issuer"},
		{name: "slash", query: good + iss + "%2F", promised: true, text: "in writing only"},
		{name: "case", query: good + "&iss=https%3A%2F%2FAS.example%2Ft", text: "in writing only"},
		{name: "port", query: good + "&iss=https%3A%2F%2Fas.example%3A443%2Ft", text: "comes from the issuer"},
		{name: "empty iss", query: good + "&iss=", text: "comes from the issuer"},
		{name: "another state", query: "state=other&code=CODE-secret-1" + iss, text: "not the one that was sent"},
		{name: "state and more", query: "state=" + state + "x&code=CODE-secret-1" + iss, text: "not the one that was sent"},
		{name: "no state", query: "code=CODE-secret-1" + iss, text: "has no state"},
		{name: "two states", query: good + "&state=x" + iss, text: "state 2 times"},
		{name: "two codes", query: good + "&code=x" + iss, text: "code 2 times"},
		{name: "two issuers", query: good + iss + iss, text: "iss 2 times"},
		{name: "two errors", query: "state=" + state + "&error=a&error=b" + iss, text: "error 2 times"},
		{name: "no code", query: "state=" + state + iss, text: "neither code nor error"},
		{name: "denied", query: "state=" + state + "&error=access_denied&error_description=Not+today" + iss, promised: true, text: `"Not today"`},
		{name: "denied by another issuer", query: "state=" + state + "&error=access_denied&error_description=call+555-HACK&iss=https%3A%2F%2Fevil.example", text: "comes from the issuer", hidden: "555-HACK"},
		{name: "denied without iss", query: "state=" + state + "&error=access_denied&error_description=call+555-HACK", promised: true, text: "iss is missing", hidden: "555-HACK"},
		{name: "denied with another state", query: "state=x&error=access_denied&error_description=call+555-HACK" + iss, text: "not the one that was sent", hidden: "555-HACK"},
		{name: "error and code", query: good + "&error=server_error" + iss, text: "server_error"},
		{name: "unknown error, hostile text", query: "state=" + state + "&error=%3Cb%3E&error_description=a%0Ab%E2%80%AEc" + iss, text: `"a b c"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newFlowRig(t, "https://h.example/mcp", nil, Settings{})
			f := r.flow(Start{})
			f.as = &ServerMetadata{Issuer: issuer}
			f.pending = &Pending{State: state, Verifier: "VERIFIER-secret", Issuer: issuer, IssRequired: c.promised, RedirectURI: "http://127.0.0.1:1/callback", Resource: "https://h.example/mcp"}
			err := f.RunStep(t.Context(), StepCallback, map[string]string{"callback": "http://127.0.0.1:1/callback?" + c.query})
			r.sound(f)
			step := stepOf(t, f, StepCallback)
			if (err == nil) != c.code || (f.code != "") != c.code {
				t.Fatalf("error %v, code %q", err, f.code)
			}
			if err != nil && (!fault.Is(err, fault.Protocol) || step.State != Failed || step.Fix == "") {
				t.Errorf("%v, %s, fix %q", err, step.State, step.Fix)
			}
			if !strings.Contains(step.Verdict, c.text) {
				t.Errorf("verdict %q, want %q", step.Verdict, c.text)
			}
			noSecrets(t, "the step", step, "CODE-secret-1", state, c.hidden)
			if err != nil {
				noSecrets(t, "the error", err, "CODE-secret-1", c.hidden)
			}
			if b := stepOf(t, f, StepBrowser); b.State != Skipped {
				t.Errorf("browser: %s", b.State)
			}
		})
	}
}

// What an authorization server does to its answer, end to end: nothing goes to the token endpoint.
func TestCallbackOfServers(t *testing.T) {
	for how, good := range map[authtest.Iss]bool{
		authtest.IssRight: true, authtest.IssSilent: true, authtest.IssUnadvertised: true,
		authtest.IssMissing: false, authtest.IssWrong: false, authtest.IssNormalized: false, authtest.IssUnexpected: false,
	} {
		t.Run(string(how), func(t *testing.T) {
			w, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{Iss: how}}, Settings{})
			f, _, err := r.run(Start{Challenge: r.refused()})
			if (err == nil) != good || (len(w.Of(authtest.Token)) == 1) != good || len(w.Of(authtest.Authorize)) != 1 {
				t.Errorf("%v, %d token requests", err, len(w.Of(authtest.Token)))
			}
			if !good && f.Next() != StepCallback {
				t.Errorf("next %s", f.Next())
			}
		})
	}
	w, r := worldRig(t, authtest.Options{AS: authtest.ServerOptions{AuthorizeRefusal: &authtest.Refusal{Code: "access_denied", Description: "The user said no."}}}, Settings{})
	_, _, err := r.run(Start{Challenge: r.refused()})
	if err == nil || !strings.Contains(err.Error(), "The user said no.") || len(w.Of(authtest.Token)) != 0 {
		t.Error(err)
	}
}

func FuzzResponse(f *testing.F) {
	f.Add("http://127.0.0.1:1/callback?state=s&code=c&iss=i")
	f.Add("?state=s&state=s")
	f.Add("state=s&code=%zz;a&code=c#x")
	f.Fuzz(func(t *testing.T, raw string) {
		const state = "STATE-0123456789abcdefghij"
		fl := NewFlow(Config{}, Start{})
		fl.pending = &Pending{State: state, Issuer: "https://as.example", IssRequired: true}
		c := readCallback(raw, time.Now())
		fl.back = &c
		d := &draft{f: fl, s: *emptyStep(StepCallback), set: &Settings{}}
		if err := d.callback(t.Context()); err == nil {
			q := c.Query
			if len(q["code"]) != 1 || fl.code == "" || len(q["state"]) != 1 || q.Get("state") != state || q.Get("iss") != "https://as.example" || q.Has("error") {
				t.Errorf("%q was taken", raw)
			}
		}
	})
}
