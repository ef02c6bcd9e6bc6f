package session

import (
	"context"
	"errors"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// Subscribe asks the server to tell of updates of these resources, or of updates no more. The legacy era has a request
// for each; the modern one a stream, which is opened anew with the new filter. It waits for the answers. What came of
// each is in [Session.Watched]; the error is the first one.
func (s *Session) Subscribe(ctx context.Context, uris []string, on bool) error {
	if s.era() == Modern {
		return s.stream.change(ctx, s, func(f *Filter) { f.set(uris, on) })
	}
	var errs []error
	for _, uri := range uris {
		err := s.subscribe(ctx, uri, on)
		errs = append(errs, err)
		if f := fault.As(err); f != nil && f.Kind != fault.RPC {
			break // the others would fare alike: one refusal, one sign-in
		}
	}
	return errors.Join(errs...)
}

// subscribe sends resources/subscribe or resources/unsubscribe for one resource.
func (s *Session) subscribe(ctx context.Context, uri string, on bool) error {
	method, after := methodSubscribe, WatchOn
	if !on {
		method, after = methodUnsubscribe, NotWatched
	} else {
		s.updates.set(uri, WatchAsking, nil)
		s.tell(StateChanged)
	}
	_, err := s.page(ctx, CallInput{Method: method, Params: join([]byte(`{"uri":`), quoteJSON(uri), []byte(`}`))})
	switch {
	case err == nil:
		s.updates.set(uri, after, nil)
	case on:
		s.updates.set(uri, WatchFailed, err)
	default: // whether it tells on is the server's secret
		s.updates.edit(uri, func(w *Watched) { w.Err = err })
	}
	s.tell(StateChanged)
	return err
}

// WatchLists asks a modern server to tell of changes of the lists that it declares to change. Legacy servers tell them
// unasked.
func (s *Session) WatchLists(ctx context.Context, on bool) error {
	if s.era() != Modern {
		return nil
	}
	caps := s.info.Capabilities
	return s.stream.change(ctx, s, func(f *Filter) {
		f.Tools = on && declares(caps, "tools", "listChanged")
		f.Prompts = on && declares(caps, "prompts", "listChanged")
		f.Resources = on && declares(caps, "resources", "listChanged")
		f.lists = on
	})
}

// declares reports whether a capability has a member that is true.
func declares(caps []byte, name, member string) bool {
	return string(field(field(caps, name), member)) == "true"
}
