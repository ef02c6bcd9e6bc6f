package challenge

import (
	"net"
	"net/url"
	"strings"
)

// origin is scheme, host and port of an http or https URL (RFC 6454 section 4); empty when raw is none.
func origin(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return ""
	}
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	switch {
	case scheme != "http" && scheme != "https":
		return ""
	case port == "" && scheme == "http":
		port = "80"
	case port == "":
		port = "443"
	}
	return scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// otherOrigin says whether both are http or https URLs and their origins differ.
func otherOrigin(a, b string) bool {
	oa, ob := origin(a), origin(b)
	return oa != "" && ob != "" && oa != ob
}

func isLoopback(u *url.URL) bool {
	host := strings.ToLower(u.Hostname())
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
