package auth

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func unsignedJWT(header, payload map[string]any) string {
	part := func(m map[string]any) string {
		b, _ := json.Marshal(m)
		return base64.RawURLEncoding.EncodeToString(b)
	}
	return part(header) + "." + part(payload) + ".c2ln"
}

func TestJudge(t *testing.T) {
	const server, res, iss = "https://mcp.example/mcp", "https://mcp.example/mcp", "https://as.example"
	now := time.Unix(1_800_000_000, 0)
	key, _ := newDPoPKey(nil)
	keyText, _ := writeKey(key)
	good := func() map[string]any {
		return map[string]any{"iss": iss, "aud": res, "sub": "ann", "scope": "a b", "iat": now.Unix() - 10, "exp": now.Unix() + 590, "client_id": "c"}
	}
	with := func(name string, v any) map[string]any {
		m := good()
		if m[name] = v; v == nil {
			delete(m, name)
		}
		return m
	}
	base := Token{
		TokenType: "Bearer", Issued: now.Unix() - 10, Expires: now.Unix() + 590, Requested: []string{"a", "b"}, Granted: []string{"a", "b"},
		Issuer: iss, Server: server, Resource: res, Client: Client{ID: "c"},
	}
	at := map[string]any{"typ": "at+jwt", "alg": "ES256"}
	for _, tt := range []struct {
		name    string
		header  map[string]any
		payload map[string]any
		edit    func(*Token)
		prm     *ResourceMetadata
		what    string
		state   string
		text    string
	}{
		{"audience equal", at, good(), nil, nil, "audience", "ok", "meant for"},
		{"audience in a list", at, with("aud", []string{"x", res}), nil, nil, "audience", "ok", "meant for"},
		{"audience with a slash", at, with("aud", res+"/"), nil, nil, "audience", "warning", "slash"},
		{"audience of the origin", at, with("aud", "https://mcp.example"), nil, nil, "audience", "warning", "covers this server"},
		{"audience of another", at, with("aud", "https://other.example/mcp"), nil, nil, "audience", "error", "not for"},
		{"audience of a neighbour", at, with("aud", "https://mcp.example/mc"), nil, nil, "audience", "error", "not for"},
		{"no audience", at, with("aud", nil), nil, nil, "audience", "warning", "no aud"},
		{"audience a number", at, with("aud", 5), nil, nil, "audience", "warning", "no aud"},
		{"issuer equal", at, good(), nil, nil, "issuer", "ok", "as the metadata says"},
		{"issuer with a slash", at, with("iss", iss+"/"), nil, nil, "issuer", "warning", "letter by letter"},
		{"issuer of another", at, with("iss", "https://evil"), nil, nil, "issuer", "error", "came from"},
		{"no issuer", at, with("iss", nil), nil, nil, "issuer", "unknown", "no iss"},
		{"the server moved", at, good(), nil, &ResourceMetadata{AuthorizationServers: []string{"https://new"}}, "issuer", "error", "now names"},
		{"the server stayed", at, good(), nil, &ResourceMetadata{AuthorizationServers: []string{"https://new", iss}}, "issuer", "ok", ""},
		{"scope", at, good(), nil, nil, "scope", "ok", `"a b"`},
		{"scope as scp", at, map[string]any{"scp": []string{"a", "b"}}, nil, nil, "scope", "ok", `"a b"`},
		{"scope missing", at, with("scope", "a"), nil, nil, "scope", "warning", "not in the token"},
		{"scope not granted", at, with("scope", "a"), func(k *Token) { k.Granted = []string{"a"} }, nil, "scope", "warning", `not granted: "b"`},
		{"offline_access is none of the server's", at, good(), func(k *Token) { k.Requested, k.RefreshToken = []string{"a", "b", "offline_access"}, "r" }, nil, "scope", "ok", `"a b"`},
		{"offline_access granted", at, good(), func(k *Token) { k.Granted = []string{"a", "b", "offline_access"} }, nil, "scope", "ok", `"a b"`},
		{"offline_access without a refresh token", at, good(), func(k *Token) { k.Requested = []string{"a", "b", "offline_access"} }, nil, "refresh", "warning", "no refresh token"},
		{"no scope at all", at, with("scope", nil), func(k *Token) { k.Granted, k.Requested = nil, nil }, nil, "scope", "unknown", ""},
		{"good", at, good(), nil, nil, "expiry", "ok", "for 9 min 50 s"},
		{"expired", at, with("exp", now.Unix()-1), func(k *Token) { k.Expires = now.Unix() - 1 }, nil, "expiry", "error", "It ended at 2027-01-15"},
		{"exp and expires_in differ", at, with("exp", now.Unix()+9000), nil, nil, "expiry", "warning", "expires_in meant"},
		{"exp a string", at, with("exp", "soon"), nil, nil, "expiry", "error", "no number"},
		{"exp beyond all dates", at, with("exp", 1e300), nil, nil, "expiry", "error", "no number"},
		{"no exp, no expires_in", at, with("exp", nil), func(k *Token) { k.Expires = 0 }, nil, "expiry", "unknown", "Nobody"},
		{"not yet valid", at, with("nbf", now.Unix()+60), nil, nil, "not before", "error", "in 1 min by"},
		{"valid", at, with("nbf", now.Unix()-60), nil, nil, "not before", "ok", "since"},
		{"the server's clock is ahead", at, with("iat", now.Unix()+300), nil, nil, "clock", "warning", "5 min 10 s after"},
		{"the server's clock is behind", at, with("iat", now.Unix()-400), nil, nil, "clock", "warning", "6 min 30 s before"},
		{"the clocks agree", at, good(), nil, nil, "clock", "ok", "agree"},
		{"typ at+jwt", at, good(), nil, nil, "type", "ok", "access token"},
		{"typ application/at+jwt", map[string]any{"typ": "application/AT+JWT"}, good(), nil, nil, "type", "ok", "access token"},
		{"typ JWT", map[string]any{"typ": "JWT"}, good(), nil, nil, "type", "ok", "does not say"},
		{"an ID token", map[string]any{"typ": "JWT"}, with("at_hash", "x"), nil, nil, "type", "warning", "ID token"},
		{"another typ", map[string]any{"typ": "logout+jwt"}, good(), nil, nil, "type", "warning", "logout+jwt"},
		{"alg none", map[string]any{"alg": "none"}, good(), nil, nil, "type", "error", "not signed"},
		{"another client", at, with("client_id", "x"), nil, nil, "client", "warning", `"x"`},
		{"another azp", at, map[string]any{"azp": "x"}, nil, nil, "client", "warning", `"x"`},
		{"got for another server", at, good(), func(k *Token) { k.Server = "https://other/mcp" }, nil, "server", "error", "does not send it"},
		{"DPoP, bound", at, with("cnf", map[string]any{"jkt": thumbprint(key)}), func(k *Token) { k.TokenType, k.DPoPKey = "DPoP", keyText }, nil, "binding", "ok", "the key here"},
		{"DPoP, another key", at, with("cnf", map[string]any{"jkt": "x"}), func(k *Token) { k.TokenType, k.DPoPKey = "DPoP", keyText }, nil, "binding", "error", "another key"},
		{"DPoP, key lost", at, with("cnf", map[string]any{"jkt": "x"}), func(k *Token) { k.TokenType = "DPoP" }, nil, "binding", "error", "another key"},
		{"DPoP, not bound", at, good(), func(k *Token) { k.TokenType, k.DPoPKey = "DPoP", keyText }, nil, "binding", "warning", "names no key"},
		{"bound, called Bearer", at, with("cnf", map[string]any{"jkt": "x"}), nil, nil, "binding", "error", "Bearer"},
		{"bound to a certificate", at, with("cnf", map[string]any{"x5t#S256": "x"}), nil, nil, "binding", "warning", "certificate"},
		{"cnf a string", at, with("cnf", "x"), nil, nil, "", "", ""},
		{"opaque audience", nil, nil, nil, nil, "audience", "unknown", "asked for with resource"},
		{"opaque issuer", nil, nil, nil, nil, "issuer", "unknown", "came from"},
		{"opaque scope", nil, nil, nil, nil, "scope", "ok", `"a b"`},
		{"opaque expiry", nil, nil, func(k *Token) { k.Expires = now.Unix() }, nil, "expiry", "error", "ended"},
		{"opaque DPoP", nil, nil, func(k *Token) { k.TokenType = "DPoP" }, nil, "binding", "unknown", "DPoP"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tok := base
			tok.AccessToken = "opaque-token"
			if tt.payload != nil {
				tok.AccessToken = unsignedJWT(tt.header, tt.payload)
			}
			if tt.edit != nil {
				tt.edit(&tok)
			}
			claims, list := Judge(&tok, server, res, tt.prm, now)
			if (claims.Payload != "") != (tt.payload != nil) || claims.Note == "" {
				t.Errorf("claims %+v", claims)
			}
			if strings.Contains(claims.Header+claims.Payload, "c2ln") {
				t.Error("the signature is shown")
			}
			for _, v := range list {
				if v.What == tt.what && v.State == tt.state && strings.Contains(v.Text, tt.text) {
					if v.Source == "" || (v.State == "error" && v.Fix == "") {
						t.Errorf("no source or fix: %+v", v)
					}
					return
				}
			}
			if tt.what != "" {
				t.Errorf("no verdict %s %s %q in %+v", tt.what, tt.state, tt.text, list)
			}
		})
	}
	if claims, _ := Judge(&Token{AccessToken: strings.Repeat("a", maxJWT+1)}, server, res, nil, now); !strings.Contains(claims.Note, "not decoded") {
		t.Errorf("a huge token: %+v", claims)
	}
	if claims, _ := Judge(&Token{AccessToken: "a.b.c.d.e"}, server, res, nil, now); !strings.Contains(claims.Note, "JWE") {
		t.Errorf("a JWE: %+v", claims)
	}
	big := map[string]any{"x": strings.Repeat("ä", maxClaims)}
	if claims, _ := Judge(&Token{AccessToken: unsignedJWT(at, big)[:100] + unsignedJWT(at, big)[100:]}, server, res, nil, now); len(claims.Payload) > maxClaims+20 {
		t.Errorf("%d bytes of claims are shown", len(claims.Payload))
	}
}

// Whatever stands in a token: no panic, bounded output.
func FuzzJudge(f *testing.F) {
	f.Add(unsignedJWT(map[string]any{"alg": "none"}, map[string]any{"exp": 1e308, "aud": []any{1, "x"}, "cnf": map[string]any{"jkt": 1}}), "DPoP")
	f.Add("a.b.c", "Bearer")
	f.Add(unsignedJWT(map[string]any{"typ": 5}, map[string]any{"scope": []any{"a"}, "nbf": -1, "iat": "x"}), "Bearer")
	f.Fuzz(func(t *testing.T, token, kind string) {
		tok := &Token{AccessToken: token, TokenType: kind, Issued: 1, Requested: []string{"a"}}
		claims, list := Judge(tok, "https://h/mcp", "", nil, time.Unix(1000, 0))
		if len(claims.Header) > maxClaims+20 || len(claims.Payload) > maxClaims+20 || claims.Note == "" || len(list) < 4 || len(list) > 20 {
			t.Errorf("claims %d %d, %d verdicts", len(claims.Header), len(claims.Payload), len(list))
		}
		for _, v := range list {
			if v.Text == "" || len(v.Text) > 2000 || strings.ContainsAny(v.Text, "\r\n\x00") {
				t.Errorf("verdict %+v", v)
			}
		}
	})
}

func TestSpanText(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Hour: "1 h", 59 * time.Second: "59 s", 61 * time.Second: "1 min 1 s", 26*time.Hour + 5*time.Minute: "1 d 2 h", 0: "0 s",
		24*time.Hour + 5*time.Minute: "1 d", 1499 * time.Millisecond: "1 s", -time.Second: "0 s",
	} {
		if got := spanText(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}
