package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sightglass-dev/sightglass/app/question"
)

// Given is a book with these rules and no others. Templates and the sampler are those of the data folder.
func Given(dir string, list []Rule) *Book {
	b := Open(dir)
	b.rules = &shelf[Rule]{clean: cleanRules, items: cleanRules(list), rev: 1}
	return b
}

// Unattended are the rules of a run that nobody sits at: how is "defaults", "decline", or the path of a file with a
// list of rules, or with the rules of a data folder. What no rule answers is declined. A rule without a word about
// enabled is enabled; one that asks is an error.
func Unattended(how string) ([]Rule, error) {
	decline := []Rule{
		{Name: "decline", Enabled: true, Method: question.MethodElicit, Action: DoDecline},
		{Name: "decline", Enabled: true, Method: question.MethodSample, Action: DoDecline},
	}
	switch how {
	case "decline":
		return decline, nil
	case "defaults":
		return append([]Rule{{Name: "defaults", Enabled: true, Action: DoDefaults}}, decline...), nil
	}
	list, err := readRules(how)
	if err != nil {
		return nil, err
	}
	for i, r := range list {
		why := Check(r)
		if r.Action == DoAsk {
			why = append(why, "Nobody is there to be asked.")
		}
		if len(why) > 0 {
			return nil, fmt.Errorf("%s: rule %d: %s", filepath.Base(how), i+1, why[0])
		}
	}
	return append(list, decline...), nil
}

func readRules(path string) ([]Rule, error) {
	st, err := os.Stat(path)
	if err == nil && st.Size() > maxFile {
		err = fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("read the rules in %s: %w", path, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the rules: %w", err)
	}
	type written struct {
		Rule

		On *bool `json:"enabled"`
	}
	var doc struct {
		Items []written `json:"items"`
	}
	var items []written
	if err := json.Unmarshal(data, &items); err != nil {
		if json.Unmarshal(data, &doc) != nil {
			return nil, fmt.Errorf("read the rules in %s: %w", path, err)
		}
		items = doc.Items
	}
	out := make([]Rule, 0, len(items))
	for _, w := range items {
		w.Enabled = w.On == nil || *w.On
		out = append(out, w.Rule)
	}
	return out, nil
}
