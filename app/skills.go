package app

import (
	"context"

	"github.com/sightglass-dev/sightglass/app/core"
)

// Skills is the bound noun for the Skills extension. The list and the details travel by fetch: /api/skills, /api/skill.
type Skills struct{ app *App }

// Read reads a file of a skill and verifies it against the skill's entry; Tools.Cancel ends it.
func (s *Skills) Read(in core.SkillInput) (out core.SkillRead, err error) {
	defer guard(&err, "read skill")
	return s.app.core.ReadSkill(context.Background(), in), nil
}

// Get asks for the entry of a skill, listed or not, and compares it with the list.
func (s *Skills) Get(in core.SkillInput) (out core.SkillEntry, err error) {
	defer guard(&err, "get skill")
	return s.app.core.GetSkill(context.Background(), in), nil
}

// Directory reads a directory of a skill, where the server offers that.
func (s *Skills) Directory(in core.SkillInput) (out core.SkillDirectory, err error) {
	defer guard(&err, "read directory")
	return s.app.core.SkillDirectory(context.Background(), in), nil
}
