package demo

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// minSeed is the least length of a seed, in bytes.
const minSeed = 16

// keys are made of the seed: the same seed makes the same keys, which is how a later run knows what an earlier one
// handed out.
type keys struct {
	signing *ecdsa.PrivateKey // of access tokens
	id      string            // kid
	seals   []byte            // of client ids and refresh tokens
}

// derive makes n bytes for one use (RFC 5869).
func derive(seed []byte, use string, n int) []byte {
	b, err := hkdf.Key(sha256.New, seed, nil, "sightglass sample "+use, n)
	if err != nil {
		panic(err) // n is far below RFC 5869's bound
	}
	return b
}

func newKeys(seed []byte) keys {
	k := keys{seals: derive(seed, "seal", 32)}
	for i := 0; k.signing == nil; i++ { // nearly every 32 bytes are a key of P-256
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), derive(seed, fmt.Sprintf("signing %d", i), 32))
		if err == nil {
			k.signing = key
		}
	}
	k.id = base64.RawURLEncoding.EncodeToString(derive(seed, "key id", 6))
	return k
}

// ports are where to listen, best first. They lie below the ephemeral ranges of the three systems, so that an outgoing
// connection does not take one; three, because a stranger may sit on one.
func ports(seed []byte) []int {
	const low, count = 20_000, 12_000
	b := derive(seed, "ports", 12)
	list := make([]int, 3)
	for i := range list {
		list[i] = low + int(binary.BigEndian.Uint32(b[4*i:])%count)
	}
	return list
}

// claims are those of an access token (RFC 9068).
type claims struct {
	Issuer   string `json:"iss"`
	Subject  string `json:"sub"`
	Name     string `json:"name"`
	Audience string `json:"aud"`
	Client   string `json:"client_id"`
	Scope    string `json:"scope"`
	Issued   int64  `json:"iat"`
	Expires  int64  `json:"exp"`
	ID       string `json:"jti"`
	Session  string `json:"sid"` // the sign-in it goes back to
}

func (c claims) has(scope string) bool { return slices.Contains(strings.Fields(c.Scope), scope) }

// denial is why a token is refused, as an error_description says it.
type denial string

func (d denial) Error() string { return string(d) }

// sign makes an access token.
func (k *keys) sign(c claims) (string, error) {
	options := (&jose.SignerOptions{}).WithType("at+jwt").WithHeader("kid", k.id)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.signing}, options)
	if err != nil {
		return "", fmt.Errorf("sign an access token: %w", err)
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("sign an access token: %w", err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign an access token: %w", err)
	}
	return jws.CompactSerialize()
}

// read checks an access token's signature.
func (k *keys) read(token string) (claims, error) {
	var c claims
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return c, denial("This is not a token of this sample")
	}
	payload, err := jws.Verify(k.signing.Public())
	if err != nil || json.Unmarshal(payload, &c) != nil {
		return c, denial("The token's signature is not right")
	}
	return c, nil
}

// seal makes a string of v that only the same seed makes, for one use: a client id, a refresh token. It hides nothing.
func (k *keys) seal(use string, v any) (string, error) {
	payload, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("seal a %s: %w", use, err)
	}
	text := base64.RawURLEncoding.EncodeToString(payload)
	return text + "." + k.mark(use, text), nil
}

// open reads what seal made.
func (k *keys) open(use, sealed string, v any) bool {
	text, mark, ok := strings.Cut(sealed, ".")
	if !ok || !hmac.Equal([]byte(mark), []byte(k.mark(use, text))) {
		return false
	}
	payload, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && json.Unmarshal(payload, v) == nil
}

func (k *keys) mark(use, text string) string {
	m := hmac.New(sha256.New, k.seals)
	_, _ = m.Write([]byte(use + "\x00" + text)) // a hash's Write never fails
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil)[:16])
}
