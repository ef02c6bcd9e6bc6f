package app

import "context"

// Traffic is the bound noun for the traffic log. Views and their rows, exchanges and bodies travel by fetch: /api/view,
// /api/rows, /api/rowof, /api/entry, /api/related, /api/filterwords, /api/exchange, /api/body.
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

// CloseView closes a view that the page needs no more.
func (t *Traffic) CloseView(view string) (err error) {
	defer guard(&err, "close a view")
	t.app.core.CloseView(view)
	return nil
}

// viewed answers for the views of the traffic.
func (f *fetcher) viewed(ctx context.Context, name string, q ask) (any, error) {
	switch name {
	case "view":
		return f.core.OpenView(q.View)
	case "rows":
		return f.core.Rows(ctx, q.Rows)
	case "rowof":
		return f.core.RowOf(q.Rows.View, q.Seq)
	case "entry":
		return f.core.Entry(q.Seq)
	case "related":
		return f.core.Related(ctx, q.Seq)
	default:
		return f.core.FilterWords(ctx, q.Rows.View, q.Text, q.Index), nil
	}
}
