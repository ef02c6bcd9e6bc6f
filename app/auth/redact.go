package auth

import "fmt"

// Values that hold secrets name themselves without them, so that none reaches a log or a message by a careless %v.

// String names the token set by issuer and resource.
func (t Token) String() string { return fmt.Sprintf("token set of %q for %q", t.Issuer, t.Resource) }

// GoString is String, for %#v.
func (t Token) GoString() string { return t.String() }

// String names the client by id and issuer.
func (c Client) String() string { return fmt.Sprintf("client %q of %q", c.ID, c.Issuer) }

// GoString is String, for %#v.
func (c Client) GoString() string { return c.String() }

// String says that there is an authorization request.
func (p Pending) String() string { return fmt.Sprintf("authorization request to %q", p.Issuer) }

// GoString is String, for %#v.
func (p Pending) GoString() string { return p.String() }

// String says that there is a callback.
func (c Callback) String() string { return fmt.Sprintf("callback at %v", c.At) }

// GoString is String, for %#v.
func (c Callback) GoString() string { return c.String() }

// String names the settings' grant.
func (s Settings) String() string { return fmt.Sprintf("sign-in settings (grant %q)", string(s.Grant)) }

// GoString is String, for %#v.
func (s Settings) GoString() string { return s.String() }
