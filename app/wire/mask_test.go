package wire

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var anyPlaceholder = regexp.MustCompile(`‹([a-z]+) #[0-9a-f]{4,}›`)

// kinds writes placeholders without their digits: ‹token›.
func kinds(s string) string { return anyPlaceholder.ReplaceAllString(s, "‹$1›") }

func TestMaskerHeader(t *testing.T) {
	for _, tt := range []struct{ name, value, want string }{
		{"Authorization", "Bearer abc", "Bearer ‹token›"},
		{"authorization", "bearer  abc ", "bearer ‹token›"},
		{"Authorization", "Basic dXNlcjpwYXNz", "Basic ‹password›"},
		{"Authorization", "DPoP abc", "DPoP ‹token›"},
		{"Authorization", `Digest username="u", response="abc"`, "Digest ‹token›"},
		{"Authorization", "abc", "‹token›"},
		{"Authorization", "Bearer", "Bearer"},
		{"Authorization", "Bearer ", "Bearer "},
		{"Authorization", "my secret key", "‹token›"},
		{"Authorization", "", ""},
		{"Proxy-Authorization", "Basic eDp5", "Basic ‹password›"},
		{"X-Original-Authorization", "Bearer abc", "Bearer ‹token›"},
		{"Cookie", `a=1; b="two"; c=; d`, `a=‹cookie›; b="‹cookie›"; c=; ‹cookie›`},
		{"Set-Cookie", "sid=abc=def; Path=/; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT", "sid=‹cookie›; Path=/; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT"},
		{"Mcp-Session-Id", "1234", "‹session›"},
		{"X-Api-Key", "k", "‹key›"},
		{"Api-Key", "k", "‹key›"},
		{"Ocp-Apim-Subscription-Key", "k", "‹key›"},
		{"X-Auth-Token", "k", "‹token›"},
		{"X-Amz-Security-Token", "k", "‹token›"},
		{"X-My-Secret", "k", "‹secret›"},
		{"X-Auth", "k", "‹token›"},
		{"X-Password", "k", "‹password›"},
		{"DPoP", "eyJ.eyJ.sig", "‹token›"},
		{"DPoP-Nonce", "abc", "abc"},
		{"Www-Authenticate", `Bearer realm="token"`, `Bearer realm="token"`},
		{"Content-Type", "text/plain", "text/plain"},
		{"Idempotency-Key", "k", "k"},
		{"X-Ratelimit-Remaining-Tokens", "12", "12"},
		{"Access-Control-Allow-Headers", "Authorization", "Authorization"},
		{"Location", "https://a.example/cb?code=abc&state=x", "https://a.example/cb?code=‹code›&state=‹state›"},
	} {
		m := NewMasker(nil)
		in := []Header{{tt.name, tt.value}}
		once := m.Header("c", in)
		if got := kinds(once[0].Value); got != tt.want {
			t.Errorf("%s: %s: got %q, want %q", tt.name, tt.value, got, tt.want)
		}
		if twice := m.Header("c", once); twice[0] != once[0] {
			t.Errorf("%s: masking twice makes %q of %q", tt.name, twice[0].Value, once[0].Value)
		}
		if in[0].Value != tt.value {
			t.Errorf("%s: the input was changed", tt.name)
		}
	}
}

func TestMaskerHTTPHeader(t *testing.T) {
	m := NewMasker(nil)
	h := http.Header{"X-B": {"2", "1"}, "Authorization": {"Bearer abc"}}
	want := []Header{{"Authorization", "Bearer ‹token›"}, {"X-B", "2"}, {"X-B", "1"}}
	got := m.HTTPHeader("c", h)
	for i := range got {
		got[i].Value = kinds(got[i].Value)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if got := m.MaskHeader("c", h); kinds(got.Get("Authorization")) != "Bearer ‹token›" || len(got["X-B"]) != 2 {
		t.Errorf("got %v", got)
	}
	if got := m.HTTPHeader("c", nil); got == nil || len(got) != 0 {
		t.Errorf("no headers: %v", got)
	}
}

func TestMaskerURL(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/mcp":                            "https://a.example/mcp",
		"https://u:p@a.example/mcp":                        "https://‹secret›:‹password›@a.example/mcp",
		"https://tok@a.example/mcp":                        "https://‹secret›@a.example/mcp",
		"https://a.example/x@y?z=1":                        "https://a.example/x@y?z=1",
		"https://a.example/?token=a&x=b":                   "https://a.example/?token=‹token›&x=b",
		"https://a.example/?access_token=a":                "https://a.example/?access_token=‹token›",
		"https://a.example/?apiKey=a;api-key=b":            "https://a.example/?apiKey=‹key›;api-key=‹key›",
		"https://a.example/?key=a&keyword=b&monkey=c":      "https://a.example/?key=‹key›&keyword=b&monkey=c",
		"https://a.example/?client_secret=a&client_id=b":   "https://a.example/?client_secret=‹secret›&client_id=b",
		"https://a.example/?password=a&pwd=b":              "https://a.example/?password=‹password›&pwd=‹password›",
		"https://a.example/?code=a&state=b":                "https://a.example/?code=‹code›&state=‹state›",
		"https://a.example/?sig=a&X-Amz-Signature=b":       "https://a.example/?sig=‹key›&X-Amz-Signature=‹key›",
		"https://a.example/?auth=a":                        "https://a.example/?auth=‹token›",
		"/messages?sessionId=12":                           "/messages?sessionId=‹session›",
		"/messages/?session_id=12":                         "/messages/?session_id=‹session›",
		"https://a.example/#access_token=a&x=b":            "https://a.example/#access_token=‹token›&x=b",
		"https://a.example/?code_challenge=a&token_type=b": "https://a.example/?code_challenge=a&token_type=b",
		"https://a.example/?%74oken=a":                     "https://a.example/?%74oken=‹token›",
		"https://a.example/?token=":                        "https://a.example/?token=",
		"https://a.example/?token":                         "https://a.example/?token",
		"":                                                 "",
		"://?#%zz":                                         "://?#%zz",
	} {
		m := NewMasker(nil)
		once := m.URL("c", in)
		if got := kinds(once); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
		if twice := m.URL("c", once); twice != once {
			t.Errorf("%s: masking twice makes %s of %s", in, twice, once)
		}
	}
}

func TestMaskerOAuthBody(t *testing.T) {
	for in, want := range map[string]string{
		`grant_type=authorization_code&code=a%2Fb&code_verifier=v&client_id=c&client_secret=s&resource=r`:      `grant_type=authorization_code&code=‹code›&code_verifier=‹code›&client_id=c&client_secret=‹secret›&resource=r`,
		`subject_token=a&actor_token=b&assertion=c&client_assertion=d&refresh_token=e`:                         `subject_token=‹token›&actor_token=‹token›&assertion=‹token›&client_assertion=‹token›&refresh_token=‹token›`,
		`{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r\"s","id_token":"i"}`:   `{"access_token":"‹token›","token_type":"Bearer","expires_in":3600,"refresh_token":"‹token›","id_token":"‹token›"}`,
		`{"client_id":"c","client_secret":"s","registration_access_token" : "t","client_secret_expires_at":0}`: `{"client_id":"c","client_secret":"‹secret›","registration_access_token" : "‹token›","client_secret_expires_at":0}`,
		`{"x":{"access\u005ftoken":"a"}}`:       `{"x":{"access\u005ftoken":"‹token›"}}`,
		`{"access_token":123,"code":null}`:      `{"access_token":‹token›,"code":null}`,
		`{"access_token":"cut off`:              `{"access_token":"‹token›`,
		`{"error":"invalid_grant"}`:             `{"error":"invalid_grant"}`,
		`{"access_token":{"access_token":"a"}}`: `{"access_token":{"access_token":"‹token›"}}`,
		``:                                      ``,
		`nothing`:                               `nothing`,
	} {
		m := NewMasker(nil)
		once := m.OAuthBody("c", "application/x", []byte(in))
		if got := kinds(string(once)); got != want {
			t.Errorf("%s:\n got %s\nwant %s", in, got, want)
		}
		if twice := m.OAuthBody("c", "application/x", once); string(twice) != string(once) {
			t.Errorf("masking twice makes %s of %s", twice, once)
		}
	}
}

func TestMaskerText(t *testing.T) {
	m := NewMasker([]byte("key"))
	m.Add("c", "token", `s3cr"et/ü😀 x`)
	m.Add("c", "key", "abcdefgh")
	m.Add("c", "secret", "cdefghijkl")
	m.Add("c", "secret", "short")
	m.Add("c", "password", "Bearer qwertyuiop")
	for in, want := range map[string]string{
		``:                                     ``,
		`nothing here, short`:                  `nothing here, short`,
		`abcdefgh`:                             `‹key›`,
		`xabcdefghy abcdefg abcdefgh`:          `x‹key›y abcdefg ‹key›`,
		`abcdefghijkl.`:                        `‹key›.`,
		`"s3cr\"et/ü😀 x"`:                      `"‹token›"`,
		`"s3cr\u0022et\/\u00fc\uD83D\uDE00 x"`: `"‹token›"`,
		`"\u00733cr\"et/ü😀\u0020x"`:            `"‹token›"`,
		`?q=s3cr%22et%2F%C3%BC%f0%9f%98%80+x&`: `?q=‹token›&`,
		`?q=s3cr%22et/%c3%bc%F0%9F%98%80%20x`:  `?q=‹token›`,
		`%61bcdefgh`:                           `‹key›`,
		`+s3cr"et/ü😀+x`:                        `+‹token›`,
		`\abcdefgh\`:                           `\‹key›\`,
		`Bearer qwertyuiop`:                    `‹password›`,
		`bearer qwertyuiop`:                    `bearer ‹password›`,
	} {
		if got := kinds(string(m.Text("c", []byte(in)))); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
	b := []byte("nothing to mask in here")
	if n := testing.AllocsPerRun(100, func() { m.Text("c", b) }); n != 0 {
		t.Errorf("%v allocations for nothing", n)
	}
	if got := m.Text("c", b); &got[0] != &b[0] {
		t.Error("a copy was made for nothing")
	}
}

// What is found by its place is known from then on.
func TestMaskerLearns(t *testing.T) {
	m := NewMasker(nil)
	m.HTTPHeader("c", http.Header{
		"Authorization": {"Bearer token-one"}, "Cookie": {"theme=default; sid=0123456789abcdef"}, "Mcp-Session-Id": {"session-1"},
	})
	m.URL("c", "https://user:pass-word@a.example/")
	m.OAuthBody("c", "", []byte(`{"access_token":"token-two"}`))
	in := "token-one default 0123456789abcdef session-1 pass-word dXNlcjpwYXNzLXdvcmQ= token-two"
	want := "‹token› default ‹cookie› session-1 ‹password› ‹password› ‹token›"
	if got := kinds(string(m.Text("c", []byte(in)))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for i := range 3 * maxLearnt {
		m.HTTPHeader("c", http.Header{"Set-Cookie": {fmt.Sprintf("sid=%032d", i)}})
	}
	if n := len(m.conns["c"].values); n > maxLearnt {
		t.Errorf("%d values are known", n)
	}
}

func TestMaskerRevealAndForget(t *testing.T) {
	m := NewMasker([]byte("key"))
	m.Add("a", "token", "the-secret")
	m.Add("b", "key", "the-secret")
	p := string(m.Text("a", []byte("the-secret")))
	if kinds(p) != "‹token›" || string(m.Text("b", []byte("the-secret"))) != p {
		t.Errorf("equal secrets look different: %s", p)
	}
	if again := NewMasker([]byte("key")); true {
		again.Add("x", "token", "the-secret")
		if q := string(again.Text("x", []byte("the-secret"))); q != p {
			t.Errorf("%s in one run, %s in the next", p, q)
		}
	}
	short := m.Header("a", []Header{{"X-Api-Key", "k"}})[0].Value
	for _, s := range []string{p, short} {
		if v, ok := m.Reveal("a", s); !ok || v != "the-secret" && v != "k" {
			t.Errorf("%s reveals %q", s, v)
		}
	}
	m.Forget("a")
	m.Forget("a")
	if _, ok := m.Reveal("a", short); ok {
		t.Error("a forgotten value is revealed")
	}
	if got := m.Text("b", []byte("the-secret")); string(got) != p {
		t.Errorf("the other connection's value was forgotten: %s", got)
	}
	m.Forget("b")
	if got := m.Text("b", []byte("the-secret")); string(got) != "the-secret" {
		t.Errorf("not forgotten: %s", got)
	}
	if len(m.values) != 0 || len(m.conns) != 0 {
		t.Error("something true is left in memory")
	}
}

func TestMaskerPlaceholdersDiffer(t *testing.T) {
	m := NewMasker([]byte("key"))
	seen := map[string]bool{}
	for i := range 20_000 { // far more than 4 digits tell apart
		p := m.learn("c", "cookie", fmt.Sprintf("value %d", i))
		if seen[p] || !isPlaceholder(p) {
			t.Fatalf("placeholder %q of value %d", p, i)
		}
		seen[p] = true
	}
}

// Two thousand cookies that differ in their last byte only, and a body that is made of their start: what a hostile
// server sends to make masking slow or its result huge.
func TestMaskerHostileValues(t *testing.T) {
	m := NewMasker(nil)
	long := strings.Repeat("a", 900)
	for i := range 2000 {
		m.HTTPHeader("c", http.Header{"Set-Cookie": {fmt.Sprintf("sid=%s%d", long[:i%900], i)}})
	}
	body := []byte(strings.Repeat("a", 64<<10))
	start := time.Now()
	if got := m.Text("c", body); len(got) > 2*len(body) {
		t.Errorf("%d bytes of %d", len(got), len(body))
	}
	if took := time.Since(start); took > time.Minute {
		t.Errorf("took %v", took)
	}
}

func TestMaskerPrefersTheLongest(t *testing.T) {
	m := NewMasker(nil)
	for kind, v := range map[string]string{"key": "abcdef", "token": "abcdefgh", "code": "abcdefgz", "cookie": "abcdefghij"} {
		m.Add("c", kind, v)
	}
	in := "abcdef abcdefg abcdefgh abcdefghi abcdefghij abcdefgzz abcde"
	want := "‹key› ‹key›g ‹token› ‹token›i ‹cookie› ‹code›z abcde"
	if got := kinds(string(m.Text("c", []byte(in)))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The quick search finds what looking everywhere finds.
func TestMaskerTextAgreesWithLookingEverywhere(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = 'a' + byte(rnd.IntN(2))
		}
		return string(b)
	}
	for range 300 {
		m := NewMasker(nil)
		var values []string
		for range 1 + rnd.IntN(20) {
			values = append(values, word(MinSearched+rnd.IntN(8)))
			m.Add("c", "token", values[len(values)-1])
		}
		text := word(200)
		masked := make([]int, len(text)) // 1: masked, 2: joined to the byte before
		for i := range text {
			for _, v := range values {
				if strings.HasPrefix(text[i:], v) {
					for k := range len(v) {
						masked[i+k] = max(masked[i+k], min(k, 1)+1)
					}
				}
			}
		}
		want := ""
		for i, c := range text {
			switch {
			case masked[i] == 0:
				want += string(c)
			case masked[i] == 1:
				want += "‹›"
			}
		}
		got := anyPlaceholder.ReplaceAllString(string(m.Text("c", []byte(text))), "‹›")
		if got != want {
			t.Fatalf("values %q in %q:\n got %s\nwant %s", values, text, got, want)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("token-123456", "x", "y")
	f.Add(`s3cr"et/ü😀\`, `\`, `%2`)
	f.Add("aaaaaaab", "aaaaaaa", "aaaaaab")
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		if len(secret) < MinSearched || !utf8.ValidString(secret) || strings.ContainsAny(secret, "‹›") || strings.Contains("token #0123456789abcdef", secret) {
			return
		}
		other := secret[1:] + secret[:1]
		m := NewMasker([]byte("key"))
		m.Add("c", "token", secret)
		m.Add("c", "token", other)
		quoted, _ := json.Marshal(secret)
		inJSON := strings.Trim(string(quoted), `"`)
		if strings.Contains(secret, `"`) {
			inJSON = string(quoted[1 : len(quoted)-1])
		}
		ascii := ""
		for _, r := range secret {
			if r > 0xffff {
				ascii += string(r)
				continue
			}
			ascii += fmt.Sprintf(`\u%04x`, r)
		}
		forms := []string{secret, inJSON, ascii, url.QueryEscape(secret), url.PathEscape(secret), strings.ToLower(url.QueryEscape(secret))}
		for _, form := range forms[:5] {
			got := anyPlaceholder.ReplaceAllString(string(m.Text("c", []byte(before+form+after+form))), "‹›")
			for _, form := range forms[:5] {
				if strings.Contains(got, form) {
					t.Fatalf("%q survives in %q", form, got)
				}
			}
		}
	})
}
