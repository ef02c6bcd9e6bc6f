package wire

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Header masks Authorization, Proxy-Authorization, Cookie, Set-Cookie, session ids, headers whose name looks like a
// credential, and known secrets. The order given is kept; h itself is not changed. What was masked is known from
// then on (see MinSearched).
func (m *Masker) Header(conn string, h []Header) []Header {
	out := make([]Header, len(h))
	for i, f := range h {
		out[i] = Header{f.Name, m.headerValue(conn, f.Name, f.Value)}
	}
	return out
}

// HTTPHeader is Header for a net/http header, names sorted.
func (m *Masker) HTTPHeader(conn string, h http.Header) []Header {
	names := make([]string, 0, len(h))
	for n := range h {
		names = append(names, n)
	}
	slices.Sort(names)
	out := make([]Header, 0, len(h))
	for _, n := range names {
		for _, v := range h[n] {
			out = append(out, Header{n, m.headerValue(conn, n, v)})
		}
	}
	return out
}

// MaskHeader is Header for a net/http header that stays one.
func (m *Masker) MaskHeader(conn string, h http.Header) http.Header {
	out := make(http.Header, len(h))
	for n, vs := range h {
		for _, v := range vs {
			out[n] = append(out[n], m.headerValue(conn, n, v))
		}
	}
	return out
}

func (m *Masker) headerValue(conn, name, value string) string {
	switch name = strings.ToLower(name); name {
	case "cookie":
		return m.cookies(conn, value)
	case "set-cookie":
		pair, attributes, more := strings.Cut(value, ";")
		if more {
			attributes = ";" + m.text(attributes)
		}
		return m.cookies(conn, pair) + attributes
	case "location", "content-location", "referer", "refresh", "link":
		return m.URL(conn, value)
	case "dpop":
		// A proof is good for one request: worth masking, not worth looking for.
		return m.mask(conn, "token", value, inPlace)
	}
	kind := credential(name, false)
	switch {
	case kind == "":
		return m.text(value)
	case kind == "auth":
		return m.authorization(conn, value)
	}
	return m.learn(conn, kind, value)
}

// authSchemes are the words that may stand before credentials (IANA's registry of HTTP authentication schemes, and
// "Token", which some services use).
var authSchemes = map[string]bool{
	"basic": true, "bearer": true, "concealed": true, "digest": true, "dpop": true, "gnap": true, "hoba": true,
	"mutual": true, "negotiate": true, "ntlm": true, "privatetoken": true, "scram-sha-1": true,
	"scram-sha-256": true, "token": true, "vapid": true, "apikey": true, "aws4-hmac-sha256": true,
}

// authorization masks what stands behind the scheme word.
func (m *Masker) authorization(conn, value string) string {
	trimmed := strings.TrimLeft(value, " \t")
	scheme, rest, found := strings.Cut(trimmed, " ")
	if !found || !authSchemes[strings.ToLower(scheme)] {
		if authSchemes[strings.ToLower(strings.TrimSpace(trimmed))] {
			return value // a scheme without credentials
		}
		return m.learn(conn, "token", value)
	}
	rest = strings.TrimSpace(rest)
	kind := "token"
	if strings.EqualFold(scheme, "basic") {
		kind = "password"
		if plain, err := base64.StdEncoding.DecodeString(rest); err == nil {
			if _, password, ok := strings.Cut(string(plain), ":"); ok {
				m.learn(conn, "password", password)
			}
		}
	}
	return scheme + " " + m.learn(conn, kind, rest)
}

// cookies masks the values of name=value pairs (RFC 6265 section 4.2.1) and keeps the names.
func (m *Masker) cookies(conn, value string) string {
	pairs := strings.Split(value, ";")
	for i, p := range pairs {
		name, v, ok := strings.Cut(p, "=")
		if !ok {
			name, v = p[:len(p)-len(strings.TrimLeft(p, " "))], strings.TrimSpace(p)
			pairs[i] = name + m.learn(conn, "cookie", v)
			continue
		}
		v = strings.TrimSpace(v)
		if n := len(v); n >= 2 && v[0] == '"' && v[n-1] == '"' {
			pairs[i] = name + `="` + m.learn(conn, "cookie", v[1:n-1]) + `"`
			continue
		}
		pairs[i] = name + "=" + m.learn(conn, "cookie", v)
	}
	return strings.Join(pairs, ";")
}

// URL masks userinfo and token-like query and fragment values, and known secrets. It takes absolute and relative
// references, keeps every other byte, and reads what is no URL as far as it looks like one.
func (m *Masker) URL(conn, raw string) string {
	base, fragment, hasFragment := cutURL(raw, '#')
	base, query, hasQuery := cutURL(base, '?')
	out := m.text(m.userinfo(conn, base))
	if hasQuery {
		out += "?" + m.query(conn, query)
	}
	if hasFragment {
		out += "#" + m.query(conn, fragment)
	}
	return out
}

// cutURL is strings.Cut that steps over placeholders: a URL may be masked already.
func cutURL(s string, sep byte) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		if s[i] == sep {
			return s[:i], s[i+1:], true
		}
		if n := placeholderLen(s[i:]); n > 0 {
			i += n - 1
		}
	}
	return s, "", false
}

func (m *Masker) userinfo(conn, base string) string {
	scheme := strings.Index(base, "//")
	if scheme < 0 {
		return base
	}
	from := scheme + 2
	end := len(base)
	if slash := strings.IndexByte(base[from:], '/'); slash >= 0 {
		end = from + slash
	}
	at := strings.LastIndexByte(base[from:end], '@')
	if at < 0 {
		return base
	}
	user, password, both := strings.Cut(base[from:from+at], ":")
	plainUser, plainPassword := unpercent(user, url.PathUnescape), unpercent(password, url.PathUnescape)
	// net/http sends userinfo as Basic credentials.
	m.learn(conn, "password", base64.StdEncoding.EncodeToString([]byte(plainUser+":"+plainPassword)))
	masked := m.learn(conn, "secret", plainUser)
	if both {
		masked += ":" + m.learn(conn, "password", plainPassword)
	}
	return base[:from] + masked + base[from+at:]
}

// query masks what looks like a credential by its name. "state" ties an authorization response to its request (RFC 6749
// section 10.12): whoever knows it can answer in the server's place. Elsewhere it is a plain word.
func (m *Masker) query(conn, query string) string {
	var out strings.Builder
	oauth := isAuthorization(query)
	for query != "" {
		i := strings.IndexAny(query, "&;")
		pair, sep := query, ""
		if i >= 0 {
			pair, sep, query = query[:i], query[i:i+1], query[i+1:]
		} else {
			query = ""
		}
		name, value, ok := strings.Cut(pair, "=")
		kind := credential(strings.ToLower(snake(unpercent(name, url.QueryUnescape))), true)
		switch {
		case oauth && name == "state" && ok:
			out.WriteString(name + "=" + m.mask(conn, "state", unpercent(value, url.QueryUnescape), inPlace))
		case !ok || kind == "":
			out.WriteString(m.text(pair))
		default:
			if kind == "auth" {
				kind = "token"
			}
			out.WriteString(name + "=" + m.learn(conn, kind, unpercent(value, url.QueryUnescape)))
		}
		out.WriteString(sep)
	}
	return out.String()
}

// isAuthorization knows the query of an authorization request or response (RFC 6749 sections 4.1.1 and 4.1.2).
func isAuthorization(query string) bool {
	names := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(pair, "=")
		names[name] = true
	}
	return names["state"] && (names["response_type"] || names["code"] || names["error"])
}

func unpercent(s string, decode func(string) (string, error)) string {
	if plain, err := decode(s); err == nil {
		return plain
	}
	return s
}
