package question

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func codes(u URL) string {
	var list []string
	for _, w := range u.Warnings {
		code := w.Code
		if w.Grave {
			code += "!"
		}
		list = append(list, code)
	}
	return strings.Join(list, " ")
}

func TestReadURL(t *testing.T) {
	for _, tt := range []struct {
		raw, host, unicode, hostText, site, warnings string
		opened                                       bool
	}{
		{"https://pay.example.co.uk/a?b=c#d", "pay.example.co.uk", "pay.example.co.uk", "pay.example.co.uk", "example.co.uk", "", true},
		{"HTTPS://Pay.Example.COM:443/", "pay.example.com", "pay.example.com", "Pay.Example.COM", "example.com", "", true},
		{"https://example.com:8443/x", "example.com", "example.com", "example.com", "example.com", "port", true},
		{"http://example.com/", "example.com", "example.com", "example.com", "example.com", "http!", true},
		{"http://127.0.0.1:8080/cb", "127.0.0.1", "127.0.0.1", "127.0.0.1", "", "local", true},
		{"http://localhost/", "localhost", "localhost", "localhost", "", "local http", true},
		{"https://[::1]:9/", "::1", "::1", "[::1]", "", "local", true},
		{"https://192.168.1.1/", "192.168.1.1", "192.168.1.1", "192.168.1.1", "", "local!", true},
		{"https://93.184.216.34/", "93.184.216.34", "93.184.216.34", "93.184.216.34", "", "ip!", true},
		{"https://0x7f.1/", "0x7f.1", "0x7f.1", "0x7f.1", "", "local", true},
		{"https://2130706433/", "2130706433", "2130706433", "2130706433", "", "local", true},
		{"https://intranet/", "intranet", "intranet", "intranet", "", "local!", true},
		{"https://bücher.example/", "xn--bcher-kva.example", "bücher.example", "bücher.example", "xn--bcher-kva.example", "punycode!", true},
		{"https://xn--bcher-kva.example/", "xn--bcher-kva.example", "bücher.example", "xn--bcher-kva.example", "xn--bcher-kva.example", "punycode!", true},
		{"https://pаypal.com/", "xn--pypal-4ve.com", "pаypal.com", "pаypal.com", "xn--pypal-4ve.com", "punycode! mixed-script!", true}, // a Cyrillic а
		{"https://日本語example.jp/", "xn--example-bs3o55gu19k.jp", "日本語example.jp", "日本語example.jp", "xn--example-bs3o55gu19k.jp", "punycode!", true},
		{"https://good.example@evil.example/", "evil.example", "evil.example", "evil.example", "evil.example", "userinfo!", false},
		{"https://u:p@x@evil.example:8/", "", "", "", "", "", false},
		{"https://evil.example/accounts.google.com/login", "evil.example", "evil.example", "evil.example", "evil.example", "path-host!", true},
		{"https://evil.example/@good.example", "evil.example", "evil.example", "evil.example", "evil.example", "path-host!", true},
		{"https://example.com\\@evil.example/", "", "", "", "", "", false},
		{"https://exa mple.com/", "", "", "", "", "", false},
		{"https://exam\u200bple.com/", "", "", "", "", "control!", false},
		{"https://example.com/\u202etxt", "", "", "", "", "control!", false},
		{"https://example.com/\n", "", "", "", "", "control!", false},
		{"javascript:alert(1)", "", "", "", "", "", false},
		{"file:///etc/passwd", "", "", "", "", "", false},
		{"https:///x", "", "", "", "", "", false},
		{"http://Xn--", "", "", "", "", "", false},
		{"https:example.com", "", "", "", "", "", false},
		{"//example.com/", "", "", "", "", "", false},
		{"", "", "", "", "", "", false},
		{"https://example.com/" + strings.Repeat("a", 9000), "", "", "", "", "", false},
	} {
		u := ReadURL(tt.raw)
		if (u.Problem == "") != tt.opened || tt.opened && codes(u) != tt.warnings || !tt.opened && tt.warnings != "" && codes(u) != tt.warnings {
			t.Errorf("%.80q: %q, warnings %q, want %q", tt.raw, u.Problem, codes(u), tt.warnings)
		}
		if tt.host != "" && (u.Host != tt.host || u.Unicode != tt.unicode || u.HostText != tt.hostText || u.Site != tt.site) {
			t.Errorf("%.80q: %+v", tt.raw, u)
		}
		if u.Before+u.HostText+u.After != tt.raw {
			t.Errorf("%.80q: %q + %q + %q", tt.raw, u.Before, u.HostText, u.After)
		}
	}
}

// What is opened has the host that is shown, whatever a server sends.
func FuzzReadURL(f *testing.F) {
	for _, s := range []string{
		"https://example.com/a", "http://u@[::1%25en0]:80/", "https://xn--a.example:", "https://１２７.0.0.1/", "https://a。b/", "https://ex%41mple.com/",
		"https://example.com:0443?x", "https://faß.de", "HTTPS://[2001:DB8::1]:443", "https://0x/", "https://..", "https://a..b./",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		u := ReadURL(raw)
		if u.Before+u.HostText+u.After != raw {
			t.Fatalf("%q is not %q + %q + %q", raw, u.Before, u.HostText, u.After)
		}
		for _, w := range u.Warnings {
			if w.Code == "" || w.Text == "" || !utf8.ValidString(w.Text) {
				t.Fatalf("%q: warning %+v", raw, w)
			}
		}
		if !slices.IsSortedFunc(u.Warnings, func(a, b Warning) int {
			if a.Grave == b.Grave || a.Grave {
				return 0
			}
			return 1
		}) {
			t.Fatalf("%q: %+v", raw, u.Warnings)
		}
		if u.Problem != "" {
			return
		}
		parsed, err := url.Parse(raw)
		if err != nil || parsed.User != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Hostname() == "" {
			t.Fatalf("%q would be opened: %v", raw, err)
		}
		if u.Host == "" || u.HostText == "" || strings.ContainsAny(u.HostText, "/@?#\\ ") || strings.ContainsFunc(raw, hidden) || !isASCII(u.Host) {
			t.Fatalf("%q: host %q, shown %q", raw, u.Host, u.HostText)
		}
		if !isASCII(u.HostText) && len(u.Warnings) == 0 {
			t.Fatalf("%q: a host in other letters goes without a warning", raw)
		}
	})
}

func TestRootProblem(t *testing.T) {
	for uri, ok := range map[string]bool{
		"file:///home/ada": true, "file://localhost/x": true, "file:///C:/x%20y": true,
		"": false, "https://x": false, "file:relative": false, "file://host/x": false, "file:///x?y": false, "file:///x#y": false, "/x": false, "file://": false,
	} {
		if why := RootProblem(uri); (why == "") != ok {
			t.Errorf("%q: %q", uri, why)
		}
	}
}
