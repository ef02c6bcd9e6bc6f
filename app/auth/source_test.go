package auth

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestAuthorizeOnlyWhereItBelongs(t *testing.T) {
	w := newWorld(t)
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	s := w.seat(newBox(), nil, nil)
	s.signedIn(nil)
	for _, tt := range []struct {
		name, url string
		header    string
		want      string
	}{
		{"the server", w.mcp.URL + "/mcp", "", "Bearer access-1"},
		{"another path of the server", w.mcp.URL + "/messages?session=1", "", "Bearer access-1"},
		{"another origin", other.URL + "/mcp", "", ""},
		{"another scheme", strings.Replace(w.mcp.URL, "http:", "https:", 1) + "/mcp", "", ""},
		{"another name of the host", strings.Replace(w.mcp.URL, "127.0.0.1", "localhost", 1) + "/mcp", "", ""},
		{"a header of the profile", w.mcp.URL + "/mcp", "Basic x", "Basic x"},
	} {
		req, _ := http.NewRequest(http.MethodPost, tt.url, nil)
		if tt.header != "" {
			req.Header.Set("Authorization", tt.header)
		}
		before := req.URL.String()
		if err := s.Authorize(req); err != nil || req.Header.Get("Authorization") != tt.want || req.URL.String() != before {
			t.Errorf("%s: %q, %s, %v; want %q", tt.name, req.Header.Get("Authorization"), req.URL, err, tt.want)
		}
	}
	status, _, tries, err := s.call(t.Context(), func(r *http.Request) { r.Header.Set("Authorization", "Bearer mine") })
	if status != 401 || tries != 1 || err != nil || w.spent() != 0 {
		t.Errorf("a refused header of the profile: %d after %d tries, %d refreshes", status, tries, w.spent())
	}
	for _, tt := range []struct {
		name string
		edit func(*Token)
		set  string
		ok   bool
	}{
		{"the origin's resource", func(k *Token) { k.Resource = w.mcp.URL }, "", true},
		{"the origin's resource with a slash", func(k *Token) { k.Resource = w.mcp.URL + "/" }, "", true},
		{"a sibling's resource", func(k *Token) { k.Resource = w.mcp.URL + "/mc" }, "", false},
		{"a deeper resource", func(k *Token) { k.Resource = w.mcp.URL + "/mcp/x" }, "", false},
		{"another server's resource", func(k *Token) { k.Resource = other.URL + "/mcp" }, "", false},
		{"a resource set by hand", func(k *Token) { k.Resource = "api://mine" }, "api://mine", true},
		{"a resource not set by hand any more", func(k *Token) { k.Resource = "api://mine" }, "", false},
		{"no resource (2025-03-26)", func(k *Token) { k.Resource = "" }, "", true},
		{"no resource, another server", func(k *Token) { k.Resource, k.Server = "", other.URL+"/mcp" }, "", false},
		{"set by hand, another server", func(k *Token) { k.Resource, k.Server = "api://mine", other.URL }, "api://mine", false},
		{"nothing known", func(k *Token) { k.Resource, k.Server = "", "" }, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := w.seat(newBox(), nil, func(c *Config) { c.Settings.Resource = tt.set })
			s.signedIn(tt.edit)
			req, _ := http.NewRequest(http.MethodPost, s.cfg.Resource, nil)
			if err := s.Authorize(req); err != nil || (req.Header.Get("Authorization") != "") != tt.ok {
				t.Errorf("sent %q, %v; want it sent: %v", req.Header.Get("Authorization"), err, tt.ok)
			}
			if !tt.ok && !s.notes.has("it is not sent") {
				t.Errorf("notes %q", s.notes.list)
			}
		})
	}
}

func TestAuthorizeDPoP(t *testing.T) {
	w := newWorld(t)
	w.dpop = true
	key, _ := newDPoPKey(nil)
	text, _ := writeKey(key)
	s := w.seat(newBox(), nil, nil)
	s.signedIn(func(k *Token) { k.TokenType, k.DPoPKey = "dpop", text })
	nonce := "n1"
	var last map[string]any
	w.guard = func(rw http.ResponseWriter, r *http.Request) bool {
		claims, _ := proofOf(t, r.Header.Get("DPoP"))
		last = claims
		rw.Header().Set("DPoP-Nonce", nonce)
		if claims["nonce"] != nonce {
			rw.Header().Set("WWW-Authenticate", `Bearer realm="x", DPoP error="use_dpop_nonce", algs="ES256"`)
			rw.WriteHeader(401)
			return true
		}
		return !strings.HasPrefix(r.Header.Get("Authorization"), "DPoP ")
	}
	for i, want := range []int{2, 1, 2} {
		if i == 2 {
			nonce = "n2"
		}
		status, _, tries, err := s.call(t.Context(), nil)
		if status != 200 || tries != want || err != nil || last["htm"] != "POST" || last["htu"] != s.cfg.Resource || last["ath"] == "" {
			t.Errorf("call %d: %d after %d tries, %v, proof %v", i, status, tries, err, last)
		}
	}
	if w.spent() != 0 {
		t.Error("a missing nonce spent the refresh token")
	}
	w.later(time.Hour)
	s.mustCall(200)
	if tok, _ := s.Current(t.Context()); tok == nil || tok.DPoPKey != text || w.spent() != 1 {
		t.Errorf("refreshed: %+v", tok)
	}
}

func TestGrantRunsAgain(t *testing.T) {
	w := newWorld(t)
	s := w.seat(newBox(), nil, func(c *Config) {
		c.Settings = Settings{Grant: ClientCredentials, ClientID: "c", ClientSecret: "s"}
	})
	s.signedIn(func(k *Token) {
		k.Grant, k.RefreshToken, k.Client = ClientCredentials, "", Client{ID: "c", Secret: "s", Issuer: w.as.URL, AuthMethod: authPost}
	})
	s.mustCall(200)
	var forms []string
	w.token = func(_ http.ResponseWriter, r *http.Request) bool {
		forms = append(forms, r.Form.Get("grant_type")+" "+r.Form.Get("client_secret")+" "+r.Form.Get("resource"))
		return false
	}
	w.expireAll()
	got := many(20, func() (int, string, int, error) { return s.call(t.Context(), nil) })
	if want := "client_credentials s " + s.cfg.Resource; got[200] != 20 || len(forms) != 1 || forms[0] != want {
		t.Errorf("statuses %v, requests %q, want one %q", got, forms, want)
	}
	w.later(time.Hour)
	s.mustCall(200)
	if len(forms) != 2 {
		t.Errorf("requests %q", forms)
	}
}

func TestSourceFollowsTheVault(t *testing.T) {
	w := newWorld(t)
	box := newBox()
	a, b := w.seat(box, nil, nil), w.seat(box, nil, nil)
	a.mustCall(401)
	b.signedIn(nil)
	if body := b.mustCall(200); body != "hello access-1" {
		t.Errorf("body %q", body)
	}
	a.mustCall(401) // asked just now
	w.later(reloadPause)
	status, _, tries, _ := a.call(t.Context(), nil)
	if status != 200 || tries != 2 {
		t.Errorf("a sign-in of another window: %d after %d tries", status, tries)
	}
	second := b.signedIn(func(k *Token) { k.Client.ID = "c2" })
	if body := b.mustCall(200); body != "hello access-2" {
		t.Errorf("a new identity is not in use: %q", body)
	}
	list, err := b.vault.Identities(t.Context())
	if err != nil || len(list) != 2 || list[1].ID != second {
		t.Fatalf("identities %+v, %v", list, err)
	}
	if err := b.vault.Use(t.Context(), list[0].ID); err != nil {
		t.Fatal(err)
	}
	if body := b.mustCall(200); body != "hello access-1" {
		t.Errorf("after switching: %q", body)
	}
	box.mu.Lock()
	box.failGet = func(string) error { return errors.New("locked") }
	box.mu.Unlock()
	c := w.seat(box, nil, nil)
	c.mustCall(401)
	if !c.notes.has("cannot be used") {
		t.Errorf("notes %q", c.notes.list)
	}
}

func TestSignOut(t *testing.T) {
	for _, tt := range []struct {
		name    string
		edit    func(*Token)
		revoked int
		text    string
	}{
		{"revoked", nil, 2, "The refresh token was revoked. The access token was revoked. They were deleted here."},
		{"no revocation", func(k *Token) { k.Revocation = "" }, 0, "offers no revocation (RFC 7009): the access token stays valid there until 20"},
		{"no refresh token", func(k *Token) { k.RefreshToken = "" }, 1, "The access token was revoked."},
		{"the endpoint is gone", func(k *Token) { k.Revocation = "http://127.0.0.1:1/revoke" }, 0, "could not be revoked: The server could not be reached."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			box := newBox()
			s := w.seat(box, nil, nil)
			id := s.signedIn(tt.edit)
			s.mustCall(200)
			text, err := s.SignOut(t.Context(), id)
			if err != nil || !strings.Contains(text, tt.text) || len(w.revoked) != tt.revoked {
				t.Errorf("%q, %v, revoked %v; want %q", text, err, w.revoked, tt.text)
			}
			if tt.revoked == 2 && (w.revoked[0] != "refresh_token refresh-1" || w.revoked[1] != "access_token access-1") {
				t.Errorf("revoked %v", w.revoked)
			}
			if box.has("access-") || box.has("refresh-") {
				t.Error("tokens are still stored")
			}
			s.mustCall(401)
			if _, ok := s.Current(t.Context()); ok {
				t.Error("the token is still in use")
			}
			noSecrets(t, "the text", text, "access-1", "refresh-1")
		})
	}
}
