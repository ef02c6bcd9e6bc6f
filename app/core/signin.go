package core

import (
	"github.com/sightglass-dev/sightglass/app/auth"
	"github.com/sightglass-dev/sightglass/app/fault"
)

// NudgeSignIn says that a sign-in changed.
const NudgeSignIn = "signin"

// SignIn returns a profile's sign-in.
func (c *Core) SignIn(id string) SignIn {
	return SignIn{Profile: id, Phase: SignInNone, Steps: []auth.Step{}, Identities: []Identity{}}
}

var errSignIn = &fault.CallError{Kind: fault.Internal, Step: "sign in", Message: "signing in is being built"}

// StartSignIn signs in.
func (c *Core) StartSignIn(string, bool) error { return errSignIn }

// BeginSignIn looks up the metadata.
func (c *Core) BeginSignIn(string) error { return errSignIn }

// SignInStep runs one step.
func (c *Core) SignInStep(SignInStep) error { return errSignIn }

// CancelSignIn ends a sign-in under way.
func (c *Core) CancelSignIn(string) {}

// OpenSignIn opens the browser once more.
func (c *Core) OpenSignIn(string) error { return errSignIn }

// UseIdentity switches.
func (c *Core) UseIdentity(string, string) error { return errSignIn }

// RenameIdentity names an identity.
func (c *Core) RenameIdentity(string, string, string) error { return errSignIn }

// RefreshIdentity spends the refresh token.
func (c *Core) RefreshIdentity(string, string) error { return errSignIn }

// SignOut revokes and deletes.
func (c *Core) SignOut(string, string) (string, error) { return "", errSignIn }

// CheckServer runs the negative checks.
func (c *Core) CheckServer(string) error { return errSignIn }

// ClientDocument makes the client ID metadata document.
func (c *Core) ClientDocument(string) (string, error) { return "", errSignIn }
