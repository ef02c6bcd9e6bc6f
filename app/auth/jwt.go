package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// assertionLife is how long a client assertion is good. RFC 7523 section 3 leaves it to us; it is used at once, and
// some servers refuse more than five minutes.
const assertionLife = 4 * time.Minute

// parseKey reads a private key: PKCS #8, SEC 1 or PKCS #1 in PEM, or a JWK. Errors name no part of it.
func parseKey(text string) (crypto.Signer, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "{") {
		var k jose.JSONWebKey
		if err := json.Unmarshal([]byte(text), &k); err != nil {
			return nil, errors.New("read the private key: it begins like a JWK and is none")
		}
		if s, ok := k.Key.(crypto.Signer); ok {
			return s, nil
		}
		return nil, errors.New("read the private key: the JWK holds no private key that can sign")
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("read the private key: it is neither PEM (-----BEGIN PRIVATE KEY-----) nor a JWK")
	}
	var key any
	var err error
	switch block.Type {
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "ENCRYPTED PRIVATE KEY":
		return nil, errors.New("read the private key: it is encrypted; decrypt it first (openssl pkcs8 -in key.pem)")
	default:
		return nil, fmt.Errorf("read the private key: the PEM block is %q, not a private key", cutText(block.Type, 40))
	}
	if err != nil {
		return nil, errors.New("read the private key: the PEM block does not hold a key of its type")
	}
	if s, ok := key.(crypto.Signer); ok {
		return s, nil
	}
	return nil, errors.New("read the private key: keys of this type cannot sign")
}

// writeKey is parseKey's inverse, for keys of our own.
func writeKey(k crypto.Signer) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		return "", fmt.Errorf("write the private key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// keyAlgs are the signature algorithms (RFC 7518 section 3.1, RFC 8037) that a key can be used with, the usual first.
func keyAlgs(k crypto.Signer) []jose.SignatureAlgorithm {
	switch key := k.Public().(type) {
	case *ecdsa.PublicKey:
		switch key.Curve {
		case elliptic.P256():
			return []jose.SignatureAlgorithm{jose.ES256}
		case elliptic.P384():
			return []jose.SignatureAlgorithm{jose.ES384}
		case elliptic.P521():
			return []jose.SignatureAlgorithm{jose.ES512}
		}
	case *rsa.PublicKey:
		return []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.RS384, jose.RS512, jose.PS384, jose.PS512}
	case ed25519.PublicKey:
		return []jose.SignatureAlgorithm{jose.EdDSA}
	}
	return nil
}

// chooseAlg picks an algorithm for a key: the wished one, else the first that the server lists, else the usual one.
// note is set when the server lists none that fits.
func chooseAlg(k crypto.Signer, wished string, supported []string) (alg jose.SignatureAlgorithm, note string, err error) {
	able := keyAlgs(k)
	if len(able) == 0 {
		return "", "", errors.New("choose a signature algorithm: keys of this type or curve are not used with JWT")
	}
	if wished != "" {
		if !slices.Contains(able, jose.SignatureAlgorithm(wished)) {
			return "", "", fmt.Errorf("choose a signature algorithm: this key cannot be used with %q, but with %s", cutText(wished, 20), joinAlgs(able))
		}
		able = []jose.SignatureAlgorithm{jose.SignatureAlgorithm(wished)}
	}
	if len(supported) == 0 {
		return able[0], "", nil
	}
	for _, a := range able {
		if slices.Contains(supported, string(a)) {
			return a, "", nil
		}
	}
	return able[0], fmt.Sprintf("The server lists %s, and this key signs with %s.", cutText(strings.Join(supported, ", "), 200), able[0]), nil
}

func joinAlgs(list []jose.SignatureAlgorithm) string {
	var b []string
	for _, a := range list {
		b = append(b, string(a))
	}
	return strings.Join(b, ", ")
}

// signJWT makes a compact JWT. Options set its header.
func signJWT(k crypto.Signer, alg jose.SignatureAlgorithm, options *jose.SignerOptions, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("sign a JWT: %w", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: k}, options)
	if err != nil {
		return "", fmt.Errorf("sign a JWT: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign a JWT: %w", err)
	}
	return jws.CompactSerialize()
}

// clientAssertion makes the JWT of private_key_jwt (RFC 7523 section 2.2, OpenID Connect Core section 9). Its audience
// is the issuer (SEP-1046 and RFC 7523bis: the token endpoint as audience lets one server use it at another).
func clientAssertion(s *Settings, c Client, issuer string, supported []string, now time.Time) (jwt, algName, note string, err error) {
	key, err := parseKey(s.PrivateKey)
	if err != nil {
		return "", "", "", err
	}
	wished := s.SigningAlg
	if wished == "" && len(supported) == 0 {
		wished = c.AuthAlg
	}
	alg, note, err := chooseAlg(key, wished, supported)
	if err != nil {
		return "", "", "", err
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	if s.KeyID != "" {
		options = options.WithHeader("kid", s.KeyID)
	}
	jwt, err = signJWT(key, alg, options, map[string]any{
		"iss": c.ID, "sub": c.ID, "aud": issuer, "jti": rand.Text(),
		"iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	return jwt, string(alg), note, err
}
