package app

import "github.com/sightglass-dev/sightglass/app/core"

// SignIn is the bound noun for signing in. Nothing it returns holds a token.
type SignIn struct{ app *App }

// Keep tries once more to put what is kept in memory only into the keychain.
func (s *SignIn) Keep(profile string) (err error) {
	defer guard(&err, "keep the tokens")
	return s.app.core.KeepIdentities(profile)
}

// Start signs in: every step that waits, up to the replay of the refused call; the state follows by nudge. With again
// it begins anew although a token is stored.
func (s *SignIn) Start(profile string, again bool) (err error) {
	defer guard(&err, "sign in")
	return s.app.core.StartSignIn(profile, again)
}

// Begin prepares a sign-in step by step: the metadata is looked up, nothing else.
func (s *SignIn) Begin(profile string) (err error) {
	defer guard(&err, "sign in")
	return s.app.core.BeginSignIn(profile)
}

// Step runs one step, with edited inputs.
func (s *SignIn) Step(in core.SignInStep) (err error) {
	defer guard(&err, "run a step")
	return s.app.core.SignInStep(in)
}

// Cancel ends a sign-in under way, the wait for the browser too.
func (s *SignIn) Cancel(profile string) (err error) {
	defer guard(&err, "cancel the sign-in")
	s.app.core.CancelSignIn(profile)
	return nil
}

// Open opens the browser once more with the request that waits.
func (s *SignIn) Open(profile string) (err error) {
	defer guard(&err, "open the browser")
	return s.app.core.OpenSignIn(profile)
}

// Use makes an identity the one in use; empty: none.
func (s *SignIn) Use(profile, identity string) (err error) {
	defer guard(&err, "switch the identity")
	return s.app.core.UseIdentity(profile, identity)
}

// Rename names an identity.
func (s *SignIn) Rename(profile, identity, name string) (err error) {
	defer guard(&err, "name the identity")
	return s.app.core.RenameIdentity(profile, identity, name)
}

// Refresh spends the refresh token now.
func (s *SignIn) Refresh(profile, identity string) (err error) {
	defer guard(&err, "refresh the token")
	return s.app.core.RefreshIdentity(profile, identity)
}

// SignOut revokes where the server offers it and deletes; the sentence says what was done.
func (s *SignIn) SignOut(profile, identity string) (text string, err error) {
	defer guard(&err, "sign out")
	return s.app.core.SignOut(profile, identity)
}

// Check runs the negative checks against the profile's server; the results follow by nudge.
func (s *SignIn) Check(profile string) (err error) {
	defer guard(&err, "check the server")
	return s.app.core.CheckServer(profile)
}

// ClientDocument is the client ID metadata document to be hosted at the profile's clientMetadataURL, JSON text.
func (s *SignIn) ClientDocument(profile string) (text string, err error) {
	defer guard(&err, "make the client document")
	return s.app.core.ClientDocument(profile)
}
