package auth

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestPrintedWithoutSecrets(t *testing.T) {
	const s = "sekrit"
	tok := Token{AccessToken: s, RefreshToken: s, IDToken: s, DPoPKey: s, Client: Client{Secret: s, RegistrationToken: s}}
	for _, v := range []any{
		tok, &tok, tok.Client,
		Stored{Token: tok},
		[]Token{tok},
		map[string]Token{"a": tok},
		Pending{State: s, Verifier: s, URL: s, Client: tok.Client},
		Callback{Raw: s, Query: url.Values{"code": {s}}},
		Settings{ClientSecret: s, PrivateKey: s, Assertion: s, IDPClientSecret: s, IDPToken: s},
		Config{Settings: Settings{PrivateKey: s}},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, s) {
				t.Errorf("%s of %T shows a secret: %s", verb, v, text)
			}
		}
	}
}

func TestClockSkewIsTold(t *testing.T) {
	for off, want := range map[time.Duration]bool{0: false, 30 * time.Second: false, 5 * time.Minute: true, -time.Hour: true} {
		s := newTokenServer(t, func(_ int, _ tokenHit, w http.ResponseWriter) {
			w.Header().Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			answer(200, "application/json", goodToken)(0, tokenHit{}, w)
		})
		cfg, _ := testConfig(t, Settings{})
		_, _, findings, err := requestToken(t.Context(), cfg, tokenRequest{Endpoint: s.URL, Client: Client{ID: "c"}, Form: codeForm()})
		told := len(findings) == 1 && strings.Contains(findings[0].Text, "clock differs")
		if err != nil || told != want {
			t.Errorf("%v: findings %v, %v; want told: %v", off, findings, err, want)
		}
	}
}
