package question

import (
	"encoding/base64"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

const (
	maxURL  = 8 << 10 // bytes of a URL that a browser is opened with
	maxHost = 1000    // bytes of a host as it is written; a name that is looked up has 253 at most (RFC 1035)
)

// ReadURL takes a URL apart and says what to look at before a browser is opened with it. It fetches nothing and looks
// up no name (2025-11-25 client/elicitation: "MUST NOT automatically pre-fetch the URL or any of its metadata").
func ReadURL(raw string) URL {
	u := URL{URL: raw, Before: raw, Warnings: []Warning{}}
	switch {
	case raw == "":
		u.Problem = "It has no URL."
		return u
	case len(raw) > maxURL:
		u.Problem = "The URL is longer than 8 KiB: it is not opened."
		return u
	case !utf8.ValidString(raw) || strings.ContainsFunc(raw, hidden):
		u.Problem = "The URL holds characters that cannot be seen: it is not opened."
		u.warn("control", true, "The URL holds control characters, or others that cannot be seen.")
		return u
	case strings.ContainsAny(raw, " \\"):
		u.Problem = "The URL holds a space or a backslash, which browsers read in more than one way: it is not opened."
		return u
	}
	parsed, err := url.Parse(raw)
	if err != nil {
		u.Problem = "It is no URL that can be read."
		return u
	}
	u.Scheme, u.Port = strings.ToLower(parsed.Scheme), parsed.Port()
	if u.Scheme != "https" && u.Scheme != "http" || parsed.Opaque != "" || parsed.Hostname() == "" {
		u.Problem = "Only https and http URLs with a host are opened."
		return u
	}
	u.split(parsed)
	if len(parsed.Hostname()) > maxHost {
		u.Problem = "Its host is longer than any name: it is not opened."
		return u
	}
	u.host(parsed.Hostname())
	u.judge(parsed)
	return u
}

// hidden reports characters that do not show, or that change how others show.
func hidden(r rune) bool {
	return r < 0x20 || r == 0x7f || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) || r == utf8.RuneError
}

// split finds the host in the text: behind the scheme and the user name, before the port.
func (u *URL) split(parsed *url.URL) {
	_, rest, ok := strings.Cut(u.URL, "//")
	if !ok {
		return
	}
	start := len(u.URL) - len(rest)
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		start, authority = start+at+1, authority[at+1:]
	}
	host := authority
	if p := parsed.Port(); p != "" || strings.HasSuffix(authority, ":") {
		host = authority[:strings.LastIndexByte(authority, ':')]
	}
	u.Before, u.HostText, u.After = u.URL[:start], host, u.URL[start+len(host):]
}

// host fills in what is looked up and what it reads as.
func (u *URL) host(name string) {
	u.Host = strings.ToLower(name)
	u.Unicode = u.Host
	if ip, err := netip.ParseAddr(u.Host); err == nil {
		u.Host, u.Unicode = ip.String(), ip.String()
		return
	}
	ascii, err := idna.Lookup.ToASCII(name)
	if err != nil || ascii == "" { // "xn--" alone stands for nothing
		if ascii, err = idna.Punycode.ToASCII(strings.ToLower(name)); err != nil || ascii == "" || !isASCII(ascii) {
			u.Problem = "Its host is no name that can be looked up: it is not opened."
			return
		}
		u.warn("punycode", true, "The host is no valid international name.")
	}
	u.Host, u.Unicode = ascii, ascii
	if shown, err := idna.Punycode.ToUnicode(ascii); err == nil {
		u.Unicode = shown
	}
	if _, isIP := address(u.Host); isIP {
		return
	}
	u.Site, _ = publicsuffix.EffectiveTLDPlusOne(strings.TrimSuffix(u.Host, ".")) // empty for a bare suffix
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

func (u *URL) warn(code string, grave bool, text string) {
	w := Warning{Code: code, Text: text, Grave: grave}
	i := len(u.Warnings)
	if grave {
		i = slices.IndexFunc(u.Warnings, func(o Warning) bool { return !o.Grave })
		if i < 0 {
			i = len(u.Warnings)
		}
	}
	u.Warnings = slices.Insert(u.Warnings, i, w)
}

// judge warns of what misleads readers of URLs.
func (u *URL) judge(parsed *url.URL) {
	if parsed.User != nil {
		u.warn("userinfo", true, "What stands before the @ is a user name, not the host: the host is "+u.Unicode+".")
		if u.Problem == "" {
			u.Problem = "A URL with a user name is not opened."
		}
	}
	ip, isIP := address(u.Host)
	switch {
	case isIP && ip.IsLoopback(), u.Host == "localhost", strings.HasSuffix(u.Host, ".localhost"):
		u.warn("local", false, "The host is this computer.")
	case isIP && (ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()):
		u.warn("local", true, "The host is an address inside your own network.")
	case isIP:
		u.warn("ip", true, "The host is an address without a name: nothing says whose it is.")
	case !strings.Contains(strings.Trim(u.Host, "."), "."):
		u.warn("local", true, "The host has no domain: it is a name of your own network.")
	}
	if u.Scheme == "http" && !(isIP && ip.IsLoopback()) {
		u.warn("http", !strings.HasSuffix(u.Host, "localhost"), "It is not encrypted (http): others on the way can read and change what is sent.")
	}
	u.international()
	if u.Port != "" && !(u.Scheme == "https" && u.Port == "443") && !(u.Scheme == "http" && u.Port == "80") && !isIP && u.Host != "localhost" {
		u.warn("port", false, "It goes to the port "+u.Port+", not to the usual one.")
	}
	if lookalike(parsed) {
		u.warn("path-host", true, "Behind the host stands what looks like another host: the host is "+u.Unicode+".")
	}
	if len(u.URL) > 2000 {
		u.warn("long", false, "It is very long: read its host first.")
	}
}

// address reads hosts that browsers take for IPv4 addresses too: 0x7f.1, 2130706433.
func address(host string) (netip.Addr, bool) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().WithZone(""), true
	}
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var total uint64
	for i, p := range parts {
		n, ok := number4(p)
		if !ok {
			return netip.Addr{}, false
		}
		if i == len(parts)-1 {
			if n >= 1<<(8*(5-len(parts))) {
				return netip.Addr{}, false
			}
			total |= n
		} else {
			if n > 255 {
				return netip.Addr{}, false
			}
			total |= n << (8 * (3 - i))
		}
	}
	return netip.AddrFrom4([4]byte{byte(total >> 24), byte(total >> 16), byte(total >> 8), byte(total)}), true
}

// number4 reads a part of an IPv4 address as the URL standard does: decimal, octal with 0, hexadecimal with 0x.
func number4(s string) (uint64, bool) {
	base := uint64(10)
	switch {
	case strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X"):
		base, s = 16, s[2:]
		if s == "" {
			return 0, true
		}
	case len(s) > 1 && s[0] == '0':
		base, s = 8, s[1:]
	}
	if s == "" || len(s) > 12 {
		return 0, false
	}
	var n uint64
	for i := range len(s) {
		var d uint64
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			d = uint64(c - '0')
		case c >= 'a' && c <= 'f':
			d = uint64(c-'a') + 10
		case c >= 'A' && c <= 'F':
			d = uint64(c-'A') + 10
		default:
			return 0, false
		}
		if d >= base {
			return 0, false
		}
		n = n*base + d
	}
	return n, n < 1<<32
}

// international warns of names in other scripts: "SHOULD … warn about … Punycode" (client/elicitation#safe-url-handling).
func (u *URL) international() {
	if u.Unicode == u.Host && !strings.Contains(u.Host, "xn--") {
		if !isASCII(u.HostText) {
			u.warn("punycode", true, "The host is written in unusual characters: "+u.Host+" is looked up.")
		}
		return
	}
	if u.Unicode == u.Host {
		u.warn("punycode", true, "The host holds punycode that reads as no name: "+u.Host+".")
		return
	}
	u.warn("punycode", true, "The host is an international name: "+u.Unicode+" is looked up as "+u.Host+". Its letters may only look like those of a name you know.")
	for label := range strings.SplitSeq(u.Unicode, ".") {
		if s := scripts(label); len(s) > 1 && !together(s) {
			u.warn("mixed-script", true, "The host mixes letters of "+strings.Join(s, " and ")+" in one word, which names rarely do.")
			return
		}
	}
}

// scripts are those of a label's letters, in order of appearance.
func scripts(label string) []string {
	var out []string
	for _, r := range label {
		if !unicode.IsLetter(r) {
			continue
		}
		for _, name := range scriptNames {
			if unicode.Is(unicode.Scripts[name], r) {
				if !slices.Contains(out, name) {
					out = append(out, name)
				}
				break
			}
		}
	}
	return out
}

var scriptNames = func() []string {
	names := []string{"Latin", "Cyrillic", "Greek"}
	for name := range unicode.Scripts {
		if !slices.Contains(names, name) && name != "Common" && name != "Inherited" {
			names = append(names, name)
		}
	}
	slices.Sort(names[3:])
	return names
}()

// together reports scripts that one language mixes (UTS 39 section 5.2, highly restrictive).
func together(s []string) bool {
	for _, set := range [][]string{
		{"Latin", "Han", "Hiragana", "Katakana"}, {"Latin", "Han", "Bopomofo"}, {"Latin", "Han", "Hangul"},
	} {
		if !slices.ContainsFunc(s, func(one string) bool { return !slices.Contains(set, one) }) {
			return true
		}
	}
	return false
}

// lookalike reports a path that begins like a host, behind an encoded separator or an @.
func lookalike(parsed *url.URL) bool {
	path := strings.TrimLeft(parsed.Path, "/")
	first, _, _ := strings.Cut(path, "/")
	if strings.Contains(first, "@") {
		return true
	}
	name, suffix, ok := cutLast(first, ".")
	if !ok || name == "" || strings.ContainsAny(first, " %") {
		return false
	}
	_, known := publicsuffix.PublicSuffix("x." + strings.ToLower(suffix))
	return known && slices.Contains([]string{"com", "org", "net", "io", "dev", "app", "gov", "edu"}, strings.ToLower(suffix))
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// RootProblem says what is wrong with the URI of a root, empty: nothing ("This MUST be a file:// URI in the current
// specification", 2025-11-25 client/roots).
func RootProblem(uri string) string {
	u, err := url.Parse(uri)
	switch {
	case uri == "":
		return "the URI is missing"
	case err != nil:
		return "the URI cannot be read"
	case u.Scheme != "file":
		return "it is no file:// URI"
	case u.Opaque != "" || u.Path == "" || u.Path[0] != '/':
		return "its path must be absolute: file:///folder"
	case u.Host != "" && u.Host != "localhost":
		return "it names another machine: the folder has to be on this one"
	case u.RawQuery != "" || u.Fragment != "":
		return "a file:// URI has no query and no fragment"
	}
	return ""
}

func decode64(s string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(s)
}
