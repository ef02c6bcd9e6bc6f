package authtest

import (
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// errNonce asks for a proof with a nonce (RFC 9449 section 8).
var errNonce = errors.New("use_dpop_nonce")

// proof checks the DPoP proof of a request (RFC 9449 section 4.3) and gives its key's thumbprint. It is empty without
// an error when there is no proof. token is what ath must be the hash of; empty at a token endpoint.
func (w *World) proof(r *http.Request, target, token string, nonce bool) (string, error) {
	values := r.Header.Values("DPoP")
	if len(values) == 0 {
		return "", nil
	}
	if len(values) > 1 {
		return "", errors.New("more than one DPoP header")
	}
	jws, err := jose.ParseSignedCompact(values[0], signatures)
	if err != nil {
		return "", fmt.Errorf("the proof is no signed JWT: %w", err)
	}
	head := jws.Signatures[0].Protected
	if typ, _ := head.ExtraHeaders[jose.HeaderType].(string); typ != "dpop+jwt" {
		return "", fmt.Errorf("typ is %q, not dpop+jwt", typ)
	}
	if head.JSONWebKey == nil || !head.JSONWebKey.IsPublic() {
		return "", errors.New("the proof holds no public key in jwk")
	}
	payload, err := jws.Verify(head.JSONWebKey)
	if err != nil {
		return "", errors.New("the proof's signature is not right")
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		return "", errors.New("the proof's payload is no JSON object")
	}
	if err := w.proofClaims(claims, r.Method, target, token, nonce); err != nil {
		return "", err
	}
	sum, err := head.JSONWebKey.Thumbprint(crypto.SHA256)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// proofLife bounds the age of a proof, either way.
const proofLife = 2 * time.Minute

func (w *World) proofClaims(claims map[string]any, method, target, token string, nonce bool) error {
	if got := str(claims, "htm"); got != method {
		return fmt.Errorf("htm is %q, not %s", got, method)
	}
	if got := str(claims, "htu"); got != target {
		return fmt.Errorf("htu is %q, not %s", got, target)
	}
	iat, ok := claims["iat"].(float64)
	if age := time.Since(time.Unix(int64(iat), 0)); !ok || age > proofLife || age < -proofLife {
		return errors.New("iat is missing or far from now")
	}
	if token != "" && str(claims, "ath") != hash(token) {
		return errors.New("ath is not the token's hash")
	}
	jti := str(claims, "jti")
	w.mu.Lock()
	defer w.mu.Unlock()
	if nonce && !w.nonces[str(claims, "nonce")] {
		return errNonce // before jti: the same proof may not come again, a new one must
	}
	if jti == "" || w.proofs[jti] {
		return errors.New("jti is missing or was used before")
	}
	w.proofs[jti] = true
	return nil
}

// nonce makes one that is good from now on.
func (w *World) nonce() string {
	n := rand.Text()
	w.mu.Lock()
	w.nonces[n] = true
	w.mu.Unlock()
	return n
}
