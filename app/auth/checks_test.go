package auth

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/internal/authtest"
)

// checkHTTP is plainHTTP with numbered entries; it tells the status of a stream that does not end, as the tapped client
// does.
type checkHTTP struct {
	plainHTTP
	mu   sync.Mutex
	sent []Request
}

func (h *checkHTTP) Do(ctx context.Context, r Request) (*Response, error) {
	h.mu.Lock()
	h.sent = append(h.sent, r)
	n := uint64(len(h.sent))
	h.mu.Unlock()
	if r.Method == http.MethodGet {
		req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, nil)
		if err != nil {
			return nil, err
		}
		req.Header = r.Header.Clone()
		resp, err := h.client.Do(req)
		if err != nil {
			return nil, &fault.CallError{Kind: fault.Timeout, Message: "No answer.", Entries: []uint64{n}, Cause: err}
		}
		defer resp.Body.Close()
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
			return nil, &fault.CallError{Kind: fault.Timeout, Status: resp.StatusCode, Header: resp.Header, Entries: []uint64{n}}
		}
		body, err := io.ReadAll(resp.Body)
		return &Response{Status: resp.StatusCode, Header: resp.Header, Body: body, URL: r.URL, Entries: []uint64{n}}, err
	}
	resp, err := h.plainHTTP.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	resp.Entries = []uint64{n}
	return resp, nil
}

// checkWorld signs in by hand and gives everything that RunChecks wants.
func checkWorld(t *testing.T, o authtest.Options) (*authtest.World, Config, *Token, *ResourceMetadata, *checkHTTP) {
	t.Helper()
	noLeaks(t)
	o.AS.Grants = []string{authtest.GrantClientCredentials}
	o.AS.Clients = map[string]authtest.Client{"checker": {Secret: "s", Method: "client_secret_post"}}
	w := authtest.Start(t, o)
	h := &checkHTTP{plainHTTP: newPlainHTTP(t)}
	form := url.Values{"grant_type": {authtest.GrantClientCredentials}, "client_id": {"checker"}, "client_secret": {"s"}, "resource": {w.Resource()}, "scope": {"mcp"}}
	resp, err := h.Do(t.Context(), Request{Method: http.MethodPost, URL: w.AS.URL(authtest.Token), Body: []byte(form.Encode()), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(resp.Body, &doc); err != nil || doc.AccessToken == "" {
		t.Fatalf("token: %s %v", resp.Body, err)
	}
	h.sent = nil
	cfg := Config{Profile: "p", Server: "Test", Resource: w.URL, HTTP: h, Mask: (&masker{}).mask}
	prm := &ResourceMetadata{Resource: w.Resource(), AuthorizationServers: []string{w.AS.Issuer}, URL: w.PRM()}
	return w, cfg, &Token{AccessToken: doc.AccessToken, TokenType: "Bearer", Server: w.URL, Resource: w.Resource(), Issuer: w.AS.Issuer}, prm, h
}

func states(list []Check) map[string]string {
	m := map[string]string{}
	for _, c := range list {
		m[c.ID] = c.State
	}
	return m
}

func textOf(t *testing.T, list []Check, id string) string {
	t.Helper()
	for _, c := range list {
		if c.ID == id {
			return c.Text
		}
	}
	t.Fatalf("no check %s", id)
	return ""
}

// good is what a server that follows the rules gets.
func good() map[string]string {
	return map[string]string{
		"no-token": "pass", "no-token-list": "pass", "no-token-get": "pass", "no-token-delete": "pass", "metadata": "pass", "valid": "pass",
		"garbage": "pass", "expired": "warning", "signature": "pass", "payload": "pass", "unsigned": "pass", "foreign-key": "pass",
		"audience": "warning", "query": "pass", "cors": "pass",
	}
}

func TestChecksOfAGoodServer(t *testing.T) {
	for name, o := range map[string]authtest.Options{"http": {}, "sse": {Resource: authtest.ResourceOptions{SSE: true}}} {
		w, cfg, token, prm, h := checkWorld(t, o)
		var steps [][]Check
		list := RunChecks(t.Context(), cfg, token, prm, func(l []Check) { steps = append(steps, l) })
		if diff := cmp.Diff(good(), states(list)); diff != "" {
			t.Errorf("%s: %s\n%+v", name, diff, list)
		}
		if len(steps) != 2*len(list) || steps[0][0].State != "running" || steps[1][0].State == "running" {
			t.Errorf("%s: %d reports of %d checks", name, len(steps), len(list))
		}
		if diff := cmp.Diff(list, steps[len(steps)-1]); diff != "" {
			t.Errorf("%s: the last report differs: %s", name, diff)
		}
		for _, c := range list {
			if c.Entries == nil || len(c.Entries) == 0 && c.State != "skipped" || c.Text == "" || c.Source == "" || c.Expected == "" {
				t.Errorf("%s: incomplete: %+v", name, c)
			}
		}
		real := 0
		for _, r := range h.sent {
			if r.Header.Get("Authorization") == "Bearer "+token.AccessToken && r.Method != http.MethodDelete {
				real++
			}
			if strings.Contains(r.URL, token.AccessToken) || strings.Contains(string(r.Body), token.AccessToken) || !strings.HasPrefix(r.URL, w.URL) || r.Purpose != "check" || r.Follow {
				t.Errorf("%s: sent %s %s (%s)", name, r.Method, r.URL, r.Purpose)
			}
		}
		if real != 1 {
			t.Errorf("%s: the real token was sent %d times", name, real)
		}
		noSecrets(t, name, list, token.AccessToken)
		if v := w.Violations(); len(v) != 0 {
			t.Errorf("%s: %v", name, v)
		}
	}
}

func TestChecksOfBadServers(t *testing.T) {
	for name, tt := range map[string]struct {
		o    authtest.ResourceOptions
		want map[string]string // besides good
		text map[string]string // part of the text
	}{
		"no header":   {authtest.ResourceOptions{Bare: true}, map[string]string{"no-token": "fail", "metadata": "warning", "garbage": "warning", "signature": "warning", "payload": "warning", "unsigned": "warning", "foreign-key": "warning"}, map[string]string{"no-token": "no WWW-Authenticate"}},
		"no pointer":  {authtest.ResourceOptions{NoPointer: true}, map[string]string{"metadata": "warning"}, map[string]string{"metadata": "has no resource_metadata"}},
		"other place": {authtest.ResourceOptions{Challenge: `Bearer resource_metadata="https://elsewhere.test/prm"`}, map[string]string{"metadata": "warning"}, map[string]string{"metadata": "elsewhere.test", "garbage": "invalid_token"}},
		"another resource": {authtest.ResourceOptions{Identifier: "https://elsewhere.test/mcp"}, map[string]string{
			"metadata": "fail", "valid": "skipped", "expired": "skipped", "signature": "skipped", "payload": "skipped", "unsigned": "skipped", "foreign-key": "skipped", "audience": "skipped",
		}, map[string]string{"valid": "is not sent"}},
		"anything goes":         {authtest.ResourceOptions{Lax: authtest.Lax{Anything: true}}, map[string]string{"garbage": "fail", "expired": "fail", "signature": "fail", "payload": "fail", "unsigned": "fail", "foreign-key": "fail", "audience": "fail"}, map[string]string{"garbage": "It was let in"}},
		"signature not checked": {authtest.ResourceOptions{Lax: authtest.Lax{Signature: true}}, map[string]string{"signature": "fail", "payload": "fail", "unsigned": "fail", "foreign-key": "fail"}, nil},
		"nor the time":          {authtest.ResourceOptions{Lax: authtest.Lax{Signature: true, Expired: true}}, map[string]string{"signature": "fail", "payload": "fail", "unsigned": "fail", "foreign-key": "fail", "expired": "fail"}, nil},
		"nor the audience":      {authtest.ResourceOptions{Lax: authtest.Lax{Signature: true, Audience: true}}, map[string]string{"signature": "fail", "payload": "fail", "unsigned": "fail", "foreign-key": "fail", "audience": "fail"}, nil},
		"alg none":              {authtest.ResourceOptions{Lax: authtest.Lax{AlgNone: true}}, map[string]string{"unsigned": "fail"}, nil},
		"query":                 {authtest.ResourceOptions{Lax: authtest.Lax{Query: true}}, map[string]string{"query": "warning"}, map[string]string{"query": "seems to read the query"}},
		"query, anything":       {authtest.ResourceOptions{Lax: authtest.Lax{Query: true, Anything: true}}, map[string]string{"garbage": "fail", "expired": "fail", "signature": "fail", "payload": "fail", "unsigned": "fail", "foreign-key": "fail", "audience": "fail", "query": "fail"}, nil},
		"cors":                  {authtest.ResourceOptions{Lax: authtest.Lax{CORS: "echo"}}, map[string]string{"cors": "fail"}, map[string]string{"cors": "any page"}},
		"cors wildcard":         {authtest.ResourceOptions{Lax: authtest.Lax{CORS: "*"}}, map[string]string{"cors": "fail"}, nil},
		"repeats":               {authtest.ResourceOptions{Lax: authtest.Lax{Reveals: true}}, map[string]string{"garbage": "warning", "signature": "warning", "payload": "warning", "unsigned": "warning", "foreign-key": "warning"}, map[string]string{"garbage": "repeats the token"}},
		"crashes":               {authtest.ResourceOptions{Lax: authtest.Lax{Crashes: true}}, map[string]string{"garbage": "fail"}, map[string]string{"garbage": "broke down"}},
		"open handshake":        {authtest.ResourceOptions{Open: []string{"initialize"}}, map[string]string{"no-token": "warning"}, map[string]string{"no-token": "lets anybody begin"}},
		"open stream":           {authtest.ResourceOptions{Open: []string{"GET"}}, map[string]string{"no-token-get": "fail"}, map[string]string{"no-token-get": "stayed open"}},
		"open delete":           {authtest.ResourceOptions{Open: []string{"DELETE"}}, map[string]string{"no-token-delete": "fail"}, nil},
		"403": {authtest.ResourceOptions{Status: 403}, map[string]string{
			"no-token": "warning", "no-token-list": "warning", "no-token-get": "warning", "no-token-delete": "warning", "metadata": "skipped", "valid": "skipped",
			"garbage": "skipped", "expired": "skipped", "signature": "skipped", "payload": "skipped", "unsigned": "skipped", "foreign-key": "skipped", "audience": "skipped", "query": "skipped",
		}, map[string]string{"no-token": "403"}},
		"302": {authtest.ResourceOptions{Status: 302}, map[string]string{
			"no-token": "fail", "no-token-list": "fail", "no-token-get": "fail", "no-token-delete": "fail", "metadata": "skipped", "valid": "skipped",
			"garbage": "skipped", "expired": "skipped", "signature": "skipped", "payload": "skipped", "unsigned": "skipped", "foreign-key": "skipped", "audience": "skipped", "query": "skipped",
		}, map[string]string{"no-token": "needs 401"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, cfg, token, prm, _ := checkWorld(t, authtest.Options{Resource: tt.o})
			list := RunChecks(t.Context(), cfg, token, prm, nil)
			want := good()
			for id, state := range tt.want {
				want[id] = state
			}
			if diff := cmp.Diff(want, states(list)); diff != "" {
				t.Errorf("%s", diff)
				for _, c := range list {
					t.Logf("%s %s: %s", c.ID, c.State, c.Text)
				}
			}
			for id, part := range tt.text {
				if got := textOf(t, list, id); !strings.Contains(got, part) {
					t.Errorf("%s says %q, not %q", id, got, part)
				}
			}
			noSecrets(t, name, list, token.AccessToken)
		})
	}
}

func TestChecksWithAnExpiredToken(t *testing.T) {
	for lax, want := range map[bool]string{false: "pass", true: "fail"} {
		w, cfg, token, prm, _ := checkWorld(t, authtest.Options{Resource: authtest.ResourceOptions{Lax: authtest.Lax{Expired: lax}}})
		w.Advance(2 * time.Hour)
		cfg.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
		list := RunChecks(t.Context(), cfg, token, prm, nil)
		if got := states(list); got["expired"] != want || got["valid"] != "skipped" || !strings.Contains(textOf(t, list, "expired"), "whose time is up") {
			t.Errorf("lax %v: %v: %s", lax, got, textOf(t, list, "expired"))
		}
	}
}

func TestChecksWithoutAToken(t *testing.T) {
	_, cfg, _, _, _ := checkWorld(t, authtest.Options{Resource: authtest.ResourceOptions{PRM: authtest.Nowhere}})
	want := good()
	want["metadata"] = "fail"
	for _, id := range []string{"valid", "expired", "signature", "payload", "unsigned", "foreign-key", "audience"} {
		want[id] = "skipped"
	}
	if diff := cmp.Diff(want, states(RunChecks(t.Context(), cfg, nil, nil, nil))); diff != "" {
		t.Error(diff)
	}
}

func TestChecksWithAnOpaqueToken(t *testing.T) {
	_, cfg, token, prm, _ := checkWorld(t, authtest.Options{AS: authtest.ServerOptions{Opaque: true}})
	want := good()
	for _, id := range []string{"expired", "signature", "payload", "unsigned", "foreign-key", "audience"} {
		want[id] = "skipped"
	}
	if diff := cmp.Diff(want, states(RunChecks(t.Context(), cfg, token, prm, nil))); diff != "" {
		t.Error(diff)
	}
}

func TestChecksSendNoTokenToAnotherServer(t *testing.T) {
	w, cfg, token, prm, h := checkWorld(t, authtest.Options{})
	token.Server, token.Resource = "https://elsewhere.test/mcp", "https://elsewhere.test/mcp"
	list := RunChecks(t.Context(), cfg, token, prm, nil)
	if got := states(list); got["valid"] != "skipped" || got["payload"] != "skipped" || got["garbage"] != "pass" {
		t.Errorf("%v", got)
	}
	payload := strings.Split(token.AccessToken, ".")[1]
	for _, r := range h.sent {
		if strings.Contains(r.Header.Get("Authorization"), payload) {
			t.Errorf("a part of the token went to %s", w.URL)
		}
	}
}

func TestChecksStop(t *testing.T) {
	_, cfg, token, prm, _ := checkWorld(t, authtest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	list := RunChecks(ctx, cfg, token, prm, func(l []Check) {
		if l[len(l)-1].ID == "metadata" {
			cancel()
		}
	})
	if got := states(list); got["no-token"] != "pass" || got["valid"] != "skipped" || got["cors"] != "skipped" || len(list) != len(good()) {
		t.Errorf("%v", got)
	}
	cancel()
}

func TestChecksOfAServerThatIsGone(t *testing.T) {
	_, cfg, token, prm, _ := checkWorld(t, authtest.Options{})
	cfg.Resource, token.Server, token.Resource = "http://127.0.0.1:1/mcp", "http://127.0.0.1:1/mcp", "http://127.0.0.1:1/mcp"
	list := RunChecks(t.Context(), cfg, token, prm, nil)
	if got := states(list); got["no-token"] != "warning" || got["valid"] != "skipped" || !strings.Contains(textOf(t, list, "no-token"), "could not be reached") {
		t.Errorf("%v: %s", got, textOf(t, list, "no-token"))
	}
}

func TestChecksOfAModernServer(t *testing.T) {
	_, cfg, token, prm, h := checkWorld(t, authtest.Options{})
	cfg.Version = "2026-07-28"
	list := RunChecks(t.Context(), cfg, token, prm, nil)
	if diff := cmp.Diff(good(), states(list)); diff != "" {
		t.Errorf("%s\n%+v", diff, list)
	}
	if got := textOf(t, list, "valid"); !strings.HasPrefix(got, "POST server/discover was answered with 200 OK.") {
		t.Errorf("the control: %s", got)
	}
	if got := h.sent[0].Header.Get("MCP-Protocol-Version"); got != cfg.Version {
		t.Errorf("MCP-Protocol-Version %q", got)
	}
}

func TestChecksWithABoundToken(t *testing.T) {
	w, cfg, token, prm, h := checkWorld(t, authtest.Options{
		Resource: authtest.ResourceOptions{DPoP: true, DPoPNonce: true}, AS: authtest.ServerOptions{DPoP: true},
	})
	key, err := newDPoPKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := dpopProof(key, nil, http.MethodPost, token.Issuer+"/token", "", "", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"grant_type": {authtest.GrantClientCredentials}, "client_id": {"checker"}, "client_secret": {"s"}, "resource": {token.Resource}}
	resp, err := h.Do(t.Context(), Request{Method: http.MethodPost, URL: token.Issuer + "/token", Body: []byte(form.Encode()), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Dpop": {proof}}})
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
	}
	if err := json.Unmarshal(resp.Body, &doc); err != nil || doc.TokenType != "DPoP" {
		t.Fatalf("%s %v", resp.Body, err)
	}
	token.AccessToken, token.TokenType = doc.AccessToken, doc.TokenType
	if token.DPoPKey, err = writeKey(key); err != nil {
		t.Fatal(err)
	}
	list := RunChecks(t.Context(), cfg, token, prm, nil)
	if diff := cmp.Diff(good(), states(list)); diff != "" {
		t.Errorf("%s\n%+v", diff, list)
	}
	for _, r := range h.sent[1:] {
		if a := r.Header.Get("Authorization"); a != "" && (!strings.HasPrefix(a, "DPoP ") || r.Header.Get("DPoP") == "") {
			t.Errorf("%s with a token came without a proof", r.Method)
		}
	}
	if v := w.Violations(); len(v) != 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestChecksLookTheMetadataUp(t *testing.T) {
	for name, tt := range map[string]struct {
		o    authtest.ResourceOptions
		want string
	}{
		"named":             {authtest.ResourceOptions{}, "pass"},
		"at a custom place": {authtest.ResourceOptions{PRM: authtest.AtCustom}, "pass"},
		"not named":         {authtest.ResourceOptions{NoPointer: true}, "warning"},
		"at the root":       {authtest.ResourceOptions{NoPointer: true, PRM: authtest.AtRoot}, "warning"},
		"nowhere":           {authtest.ResourceOptions{PRM: authtest.Nowhere}, "fail"},
		"a page":            {authtest.ResourceOptions{Faults: map[string]authtest.Fault{authtest.PRM: authtest.HTML()}}, "fail"},
		"of another":        {authtest.ResourceOptions{Identifier: "https://elsewhere.test/"}, "fail"},
	} {
		w, cfg, _, _, _ := checkWorld(t, authtest.Options{Resource: tt.o})
		list := RunChecks(t.Context(), cfg, nil, nil, nil)
		if got := states(list)["metadata"]; got != tt.want {
			t.Errorf("%s: %s: %s", name, got, textOf(t, list, "metadata"))
		}
		if v := w.Violations(); len(v) != 0 {
			t.Errorf("%s: %v", name, v)
		}
	}
}
