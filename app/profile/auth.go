package profile

// Auth says how to get into a server. Secrets are in the keychain, named "auth:client_secret", "auth:private_key",
// "auth:assertion", "auth:idp_client_secret", "auth:idp_private_key", "auth:idp_token". The zero value does everything by the specification's
// rules.
type Auth struct {
	Grant string `json:"grant,omitempty"` // "": in the browser; "none": headers only; client_credentials; enterprise; workload
	Auto  bool   `json:"auto,omitempty"`  // sign in without asking when refused

	Issuer                string   `json:"issuer,omitempty"` // authorization server, instead of the metadata's
	AuthorizationEndpoint string   `json:"authorizationEndpoint,omitempty"`
	TokenEndpoint         string   `json:"tokenEndpoint,omitempty"`
	RegistrationEndpoint  string   `json:"registrationEndpoint,omitempty"`
	RevocationEndpoint    string   `json:"revocationEndpoint,omitempty"`
	Resource              string   `json:"resource,omitempty"` // resource parameter, instead of the metadata's
	Scopes                []string `json:"scopes,omitempty"`   // instead of those the rule chooses
	Extra                 []Value  `json:"extra,omitempty"`    // parameters of the authorization request; Secret is not used

	ClientKind        string `json:"clientKind,omitempty"` // "": by the rule; registered, metadata, dynamic
	ClientID          string `json:"clientID,omitempty"`
	ClientIssuer      string `json:"clientIssuer,omitempty"`      // issuer that ClientID belongs to
	ClientAuth        string `json:"clientAuth,omitempty"`        // none, client_secret_basic, client_secret_post, private_key_jwt
	ClientMetadataURL string `json:"clientMetadataURL,omitempty"` // of the client ID metadata document
	KeyID             string `json:"keyID,omitempty"`
	SigningAlg        string `json:"signingAlg,omitempty"`

	RedirectHost string `json:"redirectHost,omitempty"` // 127.0.0.1 or localhost; empty: 127.0.0.1
	RedirectPort int    `json:"redirectPort,omitempty"` // 0: an ephemeral one
	BrowserWait  int64  `json:"browserWait,omitempty"`  // milliseconds; default 300,000

	IDPIssuer        string `json:"idpIssuer,omitempty"`        // enterprise-managed authorization
	IDPTokenEndpoint string `json:"idpTokenEndpoint,omitempty"` // instead of its metadata's
	IDPClientID      string `json:"idpClientID,omitempty"`
	IDPClientAuth    string `json:"idpClientAuth,omitempty"` // as ClientAuth; empty: by the identity provider's metadata
	IDPKeyID         string `json:"idpKeyID,omitempty"`
	IDPTokenType     string `json:"idpTokenType,omitempty"`

	DPoP         string   `json:"dpop,omitempty"` // "": when asked for; always; never
	AllowHTTP    []string `json:"allowHTTP,omitempty"`
	AllowPrivate bool     `json:"allowPrivate,omitempty"` // private addresses for authorization servers of a public server
	AllowNoPKCE  bool     `json:"allowNoPKCE,omitempty"`
}

// Network says how a server's host is reached.
type Network struct {
	CA            string `json:"ca,omitempty"`            // PEM file of certificate authorities trusted besides the system's
	ClientCert    string `json:"clientCert,omitempty"`    // PEM file of the client certificate (chain)
	ClientKey     string `json:"clientKey,omitempty"`     // PEM file of its key; empty: in ClientCert
	ClientCertAll bool   `json:"clientCertAll,omitempty"` // the client certificate is shown to authorization servers too (RFC 8705)
	Proxy         string `json:"proxy,omitempty"`         // http://, https:// or socks5:// URL; "none": no proxy; empty: the environment's
}

// The secrets of Auth, by their names in the keychain.
const (
	SecretClient     = "auth:client_secret"
	SecretKey        = "auth:private_key"
	SecretAssertion  = "auth:assertion"
	SecretIDPClient  = "auth:idp_client_secret"
	SecretIDPKey     = "auth:idp_private_key"
	SecretIDPSubject = "auth:idp_token"
)
