package question

import (
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

const maxURL = 8 << 10 // bytes of a URL that a browser is opened with

// ReadURL takes a URL apart. It fetches nothing.
func ReadURL(raw string) URL {
	u := URL{URL: raw, Before: raw, Warnings: []Warning{}}
	parsed, err := url.Parse(raw)
	switch {
	case raw == "":
		u.Problem = "It has no URL."
		return u
	case len(raw) > maxURL:
		u.Problem = "It is longer than 8 KiB."
		return u
	case err != nil:
		u.Problem = "It is no URL."
		return u
	}
	u.Scheme, u.Host, u.Port = strings.ToLower(parsed.Scheme), strings.ToLower(parsed.Hostname()), parsed.Port()
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		u.Problem = "Only https and http URLs with a host are opened."
		return u
	}
	if at := strings.Index(raw, parsed.Hostname()); at >= 0 {
		u.Before, u.HostText, u.After = raw[:at], raw[at:at+len(parsed.Hostname())], raw[at+len(parsed.Hostname()):]
	}
	if ascii, err := idna.Lookup.ToASCII(u.Host); err == nil {
		u.Host = ascii
	}
	u.Unicode = u.Host
	if shown, err := idna.Display.ToUnicode(u.Host); err == nil {
		u.Unicode = shown
	}
	if net.ParseIP(u.Host) == nil {
		u.Site, _ = publicsuffix.EffectiveTLDPlusOne(u.Host)
	}
	return u
}
