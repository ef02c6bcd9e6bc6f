package auth

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const goodToken = `{"access_token":"AT","token_type":"Bearer","expires_in":60}`

func TestClientCredentials(t *testing.T) {
	s := newTokenServer(t, answer(200, "application/json", goodToken))
	as := &ServerMetadata{Issuer: s.URL, TokenEndpoint: s.URL + "/token", RevocationEndpoint: s.URL + "/revoke"}
	prm := &ResourceMetadata{Resource: "https://mcp.example"}
	cfg, _ := testConfig(t, Settings{Grant: ClientCredentials, ClientID: "c", ClientSecret: "s"})
	tok, messages, _, err := runGrant(t.Context(), cfg, as, prm, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	hit := s.hits()[0]
	if hit.form["grant_type"] != "client_credentials" || hit.form["scope"] != "a b" || hit.form["resource"] != "https://mcp.example" || !strings.HasPrefix(hit.header.Get("Authorization"), "Basic ") {
		t.Errorf("sent %v", hit)
	}
	if tok.Grant != ClientCredentials || tok.Issuer != s.URL || tok.Resource != prm.Resource || tok.Endpoint != as.TokenEndpoint || tok.Revocation != as.RevocationEndpoint || tok.Client.AuthMethod != authBasic || tok.Client.Kind != PreRegistered {
		t.Errorf("token %+v", tok)
	}
	if len(messages) != 1 || messages[0].State != Done || messages[0].To != ActorAuth {
		t.Errorf("messages %+v", messages)
	}
	noSecrets(t, "messages", messages, "AT\"")

	key, _ := newDPoPKey(nil)
	text, _ := writeKey(key)
	cfg, _ = testConfig(t, Settings{Grant: ClientCredentials, ClientID: "c", PrivateKey: text, Resource: "api://x", TokenEndpoint: s.URL + "/other"})
	tok, _, _, err = runGrant(t.Context(), cfg, as, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	hit = s.hits()[1]
	if _, err := jose.ParseSignedCompact(hit.form["client_assertion"], []jose.SignatureAlgorithm{jose.ES256}); err != nil || hit.form["resource"] != "api://x" || hit.path != "/other" {
		t.Errorf("sent %v, %v", hit, err)
	}
	if _, there := hit.form["scope"]; there || tok.Client.AuthMethod != authKeyJWT {
		t.Errorf("an empty scope was sent: %v", hit.form)
	}

	for name, set := range map[string]Settings{
		"no id":         {Grant: ClientCredentials, ClientSecret: "s"},
		"no secret":     {Grant: ClientCredentials, ClientID: "c"},
		"other issuer":  {Grant: ClientCredentials, ClientID: "c", ClientSecret: "s", ClientIssuer: "https://old"},
		"no assertion":  {Grant: Workload},
		"no idp":        {Grant: Enterprise, IDPToken: "x"},
		"no idp token":  {Grant: Enterprise, IDPTokenEndpoint: s.URL},
		"browser grant": {},
	} {
		n := len(s.hits())
		cfg, _ := testConfig(t, set)
		if _, _, _, err := runGrant(t.Context(), cfg, as, prm, nil); !fault.Is(err, fault.Input) || fault.As(err).Hint == "" || len(s.hits()) != n {
			t.Errorf("%s: %v, %d requests", name, err, len(s.hits())-n)
		}
	}
}

func TestWorkload(t *testing.T) {
	now := time.Now().Unix()
	good := unsignedJWT(map[string]any{"alg": "RS256"}, map[string]any{"exp": now + 60})
	old := unsignedJWT(map[string]any{"alg": "RS256"}, map[string]any{"exp": now - 60})
	for _, tt := range []struct {
		name, assertion, client, finding string
		status                           int
	}{
		{"taken", good, "c", "", 200},
		{"without a client", good, "", "", 200},
		{"refused: one attempt", good, "c", "", 400},
		{"expired: the server decides", old, "c", "expired at", 400},
		{"opaque", "xyz", "c", "no JWT", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := goodToken
			if tt.status != 200 {
				body = `{"error":"invalid_grant"}`
			}
			s := newTokenServer(t, answer(tt.status, "application/json", body))
			cfg, _ := testConfig(t, Settings{Grant: Workload, Assertion: tt.assertion, ClientID: tt.client})
			tok, messages, findings, err := runGrant(t.Context(), cfg, &ServerMetadata{Issuer: s.URL, TokenEndpoint: s.URL + "/token"}, nil, nil)
			hits := s.hits()
			if (err == nil) != (tt.status == 200) || len(hits) != 1 || len(messages) != 1 {
				t.Fatalf("%v, %v, %d requests", tok, err, len(hits))
			}
			var e *OAuthError
			if tt.status != 200 && (!errors.As(err, &e) || e.Code != "invalid_grant" || !strings.Contains(err.Error(), "assertion is not accepted")) {
				t.Errorf("error %v", err)
			}
			if _, there := hits[0].form["client_id"]; there != (tt.client != "") {
				t.Errorf("client_id sent: %v", there)
			}
			if hits[0].form["grant_type"] != grantJWTBearer || hits[0].form["assertion"] != tt.assertion || hits[0].form["resource"] != cfg.Resource {
				t.Errorf("sent %v", hits[0].form)
			}
			texts := ""
			for _, f := range findings {
				texts += f.Text
			}
			if !strings.Contains(texts, tt.finding) {
				t.Errorf("findings %q, want %q", texts, tt.finding)
			}
			noSecrets(t, "messages and error", messages, tt.assertion)
			noSecrets(t, "the error", err, tt.assertion)
		})
	}
}

func TestEnterprise(t *testing.T) {
	jag := `{"access_token":"JAG","token_type":"N_A","issued_token_type":"` + tokenTypeIDJAG + `","expires_in":300}`
	for _, tt := range []struct {
		name, idp string
		status    int
		wrong     string
		finding   string
	}{
		{"exchanged", jag, 200, "", ""},
		{"type missing", `{"access_token":"JAG","token_type":"N_A"}`, 200, "", "issued_token_type, which is required"},
		{"an access token instead", `{"access_token":"JAG","token_type":"Bearer","issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}`, 200, "where an ID-JAG was asked for", ""},
		{"refused", `{"error":"invalid_grant"}`, 400, "identity provider does not accept", ""},
		{"no token", `{"issued_token_type":"` + tokenTypeIDJAG + `"}`, 200, "access_token is missing", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			idp := newTokenServer(t, answer(tt.status, "application/json", tt.idp))
			s := newTokenServer(t, answer(200, "application/json", goodToken))
			key, _ := newDPoPKey(nil)
			text, _ := writeKey(key)
			cfg, _ := testConfig(t, Settings{
				Grant: Enterprise, ClientID: "c", ClientSecret: "as+secret", ClientAuth: authBasic, PrivateKey: text,
				IDPTokenEndpoint: idp.URL + "/token", IDPClientID: "idpc", IDPClientSecret: "idp-secret", IDPToken: "ID",
			})
			as := &ServerMetadata{Issuer: "https://as.example/t", TokenEndpoint: s.URL + "/token"}
			tok, messages, findings, err := runGrant(t.Context(), cfg, as, &ResourceMetadata{Resource: "https://mcp.example"}, []string{"a"})
			x := idp.hits()[0]
			user, pass, _ := (&http.Request{Header: x.header}).BasicAuth()
			if x.form["grant_type"] != grantTokenExchange || x.form["requested_token_type"] != tokenTypeIDJAG || x.form["audience"] != as.Issuer ||
				x.form["resource"] != "https://mcp.example" || x.form["subject_token"] != "ID" || x.form["subject_token_type"] != tokenTypeID || x.form["scope"] != "a" ||
				user != "idpc" || pass != "idp-secret" || x.form["client_assertion"] != "" {
				t.Errorf("sent to the identity provider: %v", x)
			}
			if messages[0].To != ActorIdentity {
				t.Errorf("messages %+v", messages)
			}
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) || len(s.hits()) != 0 {
					t.Errorf("%v, %v, %d requests to the authorization server; want %q", tok, err, len(s.hits()), tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			y := s.hits()[0]
			user, pass, _ = (&http.Request{Header: y.header}).BasicAuth()
			if y.form["grant_type"] != grantJWTBearer || y.form["assertion"] != "JAG" || user != "c" || pass != "as%2Bsecret" || y.form["resource"] != "https://mcp.example" {
				t.Errorf("sent to the authorization server: %v", y)
			}
			if tok.Grant != Enterprise || tok.Issuer != as.Issuer || len(messages) != 2 {
				t.Errorf("token %+v, %d messages", tok, len(messages))
			}
			texts := ""
			for _, f := range findings {
				texts += f.Text
			}
			if !strings.Contains(texts, tt.finding) {
				t.Errorf("findings %q", texts)
			}
			noSecrets(t, "messages", messages, "JAG\"", "as+secret", "idp-secret", "\"ID\"")
		})
	}
}
