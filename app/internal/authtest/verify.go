package authtest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// verify checks an access token as the options ask and gives its claims.
func (w *World) verify(token string) (map[string]any, error) {
	if w.o.Lax.Anything {
		return map[string]any{"sub": "anybody", "scope": ""}, nil
	}
	as := w.Current()
	w.mu.Lock()
	t, opaque := as.access[token], as.o.Opaque
	gone := t != nil && as.revoked[t.family]
	var foreign string
	for _, other := range []*Server{w.AS, w.Second, w.IDP} {
		if other != nil && other != as && other.access[token] != nil {
			foreign = other.Name
		}
	}
	w.mu.Unlock()
	switch {
	case foreign != "":
		return nil, fmt.Errorf("the token is from %s, which is not the authorization server now", foreign)
	case gone:
		return nil, errors.New("the token was revoked")
	case opaque && t == nil:
		return nil, errors.New("the token is unknown")
	case opaque && !w.now().Before(t.expires):
		return nil, errors.New("the token is expired")
	case opaque:
		claims := map[string]any{"sub": t.subject, "scope": t.scope, "client_id": t.client, "aud": t.resource, "iss": as.Issuer}
		if t.thumbprint != "" {
			claims["cnf"] = map[string]any{"jkt": t.thumbprint}
		}
		return claims, nil
	}
	return w.verifyJWT(as, token)
}

func (w *World) verifyJWT(as *Server, token string) (map[string]any, error) {
	claims, err := readJWT(token, as.key.Public())
	if err != nil && (w.o.Lax.Signature || w.o.Lax.AlgNone && algNone(token)) {
		if claims = unverifiedClaims(token); claims != nil {
			err = nil
		}
	}
	if err != nil {
		return nil, err
	}
	if err := checkTimes(claims, w.now()); err != nil && !w.o.Lax.Expired {
		return nil, err
	}
	if str(claims, "iss") != as.Issuer {
		return nil, fmt.Errorf("iss is %q", str(claims, "iss"))
	}
	if !w.o.Lax.Audience && !hasAudience(claims, w.Resource()) {
		return nil, fmt.Errorf("aud is %v, not %s", claims["aud"], w.Resource())
	}
	return claims, nil
}

func algNone(token string) bool {
	head, _, _ := strings.Cut(token, ".")
	raw, err := base64.RawURLEncoding.DecodeString(head)
	var doc struct{ Alg string }
	return err == nil && json.Unmarshal(raw, &doc) == nil && strings.EqualFold(doc.Alg, "none")
}

// live says whether any server of the world gave this access token.
func (w *World) live(token string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range []*Server{w.AS, w.Second} {
		if s != nil && s.access[token] != nil {
			return true
		}
	}
	return false
}
