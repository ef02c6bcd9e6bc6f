package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// Domains are the origins that a document's sender declares for it (MCP Apps 2026-01-26, McpUiResourceCsp).
type Domains struct {
	Connect  []string // fetch, XMLHttpRequest, WebSocket
	Resource []string // scripts, styles, pictures, fonts, sounds
	Frame    []string // frames in it
	BaseURI  []string // <base>
}

// maxDomains bounds each list of [Domains].
const maxDomains = 64

// maxDomain bounds one domain, in bytes: a host name has 253.
const maxDomain = 300

// Refusal is a domain that was declared and is not let through.
type Refusal struct {
	List   string // connectDomains, resourceDomains, frameDomains, baseUriDomains, permissions
	Domain string // as it was declared, cut
	Why    string
}

// sandboxOf is the sandbox attribute of a frame. Never allow-same-origin: the document's origin is opaque, so that it
// shares neither storage nor DOM with anything. Forms are allowed since a form's script is never told of a submit
// otherwise (HTML, form submission, step 3); where they lead to, form-action forbids.
func sandboxOf(scripts bool) string {
	if scripts {
		return "allow-scripts allow-forms"
	}
	return ""
}

// policy is the content security policy of a document. Its default is that of MCP Apps 2026-01-26, "Restrictive
// default"; domains that were declared and pass the check widen it.
func policy(d Document, report string) (string, []Refusal) {
	if d.Script != nil {
		return viewerPolicy(d.Script, report), nil
	}
	c := checker{local: d.Local}
	connect := c.list("connectDomains", d.Domains.Connect, "https", "wss")
	resource := c.list("resourceDomains", d.Domains.Resource, "https")
	frame := c.list("frameDomains", d.Domains.Frame, "https")
	base := c.list("baseUriDomains", d.Domains.BaseURI, "https")
	for _, name := range d.Permissions {
		if !slices.Contains(Permissions(), name) {
			c.refuse("permissions", name, "it is no permission of MCP Apps")
		}
	}
	scripts := "'none'"
	if d.Scripts {
		scripts = "'self' 'unsafe-inline'" + resource
	}
	all := []string{
		"default-src 'none'",
		"script-src " + scripts,
		"style-src 'self' 'unsafe-inline'" + resource,
		"img-src 'self' data:" + resource,
		"media-src 'self' data:" + resource,
		"connect-src " + orNone(connect),
		"frame-src " + orNone(frame),
		"base-uri " + orNone(base),
		"object-src 'none'", "form-action 'none'",
		"webrtc 'block'", // its packets go by none of the above
		strings.TrimSpace("sandbox " + sandboxOf(d.Scripts)),
		"report-uri " + report,
	}
	if resource != "" {
		all = append(all, "font-src"+resource)
	}
	return strings.Join(all, "; "), c.refused
}

// viewerPolicy is that of a page which is the program's own script alone: no other runs, in workers neither, and nothing
// is loaded. Pictures and fonts of the file it draws are made of bytes that it has.
func viewerPolicy(script []byte, report string) string {
	sum := sha256.Sum256(script)
	return strings.Join([]string{
		"default-src 'none'",
		fmt.Sprintf("script-src 'sha256-%s' 'wasm-unsafe-eval'", base64.StdEncoding.EncodeToString(sum[:])),
		"worker-src blob:", "style-src 'unsafe-inline'", "img-src blob: data:", "font-src data:",
		"connect-src 'none'", "frame-src 'none'", "base-uri 'none'", "object-src 'none'", "form-action 'none'",
		"webrtc 'block'",
		"sandbox allow-scripts",
		"report-uri " + report,
	}, "; ")
}

// viewerPage is the page of such a script.
func viewerPage(script []byte) ([]byte, error) {
	if lower := bytes.ToLower(script); bytes.Contains(lower, []byte("</script")) || bytes.Contains(lower, []byte("<!--")) {
		return nil, errors.New("show file: the viewer's script would end early") // HTML, script data states
	}
	return fmt.Appendf(nil, "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>File</title>\n<body>\n<script>%s</script>\n", script), nil
}

func orNone(sources string) string {
	if sources == "" {
		return "'none'"
	}
	return strings.TrimPrefix(sources, " ")
}

// outerPolicy is that of the page around a document: its own script and style, and one frame. The frame cannot be led
// elsewhere, since frame-src holds for where it navigates, too.
func outerPolicy(document string) string {
	sum := sha256.Sum256([]byte(outerScript))
	return fmt.Sprintf("default-src 'none'; script-src 'sha256-%s'; style-src 'unsafe-inline'; frame-src %s; base-uri 'none'; form-action 'none'; sandbox %s",
		base64.StdEncoding.EncodeToString(sum[:]), document, sandboxOf(true))
}

// checker takes declared domains apart. What passes goes into a header: nothing but the characters of an origin may.
type checker struct {
	local   bool
	refused []Refusal
}

func (c *checker) refuse(list, domain, why string) {
	if len(c.refused) < maxDomains {
		c.refused = append(c.refused, Refusal{List: list, Domain: clip(domain, maxDomain), Why: why})
	}
}

// list returns the sources that pass, each with a space before it.
func (c *checker) list(name string, domains []string, schemes ...string) string {
	if len(domains) > maxDomains {
		c.refuse(name, domains[maxDomains], fmt.Sprintf("no more than %d domains are let through", maxDomains))
		domains = domains[:maxDomains]
	}
	var b strings.Builder
	var seen []string
	for _, d := range domains {
		source, why := c.source(d, schemes)
		switch {
		case why != "":
			c.refuse(name, d, why)
		case !slices.Contains(seen, source):
			seen = append(seen, source)
			b.WriteString(" " + source)
		}
	}
	return b.String()
}

// source reads one domain: scheme://host[:port], where the host may begin with "*.".
func (c *checker) source(d string, schemes []string) (source, why string) {
	if len(d) > maxDomain {
		return "", fmt.Sprintf("it is longer than %d bytes", maxDomain)
	}
	for i := range len(d) {
		if b := d[i]; b <= 0x20 || b >= 0x7f || strings.IndexByte(`;,'"\<>`, b) >= 0 {
			return "", "it holds a character that no origin has"
		}
	}
	scheme, rest, ok := strings.Cut(d, "://")
	if !ok {
		return "", "it is no origin: write a scheme before it, such as https://"
	}
	scheme = strings.ToLower(scheme)
	rest = strings.TrimSuffix(rest, "/")
	if strings.ContainsAny(rest, "/?#@") {
		return "", "it is more than an origin"
	}
	host, port, why := split(rest)
	if why != "" {
		return "", why
	}
	secure := slices.Contains(schemes, scheme)
	switch {
	case loopback(host):
		if !secure && (scheme != "http" && (scheme != "ws" || !slices.Contains(schemes, "wss"))) {
			return "", "its scheme is none of " + strings.Join(schemes, ", ")
		}
		if !c.local {
			return "", "it is on this machine, and the server is not"
		}
	case !secure:
		return "", "its scheme is none of " + strings.Join(schemes, ", ")
	}
	if port != "" {
		host += ":" + port
	}
	return scheme + "://" + host, ""
}

// split checks host and port.
func split(rest string) (host, port, why string) {
	host = rest
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && !strings.HasSuffix(rest, "]") {
		host, port = rest[:i], rest[i+1:]
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || port[0] == '+' {
			return "", "", "its port is no number"
		}
	}
	host = strings.ToLower(host)
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		if net.ParseIP(host[1:len(host)-1]) == nil {
			return "", "", "its host is no address"
		}
		return host, port, ""
	}
	name, wild := strings.CutPrefix(host, "*.")
	labels := strings.Split(name, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return "", "", "its host is no host name"
		}
	}
	if wild && (len(labels) < 2 || net.ParseIP(name) != nil) {
		return "", "", "a wildcard stands for the subdomains of one domain only"
	}
	return host, port, ""
}

func loopback(host string) bool {
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// Permissions are the names a document may ask for (MCP Apps 2026-01-26, McpUiResourcePermissions).
func Permissions() []string { return []string{"camera", "microphone", "geolocation", "clipboardWrite"} }

// feature is the name of a permission in the browser's policies.
func feature(permission string) string {
	if permission == "clipboardWrite" {
		return "clipboard-write"
	}
	return permission
}

// allow is the allow attribute of a frame. The origin is opaque, so that a grant names none.
func allow(granted []string) string {
	var all []string
	for _, p := range Permissions() {
		if slices.Contains(granted, p) {
			all = append(all, feature(p)+" *")
		}
	}
	return strings.Join(all, "; ")
}

// permissionsPolicy is the header of that name: all that is not granted is off.
func permissionsPolicy(granted []string) string {
	var all []string
	for _, p := range Permissions() {
		to := "()"
		if slices.Contains(granted, p) {
			to = "*"
		}
		all = append(all, feature(p)+"="+to)
	}
	for _, p := range []string{"display-capture", "usb", "serial", "hid", "midi", "payment", "publickey-credentials-get", "fullscreen", "clipboard-read"} {
		all = append(all, p+"=()")
	}
	return strings.Join(all, ", ")
}
