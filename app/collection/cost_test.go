package collection

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// A short path in a small result would find a value a billion times over, or look at it as often.
func TestAPathThatCostsTooMuchIsRefused(t *testing.T) {
	deep := json.RawMessage(strings.Repeat("[", 150) + "1" + strings.Repeat("]", 150))
	wide := json.RawMessage("[" + strings.Repeat("1,", 20_000) + "1]")
	for path, doc := range map[string]json.RawMessage{
		"$" + strings.Repeat("[*,*]", 100):               deep,
		"$" + strings.Repeat("[0,0]", 100):               deep,
		"$[?count($[?count($[?count($[*])>0])>0])>0]":    wide,
		"$[?count($..*)>0]":                              wide,
		`$[?@ == "$,,"][?count($['a', "b"][?@>1]) == 1]`: wide,
	} {
		began := time.Now()
		if _, err := at(doc, "", path); err == nil || !strings.Contains(err.Error(), "could look at more than") {
			t.Errorf("%s: %v", path, err)
		}
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("%s took %s", path, took)
		}
	}
	for _, path := range []string{"$", "$[*]", "$..*", "$[?@ == 1]", "$[?@ == $[0]]", "$['$..*,*,*,*,*,*']", "$[0,1,2,3,4,5,6,7,8]", "$..a..b"} {
		if _, err := at(wide, "", path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}
