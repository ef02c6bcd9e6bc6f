package auth

import (
	"slices"
	"strconv"
	"strings"
)

// inputCallback is a callback URL pasted by hand.
const inputCallback = "callback"

// settings are the profile's with the inputs of this flow in their place. The caller holds the lock.
func (f *Flow) settings() Settings {
	s := f.cfg.Settings
	put := func(id StepID, name string, to *string) {
		if v, ok := f.edits[id][name]; ok && v != "" {
			*to = v
		}
	}
	put(StepResource, "resource", &s.Resource)
	put(StepIssuer, "issuer", &s.Issuer)
	put(StepServer, "authorization_endpoint", &s.AuthorizationEndpoint)
	put(StepServer, "token_endpoint", &s.TokenEndpoint)
	put(StepServer, "registration_endpoint", &s.RegistrationEndpoint)
	put(StepServer, "revocation_endpoint", &s.RevocationEndpoint)
	if v, ok := f.edits[StepServer]["without_pkce"]; ok {
		s.AllowNoPKCE = v == "allow"
	}
	kind := string(s.ClientKind)
	put(StepClient, "kind", &kind)
	if v, ok := f.edits[StepClient]["kind"]; ok && v == "" {
		kind = ""
	}
	s.ClientKind = ClientKind(kind)
	if v := f.edits[StepClient]["client_id"]; v != "" && v != s.ClientID { // the secret and the issuer of another client are not its own
		s.ClientID, s.ClientSecret, s.ClientIssuer = v, "", ""
	}
	put(StepClient, "client_secret", &s.ClientSecret)
	put(StepClient, "client_auth", &s.ClientAuth)
	put(StepClient, "client_metadata_url", &s.ClientMetadataURL)
	put(StepClient, "redirect_host", &s.RedirectHost)
	put(StepClient, "redirect_path", &s.RedirectPath)
	if v, ok := f.edits[StepClient]["redirect_port"]; ok {
		if n, err := strconv.Atoi(v); err == nil {
			s.RedirectPort = n
		} else if v != "" {
			s.RedirectPort = -1 // refused where it is used, with the reason
		}
	}
	if v := f.edits[StepIdentity]["idp_issuer"]; v != "" && v != s.IDPIssuer {
		if s.IDPIssuer != "" { // the client's credentials belong to the identity provider of the settings
			s.IDPClientSecret, s.IDPKey = "", ""
		}
		s.IDPIssuer = v
	}
	put(StepIdentity, "idp_token_endpoint", &s.IDPTokenEndpoint)
	put(StepExchange, "idp_client_auth", &s.IDPClientAuth)
	put(StepExchange, "idp_token", &s.IDPToken)
	put(StepExchange, "idp_client_id", &s.IDPClientID)
	put(StepExchange, "idp_client_secret", &s.IDPClientSecret)
	put(StepToken, "assertion", &s.Assertion)
	return s
}

// inputsOf lists what may be edited before a step runs, with the values in force. The caller holds the lock.
func (f *Flow) inputsOf(id StepID) []Input {
	var list []Input
	switch id {
	case StepResource:
		list = f.resourceInputs()
	case StepIssuer:
		list = f.issuerInputs()
	case StepServer:
		list = f.serverInputs()
	case StepClient:
		list = f.clientInputs()
	case StepScopes:
		list = f.scopeInputs()
	case StepAuthorize:
		list = f.authorizeInputs()
	case StepBrowser, StepCallback:
		list = []Input{{Name: inputCallback, Label: "Callback URL", Kind: InputURL, Help: "Paste the URL from the browser's address bar, when the browser runs elsewhere or could not reach the listener."}}
	case StepIdentity:
		list = f.identityInputs()
	case StepExchange:
		list = f.exchangeInputs()
	case StepToken:
		list = f.tokenInputs()
	case StepChallenge, StepReplay:
	}
	if list == nil {
		list = []Input{}
	}
	for i := range list {
		in := &list[i]
		if in.Options == nil {
			in.Options = []Option{}
		}
		v, edited := f.edits[id][in.Name]
		if in.Kind == InputSecret {
			in.Set, in.Value = in.Set || v != "", ""
			continue
		}
		in.Value = in.Default
		if edited {
			in.Value = v
		}
	}
	return list
}

func options(values ...string) []Option {
	list := []Option{}
	for i := 0; i+1 < len(values); i += 2 {
		list = append(list, Option{Value: values[i], Label: values[i+1]})
	}
	return list
}

func (f *Flow) resourceInputs() []Input {
	return []Input{
		{Name: "lookup", Label: "Look for", Kind: InputChoice, Options: options("", "the metadata", "none", "nothing: a server without metadata (2025-03-26)")},
		{Name: "metadata_url", Label: "URL of the metadata", Kind: InputURL, Help: "This one URL instead of those of the rule."},
		{Name: "resource", Label: "Resource", Kind: InputText, Default: f.cfg.Settings.Resource, Help: "The resource parameter, instead of the metadata's."},
	}
}

func (f *Flow) issuerInputs() []Input {
	list := []Option{}
	for _, s := range issuersOf(f.prm) {
		list = append(list, Option{Value: s, Label: cutText(s, 200), Note: "named by the resource metadata"})
	}
	return []Input{{
		Name: "issuer", Label: "Authorization server", Kind: InputChoice, Default: f.cfg.Settings.Issuer, Options: list, Free: true,
		Help: "The issuer, letter by letter. Empty: by the rule.",
	}}
}

func (f *Flow) serverInputs() []Input {
	s, as := f.cfg.Settings, ServerMetadata{}
	if f.as != nil {
		as = *f.as
	}
	url := func(name, label, set, found string) Input {
		in := Input{Name: name, Label: label, Kind: InputURL, Default: set}
		if found != "" && found != set {
			in.Help = "The metadata say " + cutText(found, 200) + "."
		}
		return in
	}
	pkce := ""
	if s.AllowNoPKCE {
		pkce = "allow"
	}
	return []Input{
		{Name: "metadata_url", Label: "URL of the metadata", Kind: InputURL, Help: "This one URL instead of those of the rule."},
		url("authorization_endpoint", "Authorization endpoint", s.AuthorizationEndpoint, as.AuthorizationEndpoint),
		url("token_endpoint", "Token endpoint", s.TokenEndpoint, as.TokenEndpoint),
		url("registration_endpoint", "Registration endpoint", s.RegistrationEndpoint, as.RegistrationEndpoint),
		url("revocation_endpoint", "Revocation endpoint", s.RevocationEndpoint, as.RevocationEndpoint),
		{
			Name: "without_pkce", Label: "Without PKCE in the metadata", Kind: InputChoice, Default: pkce,
			Options: options("", "refuse (the rule)", "allow", "go on: the code may be unprotected"),
		},
	}
}

func (f *Flow) clientInputs() []Input {
	s := f.cfg.Settings
	host, path := s.RedirectHost, s.RedirectPath
	if host == "" {
		host = "127.0.0.1"
	}
	if path == "" {
		path = "/callback"
	}
	list := []Input{
		{Name: "client_id", Label: "Client id", Kind: InputText, Default: s.ClientID, Help: "Of a client registered with this authorization server."},
		{Name: "client_secret", Label: "Client secret", Kind: InputSecret, Set: s.ClientSecret != ""},
		{
			Name: "client_auth", Label: "Client authentication", Kind: InputChoice, Default: s.ClientAuth,
			Options: options("", "by the rule", authNone, authNone, authBasic, authBasic, authPost, authPost, authKeyJWT, authKeyJWT),
		},
	}
	if s.Grant != AuthorizationCode {
		return list
	}
	kinds := options("", "by the rule", string(PreRegistered), "pre-registered", string(MetadataDocument), "client ID metadata document", string(Dynamic), "dynamic registration")
	list = append([]Input{{Name: "kind", Label: "Kind of client", Kind: InputChoice, Default: string(s.ClientKind), Options: kinds}}, list...)
	return append(list,
		Input{Name: "client_metadata_url", Label: "URL of the client ID metadata document", Kind: InputURL, Default: s.ClientMetadataURL},
		Input{Name: "redirect_host", Label: "Redirect host", Kind: InputChoice, Default: host, Options: options("127.0.0.1", "127.0.0.1", "localhost", "localhost")},
		Input{Name: "redirect_port", Label: "Redirect port", Kind: InputText, Default: strconv.Itoa(s.RedirectPort), Help: "0 takes a free one."},
		Input{Name: "redirect_path", Label: "Redirect path", Kind: InputText, Default: path},
		Input{Name: "register", Label: "Registration", Kind: InputChoice, Options: options("", "use the client registered before", "anew", "register anew")},
		Input{Name: "client_name", Label: "client_name", Kind: InputText, Default: clientName},
		Input{Name: "application_type", Label: "application_type", Kind: InputChoice, Default: "native", Options: options("native", "native", "web", "web", "none", "not sent"), Free: true},
	)
}

func (f *Flow) scopeInputs() []Input {
	s := f.settings()
	scopes, why := f.ruleScopes(&s)
	known, has := []Option{}, map[string]bool{}
	add := func(list []string, note string) {
		for _, v := range list {
			if !has[v] && len(known) < maxListed {
				has[v] = true
				known = append(known, Option{Value: v, Label: cutText(v, 100), Note: note})
			}
		}
	}
	if c := f.start.Challenge; c != nil {
		add(c.Scopes, "the refusal")
	}
	if f.prm != nil {
		add(f.prm.Scopes, "the resource metadata")
	}
	if f.as != nil {
		add(f.as.Scopes, "the authorization server")
	}
	in := Input{Name: "scope", Label: "Scopes", Kind: InputScopes, Default: strings.Join(scopes, " "), Options: known, Free: true, Help: "By the rule: " + why + "."}
	if f.scoped && f.edits[StepScopes]["scope"] == "" {
		in.Default = strings.Join(f.scopes, " ")
	}
	return []Input{in}
}

func (f *Flow) authorizeInputs() []Input {
	s := f.settings()
	client, redirect := "", ""
	if f.client != nil {
		client, redirect = f.client.ID, f.client.RedirectURI
	}
	prompt := ""
	if slices.Contains(f.scopes, offlineAccess) {
		prompt = "consent"
	}
	return []Input{
		{Name: "client_id", Label: "client_id", Kind: InputText, Default: client},
		{Name: "redirect_uri", Label: "redirect_uri", Kind: InputURL, Default: redirect},
		{Name: "resource", Label: "resource", Kind: InputText, Default: f.resourceParam(&s), Help: "Empty: not sent."},
		{Name: "prompt", Label: "prompt", Kind: InputChoice, Default: prompt, Free: true, Options: options("", "not sent", "consent", "consent", "login", "login", "select_account", "select_account", "none", "none")},
		{Name: "extra", Label: "More parameters", Kind: InputParams, Default: writeParams(f.cfg.Settings.Extra), Help: "One name=value a line. Those that the sign-in itself sets are refused."},
		{Name: "push", Label: "Pushed request (RFC 9126)", Kind: InputChoice, Options: options("", "where the server demands it", "always", "always", "never", "never")},
		{Name: "state", Label: "state", Kind: InputSecret, Help: "Empty: random."},
		{Name: "code_verifier", Label: "code_verifier", Kind: InputSecret, Help: "Empty: random."},
	}
}

func (f *Flow) tokenInputs() []Input {
	s := f.settings()
	endpoint := s.TokenEndpoint
	if f.as != nil {
		endpoint = f.as.TokenEndpoint
	}
	in := []Input{{Name: "token_endpoint", Label: "Token endpoint", Kind: InputURL, Default: endpoint}}
	switch s.Grant {
	case Workload:
		return append(in, Input{Name: "assertion", Label: "The workload's JWT", Kind: InputSecret, Set: s.Assertion != ""})
	case ClientCredentials, Enterprise:
		return in
	case AuthorizationCode:
	}
	redirect, resource := "", ""
	if f.pending != nil {
		redirect, resource = f.pending.RedirectURI, f.pending.Resource
	}
	return append(in,
		Input{Name: "redirect_uri", Label: "redirect_uri", Kind: InputURL, Default: redirect},
		Input{Name: "resource", Label: "resource", Kind: InputText, Default: resource, Help: "Empty: not sent."},
		Input{
			Name: "client_auth", Label: "Client authentication", Kind: InputChoice,
			Options: options("", "as registered", authNone, authNone, authBasic, authBasic, authPost, authPost, authKeyJWT, authKeyJWT),
		},
		Input{Name: "code", Label: "code", Kind: InputSecret, Set: f.code != "", Help: "Good once: sending it again shows whether the server minds."},
		Input{Name: "code_verifier", Label: "code_verifier", Kind: InputSecret, Set: f.pending != nil, Help: "A wrong one shows whether the server checks PKCE."},
	)
}
