package authtest

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/go-jose/go-jose/v4"
)

// push takes an authorization request from the client itself (RFC 9126).
func (s *Server) push(w http.ResponseWriter, r *http.Request, rec *Record) {
	o := s.options()
	if r.Method != http.MethodPost || !o.PushOnly {
		http.NotFound(w, r)
		return
	}
	id, bad := s.authenticate(rec, &o)
	if bad.Code != "" {
		refuse(w, bad)
		return
	}
	if rec.Form.Has("request_uri") || rec.Form.Get("client_id") != id {
		s.w.violate("%s push: request_uri was sent, or another client_id (RFC 9126 section 2.1)", s.Name)
		refuse(w, Refusal{Code: "invalid_request", Description: "request_uri or another client"})
		return
	}
	uri := "urn:ietf:params:oauth:request_uri:" + rand.Text()
	s.w.mu.Lock()
	s.pushed[uri] = rec.Form
	s.w.mu.Unlock()
	reply(w, http.StatusCreated, map[string]any{"request_uri": uri, "expires_in": 60})
}

// pulled is the authorization request behind a reference, once; a server that takes pushed ones only takes no other.
func (s *Server) pulled(q url.Values, o *ServerOptions) url.Values {
	if !o.PushOnly {
		return q
	}
	s.w.mu.Lock()
	form := s.pushed[q.Get("request_uri")]
	delete(s.pushed, q.Get("request_uri"))
	s.w.mu.Unlock()
	if form == nil || form.Get("client_id") != q.Get("client_id") || len(q) != 2 {
		s.w.violate("%s authorize: not a pushed request: %v (RFC 9126 section 4)", s.Name, q)
		return url.Values{}
	}
	return form
}

// keyOf is the first key of a registration's jwks (RFC 7591 section 2).
func keyOf(doc map[string]any) any {
	raw, _ := json.Marshal(doc["jwks"])
	var set jose.JSONWebKeySet
	if json.Unmarshal(raw, &set) != nil || len(set.Keys) == 0 || !set.Keys[0].IsPublic() {
		return nil
	}
	return set.Keys[0].Key
}
