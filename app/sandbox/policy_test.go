package sandbox

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWidensThePolicyByCheckedDomains(t *testing.T) {
	for name, c := range map[string]struct {
		domains Domains
		local   bool
		want    map[string]string // directive -> its sources
		refused []string
	}{
		"nothing":       {want: map[string]string{"connect-src": "'none'", "frame-src": "'none'", "font-src": "", "base-uri": "'none'"}},
		"connect":       {domains: Domains{Connect: []string{"https://API.example.com", "wss://live.example.com:8443/"}}, want: map[string]string{"connect-src": "https://api.example.com wss://live.example.com:8443", "script-src": "'self' 'unsafe-inline'"}},
		"resources":     {domains: Domains{Resource: []string{"https://*.cdn.example", "https://*.cdn.example"}}, want: map[string]string{"script-src": "'self' 'unsafe-inline' https://*.cdn.example", "font-src": "https://*.cdn.example", "connect-src": "'none'"}},
		"frames, base":  {domains: Domains{Frame: []string{"https://player.example"}, BaseURI: []string{"https://base.example"}}, want: map[string]string{"frame-src": "https://player.example", "base-uri": "https://base.example"}},
		"this machine":  {domains: Domains{Connect: []string{"http://localhost:3000", "ws://127.0.0.1:1", "http://[::1]:9"}}, local: true, want: map[string]string{"connect-src": "http://localhost:3000 ws://127.0.0.1:1 http://[::1]:9"}},
		"a remote one":  {domains: Domains{Connect: []string{"http://localhost:3000", "https://127.0.0.1", "https://x.localhost"}}, want: map[string]string{"connect-src": "'none'"}, refused: []string{"http://localhost:3000", "https://127.0.0.1", "https://x.localhost"}},
		"other schemes": {domains: Domains{Connect: []string{"http://example.com", "ws://example.com", "ftp://example.com", "file:///etc/passwd", "wails://wails", "data:", "blob:", "javascript://x", "https:"}, Resource: []string{"wss://example.com", "ws://localhost"}}, local: true, want: map[string]string{"connect-src": "'none'", "script-src": "'self' 'unsafe-inline'"}, refused: []string{"http://example.com", "ws://example.com", "ftp://example.com", "file:///etc/passwd", "wails://wails", "data:", "blob:", "javascript://x", "https:", "wss://example.com", "ws://localhost"}},
		"wildcards":     {domains: Domains{Connect: []string{"*", "https://*", "https://*.com", "https://*.*.com", "https://a.*.com", "https://*:*", "https://example.com:*", "*://example.com", "https://*.127.0.0.1"}}, want: map[string]string{"connect-src": "'none'"}, refused: []string{"*", "https://*", "https://*.com", "https://*.*.com", "https://a.*.com", "https://*:*", "https://example.com:*", "*://example.com", "https://*.127.0.0.1"}},
		"injections": {domains: Domains{Connect: []string{
			"https://a.example; script-src *", "https://a.example *", "https://a.example\tdata:", "https://a.example\r\nX: y", "https://a.example,default-src *",
			"'unsafe-eval'", "https://'self'", "", " ", "https://ä.example", "https://a.example/\x00", "https://", "https://user@a.example", "https://a.example/path", "https://a.example?q", "https://a.example:99999", "https://[x]", "https://-", "https://" + strings.Repeat("a", 400),
		}}, want: map[string]string{"connect-src": "https://-", "script-src": "'self' 'unsafe-inline'"}, refused: []string{
			"https://a.example; script-src *", "https://a.example *", "https://a.exampledata:", "https://a.exampleX: y", "https://a.example,default-src *",
			"'unsafe-eval'", "https://'self'", "", " ", "https://ä.example", "https://a.example/", "https://", "https://user@a.example", "https://a.example/path", "https://a.example?q", "https://a.example:99999", "https://[x]", "https://" + strings.Repeat("a", 292),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			text, refusals := policy(Document{Scripts: true, Domains: c.domains, Local: c.local}, "/report")
			got := map[string]string{}
			for d := range strings.SplitSeq(text, "; ") {
				key, value, _ := strings.Cut(d, " ")
				if _, twice := got[key]; twice {
					t.Errorf("%s stands twice", key)
				}
				got[key] = value
			}
			for key, want := range c.want {
				if got[key] != want {
					t.Errorf("%s is %q, want %q", key, got[key], want)
				}
			}
			var refused []string
			for _, r := range refusals {
				refused = append(refused, r.Domain)
				if r.Why == "" {
					t.Errorf("%q is refused without a reason", r.Domain)
				}
			}
			if diff := cmp.Diff(c.refused, refused); diff != "" {
				t.Errorf("refused: %s", diff)
			}
			if strings.ContainsAny(text, "\r\n\x00") {
				t.Errorf("a header that breaks: %q", text)
			}
		})
	}
}

func TestBoundsTheDomains(t *testing.T) {
	many := make([]string, maxDomains+10)
	for i := range many {
		many[i] = "https://" + strings.Repeat("a", i%60+1) + strings.Repeat("b", i/60) + ".example"
	}
	text, refused := policy(Document{Domains: Domains{Connect: many}}, "/report")
	if got := strings.Count(text, "https://"); got != maxDomains || len(refused) != 1 || !strings.Contains(refused[0].Why, "64") {
		t.Errorf("%d domains, refused %v", got, refused)
	}
}

func TestGrantsOnlyWhatIsGranted(t *testing.T) {
	if got := allow(nil); got != "" {
		t.Errorf("nothing granted: %q", got)
	}
	if got, want := allow([]string{"clipboardWrite", "camera", "usb; *"}), "camera *; clipboard-write *"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, refused := policy(Document{Permissions: []string{"usb"}}, "/r")
	if len(refused) != 1 || refused[0].Domain != "usb" {
		t.Errorf("refused %v", refused)
	}
}

func FuzzPolicyHoldsNoOtherDirective(f *testing.F) {
	for _, s := range []string{"https://a.example", "https://*.a.example:1", "*", "https://a; script-src *", "http://[::1]:2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, d string) {
		text, _ := policy(Document{Domains: Domains{Connect: []string{d}}, Local: true}, "/report")
		plain, _ := policy(Document{Local: true}, "/report")
		_, rest, ok := strings.Cut(text, "connect-src ")
		source, _, more := strings.Cut(rest, "; frame-src")
		if !ok || !more || strings.Replace(text, "connect-src "+source, "connect-src 'none'", 1) != plain {
			t.Fatalf("%q made %q of it", d, text)
		}
		if source != "'none'" && (strings.ContainsAny(source, " ;,'\"\t\r\n") || !strings.Contains(source, "://") || source == "https://*") {
			t.Errorf("%q let %q through", d, source)
		}
	})
}
