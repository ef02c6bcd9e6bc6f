package core

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
)

// book is the rules and templates: those of the data folder, which Start found, or those that this run was given.
func (c *Core) book() *rules.Book {
	c.bookOnce.Do(func() {
		c.bookKept = rules.Open(c.dir)
		if c.opts.Rules != nil {
			c.bookKept = rules.Given(c.dir, c.opts.Rules)
		}
	})
	return c.bookKept
}

// AnswerTemplates returns the saved answers.
func (c *Core) AnswerTemplates() AnswerTemplates {
	list, file, problem := c.book().Templates()
	if list == nil {
		list = []rules.Template{}
	}
	return AnswerTemplates{Templates: list, File: file, FileError: problem}
}

// SaveTemplate keeps an answer. One that looks as if it held a credential is kept only when it is forced.
func (c *Core) SaveTemplate(t rules.Template, force bool) (SavedTemplate, error) {
	out := SavedTemplate{Template: t, Suspects: suspectTexts(t.Content, t.Text, t.Data, t.Message)}
	if len(out.Suspects) > 0 && !force {
		return out, nil
	}
	saved, err := c.book().SaveTemplate(t)
	if err != nil {
		return out, ruleError("save the answer", err)
	}
	out.Template, out.Saved = saved, true
	c.nudge(NudgeQuestions)
	return out, nil
}

// DeleteTemplate removes a saved answer.
func (c *Core) DeleteTemplate(id string) error {
	defer c.nudge(NudgeQuestions)
	return ruleError("delete the answer", c.book().DeleteTemplate(id))
}

// Rules returns the rules in the order in which they are tried.
func (c *Core) Rules() RuleList {
	list, file, problem := c.book().Rules()
	out := RuleList{Rules: []RuleState{}, File: file, FileError: problem}
	for _, s := range list {
		r := RuleState{Rule: s.Rule, Fired: s.Fired, Last: micro(s.Last), Problem: s.Problem}
		if r.Problem == "" && s.Rule.Profile != "" {
			if _, err := c.profile(s.Rule.Profile); err != nil {
				r.Problem = "Its server does not exist any more."
			}
		}
		out.Rules = append(out.Rules, r)
	}
	return out
}

// SaveRule adds (empty id) or changes a rule.
func (c *Core) SaveRule(r rules.Rule, force bool) (SavedRule, error) {
	out := SavedRule{Rule: r, Problems: []string{}, Suspects: suspectTexts(r.Content, r.Raw, r.Data, r.Message)}
	out.Problems = append(out.Problems, rules.Check(r)...)
	if len(out.Problems) > 0 || len(out.Suspects) > 0 && !force {
		return out, nil
	}
	saved, err := c.book().Save(r)
	if err != nil {
		return out, ruleError("save the rule", err)
	}
	out.Rule, out.Saved = saved, true
	c.nudge(NudgeQuestions)
	return out, nil
}

// DeleteRule removes a rule.
func (c *Core) DeleteRule(id string) error {
	defer c.nudge(NudgeQuestions)
	return ruleError("delete the rule", c.book().Delete(id))
}

// EnableRule switches a rule on or off.
func (c *Core) EnableRule(id string, on bool) error {
	defer c.nudge(NudgeQuestions)
	return ruleError("change the rule", c.book().Enable(id, on))
}

// ReorderRules puts the rules into the given order.
func (c *Core) ReorderRules(ids []string) error {
	defer c.nudge(NudgeQuestions)
	return ruleError("reorder the rules", c.book().Reorder(ids))
}

// TryRule returns the ids of the questions in the inbox that a rule would have taken, had it been the only one.
func (c *Core) TryRule(r rules.Rule) []string {
	out := []string{}
	for _, cn := range c.all() {
		s := cn.anySession()
		if s == nil {
			continue
		}
		for _, q := range s.Questions() {
			if rules.Matches(r, rules.Asked{Profile: cn.profile.ID, Method: q.Method, Params: q.Params, Tool: q.Tool}) {
				out = append(out, q.ID)
			}
		}
	}
	return out
}

func ruleError(doing string, err error) error {
	if err == nil {
		return nil
	}
	return &fault.CallError{Kind: fault.Input, Step: doing, Message: err.Error(), Hint: "Nothing was changed.", Cause: err}
}

// suspectTexts says what in an answer looks like a credential: it would stand in a file.
func suspectTexts(list ...string) []string {
	out := []string{}
	for _, s := range list {
		var v any
		if json.Unmarshal([]byte(s), &v) == nil {
			out = suspects(out, "", v)
		} else {
			out = suspects(out, "", s)
		}
	}
	return out
}

// maxSuspects is how many places are told: the user looks at the whole anyway.
const maxSuspects = 20

// suspects looks at every text of a JSON value with the name it stands under.
func suspects(out []string, name string, v any) []string {
	switch x := v.(type) {
	case string:
		if yes, why := profile.LooksSecret(name, x); yes && len(out) < maxSuspects {
			if name != "" {
				why = fmt.Sprintf("%q: %s", firstRunes(name, 80), why)
			}
			out = append(out, why)
		}
	case []any:
		for _, one := range x {
			out = suspects(out, name, one)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(x)) {
			out = suspects(out, key, x[key])
		}
	}
	return out
}
