package auth

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// maxURL bounds a URL that a peer names, in bytes: it goes into requests and onto the screen.
const maxURL = 8 << 10

func isLoopbackHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// isInside says whether a host is this machine or an address of a private network by its writing alone, as a browser
// reads it: 2130706433, 0x7f.1 and digits of other scripts are addresses too (WHATWG URL, IPv4 parser).
func isInside(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if isLoopbackHost(host) {
		return true
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return endsInNumber(host)
	}
	a = a.WithZone("").Unmap()
	return !a.IsGlobalUnicast() || a.IsPrivate()
}

// endsInNumber is the WHATWG's test for a host that is read as an IPv4 address; no name of the Internet passes it.
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	if hex, ok := strings.CutPrefix(last, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return last != "" && strings.Trim(last, "0123456789") == ""
}

// plainAllowed says whether a URL's host may be spoken to without TLS: this machine, or one the user named.
func plainAllowed(u *url.URL, allow []string) bool {
	return isLoopbackHost(u.Hostname()) || slices.ContainsFunc(allow, func(h string) bool {
		h = strings.TrimSpace(h)
		return strings.EqualFold(h, u.Hostname()) || strings.EqualFold(h, u.Host)
	})
}

// checkURL judges a URL that a peer named: absolute, https (http for this machine or where the user allows it), without
// credentials. "All authorization server endpoints MUST be served over HTTPS" (security considerations, communication
// security). what names it in texts, owner says who published it.
func (d *draft) checkURL(what, raw, owner, source string) (*url.URL, error) {
	u, err := url.Parse(raw)
	shown := cutText(raw, 200)
	fix := fmt.Sprintf("Publish an absolute https URL in %s.", owner)
	bad := func(format string, args ...any) error {
		return &problem{kind: fault.Protocol, text: fmt.Sprintf(format, args...), source: source, fix: fix}
	}
	switch {
	case raw == "":
		return nil, bad("The %s is empty.", what)
	case len(raw) > maxURL:
		return nil, bad("The %s has %d bytes, more than %d.", what, len(raw), maxURL)
	case err != nil || strings.ContainsAny(raw, " \t\r\n\\\"<>"):
		return nil, bad("The %s is no URL: %q.", what, shown)
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, bad("The %s is no https URL: %q. Nothing else is opened.", what, shown)
	case u.Hostname() == "" || u.Opaque != "":
		return nil, bad("The %s is not an absolute URL: %q.", what, shown)
	case u.User != nil:
		return nil, bad("The %s holds a user name or password.", what)
	case u.Scheme == "http" && !plainAllowed(u, d.set.AllowHTTP) && originOfURL(u) != d.plainServer():
		return nil, explainPlain(what, u, owner)
	}
	return u, nil
}

// plainServer is the MCP server's own origin when the user gave it without TLS; its metadata then come that way too.
func (d *draft) plainServer() string {
	if d.s.ID != StepResource {
		return ""
	}
	return originOf(d.cfg.Resource)
}

// wellKnown puts a well-known name between host and path (RFC 8615 section 3, RFC 8414 section 3.1, RFC 9728 section
// 3.1). A lone slash is no path.
func wellKnown(u *url.URL, name string, keepSlash bool) string {
	path := u.EscapedPath()
	if path == "/" || !keepSlash {
		path = strings.TrimRight(path, "/")
	}
	return u.Scheme + "://" + u.Host + "/.well-known/" + name + path
}
