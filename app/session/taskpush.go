package session

import (
	"context"
	"slices"
)

// PushTasks asks a modern server to push the status of the tasks that are not over (subscriptions/listen with taskIds),
// or to push it no longer. Polls go on beside it: "Clients MAY continue polling tasks/get in addition". The error is
// that of the stream, as far as it is known at once.
func (s *Session) PushTasks(ctx context.Context, on bool) error {
	if s.era() != Modern {
		return s.input(methodListen, "A server of the legacy era tells the status of tasks unasked, if it does.")
	}
	s.pushing.Store(on)
	return s.refilterTasks(ctx)
}

// TasksPushed reports whether the status of tasks is asked to be pushed, and for how many the server agreed.
func (s *Session) TasksPushed() (on bool, agreed int) {
	if !s.pushing.Load() {
		return false, 0
	}
	ids, _ := elements(field(s.Stream().Accepted, "taskIds"))
	return true, len(ids)
}

// refilterTasks makes the session's own stream listen for the tasks there are.
func (s *Session) refilterTasks(ctx context.Context) error {
	var ids []string
	if s.pushing.Load() {
		for _, t := range s.book.Tasks() {
			if t.Form == ExtensionTasks && !t.State.Final() && !slices.Contains(ids, t.ID) && len(ids) < s.cfg.Limits.followed() {
				ids = append(ids, t.ID)
			}
		}
	}
	if slices.Equal(s.Stream().Want.TaskIDs, ids) {
		return nil
	}
	return s.stream.change(ctx, s, func(want *Filter) { want.TaskIDs = ids })
}

// refilterSoon does so when there is a task more, or one less.
func (s *Session) refilterSoon() {
	if s.pushing.Load() {
		s.spawn(func(ctx context.Context) { _ = s.refilterTasks(ctx) }) // the state of the stream says what came of it
	}
}
