package app

// Traffic is the bound noun for the traffic log. Pages, matches, exchanges and bodies travel by fetch: /api/page,
// /api/match, /api/exchange, /api/body.
type Traffic struct{ app *App }

// Reveal returns the true value behind a placeholder of an entry, on the user's click.
func (t *Traffic) Reveal(seq uint64, placeholder string) (string, error) { return "", nil }

// Clear forgets every entry.
func (t *Traffic) Clear() error { return nil }
