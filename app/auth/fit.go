package auth

import (
	"net/url"
	"strings"
	"time"
)

// misfit says why a token must not go to this server ("MCP clients MUST NOT send tokens to the MCP server other than
// ones issued by the MCP server's authorization server", basic/authorization, token handling); empty: it may.
func (s *Source) misfit(t *Token) string {
	byHand := t.Resource != "" && t.Resource == s.cfg.Settings.Resource
	switch {
	case t.AccessToken == "":
		return "There is no access token."
	case t.Server != "" && originOf(t.Server) != s.origin:
		return "The stored token was got for " + cutText(originOf(t.Server), 200) + ": it is not sent to another server."
	case !s.tls():
		return "This server is reached without TLS: a token could be read on the way and is not sent (RFC 6750 section 5.3). Allow http for its host in the sign-in settings if you want that."
	case t.Server == "" && t.Resource == "":
		return "The stored token names no server that it was got for: it is not sent."
	case t.Resource != "" && !byHand && !resourceCovers(t.Resource, s.cfg.Resource):
		return "The stored token is for the resource " + cutText(t.Resource, 200) + ", which does not cover this server: it is not sent."
	}
	return ""
}

// tls says whether the server is reached over TLS, or may be reached without: on this machine, or by the user's word.
func (s *Source) tls() bool {
	u, err := url.Parse(s.cfg.Resource)
	return err == nil && (u.Scheme == "https" || plainAllowed(u, s.cfg.Settings.AllowHTTP))
}

// resourceCovers says whether a resource identifier stands for a server: the same origin, and a path that the
// server's path begins with, segment by segment (checklist of RFC 9728 section 3.3 and RFC 8707 section 2).
func resourceCovers(resource, server string) bool {
	r, err1 := url.Parse(resource)
	u, err2 := url.Parse(server)
	if err1 != nil || err2 != nil || originOfURL(r) == "" || originOfURL(r) != originOfURL(u) {
		return false
	}
	base := strings.TrimSuffix(r.EscapedPath(), "/")
	path := u.EscapedPath()
	return (path == base || strings.HasPrefix(path, base+"/")) && (r.RawQuery == "" || r.RawQuery == u.RawQuery)
}

func expiring(t *Token, now time.Time) bool {
	if t.Expires == 0 {
		return false
	}
	ahead := min(refreshAhead, time.Duration(t.Expires-t.Issued)*time.Second/10)
	return !now.Before(time.Unix(t.Expires, 0).Add(-max(ahead, 0)))
}

// renewable says whether a new token can be got without the user: by a refresh token, or by running the grant again.
func renewable(cfg *Config, t *Token) bool {
	if t.Grant != AuthorizationCode {
		return t.Grant == cfg.Settings.Grant
	}
	return t.RefreshToken != ""
}
