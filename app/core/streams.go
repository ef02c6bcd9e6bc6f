package core

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// Streams are the subscriptions/listen streams of a modern connection.
type Streams struct {
	Used    bool            `json:"used"`    // the connection is of the modern era
	Streams []ListenStream  `json:"streams"` // the connection's own first, if anything is or was wanted of it
	Foreign []ForeignStream `json:"foreign"` // what came with a subscription id of none of them
	Offer   StreamOffer     `json:"offer"`
}

// StreamOffer says what the server declares to tell of.
type StreamOffer struct {
	Tools     bool `json:"tools"` // listChanged of each
	Prompts   bool `json:"prompts"`
	Resources bool `json:"resources"`
	Subscribe bool `json:"subscribe"` // updates of single resources
	Tasks     bool `json:"tasks"`     // both sides declare the tasks extension
}

// ForeignStream is what came with a subscription id that is of no open stream.
type ForeignStream struct {
	ID     string `json:"id"`
	Count  int    `json:"count"`
	Last   int64  `json:"last"` // Unix microseconds
	Method string `json:"method"`
	Entry  uint64 `json:"entry"`
	Ended  bool   `json:"ended"` // it is of a stream that has ended
}

// StreamInput opens a stream.
type StreamInput struct {
	Profile   string   `json:"profile"`
	Tools     bool     `json:"tools"`
	Prompts   bool     `json:"prompts"`
	Resources bool     `json:"resources"`
	URIs      []string `json:"uris"`
	TaskIDs   []string `json:"taskIds"`
}

// Streams returns the streams of a profile's connection.
func (c *Core) Streams(id string) Streams {
	out := Streams{Streams: []ListenStream{}, Foreign: []ForeignStream{}}
	cn, s, err := c.live(id)
	if err != nil || s.Info().Era != session.Modern {
		return out
	}
	out.Used = true
	resources := offered(s, "resources")
	out.Offer = StreamOffer{
		Tools: offered(s, "tools").ListChanged, Prompts: offered(s, "prompts").ListChanged, Resources: resources.ListChanged,
		Subscribe: resources.Subscribe, Tasks: bothDeclare(s, profile.ExtensionTasks),
	}
	list, foreign := s.Streams()
	for _, st := range list {
		out.Streams = append(out.Streams, *cn.stream(st))
	}
	for _, f := range foreign {
		out.Foreign = append(out.Foreign, ForeignStream{ID: cn.text(f.ID), Count: f.Count, Last: micro(f.Last), Method: cn.text(f.Method), Entry: f.Entry, Ended: f.Ended})
	}
	return out
}

// OpenStream opens a further stream and waits for its acknowledgement. What came of it is in Streams; the error is
// that it could not be asked for.
func (c *Core) OpenStream(ctx context.Context, in StreamInput) (name string, err error) {
	cn, s, err := c.live(in.Profile)
	if err != nil {
		return "", err
	}
	f := session.Filter{Tools: in.Tools, Prompts: in.Prompts, Resources: in.Resources, URIs: trimmed(in.URIs), TaskIDs: trimmed(in.TaskIDs)}
	name, err = s.OpenStream(ctx, f)
	cn.touch()
	if name != "" {
		return name, nil
	}
	return "", err
}

// CloseStream ends a stream; of the connection's own nothing is wanted any more.
func (c *Core) CloseStream(id, name string) error {
	return c.streamDone(id, name, (*session.Session).CloseStream)
}

// ReopenStream tries at once to open a stream again.
func (c *Core) ReopenStream(id, name string) error {
	return c.streamDone(id, name, (*session.Session).ReopenStream)
}

func (c *Core) streamDone(id, name string, do func(*session.Session, string) bool) error {
	cn, s, err := c.live(id)
	if err != nil {
		return err
	}
	if !do(s, name) {
		return input("look for the stream", "this stream is there no longer", "")
	}
	cn.touch()
	return nil
}

// wanted is what a connection listened for, to be listened for again by the next one: "a client MUST re-establish
// subscriptions after the process was restarted" (2026-07-28/basic/transports/stdio).
type wanted struct {
	streams []session.Stream // modern
	uris    []string         // legacy subscriptions
}

// wants is what was listened for when the connection ended, or what it was to take over while it never stood.
func (cn *connection) wants() wanted {
	cn.mu.Lock()
	s, before := cn.session, cn.resume
	cn.mu.Unlock()
	if s == nil {
		return before
	}
	var w wanted
	if s.Info().Era == session.Modern {
		w.streams, _ = s.Streams()
		return w
	}
	list, _ := s.Watched()
	for _, r := range list {
		if r.State == session.WatchOn {
			w.uris = append(w.uris, r.URI)
		}
	}
	return w
}

// listenAgain listens for what the connection before listened for.
func (cn *connection) listenAgain(s *session.Session) {
	w := cn.resume
	if len(w.streams) == 0 && len(w.uris) == 0 {
		return
	}
	cn.core.signing.Go(func() {
		// Of what goes wrong the streams and the watches tell.
		if s.Info().Era == session.Modern {
			s.ResumeStreams(cn.ctx, w.streams)
		} else if len(w.uris) > 0 {
			_ = s.Subscribe(cn.ctx, w.uris, true)
		}
		cn.touch()
	})
}

// bothDeclare reports whether the server and we declare an extension.
func bothDeclare(s *session.Session, extension string) bool {
	return hasExtension(s.Info().Capabilities, extension) && hasExtension(s.Declared(), extension)
}

func hasExtension(caps []byte, id string) bool {
	var c struct {
		Extensions map[string]json.RawMessage `json:"extensions"`
	}
	_ = json.Unmarshal(caps, &c) // what is no object declares nothing
	_, ok := c.Extensions[id]
	return ok
}

// trimmed leaves out what is empty.
func trimmed(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}
