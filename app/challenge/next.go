package challenge

import (
	"fmt"
	"net/http"
	"strings"
)

// next is the next step for the person in front of the window.
func next(c *Challenge, in Input) string {
	switch {
	case c.Status == http.StatusUnauthorized:
		return nextUnauthorized(c, in)
	case c.Status == http.StatusForbidden:
		return nextForbidden(c)
	case c.Status == http.StatusProxyAuthRequired:
		return "Give the proxy's user name and password in the proxy settings (HTTPS_PROXY)."
	case len(c.Raw) > 0:
		return "Nothing has to be done: the server only says that credentials might change its answer."
	}
	return "Look at the status and the body: this is no refusal that signing in would mend."
}

func nextUnauthorized(c *Challenge, in Input) string {
	s := c.counting()
	switch {
	case s == nil:
		return nextOther(c)
	case c.Error == "use_dpop_nonce":
		return "Repeat the request with a DPoP proof that carries the server's nonce."
	case c.Error == "insufficient_user_authentication":
		return "Sign in again: the server wants a stronger or more recent sign-in" + quoted(": ", c.ErrorDescription) + "."
	case in.TokenSent:
		why := c.ErrorDescription
		if why == "" {
			why = codes[c.Error].meaning
		}
		return "The token was refused" + quoted(": ", why) + ". Sign in again, or correct the Authorization header in the server's settings."
	case origin(c.ResourceMetadata) != "":
		return "Sign in: the server names its metadata at " + clip(c.ResourceMetadata) + "."
	case c.ResourceMetadata != "":
		return "Tell the server's owner that resource_metadata is not an absolute http or https URL; until then the well-known addresses are tried at sign-in."
	}
	return "Sign in: the server names no metadata, so its well-known addresses are tried."
}

// nextOther is for a 401 that OAuth cannot answer.
func nextOther(c *Challenge) string {
	for _, s := range c.Schemes {
		switch strings.ToLower(s.Name) {
		case "basic":
			return "Add an Authorization header with a user name and password (Basic) to the server's settings."
		case "negotiate", "ntlm", "digest":
			return fmt.Sprintf("Ask the server's owner for another way in: Sightglass does not do %s.", s.Name)
		}
	}
	if len(c.Schemes) == 0 {
		return "Ask the server's owner how to sign in, or add the Authorization header you were given to the server's settings: the server does not say what it wants."
	}
	return "Ask the server's owner which credentials are wanted and add them as a header in the server's settings."
}

func nextForbidden(c *Challenge) string {
	switch c.Error {
	case "insufficient_scope":
		if len(c.Scopes) > 0 {
			return "Sign in again for the scopes " + clip(strings.Join(c.Scopes, " ")) + "."
		}
		return "Ask the server's owner which scopes are needed: the token lacks some, and the server does not name them."
	case "insufficient_user_authentication":
		return "Sign in again: the server wants a stronger or more recent sign-in" + quoted(": ", c.ErrorDescription) + "."
	}
	return "Ask the server's owner for permission: the server refuses this user or this request, and signing in again does not change that" + quoted(" (", c.ErrorDescription) + closing(c.ErrorDescription)
}

// quoted is lead and text without its full stop, or nothing.
func quoted(lead, text string) string {
	if text = strings.TrimRight(strings.TrimSpace(text), "."); text == "" {
		return ""
	}
	return lead + clip(text)
}

func closing(text string) string {
	if strings.TrimRight(strings.TrimSpace(text), ".") == "" {
		return "."
	}
	return ")."
}
