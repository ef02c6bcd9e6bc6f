package authtest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/sightglass-dev/sightglass/app/demo"
)

func TestConsentAtTheSample(t *testing.T) {
	p, err := demo.StartProtected(t.Context(), demo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	got := make(chan url.Values, 1)
	listener := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.URL.Query() }))
	defer listener.Close()
	v := &party{t: t, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	client := v.send(http.MethodPost, p.Issuer()+"/register", "application/json", `{"redirect_uris":["`+listener.URL+`/callback"]}`, nil)
	q := url.Values{
		"response_type": {"code"}, "client_id": {str(client.doc, "client_id")}, "redirect_uri": {listener.URL + "/callback"}, "state": {"s"},
		"resource": {p.URL()}, "code_challenge": {hash(strings.Repeat("v", 43))}, "code_challenge_method": {"S256"},
	}
	for allow, want := range map[bool]string{true: "code", false: "error"} {
		if err := Consent(t.Context(), p.Issuer()+"/authorize?"+q.Encode(), "grace", allow); err != nil {
			t.Fatal(err)
		}
		if back := <-got; !back.Has(want) || back.Get("iss") != p.Issuer() {
			t.Errorf("allow %v: %v", allow, back)
		}
	}
	q.Set("redirect_uri", "https://elsewhere.test/")
	if err := Consent(t.Context(), p.Issuer()+"/authorize?"+q.Encode(), "grace", true); err == nil || !strings.Contains(err.Error(), "400") {
		t.Errorf("a refused request: %v", err)
	}
}
