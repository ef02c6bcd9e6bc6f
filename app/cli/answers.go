package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sightglass-dev/sightglass/app/core"
)

// answered is a question of the server with its answer, as it is printed for machines.
type answered struct {
	Method  string          `json:"method"`
	Summary string          `json:"summary"`
	State   string          `json:"state"`
	By      string          `json:"by"`
	Reason  string          `json:"reason"`
	Answer  json.RawMessage `json:"answer"` // a text when it was no JSON
}

// answers are the questions that the server asked, none without --answer.
func (f *flags) answers(c *core.Core) []answered {
	if f.answer == "" {
		return nil
	}
	out := []answered{}
	for _, q := range c.Inbox().Questions {
		d, err := c.Question(q.ID)
		if err != nil {
			continue // settled long ago: only the last ones are kept
		}
		a := answered{Method: q.Method, Summary: q.Summary, State: q.State, By: q.By, Reason: q.Reason, Answer: json.RawMessage(d.Answer)}
		if !json.Valid(a.Answer) {
			a.Answer, _ = json.Marshal(d.Answer) // a string always marshals
		}
		out = append(out, a)
	}
	return out
}

// printAnswers tells people on standard error what was asked and answered.
func (f *flags) printAnswers(s streams, c *core.Core) {
	for _, a := range f.answers(c) {
		_, _ = fmt.Fprintf(s.err, "The server asked (%s): %s\n  %s\n", clean(a.Method), word(a.Summary), word(strings.TrimSpace(a.State+", "+a.Reason)))
	}
}
