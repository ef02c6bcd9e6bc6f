package core

import (
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// limits are those of a profile for its session; that of one message is the transport's.
func limits(l profile.Limits) session.Limits {
	return session.Limits{
		Rounds: l.Rounds, Questions: l.Questions, Pages: l.Pages,
		Tasks: l.Tasks, Followed: l.Followed, TaskInputs: l.TaskInputs,
	}
}
