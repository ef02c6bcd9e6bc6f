package wire

import (
	"bytes"
	"net/url"
	"strings"
)

// oauthMembers are the members of OAuth requests and responses that are credentials (RFC 6749, 7009, 7523, 7591,
// 7592, 7636, 8628, 8693), with the word shown in their placeholders.
var oauthMembers = map[string]string{
	"access_token": "token", "refresh_token": "token", "id_token": "token", "id_token_hint": "token",
	"token": "token", "subject_token": "token", "actor_token": "token", "registration_access_token": "token",
	"assertion": "token", "client_assertion": "token",
	"code": "code", "code_verifier": "code", "device_code": "code", "user_code": "code",
	"client_secret": "secret", "password": "password",
}

// OAuthBody masks the credentials of an OAuth request or response body (form or JSON), and known secrets. What the
// body is, its first byte says: content types are wrong too often. Broken JSON is masked as far as it goes on.
func (m *Masker) OAuthBody(conn, contentType string, b []byte) []byte {
	s := bytes.TrimLeft(b, " \t\r\n\xef\xbb\xbf")
	switch {
	case len(s) == 0:
		return b
	case s[0] == '{' || s[0] == '[' || strings.Contains(strings.ToLower(contentType), "json"):
		return m.Text(conn, m.oauthJSON(conn, b))
	case bytes.IndexByte(b, '=') >= 0:
		return m.Text(conn, m.oauthForm(conn, b))
	}
	return m.Text(conn, b)
}

func (m *Masker) oauthForm(conn string, b []byte) []byte {
	pairs := strings.Split(string(b), "&")
	for i, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		if kind := oauthMembers[unpercent(name, url.QueryUnescape)]; kind != "" && value != "" {
			pairs[i] = name + "=" + m.learn(conn, kind, unpercent(value, url.QueryUnescape))
		}
	}
	return []byte(strings.Join(pairs, "&"))
}

// oauthJSON masks the values of credential members at any depth. It looks at strings and what follows them only, so
// that a body that is not quite JSON hides its credentials too.
func (m *Masker) oauthJSON(conn string, b []byte) []byte {
	var out []byte
	copied := 0
	for i := 0; i < len(b); {
		if b[i] != '"' {
			i++
			continue
		}
		key, next := looseString(b, i)
		i = next
		colon := skipSpace(b, next)
		if colon >= len(b) || b[colon] != ':' {
			continue
		}
		kind := oauthMembers[unescape(key)]
		from := skipSpace(b, colon+1)
		if kind == "" || from >= len(b) {
			continue
		}
		value, quoteMarks, end := looseValue(b, from)
		i = end
		if value == "" {
			continue
		}
		out = append(out, b[copied:from+quoteMarks]...)
		out = append(out, m.learn(conn, kind, value)...)
		copied = end
		if quoteMarks == 1 && b[end-1] == '"' && end-1 > from {
			copied = end - 1
		}
	}
	if out == nil {
		return b
	}
	return append(out, b[copied:]...)
}

// looseValue reads the string, or the word up to the next delimiter, at b[i:]. Objects, arrays and null are none.
func looseValue(b []byte, i int) (value string, quoteMarks, end int) {
	if b[i] == '"' {
		raw, end := looseString(b, i)
		return unescape(raw), 1, end
	}
	if n := placeholderLen(b[i:]); n > 0 || b[i] == '{' || b[i] == '[' {
		return "", 0, i + n
	}
	end = i
	for end < len(b) && !bytes.ContainsRune([]byte(",}] \t\r\n"), rune(b[end])) {
		end++
	}
	if word := string(b[i:end]); word != "null" && word != "true" && word != "false" {
		return word, 0, end
	}
	return "", 0, end
}

// looseString reads the string whose quote stands at b[i]: what is inside, and the place behind it. One that does
// not end goes up to the end.
func looseString(b []byte, i int) (inside []byte, end int) {
	for k := i + 1; k < len(b); k++ {
		switch b[k] {
		case '\\':
			k++
		case '"':
			return b[i+1 : k], k + 1
		}
	}
	return b[i+1:], len(b)
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}
