package authtest

import (
	"crypto"
	"net/http"
	"time"
)

// The endpoints, as records and faults name them.
const (
	MCP       = "mcp"
	PRM       = "prm"
	Metadata  = "metadata"
	JWKS      = "jwks"
	Register  = "register"
	Authorize = "authorize"
	Token     = "token"
	Revoke    = "revoke"
	Push      = "par"
	Other     = "other" // any other path: 404
)

// Options bend the rules. The zero value is a pair of servers that follow them all.
type Options struct {
	TLS      bool
	Resource ResourceOptions
	AS       ServerOptions
	Second   *ServerOptions // an authorization server to migrate to
	IDP      *ServerOptions // an identity provider that exchanges ID tokens for ID-JAGs
}

// Place says where metadata are.
type Place string

// The places of the resource metadata.
const (
	AtPath   Place = ""       // /.well-known/oauth-protected-resource/mcp
	AtRoot   Place = "root"   // /.well-known/oauth-protected-resource
	AtCustom Place = "custom" // /custom/metadata.json, which only the header tells
	Nowhere  Place = "none"
)

// The places of an authorization server's metadata. Without a path in the issuer, AsOIDC and AppendedOIDC are one.
const (
	AsOAuth      Place = ""            // /.well-known/oauth-authorization-server/tenant
	AsOIDC       Place = "oidc"        // /.well-known/openid-configuration/tenant
	AppendedOIDC Place = "oidc-append" // /tenant/.well-known/openid-configuration
)

// ResourceOptions bend the MCP server. In its texts {origin}, {url}, {prm}, {as} and {as2} stand for the origin, the
// MCP URL, the resource metadata's URL and the issuers.
type ResourceOptions struct {
	Path string // of the MCP endpoint; default /mcp, for SSE /sse
	SSE  bool   // HTTP+SSE (2024-11-05) instead of Streamable HTTP

	PRM        Place
	Identifier string         // resource in the metadata; default {url}
	Servers    []string       // authorization_servers; default {as}
	Scopes     []string       // scopes_supported
	Extra      map[string]any // further members of the metadata; nil removes one

	NoPointer bool   // WWW-Authenticate without resource_metadata
	Bare      bool   // 401 without WWW-Authenticate
	Challenge string // the whole WWW-Authenticate value of a 401, verbatim
	Scope     string // scope of the 401 challenge
	Status    int    // instead of 401

	Open       []string          // JSON-RPC methods and HTTP methods ("GET") that need no token
	ToolScopes map[string]string // tool -> scope without which it gets 403 insufficient_scope
	NoScope    bool              // the 403 does not say which scope
	NeverScope bool              // the 403 comes whatever the token holds

	DPoP      bool // only bound tokens
	DPoPNonce bool // with a nonce of ours

	Lax    Lax
	Faults map[string]Fault
}

// Lax is what a careless resource server accepts.
type Lax struct {
	Anything  bool   // any token at all
	Expired   bool   // exp is not looked at
	Signature bool   // the signature is not looked at
	AlgNone   bool   // alg none is a signature
	Audience  bool   // aud is not looked at
	Query     bool   // access_token in the query counts
	CORS      string // Access-Control-Allow-Origin with credentials; "echo" echoes Origin
	Reveals   bool   // a refusal repeats the token in its body
	Crashes   bool   // a token that is no JWT makes it answer 500
}

// Iss is what the authorization response does about its issuer (RFC 9207).
type Iss string

// The ways.
const (
	IssRight        Iss = ""             // advertised and sent
	IssMissing      Iss = "missing"      // advertised, not sent
	IssWrong        Iss = "wrong"        // advertised, another's
	IssNormalized   Iss = "normalized"   // advertised, differs by a trailing slash
	IssSilent       Iss = "silent"       // neither advertised nor sent
	IssUnadvertised Iss = "unadvertised" // sent, not advertised
	IssUnexpected   Iss = "unexpected"   // not advertised, another's
)

// ServerOptions bend an authorization server.
type ServerOptions struct {
	Path           string // of the issuer: "/tenant1"
	AtResource     bool   // on the MCP server's origin (2025-03-26)
	Metadata       Place
	MetadataIssuer string         // issuer in the metadata, when it is not the true one
	Extra          map[string]any // further members of the metadata; nil removes one
	AuthorizeQuery string         // query of the authorization endpoint that a client has to keep: "audience=x"

	PKCE   []string // code_challenge_methods_supported; default S256
	NoPKCE bool     // not advertised, and not asked for

	NoRegistration   bool
	RegisterError    *Refusal      // RFC 7591 section 3.2.2
	RegisterSecret   bool          // registered clients get a secret
	RegisterLife     time.Duration // of that secret; 0: for ever
	RegisterMethod   string        // token_endpoint_auth_method given, whatever was asked for
	MetadataClients  bool          // client ID metadata documents: any https URL is a client
	Clients          map[string]Client
	AuthMethods      []string // token_endpoint_auth_methods_supported; default none, basic, post, private_key_jwt
	HideAuthMethods  bool     // not in the metadata
	Iss              Iss
	AuthorizeRefusal *Refusal // the authorization response is this error
	Hold             bool     // the authorization endpoint shows a page and sends nobody on
	BadState         bool     // the authorization response has another state

	Scopes       []string      // scopes_supported
	Granted      []string      // scopes granted whatever was asked for; default: as asked
	OmitScope    bool          // the token response does not tell the scope
	Life         time.Duration // of access tokens; default one hour
	OmitLife     bool          // the token response has no expires_in
	Opaque       bool          // access tokens are no JWTs
	Audience     string        // aud of access tokens, whatever resource was asked for
	NoRefresh    bool
	OfflineOnly  bool   // a refresh token only for offline_access, which is then in Scopes
	KeepRefresh  bool   // no rotation
	TokenType    string // default Bearer, or DPoP when bound
	Subject      string // default "ada"
	AnyResource  bool   // resource is not asked for
	DPoP         bool   // bound tokens are offered
	DPoPNonce    bool
	NoRevocation bool
	PushOnly     bool     // authorization requests have to be pushed (RFC 9126)
	Grants       []string // further grants: client_credentials, jwt-bearer, token-exchange by their full names
	Faults       map[string]Fault
}

// Client is one that the authorization server knows beforehand.
type Client struct {
	Secret    string
	Method    string           // token_endpoint_auth_method; default by what there is
	Key       crypto.PublicKey // of private_key_jwt
	Redirects []string         // empty: any loopback URI

	expires time.Time
}

// Refusal is an OAuth error answer.
type Refusal struct {
	Status      int // default 400
	Code        string
	Description string
}

// Fault makes an endpoint misbehave. Without Status, Body, Hang or Cut the proper answer follows.
type Fault struct {
	Times    int                  // how often; 0: always
	Delay    time.Duration        // before anything else
	Hang     bool                 // no answer until the client goes
	Cut      bool                 // the connection breaks in the middle of the answer
	Status   int                  // with Location, Header, Type and Body
	Location string               //
	Header   http.Header          // also on the proper answer
	Type     string               // Content-Type
	Body     string               //
	Huge     int                  // bytes by which the proper JSON answer grows
	Change   func(map[string]any) // of the proper JSON answer, for wrong types
	After    func()               // runs when the request was handled
}

// HTML is a page where JSON should be, as a proxy or a wrong path gives it.
func HTML() Fault {
	return Fault{Status: http.StatusOK, Type: "text/html; charset=utf-8", Body: "<!doctype html><html><head><title>Sign in</title></head><body>Welcome</body></html>"}
}

// The long names of grants and token types.
const (
	GrantClientCredentials = "client_credentials"
	GrantJWTBearer         = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	GrantExchange          = "urn:ietf:params:oauth:grant-type:token-exchange"
	TypeIDJAG              = "urn:ietf:params:oauth:token-type:id-jag"
	TypeIDToken            = "urn:ietf:params:oauth:token-type:id_token"
	TypeAssertion          = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
)
