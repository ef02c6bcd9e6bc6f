package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// Traffic is the bound noun for the traffic log. Views and their rows, exchanges and bodies travel by fetch: /api/view,
// /api/rows, /api/rowof, /api/entry, /api/related, /api/filterwords, /api/timeline, /api/stats, /api/exchange, /api/body.
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

// SavedFilters returns the filters that were saved by name.
func (t *Traffic) SavedFilters() (f core.SavedFilters, err error) {
	defer guard(&err, "read the saved filters")
	return t.app.core.SavedFilters(), nil
}

// SaveFilter saves a filter; it replaces the one of that name.
func (t *Traffic) SaveFilter(name, text string) (err error) {
	defer guard(&err, "save the filter")
	return t.app.core.SaveFilter(name, text)
}

// RenameFilter gives a saved filter another name.
func (t *Traffic) RenameFilter(from, to string) (err error) {
	defer guard(&err, "rename the filter")
	return t.app.core.RenameFilter(from, to)
}

// DeleteFilter forgets a saved filter.
func (t *Traffic) DeleteFilter(name string) (err error) {
	defer guard(&err, "delete the filter")
	return t.app.core.DeleteFilter(name)
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
	case "captures":
		return f.core.Captures(ctx), nil
	case "timeline":
		return f.core.Timeline(ctx, q.Timeline)
	case "stats":
		return f.core.Stats(ctx, q.Stats)
	case "related":
		return f.core.Related(ctx, q.Seq)
	default:
		return f.core.FilterWords(ctx, q.Rows.View, q.Text, q.Index), nil
	}
}
