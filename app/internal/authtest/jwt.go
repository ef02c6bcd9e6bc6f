package authtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// signWith makes a JWT signed by ES256.
func signWith(key *ecdsa.PrivateKey, kid, typ string, claims map[string]any) string {
	options := (&jose.SignerOptions{}).WithType(jose.ContentType(typ)).WithHeader("kid", kid)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, options)
	if err != nil {
		panic(err) // a P-256 key always signs
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		panic(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		panic(err)
	}
	return compact
}

var signatures = []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.ES512, jose.RS256, jose.PS256, jose.EdDSA}

// readJWT checks a JWT's signature by key and gives its claims.
func readJWT(token string, key crypto.PublicKey) (map[string]any, error) {
	jws, err := jose.ParseSignedCompact(token, signatures)
	if err != nil {
		return nil, fmt.Errorf("it is no signed JWT: %w", err)
	}
	payload, err := jws.Verify(key)
	if err != nil {
		return nil, errors.New("its signature is not right")
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		return nil, fmt.Errorf("its payload is no JSON object: %w", err)
	}
	return claims, nil
}

// checkTimes looks at exp and nbf.
func checkTimes(claims map[string]any, now time.Time) error {
	exp, ok := claims["exp"].(float64)
	if !ok {
		return errors.New("it has no exp")
	}
	if now.Unix() >= int64(exp) {
		return errors.New("it is expired")
	}
	if nbf, ok := claims["nbf"].(float64); ok && now.Unix() < int64(nbf) {
		return errors.New("it is not yet good")
	}
	return nil
}

// audiences is aud as a list.
func audiences(claims map[string]any) []string {
	switch aud := claims["aud"].(type) {
	case string:
		return []string{aud}
	case []any:
		var list []string
		for _, a := range aud {
			if s, ok := a.(string); ok {
				list = append(list, s)
			}
		}
		return list
	}
	return nil
}

func hasAudience(claims map[string]any, want string) bool {
	return slices.Contains(audiences(claims), want)
}

func str(claims map[string]any, name string) string {
	s, _ := claims[name].(string)
	return s
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
