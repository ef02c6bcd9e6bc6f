package wire

import "net/http"

// Masker replaces credentials by stable placeholders before anything is recorded. The true bytes sit in memory only,
// behind Reveal. Its methods are safe for concurrent use.
type Masker struct{}

// NewMasker makes a masker whose placeholders are derived with key (32 bytes), so that equal secrets look equal.
func NewMasker(key []byte) *Masker { return &Masker{} }

// Add makes value a known secret of the connection: it is masked wherever it recurs. kind is the word shown in the
// placeholder: token, secret, cookie, key, code.
func (m *Masker) Add(conn, kind, value string) {}

// Forget wipes the known secrets and revealable bytes of a connection.
func (m *Masker) Forget(conn string) {}

// Text masks known secrets in b and returns b itself when there is nothing to mask.
func (m *Masker) Text(conn string, b []byte) []byte { return b }

// URL masks userinfo and token-like query values, and known secrets.
func (m *Masker) URL(conn, raw string) string { return raw }

// Header masks Authorization, Proxy-Authorization, Cookie, Set-Cookie, session ids, names marked secret, and known
// secrets. The order given is kept.
func (m *Masker) Header(conn string, h []Header) []Header { return h }

// HTTPHeader is Header for a net/http header, names sorted.
func (m *Masker) HTTPHeader(conn string, h http.Header) []Header { return nil }

// OAuthBody masks the credentials of an OAuth request or response body (form or JSON).
func (m *Masker) OAuthBody(conn, contentType string, b []byte) []byte { return b }

// Reveal returns the true value behind a placeholder, while its connection lives.
func (m *Masker) Reveal(conn, placeholder string) (string, bool) { return "", false }
