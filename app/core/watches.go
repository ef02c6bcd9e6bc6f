package core

import (
	"context"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
)

// Watch asks for updates of resources, or for no more of them, and waits for the answers. What came of each is in the
// output; its error is that there is no connection.
func (c *Core) Watch(ctx context.Context, in WatchInput) (Watches, error) {
	cn, s, err := c.live(in.Profile)
	if err != nil {
		return Watches{}, err
	}
	uris := make([]string, 0, len(in.URIs))
	for i, uri := range in.URIs {
		index := -1
		if i < len(in.Index) {
			index = in.Index[i]
		}
		if _, r := resourceCatalog().find(c, in.Profile, index, uri); index >= 0 && r != nil {
			uri = r.URI // a URI that was masked in the list is whole again
		}
		if uri != "" {
			uris = append(uris, uri)
		}
	}
	c.watched(ctx, cn, s, "watch resources", func(ctx context.Context) error { return s.Subscribe(ctx, uris, in.On) })
	return c.Watches(in.Profile), nil
}

// WatchLists asks a modern server to tell of changes of its lists, or not to, and waits for the answer.
func (c *Core) WatchLists(ctx context.Context, id string, on bool) (Watches, error) {
	cn, s, err := c.live(id)
	if err != nil {
		return Watches{}, err
	}
	c.watched(ctx, cn, s, "watch lists", func(ctx context.Context) error { return s.WatchLists(ctx, on) })
	return c.Watches(id), nil
}

// watched does what changes the watches. A refused one is done again after the sign-in; a modern stream sees to that
// itself.
func (c *Core) watched(ctx context.Context, cn *connection, s *session.Session, what string, do func(context.Context) error) {
	err := do(ctx)
	cn.touch()
	f := fault.As(err)
	if f == nil || f.Challenge == nil || s.Info().Era == session.Modern {
		return
	}
	cn.onFault(err)
	c.refusedAt(cn.profile, f, &refusal{what: what, again: func(ctx context.Context) (Replay, error) {
		err := do(ctx)
		cn.touch()
		return Replay{}, err
	}})
	if c.autoSignIn(cn.profile) {
		_ = c.signIn(cn.profile.ID).wait(ctx) // the watches say what came of it
	}
}

// Watches returns what is known of updates on a profile's connection.
func (c *Core) Watches(id string) Watches {
	out := Watches{Items: []Watch{}}
	cn, s, err := c.live(id)
	if err != nil {
		return out
	}
	out.Mode, out.Offer = "subscribe", offered(s, "resources")
	out.Changed = ListsChanged{Tools: s.ToolsChanged(), Resources: s.ResourcesChanged(), Prompts: s.PromptsChanged()}
	if s.Info().Era == session.Modern {
		out.Mode = "listen"
		st := s.Stream()
		out.Lists, out.Stream = st.Lists, cn.stream(st)
	}
	if out.Offer.Declared && !out.Offer.Subscribe {
		out.Offer.Text = "The server does not declare that updates of its resources can be asked for."
	}
	list, _ := s.Watched()
	for i := range list {
		w := &list[i]
		out.Items = append(out.Items, Watch{
			URI: cn.text(w.URI), State: string(w.State), Since: micro(w.Since), Updates: w.Updates, Last: micro(w.Last), Entry: w.Entry,
			Updated: w.Updated, ReadAt: micro(w.ReadAt), ReadSeq: w.Read, Err: AsError(cn.masked(w.Err)),
		})
	}
	return out
}

// stream is the listen stream as the window sees it, nil while none was asked for.
func (cn *connection) stream(st session.Stream) *ListenStream {
	if st.State == session.StreamOff {
		return nil
	}
	out := &ListenStream{
		Name: st.Name, ID: st.ID, Events: st.Events, Last: micro(st.Last), LastSeq: st.LastEntry, Tries: st.Tries, Retry: micro(st.Retry),
		Want:  StreamInput{Tools: st.Want.Tools, Prompts: st.Want.Prompts, Resources: st.Want.Resources, URIs: cn.texts(st.Want.URIs), TaskIDs: cn.texts(st.Want.TaskIDs)},
		State: string(st.State), Since: micro(st.Since), Request: cn.text(string(st.Request)), Accepted: cn.text(string(st.Accepted)),
		Refused: cn.texts(st.Refused), Opened: st.Opened, Text: cn.text(st.Text), Entries: []uint64{}, Err: AsError(cn.masked(st.Err)),
	}
	if st.Entry != 0 {
		out.Entries = append(out.Entries, st.Entry)
	}
	return out
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// onLoose takes a failure outside of any call. A refusal leads to a sign-in.
func (cn *connection) onLoose(err error) {
	if f := fault.As(err); f != nil && f.Challenge != nil {
		cn.refused(f)
		return
	}
	cn.onFault(err)
}
