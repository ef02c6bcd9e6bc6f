// Package auth gets a client in: it finds the authorization server behind a refusal, registers, signs in through the
// user's browser, keeps and refreshes tokens, and shows every step with what the specification expects of it. One
// engine serves every transport, and the automatic run and the step-by-step one alike. It opens no socket but the
// loopback redirect listener: HTTP, the secret store and the browser come from its owner.
//
// Sections are those of the MCP specification 2026-07-28, basic/authorization, unless another source is named.
package auth

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// HTTP sends the engine's requests: tapped, guarded against SSRF and bounded by its owner. It is safe for concurrent
// use.
type HTTP interface {
	// Do sends one request and reads the whole answer. Errors are [fault.CallError]; an answer of any status is none.
	Do(ctx context.Context, r Request) (*Response, error)
}

// Request is one HTTP request of the engine.
type Request struct {
	Method  string
	URL     string
	Header  http.Header // may be nil
	Body    []byte
	Purpose string // shown with the entry: "resource metadata", "server metadata", "register", "token", "refresh", "revoke", "exchange", "check"
	Follow  bool   // a GET that follows redirects, at most three, each checked as the first; otherwise a redirect is an answer
}

// Response is the answer to a [Request].
type Response struct {
	Status    int
	Header    http.Header
	Body      []byte   // true bytes, at most 1 MiB
	Cut       bool     // the body was longer
	URL       string   // where the answer came from, after redirects
	Entries   []uint64 // of the log, one for each hop
	Unchecked bool     // it went through a proxy: where the name leads could not be checked here
}

// Store keeps what must not be in a file: the keychain, or memory when there is none. Names are like
// "profile/<id>/auth/<identity>". It is safe for concurrent use; a call may wait for a person.
type Store interface {
	// Get returns a value; ok is false when there is none.
	Get(ctx context.Context, name string) (value string, ok bool, err error)
	// Set keeps a value and says where: "keychain" or "memory" (for this run only).
	Set(ctx context.Context, name, value string) (place string, err error)
	// Delete forgets a value; one that is not there is no error.
	Delete(ctx context.Context, name string) error
	// Forget drops what is cached, so that the next Get sees what another process stored.
	Forget(name string)
}

// Config is all that the engine knows of one server and its owner. Nothing in it is changed later: a new one is made
// when the profile changes.
type Config struct {
	Profile  string // id; the first part of every name in Store
	Server   string // the profile's name, for texts
	Resource string // URL of the MCP server as configured; its path counts
	Version  string // negotiated or assumed MCP version, sent as MCP-Protocol-Version with metadata requests; may be empty
	Settings Settings
	HTTP     HTTP
	Store    Store
	// Lock is held over processes while a refresh token is spent. It returns when it is held, or ctx's error.
	Lock func(ctx context.Context, name string) (unlock func(), err error)
	// Turns is shared by the flows of all servers; nil: every flow is on its own.
	Turns *Turns
	// Browser opens the user's browser; it is given http and https URLs only. ctx ends with the wait for the browser,
	// which must not end the browser.
	Browser func(ctx context.Context, url string) error
	// Mask makes a value a known secret of this server and returns the placeholder that may be shown. kind is token,
	// code, secret, key or state.
	Mask func(kind, value string) string
	// Changed is called after each change that a reader can see, from any goroutine; it must return at once. May be nil.
	Changed func()
	// Note writes a line of a sign-in into the log, secrets already replaced. May be nil.
	Note func(step StepID, text string)
	Now  func() time.Time // nil: time.Now
}

// Settings are a profile's wishes for signing in, secrets filled in. The zero value does everything by the rules.
type Settings struct {
	Grant Grant // how to get a token; empty: the authorization code grant

	Issuer                string   // authorization server, instead of the resource metadata's
	AuthorizationEndpoint string   // endpoints instead of the metadata's, each may be empty
	TokenEndpoint         string   //
	RegistrationEndpoint  string   //
	RevocationEndpoint    string   //
	Resource              string   // resource parameter, instead of the metadata's
	Scopes                []string // instead of the rule's; nil: by the rule
	Extra                 []Param  // parameters added to the authorization request; reserved ones are refused

	ClientKind        ClientKind // empty: pre-registered, metadata document, dynamic registration, ask, in this order
	ClientID          string     // pre-registered
	ClientSecret      string     // pre-registered, or empty
	ClientIssuer      string     // issuer the client was registered with; empty: it is taken for the one found first and recorded
	ClientAuth        string     // token_endpoint_auth_method; empty: by the rule
	ClientMetadataURL string     // https URL of the client ID metadata document
	PrivateKey        string     // PEM of a private_key_jwt client or of DPoP; empty: none
	KeyID             string     // kid of PrivateKey
	SigningAlg        string     // ES256, RS256, EdDSA, …; empty: by the key

	RedirectHost string        // 127.0.0.1 or localhost; empty: 127.0.0.1
	RedirectPort int           // 0: an ephemeral one, kept with the client it was registered for
	RedirectPath string        // empty: /callback
	BrowserWait  time.Duration // how long the listener waits for the callback; 0: five minutes

	Assertion        string // workload identity: the JWT handed over with the jwt-bearer grant
	IDPIssuer        string // enterprise-managed authorization: the identity provider
	IDPTokenEndpoint string // instead of its metadata's
	IDPClientID      string //
	IDPClientSecret  string //
	IDPClientAuth    string // token_endpoint_auth_method there; empty: by its metadata
	IDPKey           string // PEM of a private_key_jwt client there
	IDPKeyID         string // kid of IDPKey
	IDPToken         string // the ID token (or SAML's refresh token) to exchange
	IDPTokenType     string // subject_token_type; empty: urn:ietf:params:oauth:token-type:id_token

	DPoP        DPoPMode // empty: when the server asks for it
	AllowHTTP   []string // hosts that may be spoken to without TLS besides loopback
	AllowNoPKCE bool     // go on although the server does not say that it knows PKCE with S256: a loud exception
}

// Param is one name and value.
type Param struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Grant is how a token is got.
type Grant string

// The grants.
const (
	AuthorizationCode Grant = ""                   // in the browser (RFC 6749 section 4.1, PKCE)
	ClientCredentials Grant = "client_credentials" // SEP-1046
	Enterprise        Grant = "enterprise"         // SEP-990: RFC 8693 token exchange, then jwt-bearer
	Workload          Grant = "workload"           // SEP-1933: jwt-bearer with a workload's JWT
)

// ClientKind is how the client became known to the authorization server.
type ClientKind string

// The kinds, in the order in which they are tried.
const (
	PreRegistered    ClientKind = "registered"
	MetadataDocument ClientKind = "metadata"
	Dynamic          ClientKind = "dynamic"
)

// DPoPMode says when tokens are bound to a key (RFC 9449).
type DPoPMode string

// The modes.
const (
	DPoPAuto   DPoPMode = ""
	DPoPAlways DPoPMode = "always"
	DPoPNever  DPoPMode = "never"
)

// ResourceMetadata is the protected-resource metadata of RFC 9728 as far as it is used, with where it came from.
type ResourceMetadata struct {
	Resource             string // verbatim
	AuthorizationServers []string
	Scopes               []string // scopes_supported; nil: not given
	Name                 string   // resource_name
	DPoPRequired         bool     // dpop_bound_access_tokens_required
	URL                  string   // where it was found
	Raw                  []byte
}

// ServerMetadata is the authorization server's metadata of RFC 8414 or OpenID Connect Discovery as far as it is used.
type ServerMetadata struct {
	Issuer                string   // verbatim, equal to the one it was looked up by
	AuthorizationEndpoint string   //
	TokenEndpoint         string   //
	RegistrationEndpoint  string   //
	RevocationEndpoint    string   //
	IntrospectionEndpoint string   //
	PushEndpoint          string   // pushed_authorization_request_endpoint (RFC 9126)
	PushRequired          bool     // require_pushed_authorization_requests
	JWKS                  string   // jwks_uri
	Scopes                []string // scopes_supported; nil: not given
	Grants                []string // grant_types_supported; nil: not given
	TokenAuthMethods      []string // token_endpoint_auth_methods_supported; nil: not given
	TokenAuthAlgs         []string // token_endpoint_auth_signing_alg_values_supported
	RevocationAuthMethods []string //
	PKCE                  []string // code_challenge_methods_supported; nil: not given
	DPoPAlgs              []string // dpop_signing_alg_values_supported; nil: not given
	IssParameter          bool     // authorization_response_iss_parameter_supported
	MetadataDocuments     bool     // client_id_metadata_document_supported
	Fallback              bool     // 2025-03-26: no metadata, default endpoints
	URL                   string   // where it was found, empty with Fallback
	Raw                   []byte
}

// Client is what an authorization server knows us as. It is stored for each issuer and never used with another
// (client-registration, SEP-2352).
type Client struct {
	Kind              ClientKind `json:"kind"`
	Issuer            string     `json:"issuer"`
	ID                string     `json:"id"`
	Secret            string     `json:"secret,omitempty"`
	SecretExpires     int64      `json:"secretExpires,omitempty"` // Unix seconds, 0: never
	AuthMethod        string     `json:"authMethod"`              // none, client_secret_basic, client_secret_post, private_key_jwt
	AuthAlg           string     `json:"authAlg,omitempty"`       // of private_key_jwt, when the server lists algorithms
	RedirectURI       string     `json:"redirectURI,omitempty"`   // as registered; its port is used again
	RegistrationURI   string     `json:"registrationURI,omitempty"`
	RegistrationToken string     `json:"registrationToken,omitempty"`
	Created           int64      `json:"created"` // Unix seconds
}

// Token is what a token endpoint gave, with everything needed to refresh and to judge it. It holds secrets: it goes
// to the Store and nowhere else.
type Token struct {
	AccessToken  string    `json:"accessToken"`
	TokenType    string    `json:"tokenType"` // Bearer or DPoP, as it came
	RefreshToken string    `json:"refreshToken,omitempty"`
	IDToken      string    `json:"idToken,omitempty"`
	Expires      int64     `json:"expires,omitempty"`   // Unix seconds, 0: not said
	Issued       int64     `json:"issued"`              // Unix seconds, by our clock
	Requested    []string  `json:"requested,omitempty"` // scopes asked for
	Granted      []string  `json:"granted,omitempty"`   // scopes given; as requested when the answer does not say
	Issuer       string    `json:"issuer"`
	Server       string    `json:"server"`   // URL of the MCP server it was got for: it goes to no other origin
	Resource     string    `json:"resource"` // the resource parameter, verbatim
	Grant        Grant     `json:"grant"`
	Client       Client    `json:"client"`
	Endpoint     string    `json:"endpoint"`              // token endpoint
	Revocation   string    `json:"revocation,omitempty"`  // revocation endpoint
	Exchange     *Exchange `json:"exchangedAt,omitempty"` // enterprise: where the ID-JAG came from
	DPoPKey      string    `json:"dpopKey,omitempty"`     // PEM of the private key the token is bound to
}

// Exchange is an identity provider that gave an ID-JAG, and how we authenticated there: the grant is run again with
// nothing else.
type Exchange struct {
	Issuer     string `json:"issuer,omitempty"` // empty: only its token endpoint is known
	Endpoint   string `json:"endpoint"`
	Client     string `json:"client,omitempty"` // id of the client there
	AuthMethod string `json:"authMethod,omitempty"`
	AuthAlg    string `json:"authAlg,omitempty"`
}

// Pending is one authorization request under way, recorded before the browser is sent anywhere.
type Pending struct {
	State       string // random, at least 128 bits
	Verifier    string // PKCE
	Issuer      string // the issuer whose metadata was validated
	IssRequired bool   // metadata: authorization_response_iss_parameter_supported
	RedirectURI string
	Client      Client
	Scopes      []string
	Resource    string
	DPoPKey     string // PEM of the key that the code is bound to; empty: none
	URL         string // of the authorization request, whole
}

// Callback is one request that reached the redirect listener on its path.
type Callback struct {
	Raw   string     // request target as it came, secrets and all
	Query url.Values //
	At    time.Time
}
