package core

import (
	"encoding/json"

	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

// declared is what a client of this profile declares: what is built here, less what the profile switches off.
// Questions are declared when somebody sits there to answer them.
func declared(p profile.Profile, answers bool) session.Answerers {
	on := p.Protocol.Declares
	a := session.Answerers{
		Form:     answers && on(profile.SwitchForm),
		URL:      answers && on(profile.SwitchURL),
		Sampling: answers && on(profile.SwitchSampling),
		Roots:    answers && on(profile.SwitchRoots),
		Tasks:    on(profile.SwitchTasks),

		SamplingTools: answers && on(profile.SwitchSampling) && on(profile.SwitchSamplingTools),
	}
	for id, settings := range extensions {
		// Apps are shown where somebody sits to look at them.
		if on(id) && (answers || id != profile.ExtensionUI) {
			if a.Extensions == nil {
				a.Extensions = map[string]json.RawMessage{}
			}
			a.Extensions[id] = settings
		}
	}
	return a
}

// declares is what this run declares: where rules alone answer, nobody looks at apps.
func (c *Core) declares(p profile.Profile) session.Answerers {
	a := declared(p, c.opts.Answers)
	if c.opts.Rules != nil {
		delete(a.Extensions, profile.ExtensionUI)
	}
	return a
}

// answerers are those of a connection: what is declared, and what answers in the user's place.
func (cn *connection) answerers(p profile.Profile) session.Answerers {
	a := cn.core.declares(p)
	a.Rule = cn.rule
	return a
}

// extensions are those spoken here, with their settings (SEP-2133).
var extensions = map[string]json.RawMessage{
	profile.ExtensionSkills: json.RawMessage("{}"),
	profile.ExtensionTasks:  json.RawMessage("{}"),
	profile.ExtensionUI:     json.RawMessage(`{"mimeTypes":["` + session.UIMIMEType + `"]}`),
}
