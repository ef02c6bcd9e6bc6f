package app

import (
	"fmt"
	"net/url"
	"strings"
)

// maxLink is the longest link handed to the system, in bytes: longer ones are no use to a browser.
const maxLink = 8 << 10

// safeLink returns raw as it may be handed to the system's opener, or why it may not. Servers choose these links:
// only http, https and mailto pass, without userinfo or control characters. Characters that Wails' own check
// refuses in URLs, though RFC 3986 allows them, are percent-encoded.
func safeLink(raw string) (string, error) {
	if len(raw) > maxLink {
		return "", fmt.Errorf("open link: it is longer than %d bytes", maxLink)
	}
	for _, r := range raw {
		if r < 0x20 || r == 0x7f {
			return "", fmt.Errorf("open link: it holds the control character %U", r)
		}
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("open link: not a URL: %w", err)
	}
	switch u.Scheme {
	case "https", "http":
		if u.Host == "" || u.User != nil {
			return "", fmt.Errorf("open link: %s URLs need a host and no user name", u.Scheme)
		}
	case "mailto":
	default:
		return "", fmt.Errorf("open link: the scheme %q is not opened; only https, http and mailto are", u.Scheme)
	}
	return strings.NewReplacer("(", "%28", ")", "%29", "~", "%7E", "!", "%21", "$", "%24", "'", "%27", "`", "%60", ";", "%3B", "|", "%7C", "\\", "%5C").Replace(u.String()), nil
}
