package session

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// Mirror is one header in which a modern call over HTTP repeats a part of itself.
type Mirror struct {
	Header string
	Value  string // as it is sent
	Text   string // what it stands for, where Value is encoded
	From   string // JSON Pointer into the params; "method" of the method, "_meta" of the version
	Own    bool   // the caller set it: it wins over what would be mirrored
}

// Mirrored says which headers a call would carry beside its body, and what could not be mirrored, one sentence each.
// Nothing is sent. It is nil in the legacy era and on stdio, which have no such headers.
func (s *Session) Mirrored(in CallInput) (list []Mirror, findings []string) {
	if s.era() != Modern || s.info.Transport == Stdio {
		return nil, nil
	}
	params, header, findings := s.dress(in, in.Params, "", "")
	from := map[string]string{
		http.CanonicalHeaderKey(headerVersion): "_meta", headerMethod: "method", headerName: "/" + nameMember(in.Method),
	}
	if in.Method == methodToolsCall {
		name, _ := text(field(params, "name"))
		for _, b := range s.tools.bindings(name, in.Schema) {
			from[http.CanonicalHeaderKey(headerParamPrefix+b.header)] = "/arguments/" + strings.Join(b.path, "/")
		}
	}
	own := http.Header{}
	for name := range in.Header {
		own.Set(name, "")
	}
	for name, values := range header {
		for _, v := range values {
			_, mine := own[name]
			m := Mirror{Header: name, Value: v, From: from[name], Own: mine}
			if m.Text = decodeHeader(v); m.Text == v {
				m.Text = ""
			}
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b Mirror) int { return strings.Compare(rank(a.Header), rank(b.Header)) })
	return list, findings
}

// rank puts the standard headers first.
func rank(name string) string {
	for i, known := range []string{headerVersion, headerMethod, headerName} {
		if strings.EqualFold(name, known) {
			return string(rune('0' + i))
		}
	}
	return name
}

// decodeHeader undoes [encodeHeader]; what is not encoded, or wrongly, stays.
func decodeHeader(s string) string {
	inner, ok := strings.CutPrefix(s, "=?base64?")
	if inner, ok2 := strings.CutSuffix(inner, "?="); ok && ok2 {
		if b, err := base64.StdEncoding.DecodeString(inner); err == nil {
			return string(b)
		}
	}
	return s
}
