package auth

import (
	"encoding/json"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/sightglass-dev/sightglass/app/fault"
)

const (
	// documentPort is the redirect port in client ID metadata documents when none is set: a document cannot change
	// with each sign-in, and many servers compare redirect URIs exactly.
	documentPort = 47823
	clientName   = "Sightglass"
	clientURI    = "https://github.com/sightglass-dev/sightglass"
)

// checkDocumentURL judges the URL of a client ID metadata document: "The client_id URL MUST use the https scheme and
// contain a path component" (client registration, client ID metadata documents; draft-ietf-oauth-client-id-metadata-document
// section 3).
func checkDocumentURL(raw string) error {
	u, err := url.Parse(raw)
	var why string
	switch {
	case raw == "":
		return &problem{kind: fault.Input, ask: true, text: "The URL of the client ID metadata document is not set.", fix: "Host the document that Sightglass makes at an https URL and enter the URL."}
	case err != nil || u.Hostname() == "":
		why = "it is no absolute URL"
	case u.Scheme != "https":
		why = "it is no https URL"
	case u.EscapedPath() == "" || u.EscapedPath() == "/":
		why = "it has no path"
	case u.User != nil || u.Fragment != "" || strings.Contains(raw, "#"):
		why = "it has a user name or a fragment"
	case strings.Contains(u.EscapedPath()+"/", "/./") || strings.Contains(u.EscapedPath()+"/", "/../"):
		why = "its path has dot segments"
	default:
		return nil
	}
	return &problem{
		kind: fault.Input, text: "The URL of the client ID metadata document cannot be used: " + why + ".", source: "MCP authorization, client ID metadata documents",
		fix: "Enter an https URL with a path, as https://example.com/sightglass.json.",
	}
}

// ClientDocument makes the client ID metadata document to be hosted at Settings.ClientMetadataURL, JSON text. It names
// every redirect URI that Sightglass may use: both loopback hosts with the settings' port (or the usual one), and without
// a port for servers that allow any (RFC 8252 section 7.3). Errors are [fault.CallError].
func ClientDocument(cfg Config) (string, error) {
	s := &cfg.Settings
	if err := checkDocumentURL(s.ClientMetadataURL); err != nil {
		return "", &fault.CallError{Server: cfg.Server, Kind: fault.Input, Step: "make the client document", Message: err.Error(), Hint: "Enter an https URL with a path in the sign-in settings: the document has to name it."}
	}
	port, path := s.RedirectPort, s.RedirectPath
	if port == 0 {
		port = documentPort
	}
	if path == "" {
		path = "/callback"
	}
	uris := []string{}
	for _, host := range []string{"127.0.0.1", "localhost"} {
		uris = append(uris, "http://"+net.JoinHostPort(host, strconv.Itoa(port))+path)
	}
	uris = append(uris, "http://127.0.0.1"+path, "http://localhost"+path)
	doc := struct {
		ID       string   `json:"client_id"`
		Name     string   `json:"client_name"`
		URI      string   `json:"client_uri"`
		Redirect []string `json:"redirect_uris"`
		Grants   []string `json:"grant_types"`
		Response []string `json:"response_types"`
		Auth     string   `json:"token_endpoint_auth_method"`
		Type     string   `json:"application_type"`
		Keys     any      `json:"jwks,omitempty"`
	}{s.ClientMetadataURL, clientName, clientURI, uris, []string{"authorization_code", "refresh_token"}, []string{"code"}, authNone, "native", nil}
	if s.ClientAuth == authKeyJWT {
		keys, err := publicKeys(s)
		if err != nil {
			return "", &fault.CallError{
				Server: cfg.Server, Kind: fault.Input, Step: "make the client document", Message: "The private key of private_key_jwt cannot be read: " + err.Error() + ".",
				Hint: "Set a private key in the sign-in settings, or set client authentication to none.", Cause: err,
			}
		}
		doc.Auth = authKeyJWT
		doc.Keys = keys
	}
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return "", fault.From(err)
	}
	return string(text) + "\n", nil
}

// publicKeys is the public half of the key of private_key_jwt, as a client's metadata hold it (RFC 7591 section 2, jwks).
func publicKeys(s *Settings) (*jose.JSONWebKeySet, error) {
	key, err := parseKey(s.PrivateKey)
	if err != nil {
		return nil, err
	}
	return &jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: s.KeyID, Use: "sig"}}}, nil
}
