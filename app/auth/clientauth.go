package auth

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sightglass-dev/sightglass/app/challenge"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// Client authentication methods (RFC 6749 section 2.3, OpenID Connect Core section 9).
const (
	authNone   = "none"
	authBasic  = "client_secret_basic"
	authPost   = "client_secret_post"
	authKeyJWT = "private_key_jwt"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// clientAuth chooses how a client authenticates at a token endpoint, and says by which rule: the user's setting, what
// the registration answered, what the metadata lists, and client_secret_basic for a secret where it lists nothing
// (RFC 8414 section 2: "If omitted, the default is client_secret_basic"). keyed says that a key for private_key_jwt is
// there.
func clientAuth(setting string, c Client, supported []string, keyed bool) (method, rule string) {
	has := func(m string) bool { return slices.Contains(supported, m) }
	switch {
	case setting != "":
		return setting, "as set for this server"
	case c.AuthMethod != "":
		return c.AuthMethod, "as the client was registered"
	case keyed && (has(authKeyJWT) || c.Secret == "" && len(supported) == 0):
		return authKeyJWT, "there is a key, and the server " + listed(supported)
	case c.Secret == "":
		return authNone, "the client has no secret"
	case has(authBasic):
		return authBasic, "the server lists it (token_endpoint_auth_methods_supported)"
	case has(authPost):
		return authPost, "the server lists it (token_endpoint_auth_methods_supported)"
	case len(supported) > 0:
		return authBasic, "the server lists no method for a secret, so the usual one"
	}
	return authBasic, "the default for a secret (RFC 8414 section 2)"
}

func listed(supported []string) string {
	if len(supported) == 0 {
		return "names no methods"
	}
	return "lists it"
}

// clientProof is a request's client authentication.
type clientProof struct {
	method   string
	rule     string
	alg      string // of private_key_jwt
	findings []challenge.Finding
}

// addClient authenticates a request of the client: it adds to header and form. Secrets go to h.
func addClient(cfg *Config, c Client, issuer string, methods, algs []string, header http.Header, form url.Values, h *hider, now time.Time) (clientProof, error) {
	p := clientProof{}
	keyed := cfg.Settings.PrivateKey != "" && cfg.Settings.ClientID == c.ID
	p.method, p.rule = clientAuth(cfg.Settings.ClientAuth, c, methods, keyed)
	if len(methods) > 0 && !slices.Contains(methods, p.method) {
		p.findings = append(p.findings, challenge.Finding{
			Severity: "warning", Source: "RFC 8414 section 2",
			Text: fmt.Sprintf("The client authenticates with %s (%s), but the server lists %s.", p.method, p.rule, cutText(strings.Join(methods, ", "), 200)),
			Fix:  "List the method in token_endpoint_auth_methods_supported, or set another one for the client.",
		})
	}
	switch p.method {
	case authNone:
		if c.ID != "" { // RFC 7521 section 4.1: client authentication is optional with an assertion
			form.Set("client_id", c.ID)
		}
	case authBasic, authPost:
		if c.Secret == "" {
			return p, &fault.CallError{
				Kind: fault.Input, Message: fmt.Sprintf("The client authenticates with %s (%s), but has no secret.", p.method, p.rule),
				Hint: "Set the client secret in the server's sign-in settings, or set client authentication to none.",
			}
		}
		if p.method == authPost {
			form.Set("client_id", c.ID)
			form.Set("client_secret", c.Secret)
			h.add("secret", c.Secret)
			break
		}
		// RFC 6749 section 2.3.1: "encoded using the 'application/x-www-form-urlencoded' encoding algorithm".
		pair := url.QueryEscape(c.ID) + ":" + url.QueryEscape(c.Secret)
		coded := base64.StdEncoding.EncodeToString([]byte(pair))
		header.Set("Authorization", "Basic "+coded)
		h.add("secret", c.Secret)
		h.add("secret", coded)
	case authKeyJWT:
		jwt, alg, note, err := clientAssertion(&cfg.Settings, c, issuer, algs, now)
		p.alg = alg
		if err != nil {
			return p, &fault.CallError{
				Kind: fault.Input, Message: "The client assertion (private_key_jwt) could not be made: " + err.Error() + ".",
				Hint: "Set the private key, its kid and its algorithm in the server's sign-in settings.", Cause: err,
			}
		}
		if note != "" {
			p.findings = append(p.findings, challenge.Finding{Severity: "warning", Text: note, Source: "RFC 8414 section 2", Fix: "List the algorithm in token_endpoint_auth_signing_alg_values_supported."})
		}
		h.add("token", jwt)
		form.Set("client_id", c.ID)
		form.Set("client_assertion_type", assertionType)
		form.Set("client_assertion", jwt)
	default:
		return p, &fault.CallError{
			Kind: fault.Input, Message: fmt.Sprintf("The client authentication %q (%s) is not known here.", cutText(p.method, 60), p.rule),
			Hint: "Set client authentication to none, client_secret_basic, client_secret_post or private_key_jwt.",
		}
	}
	return p, nil
}

// minHidden is the length in bytes from which a secret is replaced wherever a peer's text has it: a shorter one would
// be found within words, and what the peer says could not be read any more. It is that of wire.MinSearched.
const minHidden = 6

// hider replaces the secrets of one request wherever a peer echoes them.
type hider struct {
	cfg   *Config
	pairs []string
}

// add makes value a secret and returns its placeholder.
func (h *hider) add(kind, value string) string {
	if value == "" {
		return ""
	}
	shown := hide(h.cfg, kind, value)
	if len(value) < minHidden {
		return shown
	}
	h.pairs = append(h.pairs, value, shown)
	if coded := url.QueryEscape(value); coded != value {
		h.pairs = append(h.pairs, coded, shown)
	}
	return shown
}

// text is a peer's text as it may be shown: one line, at most limit bytes, without our secrets.
func (h *hider) text(s string, limit int) string {
	return cutText(strings.NewReplacer(h.pairs...).Replace(s), limit)
}

// hide makes a value a known secret of the server and returns the placeholder that stands for it.
func hide(cfg *Config, kind, value string) string {
	if value == "" {
		return ""
	}
	if cfg.Mask == nil {
		return "‹" + kind + "›"
	}
	return cfg.Mask(kind, value)
}

func clock(cfg *Config) time.Time {
	if cfg.Now == nil {
		return time.Now()
	}
	return cfg.Now()
}
