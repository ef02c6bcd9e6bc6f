package rules

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/question"
)

func asked(message string) Asked {
	m, _ := json.Marshal(message)
	return Asked{Profile: "p", Method: question.MethodElicit, Params: json.RawMessage(`{"message":` + string(m) + `}`), Tool: "t"}
}

func TestManyWriters(t *testing.T) {
	b := Open(t.TempDir())
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := b.Save(Rule{Name: fmt.Sprint("rule ", i), Enabled: true, Action: DoDecline, Text: fmt.Sprint("^", i, "$")}); err != nil {
				t.Error(err)
			}
			b.Match(asked(fmt.Sprint(i)))
		})
	}
	wg.Wait()
	list, file, problem := b.Rules()
	if len(list) != 20 || problem != "" {
		t.Fatalf("%d rules, %q", len(list), problem)
	}
	for i := range 20 {
		if r, ok := b.Match(asked(fmt.Sprint(i))); !ok || r.Name != fmt.Sprint("rule ", i) {
			t.Errorf("%d: %+v, %v", i, r, ok)
		}
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*.tmp"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// Two windows share one folder: each sees what the other saved and adds to it.
func TestTwoBooks(t *testing.T) {
	dir := t.TempDir()
	a, b := Open(dir), Open(dir)
	if _, err := a.Save(Rule{Name: "a", Action: DoDecline}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Save(Rule{Name: "b", Action: DoDecline}); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		list, _, _ := a.Rules()
		if len(list) == 2 && list[0].Rule.Name == "a" && list[1].Rule.Name == "b" {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%+v", list)
		}
	}
	if _, err := a.Save(Rule{ID: "gone", Name: "x", Action: DoDecline}); err == nil {
		t.Error("a rule that does not exist was changed")
	}
}

func TestMatching(t *testing.T) {
	sampled := Asked{Profile: "p", Method: question.MethodSample, Params: json.RawMessage(`{"systemPrompt":"Be nice","messages":[{"role":"user","content":[{"type":"text","text":"Sum it up"}]}]}`)}
	url := Asked{Method: question.MethodElicit, Params: json.RawMessage(`{"mode":"url","message":"m"}`)}
	long := asked(strings.Repeat("x", maxWords) + "needle")
	for i, tt := range []struct {
		rule Rule
		q    Asked
		want bool
	}{
		{Rule{Action: DoDecline}, asked("m"), true},
		{Rule{Action: DoDecline, Profile: "p", Method: question.MethodElicit, Mode: "form", Tool: "t", Text: "M|m"}, asked("m"), true},
		{Rule{Action: DoDecline, Profile: "q"}, asked("m"), false},
		{Rule{Action: DoDecline, Method: question.MethodRoots}, asked("m"), false},
		{Rule{Action: DoDecline, Mode: "url"}, asked("m"), false},
		{Rule{Action: DoDecline, Mode: "url"}, url, true},
		{Rule{Action: DoDecline, Tool: "u"}, asked("m"), false},
		{Rule{Action: DoDecline, Text: "(?i)SUM"}, sampled, true},
		{Rule{Action: DoDecline, Text: "nice"}, sampled, true},
		{Rule{Action: DoDecline, Text: "x"}, Asked{Method: question.MethodRoots}, false},
		{Rule{Action: DoDefaults}, url, false},
		{Rule{Action: DoDefaults}, sampled, false},
		{Rule{Action: DoSampler}, sampled, true},
		{Rule{Action: DoSampler}, asked("m"), false},
		{Rule{Action: DoDecline, Text: "needle"}, long, false}, // it stands behind what is looked at
		{Rule{Action: DoDecline, Text: "("}, asked("("), false},
	} {
		if got := Matches(tt.rule, tt.q); got != tt.want {
			t.Errorf("%d: %+v: %v", i, tt.rule, got)
		}
	}
	b := Given("", []Rule{{Name: "off", Action: DoCancel}, {Name: "first", Enabled: true, Action: DoDecline}, {Name: "second", Enabled: true, Action: DoCancel}})
	if r, ok := b.Match(asked("m")); !ok || r.Name != "first" {
		t.Errorf("%+v, %v", r, ok)
	}
}

// Whatever stands in the file: it is read, or set aside whole, and the next save works.
func FuzzFile(f *testing.F) {
	f.Add(`{"version":1,"items":[{"id":"a","name":"n","enabled":true,"action":"decline"}]}`)
	f.Add(`{"version":1,"items":[null,{"id":"a"},{"id":"a","text":"("}]}`)
	f.Add(`[]`)
	f.Add(`{"version":2}`)
	f.Add("\xff\x00{")
	f.Fuzz(func(t *testing.T, text string) {
		dir := t.TempDir()
		file := filepath.Join(dir, "rules.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		b := Open(dir)
		list, _, problem := b.Rules()
		b.Match(asked("m"))
		ids := map[string]bool{}
		for _, s := range list {
			if s.Rule.ID == "" || ids[s.Rule.ID] {
				t.Fatalf("%+v", list)
			}
			ids[s.Rule.ID] = true
		}
		_, err := b.Save(Rule{Name: "new", Action: DoDecline})
		if newer := strings.Contains(problem, "newer version"); (err == nil) == newer {
			t.Fatalf("%q: %v", problem, err)
		}
		if problem == "" {
			return
		}
		kept := []string{file}
		if aside, err := filepath.Glob(file + ".broken-*"); err == nil && len(aside) > 0 {
			kept = aside
		}
		if was, err := os.ReadFile(kept[0]); err != nil || string(was) != text {
			t.Fatalf("what stood in the file is lost: %q, %v", was, err)
		}
	})
}
