package auth

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// maxNonce bounds a server's nonce, in bytes: it goes into a header of every request.
	maxNonce = 1024
	// dpopRSABits is the size of an RSA key for servers that know no curve.
	dpopRSABits = 2048
)

// nonces holds the last DPoP nonce of each origin (RFC 9449 sections 8 and 9). It is safe for concurrent use; the
// zero value is empty.
type nonces struct {
	mu       sync.Mutex
	byOrigin map[string]string
}

func (n *nonces) get(rawURL string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.byOrigin[originOf(rawURL)]
}

// put keeps a nonce; values that cannot be one (RFC 9449 section 8.1: NQCHAR) are ignored. It says whether it is new.
func (n *nonces) put(rawURL, nonce string) bool {
	if nonce == "" || len(nonce) > maxNonce || strings.ContainsFunc(nonce, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.byOrigin == nil {
		n.byOrigin = map[string]string{}
	}
	o := originOf(rawURL)
	isNew := n.byOrigin[o] != nonce
	n.byOrigin[o] = nonce
	return isNew
}

// originOf is scheme, host and port in lower case (RFC 6454 section 4); empty for what is no http or https URL.
func originOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return ""
	}
	return originOfURL(u)
}

func originOfURL(u *url.URL) string {
	scheme, port := strings.ToLower(u.Scheme), u.Port()
	switch {
	case u.Hostname() == "" || scheme != "http" && scheme != "https":
		return ""
	case port == "" && scheme == "http":
		port = "80"
	case port == "":
		port = "443"
	}
	return scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// newDPoPKey makes a key that the server's dpop_signing_alg_values_supported allow: ES256 when it is listed or nothing
// is.
func newDPoPKey(supported []string) (crypto.Signer, error) {
	for _, alg := range append([]string{"ES256", "ES384", "ES512", "EdDSA", "PS256", "RS256"}, "") {
		listed := alg == "" || len(supported) == 0
		for _, s := range supported {
			listed = listed || s == alg
		}
		if !listed {
			continue
		}
		switch alg {
		case "ES384":
			return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
		case "ES512":
			return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
		case "EdDSA":
			_, key, err := ed25519.GenerateKey(rand.Reader)
			return key, err
		case "PS256", "RS256":
			return rsa.GenerateKey(rand.Reader, dpopRSABits)
		}
		break
	}
	return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
}

// dpopProof makes the proof for one request (RFC 9449 section 4.2). accessToken is empty at a token endpoint.
func dpopProof(k crypto.Signer, supported []string, method, rawURL, nonce, accessToken string, now time.Time) (string, error) {
	alg, _, err := chooseAlg(k, "", supported)
	if err != nil {
		return "", err
	}
	htu, err := dpopURL(rawURL)
	if err != nil {
		return "", err
	}
	claims := map[string]any{"jti": rand.Text(), "htm": method, "htu": htu, "iat": now.Unix()}
	if nonce != "" {
		claims["nonce"] = nonce
	}
	if accessToken != "" {
		sum := sha256.Sum256([]byte(accessToken))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	options := (&jose.SignerOptions{}).WithType("dpop+jwt").WithHeader("jwk", jose.JSONWebKey{Key: k.Public()})
	return signJWT(k, alg, options, claims)
}

// dpopURL is the request's URL "without query and fragment parts" (RFC 9449 section 4.2).
func dpopURL(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("make a DPoP proof: the URL cannot be read")
	}
	u.RawQuery, u.ForceQuery, u.Fragment, u.RawFragment, u.User = "", false, "", "", nil
	return u.String(), nil
}

// thumbprint is the key's JWK SHA-256 thumbprint (RFC 7638), as cnf.jkt holds it (RFC 9449 section 6.1).
func thumbprint(k crypto.Signer) string {
	jwk := jose.JSONWebKey{Key: k.Public()}
	sum, err := jwk.Thumbprint(crypto.SHA256)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}
