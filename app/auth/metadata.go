package auth

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sightglass-dev/sightglass/app/challenge"
)

// Bounds of what metadata list: it is shown, and goes into requests.
const (
	maxListed = 200  // members of an array
	maxMember = 1000 // bytes of one of them
)

// reader reads the members of metadata. What has a wrong type is told and left out.
type reader struct {
	m        map[string]json.RawMessage
	source   string
	findings []challenge.Finding
}

func (r *reader) wrong(name, is, want string) {
	r.findings = append(r.findings, challenge.Finding{
		Severity: severityWarning, Text: fmt.Sprintf("%s is %s, not %s.", name, is, want), Source: r.source, Fix: fmt.Sprintf("Send %s as %s.", name, want),
	})
}

func (r *reader) raw(name string) (json.RawMessage, bool) {
	raw, there := r.m[name]
	return raw, there && string(raw) != "null"
}

func (r *reader) text(name string) string {
	raw, there := r.raw(name)
	if !there {
		return ""
	}
	var s string
	switch {
	case json.Unmarshal(raw, &s) != nil:
		r.wrong(name, jsonKind(raw), "a string")
		return ""
	case len(s) > maxURL:
		r.wrong(name, fmt.Sprintf("%d bytes long", len(s)), fmt.Sprintf("a string of at most %d bytes", maxURL))
		return ""
	}
	return s
}

// list reads an array of strings; nil when it is not given, empty when it is and holds nothing.
func (r *reader) list(name string) []string {
	raw, there := r.raw(name)
	if !there {
		return nil
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		r.wrong(name, jsonKind(raw), "an array of strings")
		var one string
		if json.Unmarshal(raw, &one) == nil && one != "" && len(one) <= maxMember {
			return strings.Fields(one)
		}
		return nil
	}
	list := []string{}
	for _, item := range items {
		var s string
		switch {
		case json.Unmarshal(item, &s) != nil || string(item) == "null":
			r.wrong("a member of "+name, jsonKind(item), "a string")
			return list
		case len(s) > maxMember || len(list) >= maxListed:
			r.wrong(name, "longer than is read", fmt.Sprintf("at most %d strings of %d bytes", maxListed, maxMember))
			return list
		}
		list = append(list, s)
	}
	return list
}

func (r *reader) flag(name string) bool {
	raw, there := r.raw(name)
	var b bool
	if there && json.Unmarshal(raw, &b) != nil {
		r.wrong(name, jsonKind(raw), "a boolean")
	}
	return b
}

// parseResourceMetadata reads protected-resource metadata (RFC 9728 section 2).
func parseResourceMetadata(m map[string]json.RawMessage) (*ResourceMetadata, []challenge.Finding) {
	r := &reader{m: m, source: "RFC 9728 section 2"}
	return &ResourceMetadata{
		Resource: r.text("resource"), AuthorizationServers: r.list("authorization_servers"), Scopes: r.list("scopes_supported"),
		Name: cutText(r.text("resource_name"), 200), DPoPRequired: r.flag("dpop_bound_access_tokens_required"),
	}, r.findings
}

// parseServerMetadata reads an authorization server's metadata (RFC 8414 section 2, OpenID Connect Discovery section 3).
func parseServerMetadata(m map[string]json.RawMessage) (*ServerMetadata, []challenge.Finding) {
	r := &reader{m: m, source: "RFC 8414 section 2"}
	return &ServerMetadata{
		Issuer: r.text("issuer"), AuthorizationEndpoint: r.text("authorization_endpoint"), TokenEndpoint: r.text("token_endpoint"),
		RegistrationEndpoint: r.text("registration_endpoint"), RevocationEndpoint: r.text("revocation_endpoint"),
		IntrospectionEndpoint: r.text("introspection_endpoint"), PushEndpoint: r.text("pushed_authorization_request_endpoint"), JWKS: r.text("jwks_uri"),
		Scopes: r.list("scopes_supported"), Grants: r.list("grant_types_supported"),
		TokenAuthMethods: r.list("token_endpoint_auth_methods_supported"), TokenAuthAlgs: r.list("token_endpoint_auth_signing_alg_values_supported"),
		RevocationAuthMethods: r.list("revocation_endpoint_auth_methods_supported"),
		PKCE:                  r.list("code_challenge_methods_supported"), DPoPAlgs: r.list("dpop_signing_alg_values_supported"),
		PushRequired: r.flag("require_pushed_authorization_requests"), IssParameter: r.flag("authorization_response_iss_parameter_supported"), MetadataDocuments: r.flag("client_id_metadata_document_supported"),
	}, r.findings
}
