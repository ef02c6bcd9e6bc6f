package collection

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Problem is why a collection cannot be used: where, and what to do.
type Problem struct {
	Where string // "line 3, column 7", or "call 2 (list the files), expectation 1"
	What  string
}

func (p *Problem) Error() string {
	if p.Where == "" {
		return p.What
	}
	return p.Where + ": " + p.What
}

func problem(where, format string, a ...any) error {
	return &Problem{Where: where, What: fmt.Sprintf(format, a...)}
}

// Parse reads a file. Every error is a [*Problem]: nothing of a file that is not wholly understood is used, so that
// nothing of it can get lost when it is written again.
func Parse(data []byte) (*Collection, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(data) > MaxFile {
		return nil, problem("", "it has %d bytes, more than %d", len(data), MaxFile)
	}
	var head struct {
		Format *string           `json:"sightglass"`
		Calls  []json.RawMessage `json:"calls"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, syntaxProblem(data, err)
	}
	switch {
	case head.Format == nil:
		return nil, problem("", "it is no collection: the member %q is missing", `"sightglass": "`+Format+`"`)
	case *head.Format != Format && strings.HasPrefix(*head.Format, "collection/"):
		return nil, problem("", "it was written by another version of this program (%s); this one reads %s", *head.Format, Format)
	case *head.Format != Format:
		return nil, problem("", "it is no collection: its format is %q", *head.Format)
	}
	for i, raw := range head.Calls { // one by one: a mistake is told with its call
		var one Call
		if err := strict(raw, &one); err != nil {
			return nil, problem(callWhere(i, one.Name), "%s", reason(err))
		}
	}
	var c Collection
	if err := strict(data, &c); err != nil {
		return nil, problem("", "%s", reason(err))
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	return &c, nil
}

func strict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows its end")
	}
	return nil
}

func syntaxProblem(data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	at := int64(-1)
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &kind):
		at = kind.Offset
	}
	if at < 0 || at > int64(len(data)) {
		return problem("", "it is no JSON: %v", err)
	}
	before := data[:at]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return problem(fmt.Sprintf("line %d, column %d", line, max(column, 1)), "%s", reason(err))
}

// reason is what the decoder says, in the words of the file.
func reason(err error) string {
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return fmt.Sprintf("%s cannot be a %s", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return fmt.Sprintf("a %s is at the wrong place", kind.Value)
	}
	s := strings.TrimPrefix(err.Error(), "json: ")
	return strings.Replace(s, "unknown field", "there is no member", 1)
}

// Encode writes a file: indented, members in the order of their kind, params as they were written.
func (c *Collection) Encode() ([]byte, error) {
	out := *c
	out.Format = Format
	if out.Calls == nil {
		out.Calls = []Call{}
	}
	if err := out.Check(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(out); err != nil {
		return nil, problem("", "it cannot be written: %v", err)
	}
	if b.Len() > MaxFile {
		return nil, problem("", "it would have %d bytes, more than %d: make two of it", b.Len(), MaxFile)
	}
	return b.Bytes(), nil
}

// Check says what is wrong with a collection, nil: nothing. The error is a [*Problem].
func (c *Collection) Check() error {
	switch {
	case strings.TrimSpace(c.Name) == "":
		return problem("", "it has no name")
	case utf8.RuneCountInString(c.Name) > maxName:
		return problem("", "its name has more than %d characters", maxName)
	case len(c.Calls) > MaxCalls:
		return problem("", "it has %d calls, more than %d", len(c.Calls), MaxCalls)
	case len(c.Variables) > MaxVariables:
		return problem("", "it has %d variables, more than %d", len(c.Variables), MaxVariables)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Variables)) {
		where := "variable " + name
		v := c.Variables[name]
		switch {
		case !variableName.MatchString(name):
			return problem(where, "a name begins with a letter and has letters, digits, dots, _ and -")
		case v.Secret && len(v.Value) > 0:
			return problem(where, "it is secret: its value may not stand in the file")
		case len(v.Value) > 0 && !json.Valid(v.Value):
			return problem(where, "its value is no JSON")
		}
	}
	for i := range c.Calls {
		if err := c.Calls[i].check(i); err != nil {
			return err
		}
	}
	return nil
}

func callWhere(i int, name string) string {
	where := fmt.Sprintf("call %d", i+1)
	if name != "" {
		where += " (" + cut(name, 60) + ")"
	}
	return where
}

func (c *Call) check(i int) error {
	where := callWhere(i, c.Name)
	switch {
	case strings.TrimSpace(c.Method) == "":
		return problem(where, "it has no method")
	case utf8.RuneCountInString(c.Name) > maxName:
		return problem(where, "its name has more than %d characters", maxName)
	case len(c.Params) > 0 && !json.Valid(c.Params):
		return problem(where, "its params are no JSON")
	case deep(c.Params):
		return problem(where, "its params are nested deeper than %d levels", maxDepth)
	case len(c.Expect) > MaxExpect:
		return problem(where, "it has %d expectations, more than %d", len(c.Expect), MaxExpect)
	}
	if _, err := span(c.Timeout, MaxTimeout); err != nil {
		return problem(where, "its timeout %s", err)
	}
	for j := range c.Expect {
		if err := c.Expect[j].check(); err != nil {
			return problem(fmt.Sprintf("%s, expectation %d", where, j+1), "%s", err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Keep)) {
		if !variableName.MatchString(name) {
			return problem(where, "it keeps %q: a name begins with a letter and has letters, digits, dots, _ and -", name)
		}
		if _, err := parsePath(c.Keep[name]); err != nil {
			return problem(where, "what it keeps as %s: %s", name, err)
		}
	}
	return nil
}

// Wait is the call's timeout; 0: the server's setting.
func (c *Call) Wait() time.Duration {
	d, _ := span(c.Timeout, MaxTimeout)
	return d
}

// span reads a duration; an empty text is 0.
func span(s string, most time.Duration) (time.Duration, error) {
	if s == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no duration: write one as 500ms, 30s or 1m30s", cut(s, 40))
	case d <= 0 || d > most:
		return 0, fmt.Errorf("%q is not between 0 and %s", cut(s, 40), most)
	}
	return d, nil
}

// deep tells that JSON is nested deeper than maxDepth.
func deep(raw []byte) bool {
	depth, most := 0, 0
	walkStrings(raw, func(before, _ []byte, _ bool) { depth, most = levels(before, depth, most) },
		func(rest []byte) { depth, most = levels(rest, depth, most) })
	return most > maxDepth
}

func levels(b []byte, depth, most int) (int, int) {
	for _, c := range b {
		switch c {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		most = max(most, depth)
	}
	return depth, most
}

// cut shortens s to n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
