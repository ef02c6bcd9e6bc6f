package collection

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/theory/jsonpath"
)

// Checker checks a value against a JSON Schema within bounds, and says what does not match: nothing, when it does.
type Checker func(schema, value json.RawMessage) []string

// kinds counts what is set.
func (e *Expectation) kinds() (n int) {
	for _, set := range []bool{
		len(e.Equals) > 0, e.Matches != "", e.Exists != nil, e.Count != nil, len(e.Schema) > 0, e.Within != "", e.Error != nil,
	} {
		if set {
			n++
		}
	}
	return n
}

func (e *Expectation) check() error {
	switch n := e.kinds(); {
	case n == 0:
		return errors.New("it expects nothing: set equals, matches, exists, count, schema, within or error")
	case n > 1:
		return errors.New("it expects several things: make one expectation of each")
	case (e.Within != "" || e.Error != nil) && (e.Path != "" || e.In != ""):
		return errors.New("a time or an error has no path")
	case e.Count != nil && *e.Count < 0:
		return errors.New("a count is not negative")
	}
	for _, p := range []string{e.Path, e.In} {
		if _, err := parsePath(p); err != nil {
			return err
		}
	}
	if _, err := span(e.Within, MaxTimeout); err != nil {
		return fmt.Errorf("within %w", err)
	}
	for _, re := range []string{e.Matches, e.message()} {
		if _, err := regexp.Compile(placeholder.ReplaceAllString(re, "x")); err != nil {
			return fmt.Errorf("%q is no regular expression (RE2): %w", cut(re, 60), err)
		}
	}
	return nil
}

func (e *Expectation) message() string {
	if e.Error == nil {
		return ""
	}
	return e.Error.Message
}

func parsePath(s string) (*jsonpath.Path, error) {
	if s == "" {
		s = "$"
	}
	if len(s) > maxPath {
		return nil, fmt.Errorf("a path has more than %d bytes", maxPath)
	}
	if strings.Count(s, "..") > maxDescents { // each looks at everything that the one before found
		return nil, fmt.Errorf("%q has .. more than %d times", cut(s, 60), maxDescents)
	}
	p, err := jsonpath.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("%q is no JSONPath (RFC 9535): %s", cut(s, 60), strings.TrimPrefix(err.Error(), "jsonpath: "))
	}
	return p, nil
}

// at finds the values at a path, and says why there can be none.
func at(result json.RawMessage, in, path string) ([]any, error) {
	doc, err := decode(result)
	if err != nil {
		return nil, errors.New("the result is no JSON")
	}
	if in != "" {
		p, err := parsePath(in)
		if err != nil {
			return nil, err
		}
		if err := affordable(in, doc); err != nil {
			return nil, err
		}
		found := p.Select(doc)
		text, ok := "", false
		if len(found) > 0 {
			text, ok = found[0].(string)
		}
		if !ok {
			return nil, fmt.Errorf("there is no text at %s", in)
		}
		if doc, err = decode([]byte(text)); err != nil {
			return nil, fmt.Errorf("the text at %s is no JSON: %s", in, short(text))
		}
	}
	p, err := parsePath(path)
	if err != nil {
		return nil, err
	}
	if err := affordable(path, doc); err != nil {
		return nil, err
	}
	return p.Select(doc), nil
}

func decode(raw []byte) (any, error) {
	if deep(raw) {
		return nil, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

// Words say what is expected, in one line.
func (e *Expectation) Words() string {
	where := e.Path
	if where == "" {
		where = "the result"
	}
	if e.In != "" {
		where += " in the text at " + e.In
	}
	switch {
	case e.Within != "":
		return "answered within " + e.Within
	case e.Error != nil && e.Error.Code != 0:
		return strings.TrimSpace(fmt.Sprintf("answered with error %d %s", e.Error.Code, e.Error.Message))
	case e.Error != nil:
		return strings.TrimSpace("answered with an error " + e.Error.Message)
	case len(e.Equals) > 0:
		return where + " is " + short(string(e.Equals))
	case e.Matches != "":
		return where + " matches " + short(e.Matches)
	case e.Exists != nil && *e.Exists:
		return where + " is there"
	case e.Exists != nil:
		return where + " is not there"
	case e.Count != nil:
		return fmt.Sprintf("%s has %d values", where, *e.Count)
	}
	return where + " matches the schema"
}

// Judge looks at what a call came to. The variables fill in what the expectations name.
func (c *Call) Judge(o Outcome, vars *Variables, schema Checker) (verdicts []Verdict, pass bool, why string) {
	verdicts, pass = []Verdict{}, true
	wantsError, looksAtIsError := false, false
	for i := range c.Expect {
		e := c.Expect[i]
		wantsError = wantsError || e.Error != nil
		looksAtIsError = looksAtIsError || strings.Contains(e.Path, "isError")
		got := e.judged(o, vars, schema)
		verdicts = append(verdicts, Verdict{Text: e.Words(), Pass: got == "", Got: got})
		pass = pass && got == ""
	}
	switch {
	case o.RPC && !wantsError:
		return verdicts, false, fmt.Sprintf("it was answered with error %d: %s", o.Code, cut(o.Message, 300))
	case !o.RPC && !looksAtIsError && toolFailed(o.Result):
		return verdicts, false, "the tool says that it failed: " + toolText(o.Result)
	}
	return verdicts, pass, ""
}

// judged says what was there instead, or nothing. A secret is compared as it came; what was saved with its placeholder,
// with that. What is said quotes the placeholder.
func (e Expectation) judged(o Outcome, vars *Variables, schema Checker) string {
	if o.Whole != nil {
		whole := o
		whole.Result = o.Whole
		if e.judge(whole, vars, schema) == "" {
			return ""
		}
	}
	return e.judge(o, vars, schema)
}

// judge says what was there instead, or nothing.
func (e Expectation) judge(o Outcome, vars *Variables, schema Checker) string {
	var err error
	if e.Equals, err = vars.JSON(e.Equals); err != nil {
		return err.Error()
	}
	if e.Matches, err = vars.Text(e.Matches); err != nil {
		return err.Error()
	}
	switch {
	case e.Within != "":
		most, _ := span(e.Within, MaxTimeout)
		if o.Took > most {
			return fmt.Sprintf("it took %s", o.Took.Round(10*time.Microsecond))
		}
		return ""
	case e.Error != nil:
		return e.judgeError(o)
	case o.RPC:
		return "there is no result"
	}
	values, err := at(o.Result, e.In, e.Path)
	if err != nil {
		return err.Error()
	}
	return e.judgeValues(values, schema)
}

func (e Expectation) judgeError(o Outcome) string {
	re, err := regexp.Compile(e.Error.Message)
	switch {
	case !o.RPC:
		return "it was answered with a result"
	case e.Error.Code != 0 && e.Error.Code != o.Code:
		return fmt.Sprintf("the code is %d", o.Code)
	case err != nil:
		return err.Error()
	case !re.MatchString(o.Message):
		return "the message is " + short(o.Message)
	}
	return ""
}

func (e Expectation) judgeValues(values []any, schema Checker) string {
	switch {
	case e.Exists != nil && *e.Exists == (len(values) > 0):
		return ""
	case e.Exists != nil && len(values) > 0:
		return "there is " + show(values[0])
	case e.Count != nil && *e.Count == len(values):
		return ""
	case e.Count != nil:
		return fmt.Sprintf("there are %d", len(values))
	case len(values) == 0:
		return "there is nothing"
	}
	for _, v := range values {
		if got := e.judgeValue(v, schema); got != "" {
			return got
		}
	}
	return ""
}

func (e Expectation) judgeValue(v any, schema Checker) string {
	switch {
	case len(e.Equals) > 0:
		want, err := decode(e.Equals)
		if err != nil {
			return "what it should be is no JSON"
		}
		if !equal(want, v) {
			return show(v)
		}
	case e.Matches != "":
		text, ok := v.(string)
		if !ok {
			text = show(v)
		}
		re, err := regexp.Compile(e.Matches)
		if err != nil { // it would quote what was filled in, which may be secret
			return "with its variables filled in, what it should match is no regular expression (RE2)"
		}
		if !re.MatchString(text) {
			return show(v)
		}
	default:
		raw, err := json.Marshal(v)
		if err != nil {
			return err.Error()
		}
		if wrong := schema(e.Schema, raw); len(wrong) > 0 {
			return short(strings.Join(wrong, "; "))
		}
	}
	return ""
}

// Kept are the variables that a call's result sets, and why one cannot be set.
func (c *Call) Kept(o Outcome) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	result := o.Whole
	if result == nil {
		result = o.Result
	}
	for _, name := range slices.Sorted(maps.Keys(c.Keep)) {
		values, err := at(result, "", c.Keep[name])
		switch {
		case err != nil:
			return out, fmt.Errorf("keep %s: %w", name, err)
		case len(values) == 0:
			return out, fmt.Errorf("keep %s: there is nothing at %s", name, c.Keep[name])
		}
		raw, err := json.Marshal(values[0])
		if err != nil {
			return out, fmt.Errorf("keep %s: %w", name, err)
		}
		out[name] = raw
	}
	return out, nil
}

func toolFailed(result json.RawMessage) bool {
	var r struct {
		IsError bool `json:"isError"`
	}
	return json.Unmarshal(result, &r) == nil && r.IsError
}

func toolText(result json.RawMessage) string {
	values, _ := at(result, "", "$.content[*].text")
	texts := []string{}
	for _, v := range values {
		if s, ok := v.(string); ok {
			texts = append(texts, s)
		}
	}
	return short(strings.Join(texts, " "))
}

// show is a value as it is told.
func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return short(string(b))
}

func short(s string) string { return cut(strings.Join(strings.Fields(s), " "), 500) }
