package auth

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
)

// proofOf checks a DPoP proof and returns its claims.
func proofOf(t *testing.T, jwt string) (map[string]any, *jose.JSONWebKey) {
	t.Helper()
	jws, err := jose.ParseSignedCompact(jwt, []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.EdDSA, jose.RS256, jose.PS256})
	if err != nil {
		t.Fatalf("proof %q: %v", jwt, err)
	}
	key := jws.Signatures[0].Header.JSONWebKey
	if key == nil || !key.IsPublic() || jws.Signatures[0].Header.ExtraHeaders["typ"] != "dpop+jwt" {
		t.Fatalf("proof's header: %+v", jws.Signatures[0].Header)
	}
	payload, err := jws.Verify(key)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	_ = json.Unmarshal(payload, &m)
	return m, key
}

func TestDPoPTokenRequest(t *testing.T) {
	var jtis []string
	s := newTokenServer(t, func(n int, hit tokenHit, w http.ResponseWriter) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("DPoP-Nonce", "nonce-"+strconv.Itoa(min(n, 2)))
		if n == 1 {
			w.WriteHeader(400)
			_, _ = w.Write([]byte(`{"error":"use_dpop_nonce"}`))
			return
		}
		_, _ = w.Write([]byte(`{"access_token":"AT","token_type":"DPoP","expires_in":60}`))
	})
	cfg, _ := testConfig(t, Settings{})
	book := &nonces{}
	in := tokenRequest{Endpoint: s.URL + "/token?tenant=1", Client: Client{ID: "c"}, Form: codeForm(), Purpose: "token", DPoP: true, Nonces: book}
	tok, msg, findings, err := requestToken(t.Context(), cfg, in)
	if err != nil {
		t.Fatal(err)
	}
	if tok.DPoPKey == "" || tok.TokenType != "DPoP" || len(msg.Entries) != 2 || len(findings) != 1 {
		t.Errorf("token %+v, entries %v, findings %v", tok, msg.Entries, findings)
	}
	for i, want := range []any{nil, "nonce-1"} {
		claims, key := proofOf(t, s.hits()[i].header.Get("DPoP"))
		jtis = append(jtis, claims["jti"].(string))
		if claims["htm"] != "POST" || claims["htu"] != s.URL+"/token" || claims["nonce"] != want || claims["ath"] != nil {
			t.Errorf("proof %d: %v", i, claims)
		}
		own, _ := parseKey(tok.DPoPKey)
		sum, _ := key.Thumbprint(5)
		if thumbprint(own) != base64.RawURLEncoding.EncodeToString(sum) {
			t.Error("the proof's key is not the token's")
		}
	}
	if jtis[0] == jtis[1] {
		t.Error("the jti was used twice")
	}
	in.DPoPKey = tok.DPoPKey
	if again, _, _, err := requestToken(t.Context(), cfg, in); err != nil || again.DPoPKey != tok.DPoPKey {
		t.Errorf("with a kept key and nonce: %v", err)
	}
	if claims, _ := proofOf(t, s.hits()[2].header.Get("DPoP")); claims["nonce"] != "nonce-2" {
		t.Errorf("the nonce of the last answer is not used: %v", claims)
	}

	t.Run("a server that never takes its nonce is asked twice", func(t *testing.T) {
		s := newTokenServer(t, func(n int, _ tokenHit, w http.ResponseWriter) {
			w.Header().Set("DPoP-Nonce", "n"+strconv.Itoa(n))
			answer(400, "application/json", `{"error":"use_dpop_nonce"}`)(n, tokenHit{}, w)
		})
		cfg, _ := testConfig(t, Settings{})
		_, _, _, err := requestToken(t.Context(), cfg, tokenRequest{Endpoint: s.URL, Client: Client{ID: "c"}, Form: codeForm(), DPoP: true})
		var e *OAuthError
		if !errors.As(err, &e) || e.Code != "use_dpop_nonce" || len(s.hits()) != 2 {
			t.Errorf("%v after %d requests", err, len(s.hits()))
		}
	})
	t.Run("Bearer for a proof", func(t *testing.T) {
		s := newTokenServer(t, answer(200, "application/json", `{"access_token":"AT","token_type":"Bearer"}`))
		cfg, _ := testConfig(t, Settings{})
		tok, msg, _, err := requestToken(t.Context(), cfg, tokenRequest{Endpoint: s.URL, Client: Client{ID: "c"}, Form: codeForm(), DPoP: true})
		if err != nil || tok.DPoPKey != "" || msg.State != Warned {
			t.Errorf("%+v %s %v", tok, msg.State, err)
		}
		cfg.Settings.DPoP = DPoPAlways
		if _, _, _, err = requestToken(t.Context(), cfg, tokenRequest{Endpoint: s.URL, Client: Client{ID: "c"}, Form: codeForm(), DPoP: true}); err == nil {
			t.Error("a Bearer token was taken where DPoP is set to always")
		}
	})
}

func TestDPoPKeys(t *testing.T) {
	for want, supported := range map[string][]string{
		"ES256": nil, "ES384": {"ES384", "RS256"}, "ES512": {"ES512"}, "EdDSA": {"EdDSA"}, "RS256": {"RS256"},
	} {
		k, err := newDPoPKey(supported)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(keyAlgs(k), jose.SignatureAlgorithm(want)) {
			t.Errorf("%v: a key for %v, want %s", supported, keyAlgs(k), want)
		}
	}
	if k, _ := newDPoPKey([]string{"HS256", "none"}); keyAlgs(k)[0] != jose.ES256 {
		t.Error("a list of nothing usable must lead to ES256")
	}
	k, _ := newDPoPKey(nil)
	proof, err := dpopProof(k, nil, "GET", "https://u:p@h/path?q=1#f", "", "AT", time.Unix(1000, 0))
	if err != nil {
		t.Fatal(err)
	}
	claims, _ := proofOf(t, proof)
	sum := sha256.Sum256([]byte("AT"))
	delete(claims, "jti")
	want := map[string]any{"htm": "GET", "htu": "https://h/path", "iat": 1000.0, "ath": base64.RawURLEncoding.EncodeToString(sum[:])}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	var n nonces
	if n.put("https://h:443/x", "a") != true || n.put("HTTPS://H/y", "a") != false || n.get("https://h/z") != "a" || n.get("https://h:444/") != "" {
		t.Error("nonces are not kept by origin")
	}
	for _, bad := range []string{"", "a b", "a\r\nX: y", `a"b`, strings.Repeat("x", maxNonce+1)} {
		if n.put("https://h", bad) || n.get("https://h") != "a" {
			t.Errorf("nonce %q was taken", bad)
		}
	}
}
