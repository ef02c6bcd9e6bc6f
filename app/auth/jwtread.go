package auth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// maxJWT bounds what is decoded of a token, in bytes; maxClaims what is shown of one of its parts.
const (
	maxJWT    = 64 << 10
	maxClaims = 32 << 10
)

var errOpaque = errors.New("The token is opaque: it is not a JWT, and only its issuer can read it (RFC 6749 section 1.4).") //nolint:revive,staticcheck // a sentence that is shown

// jwtParts are the header and payload of a compact JWT, unverified.
type jwtParts struct {
	header, payload []byte
	h, p            map[string]any // numbers are json.Number
}

// decodeJWT reads a JWT without checking its signature: for display only (RFC 7519 section 3).
func decodeJWT(token string) (*jwtParts, error) {
	switch {
	case len(token) > maxJWT:
		return nil, fmt.Errorf("The token has %d bytes: it is not decoded.", len(token)) //nolint:revive,staticcheck // a sentence that is shown
	case strings.Count(token, ".") == 4:
		return nil, errors.New("The token is encrypted (JWE) or no JWT: only the server can read it.") //nolint:revive,staticcheck // a sentence that is shown
	case strings.Count(token, ".") != 2:
		return nil, errOpaque
	}
	part := strings.Split(token, ".")
	j := &jwtParts{}
	for i, to := range []struct {
		raw *[]byte
		m   *map[string]any
	}{{&j.header, &j.h}, {&j.payload, &j.p}} {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(part[i], "="))
		if err != nil {
			return nil, errOpaque
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		if d.Decode(to.m) != nil || *to.m == nil {
			return nil, errOpaque
		}
		*to.raw = raw
	}
	return j, nil
}

// pretty is a part as shown.
func pretty(raw []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, bytes.TrimSpace(raw), "", "  ") != nil {
		return ""
	}
	if b.Len() > maxClaims {
		b.Truncate(maxClaims)
		return strings.ToValidUTF8(b.String(), "") + "\n… cut"
	}
	return b.String()
}

// text is a string claim, or empty.
func (j *jwtParts) text(name string) string {
	s, _ := j.p[name].(string)
	return s
}

// subjectOf names whom a token set is for, as far as its JWTs say; empty: unknown.
func subjectOf(t *Token) string {
	for _, token := range []string{t.IDToken, t.AccessToken} {
		if j, err := decodeJWT(token); err == nil {
			if sub := j.text("sub"); sub != "" {
				return cutText(sub, 200)
			}
		}
	}
	return ""
}

// time is a NumericDate claim (RFC 7519 section 2); ok is false when there is none, or none that a date can be.
func (j *jwtParts) time(name string) (t time.Time, ok bool) {
	n, isNumber := j.p[name].(json.Number)
	if !isNumber {
		return time.Time{}, false
	}
	f, err := n.Float64()
	if err != nil || f < 0 || f > maxDate {
		return time.Time{}, false
	}
	return time.Unix(int64(f), 0), true
}

// maxDate is the year 9999 in Unix seconds.
const maxDate = 253402300799

// shownTime is a time in Unix seconds as texts show it.
func shownTime(unix int64) string { return time.Unix(unix, 0).UTC().Format("2006-01-02 15:04:05 UTC") }

// textList reads a JSON array of strings; what is no string is left out.
func textList(raw json.RawMessage) []string {
	var list []any
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	var out []string
	for _, v := range list {
		if s, ok := v.(string); ok && s != "" {
			out = append(out, s)
		}
	}
	return out
}
