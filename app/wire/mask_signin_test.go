package wire

import (
	"net/http"
	"strings"
	"testing"
)

// TestMaskSignInURLs: of the URLs of a sign-in everything can be read but what would let somebody else finish it.
func TestMaskSignInURLs(t *testing.T) {
	m := NewMasker(nil)
	for in, want := range map[string]string{
		// The challenge is a hash of the verifier, made to be seen (RFC 7636 section 7.1).
		"https://as/authorize?response_type=code&client_id=c&state=st-0123456789&code_challenge=ch-0123456789&code_challenge_method=S256&resource=https%3A%2F%2Fmcp": "https://as/authorize?response_type=code&client_id=c&state=‹state›&code_challenge=ch-0123456789&code_challenge_method=S256&resource=https%3A%2F%2Fmcp",
		"http://127.0.0.1:1/callback?code=co-0123456789&state=st-0123456789&iss=https%3A%2F%2Fas":                                                                    "http://127.0.0.1:1/callback?code=‹code›&state=‹state›&iss=https%3A%2F%2Fas",
		"/callback?error=access_denied&state=st-0123456789":                                                                                                          "/callback?error=access_denied&state=‹state›",
		"https://as/end?id_token_hint=hi-0123456789&post_logout_redirect_uri=x":                                                                                      "https://as/end?id_token_hint=‹token›&post_logout_redirect_uri=x",
		"https://as/t?client_assertion=as-0123456789&client_assertion_type=urn:ietf:params:oauth:x":                                                                  "https://as/t?client_assertion=‹token›&client_assertion_type=urn:ietf:params:oauth:x",
		"https://as/t?subject_token=su-0123456789&subject_token_type=urn:x&requested_token_type=urn:y":                                                               "https://as/t?subject_token=‹token›&subject_token_type=urn:x&requested_token_type=urn:y",
		"https://shop/list?state=open&status_code=200":                                                                                                               "https://shop/list?state=open&status_code=200", // somebody else's state
		"https://app/#access_token=ac-0123456789&token_type=Bearer&state=another-0123456789&error=":                                                                  "https://app/#access_token=‹token›&token_type=Bearer&state=‹state›&error=",
		"https://as/.well-known/oauth-authorization-server?authorization_endpoint=https://as/a&issuer=x":                                                             "https://as/.well-known/oauth-authorization-server?authorization_endpoint=https://as/a&issuer=x",
		"https://as/authorize?authorization_details=%5B%5D&dpop_jkt=thumb-0123456789&login_hint=me%40corp":                                                           "https://as/authorize?authorization_details=%5B%5D&dpop_jkt=thumb-0123456789&login_hint=me%40corp",
	} {
		if got := kinds(m.URL("signin/p", in)); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestMaskSignInBodies: the bodies of every request of a sign-in, as form and as JSON.
func TestMaskSignInBodies(t *testing.T) {
	for in, want := range map[string]string{
		"grant_type=authorization_code&code=co-0123456789&code_verifier=ve-0123456789&client_id=c&resource=r":                                                                     "grant_type=authorization_code&code=‹code›&code_verifier=‹code›&client_id=c&resource=r",
		"grant_type=refresh_token&refresh_token=re-0123456789&client_secret=se-0123456789&scope=a+b":                                                                              "grant_type=refresh_token&refresh_token=‹token›&client_secret=‹secret›&scope=a+b",
		"client_assertion_type=urn%3Ax&client_assertion=as-0123456789&grant_type=client_credentials":                                                                              "client_assertion_type=urn%3Ax&client_assertion=‹token›&grant_type=client_credentials",
		"subject_token=su-0123456789&subject_token_type=urn%3Aid_token&requested_token_type=urn%3Aid-jag&audience=as":                                                             "subject_token=‹token›&subject_token_type=urn%3Aid_token&requested_token_type=urn%3Aid-jag&audience=as",
		"token=to-0123456789&token_type_hint=refresh_token":                                                                                                                       "token=‹token›&token_type_hint=refresh_token",
		`{"access_token":"ac-0123456789","issued_token_type":"urn:x","token_type":"DPoP","expires_in":60,"refresh_token":"re-0123456789","id_token":"id-0123456789","scope":"a"}`: `{"access_token":"‹token›","issued_token_type":"urn:x","token_type":"DPoP","expires_in":60,"refresh_token":"‹token›","id_token":"‹token›","scope":"a"}`,
		`{"client_id":"c","client_secret":"se-0123456789","client_secret_expires_at":0,"registration_access_token":"ra-0123456789","redirect_uris":["http://127.0.0.1/cb"]}`:      `{"client_id":"c","client_secret":"‹secret›","client_secret_expires_at":0,"registration_access_token":"‹token›","redirect_uris":["http://127.0.0.1/cb"]}`,
		`{"issuer":"https://as","token_endpoint":"https://as/token","code_challenge_methods_supported":["S256"],"authorization_endpoint":"https://as/a"}`:                         `{"issuer":"https://as","token_endpoint":"https://as/token","code_challenge_methods_supported":["S256"],"authorization_endpoint":"https://as/a"}`,
		`{"error":"invalid_grant","error_description":"the code re-0123456789x is used"}`:                                                                                         `{"error":"invalid_grant","error_description":"the code re-0123456789x is used"}`,
	} {
		m := NewMasker(nil)
		kind := "application/x-www-form-urlencoded"
		if strings.HasPrefix(in, "{") {
			kind = "application/json"
		}
		if got := kinds(string(m.OAuthBody("signin/p", kind, []byte(in)))); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestMaskProof: a DPoP proof is good for one request: it is masked in its header and looked for nowhere else, but its
// nonce and the scheme stay.
func TestMaskProof(t *testing.T) {
	m := NewMasker(nil)
	got := m.HTTPHeader("c", http.Header{"Dpop": {"eyJ.proof.0123456789"}, "Dpop-Nonce": {"nonce-1"}, "Authorization": {"DPoP ac-0123456789"}})
	for i, want := range []string{"DPoP ‹token›", "‹token›", "nonce-1"} {
		if v := kinds(got[i].Value); v != want {
			t.Errorf("%s: %s, want %s", got[i].Name, v, want)
		}
	}
	if text := string(m.Text("c", []byte("eyJ.proof.0123456789"))); text != "eyJ.proof.0123456789" {
		t.Errorf("a proof is looked for: %s", text)
	}
}

// TestForgetOneScope: what two scopes know is forgotten with the second. A sign-in keeps its token in a scope of its own,
// so the end of a connection that used the token forgets nothing of the sign-in.
func TestForgetOneScope(t *testing.T) {
	const token = "ac-0123456789"
	m := NewMasker(nil)
	m.Add("signin/p", "token", token)
	shown := m.MaskHeader("c1", http.Header{"Authorization": {"Bearer " + token}}).Get("Authorization")
	m.Forget("c1")
	if got := m.MaskHeader("c2", http.Header{"X": {token}}).Get("X"); got != strings.TrimPrefix(shown, "Bearer ") {
		t.Errorf("after the connection's end: %s, before: %s", got, shown)
	}
	if v, ok := m.Reveal("c2", strings.TrimPrefix(shown, "Bearer ")); !ok || v != token {
		t.Errorf("revealed %q, %v", v, ok)
	}
	m.Forget("signin/p")
	if got := string(m.Text("c2", []byte(token))); got != token {
		t.Errorf("after both: %s", got)
	}
}
