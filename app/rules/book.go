// Package rules keeps answers: named templates, and the rules by which questions of servers are answered without the
// user. Both are files in the data folder that may be edited by hand; neither holds a secret. What a rule does is
// its caller's matter: nothing is sent here.
package rules

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/question"
)

// Bounds of what is kept.
const (
	maxRules     = 1000
	maxTemplates = 1000
	maxName      = 200     // characters of a name
	maxContent   = 4 << 20 // bytes of one answer
	maxDelay     = 24 * 3600 * 1000
	maxWords     = 256 << 10 // bytes of texts of one question that an expression is looked for in
)

// Book is the rules and templates of one data folder. Its methods are safe for concurrent use.
type Book struct {
	rules     *shelf[Rule]
	templates *shelf[Template]
	sampler   *shelf[Sampler]

	mu     sync.Mutex
	rev    uint64 // of the rules that were compiled
	ready  []compiled
	counts map[string]*count
}

type compiled struct {
	rule    Rule
	text    *regexp.Regexp
	problem string
}

type count struct {
	fired uint64
	last  time.Time
}

// Open is the book of a data folder. Nothing is read before it is used.
func Open(dir string) *Book {
	return &Book{
		rules:     newShelf(filepath.Join(dir, "rules.json"), cleanRules),
		templates: newShelf(filepath.Join(dir, "answers.json"), cleanTemplates),
		sampler:   newShelf(filepath.Join(dir, "sampler.json"), func(l []Sampler) []Sampler { return l[:min(len(l), 1)] }),
		counts:    map[string]*count{},
	}
}

// State is a rule with what it did in this run.
type State struct {
	Rule    Rule
	Fired   uint64
	Last    time.Time // zero: never
	Problem string    // why it never applies
}

// Rules returns the rules in the order in which they are tried, the file, and what is wrong with the file.
func (b *Book) Rules() (list []State, file, problem string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	problem = b.compile()
	for _, c := range b.ready {
		s := State{Rule: c.rule, Problem: c.problem}
		if n := b.counts[c.rule.ID]; n != nil {
			s.Fired, s.Last = n.fired, n.last
		}
		list = append(list, s)
	}
	return list, b.rules.path, problem
}

// compile reads the rules when they changed. The lock is held.
func (b *Book) compile() (problem string) {
	list, rev, problem := b.rules.all()
	if rev == b.rev {
		return problem
	}
	b.rev, b.ready = rev, nil
	for _, r := range list {
		c := compiled{rule: r}
		if found := Check(r); len(found) > 0 {
			c.problem = found[0]
		} else if r.Text != "" {
			c.text, _ = regexp.Compile(r.Text) // Check did
		}
		b.ready = append(b.ready, c)
	}
	return problem
}

// Asked is a question as rules look at it.
type Asked struct {
	Profile string
	Method  string
	Params  json.RawMessage
	Tool    string
}

// Match returns the first enabled rule for a question and counts it.
func (b *Book) Match(q Asked) (Rule, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.compile()
	for _, c := range b.ready {
		if !c.rule.Enabled || c.problem != "" || !c.matches(q) {
			continue
		}
		n := b.counts[c.rule.ID]
		if n == nil {
			n = &count{}
			b.counts[c.rule.ID] = n
		}
		n.fired++
		n.last = time.Now()
		return c.rule, true
	}
	return Rule{}, false
}

// Matches reports whether a rule's conditions hold for a question, enabled or not.
func Matches(r Rule, q Asked) bool {
	c := compiled{rule: r}
	if len(Check(r)) > 0 {
		return false
	}
	if r.Text != "" {
		c.text, _ = regexp.Compile(r.Text) // Check did
	}
	return c.matches(q)
}

func (c compiled) matches(q Asked) bool {
	r := c.rule
	switch {
	case r.Profile != "" && r.Profile != q.Profile,
		r.Method != "" && r.Method != q.Method,
		r.Mode != "" && r.Mode != question.Mode(q.Method, q.Params),
		r.Tool != "" && r.Tool != q.Tool,
		!c.rule.Action.fits(q.Method, question.Mode(q.Method, q.Params)):
		return false
	case c.text == nil:
		return true
	}
	left := maxWords
	for _, s := range question.Words(q.Method, q.Params) {
		s = s[:min(len(s), left)]
		if left -= len(s); c.text.MatchString(s) {
			return true
		}
	}
	return false
}

// fits reports whether an action can answer such a question at all.
func (a Action) fits(method, mode string) bool {
	switch {
	case a == DoDefaults:
		return method == question.MethodElicit && mode == question.ModeForm
	case a == DoSampler:
		return method == question.MethodSample
	}
	return true
}

// Check says what is wrong with a rule.
func Check(r Rule) []string {
	var out []string
	bad := func(format string, a ...any) { out = append(out, fmt.Sprintf(format, a...)) }
	if r.Method != "" && r.Method != question.MethodElicit && r.Method != question.MethodSample && r.Method != question.MethodRoots {
		bad("The method %q is none that a server asks with.", r.Method)
	}
	if r.Mode != "" && r.Mode != question.ModeForm && r.Mode != question.ModeURL {
		bad("The mode %q is neither form nor url.", r.Mode)
	}
	if _, err := regexp.Compile(r.Text); err != nil {
		bad("The expression cannot be read: %v.", err)
	}
	if r.Delay < 0 || r.Delay > maxDelay {
		bad("The delay is not between 0 and a day.")
	}
	if len(r.Content)+len(r.Raw)+len(r.Data)+len(r.Message) > maxContent {
		bad("The answer is longer than %d MiB.", maxContent>>20)
	}
	switch r.Action {
	case DoAnswer:
		out = append(out, isObject("answer", r.Content)...)
	case DoError:
		out = append(out, isJSON("data", r.Data)...)
	case DoAsk, DoDefaults, DoDecline, DoCancel, DoMalformed, DoSampler:
	default:
		bad("The action %q is unknown.", string(r.Action))
	}
	return out
}

func isObject(what, s string) []string {
	var o map[string]json.RawMessage
	if err := json.Unmarshal([]byte(s), &o); err != nil || o == nil {
		return []string{"The " + what + " is no JSON object."}
	}
	return nil
}

func isJSON(what, s string) []string {
	if strings.TrimSpace(s) != "" && !json.Valid([]byte(s)) {
		return []string{"The " + what + " is no JSON."}
	}
	return nil
}

// Save adds (empty id) or changes a rule.
func (b *Book) Save(r Rule) (Rule, error) {
	if found := Check(r); len(found) > 0 {
		return r, errors.New(strings.Join(found, " "))
	}
	if r.Name = name(r.Name); r.Name == "" {
		r.Name = string(r.Action)
	}
	isNew := r.ID == ""
	if isNew {
		r.ID = newID()
	}
	err := b.rules.change(func(list []Rule) ([]Rule, error) {
		return put(list, r, isNew, maxRules, "rules")
	})
	return r, err
}

var errGone = errors.New("it does not exist any more: the file was changed meanwhile")

// Delete removes a rule; one that is gone already is no error.
func (b *Book) Delete(id string) error {
	return b.rules.change(func(list []Rule) ([]Rule, error) {
		return slices.DeleteFunc(list, func(r Rule) bool { return r.ID == id }), nil
	})
}

// Enable switches a rule on or off.
func (b *Book) Enable(id string, on bool) error {
	return b.rules.change(func(list []Rule) ([]Rule, error) {
		i := slices.IndexFunc(list, func(r Rule) bool { return r.ID == id })
		if i < 0 {
			return nil, errGone
		}
		list[i].Enabled = on
		return list, nil
	})
}

// Reorder puts the rules into the given order; those that are not named stay behind, in theirs.
func (b *Book) Reorder(ids []string) error {
	return b.rules.change(func(list []Rule) ([]Rule, error) {
		place := map[string]int{}
		for i, id := range ids {
			place[id] = i + 1
		}
		at := func(r Rule) int {
			if n := place[r.ID]; n > 0 {
				return n
			}
			return len(ids) + 1
		}
		slices.SortStableFunc(list, func(x, y Rule) int { return cmp.Compare(at(x), at(y)) })
		return list, nil
	})
}

func cleanRules(list []Rule) []Rule { return clean(list, maxRules) }

// name is one line of at most maxName characters.
func name(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	return string(r[:min(len(r), maxName)])
}

func newID() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // crypto/rand.Read never fails
	return hex.EncodeToString(b)
}
