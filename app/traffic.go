package app

// Traffic is the bound noun for the traffic log. Pages, matches, exchanges and bodies travel by fetch: /api/page,
// /api/match, /api/exchange, /api/body.
type Traffic struct{ app *App }

// Reveal returns the true value behind a placeholder of an entry, on the user's click.
func (t *Traffic) Reveal(seq uint64, placeholder string) (value string, err error) {
	defer guard(&err, "reveal")
	return t.app.core.Reveal(seq, placeholder)
}

// Clear forgets every entry.
func (t *Traffic) Clear() (err error) {
	defer guard(&err, "clear traffic")
	t.app.core.ClearTraffic()
	return nil
}
