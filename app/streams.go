package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// Streams is the bound noun for the subscriptions/listen streams of modern connections. They are listed by fetch,
// /api/streams; Connection.watchRev says when to ask again.
type Streams struct{ app *App }

// Open opens a further stream and waits for its acknowledgement; it returns the stream's name.
func (s *Streams) Open(in core.StreamInput) (name string, err error) {
	defer guard(&err, "open a stream")
	return s.app.core.OpenStream(context.Background(), in)
}

// Close ends a stream.
func (s *Streams) Close(profile, name string) (err error) {
	defer guard(&err, "close a stream")
	return s.app.core.CloseStream(profile, name)
}

// Reopen tries at once to open a stream again.
func (s *Streams) Reopen(profile, name string) (err error) {
	defer guard(&err, "open a stream again")
	return s.app.core.ReopenStream(profile, name)
}
