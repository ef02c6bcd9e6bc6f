package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// Captures is the bound noun for kept traffic. The list travels by fetch: /api/captures.
type Captures struct{ app *App }

// Rename names a capture; an empty name takes it away.
func (c *Captures) Rename(id, name string) (err error) {
	defer guard(&err, "name capture")
	return c.app.core.NameCapture(c.app.ctx, id, name)
}

// Comment sets a capture's comment.
func (c *Captures) Comment(id, comment string) (err error) {
	defer guard(&err, "comment capture")
	return c.app.core.CommentCapture(c.app.ctx, id, comment)
}

// Pin keeps a capture from being deleted to make room.
func (c *Captures) Pin(id string, pinned bool) (err error) {
	defer guard(&err, "pin capture")
	return c.app.core.PinCapture(c.app.ctx, id, pinned)
}

// Delete takes captures out of the list; Undelete brings them back within half a minute.
func (c *Captures) Delete(ids []string) (err error) {
	defer guard(&err, "delete captures")
	return c.app.core.DeleteCaptures(c.app.ctx, ids)
}

// Undelete brings deleted captures back.
func (c *Captures) Undelete(ids []string) (err error) {
	defer guard(&err, "bring captures back")
	return c.app.core.UndeleteCaptures(c.app.ctx, ids)
}

// Limit sets the size in bytes above which the oldest captures leave.
func (c *Captures) Limit(bytes int64) (err error) {
	defer guard(&err, "limit captures")
	return c.app.core.LimitCaptures(c.app.ctx, bytes)
}

// MarkEntry puts a comment and a pin on an entry; without both it takes the mark away.
func (c *Captures) MarkEntry(seq uint64, comment string, pinned bool) (err error) {
	defer guard(&err, "mark entry")
	return c.app.core.MarkEntry(c.app.ctx, seq, comment, pinned)
}

// Store says where entries go and what is wrong with it.
func (c *Captures) Store() (s core.StoreState, err error) {
	defer guard(&err, "look at the capture store")
	return c.app.core.Captures(context.Background()).Store, nil
}
