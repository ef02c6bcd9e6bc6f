package main

import (
	"context"
	"io"
	"net/http"

	"github.com/sightglass-dev/sightglass/app/core"
	"github.com/sightglass-dev/sightglass/app/profile"
)

// clientDocument is the address that the suite's authorization servers expect of a client ID metadata document.
const clientDocument = "https://conformance-test.local/client-metadata.json"

// credentials are what the suite hands over to a scenario with a client of its own.
type credentials struct {
	ClientID         string `json:"client_id"`
	ClientSecret     string `json:"client_secret"`
	Issuer           string `json:"issuer"`
	PrivateKey       string `json:"private_key_pem"`
	SigningAlg       string `json:"signing_algorithm"`
	IDPClientID      string `json:"idp_client_id"`
	IDPToken         string `json:"idp_id_token"`
	IDPIssuer        string `json:"idp_issuer"`
	IDPTokenEndpoint string `json:"idp_token_endpoint"`
	WorkloadToken    string `json:"valid_jwt"`
}

// profile is the saved server a user would have made for the scenario.
func (g credentials) profile(scenario, url string) (profile.Profile, []core.SecretInput) {
	p := profile.Profile{Name: "conformance", Transport: profile.HTTP, URL: url, Era: profile.Era{Mode: string(eraAsked())}}
	p.Auth = profile.Auth{ClientID: g.ClientID, ClientIssuer: g.Issuer, ClientMetadataURL: clientDocument}
	secrets := []core.SecretInput{}
	keep := func(name, value string) {
		if value != "" {
			secrets = append(secrets, core.SecretInput{Name: name, Value: value})
		}
	}
	keep(profile.SecretClient, g.ClientSecret)
	switch scenario {
	case "auth/client-credentials-jwt":
		p.Auth.Grant, p.Auth.ClientAuth, p.Auth.SigningAlg = "client_credentials", "private_key_jwt", g.SigningAlg
		keep(profile.SecretKey, g.PrivateKey)
	case "auth/client-credentials-basic":
		p.Auth.Grant, p.Auth.ClientAuth = "client_credentials", "client_secret_basic"
	case "auth/enterprise-managed-authorization":
		p.Auth.Grant = "enterprise"
		p.Auth.IDPIssuer, p.Auth.IDPTokenEndpoint, p.Auth.IDPClientID = g.IDPIssuer, g.IDPTokenEndpoint, g.IDPClientID
		keep(profile.SecretIDPSubject, g.IDPToken)
	case "auth/wif-jwt-bearer":
		p.Auth.Grant = "workload"
		keep(profile.SecretAssertion, g.WorkloadToken)
	}
	return p, secrets
}

// signIn plays a scenario of authorization over the whole core: the window's path but for the window, with a browser
// that needs no user.
func (d *driver) signIn(ctx context.Context, scenario string) error {
	return withCore(core.Options{Version: "conformance", Memory: true, AutoSignIn: true, Browser: follow}, func(c *core.Core) error {
		return d.signedIn(ctx, c, scenario)
	})
}

func (d *driver) signedIn(ctx context.Context, c *core.Core, scenario string) error {
	p, secrets := d.given.profile(scenario, d.url)
	p, err := c.Save(p, secrets)
	if err != nil {
		return err
	}
	if _, err := c.ConnectWait(ctx, p.ID); err != nil {
		return err
	}
	list, err := c.Tools(ctx, p.ID, true)
	if err == nil && list.Err != nil {
		err = list.Err
	}
	if err != nil {
		return err
	}
	out, err := c.Run(ctx, core.RunInput{Call: "call", Profile: p.ID, Tool: "test-tool", Index: -1, Args: "{}"})
	if err == nil && out.Err != nil {
		err = out.Err
	}
	c.Disconnect(p.ID)
	return err
}

// follow is the user and the browser in one: the suite's authorization servers answer with the redirect at once.
func follow(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
