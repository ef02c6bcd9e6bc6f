package collection

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// maxSuspects is how many values are told: who has more looks at the whole file.
const maxSuspects = 50

// Suspect is a value that looks like a credential and stands in the file for everybody to read.
type Suspect struct {
	Where string // as in a [Problem]: "call 2 (add), params, token"
	Why   string // "the name holds TOKEN"; it does not quote the value
}

// Looks says whether the value of a name (empty: none) looks like a credential, and why.
type Looks func(name, value string) (yes bool, why string)

// Suspects lists the values that look like credentials, at most 50. A value that was in another collection already,
// which may be nil, is none.
func (c *Collection) Suspects(looks Looks, but *Collection) []Suspect {
	known := map[string]bool{}
	if but != nil {
		but.texts(func(_, name, text string) { known[name+"\x00"+text] = true })
	}
	out := []Suspect{}
	c.texts(func(where, name, text string) {
		if yes, why := suspicious(looks, name, text); yes && len(out) < maxSuspects && !known[name+"\x00"+text] {
			out = append(out, Suspect{where, why})
		}
	})
	return out
}

// Hide makes secret variables of the values that look like credentials and returns them, by variable: they are in the
// collection no more. Equal values become one variable. A value that takes something from a variable stays, and one
// inside of a variable's object or list.
func (c *Collection) Hide(looks Looks) map[string]string {
	values, byText := map[string]string{}, map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(c.Variables)) {
		v := c.Variables[name]
		var text string
		if v.Secret || json.Unmarshal(v.Value, &text) != nil {
			continue
		}
		if yes, _ := suspicious(looks, name, text); yes {
			values[name], byText[text] = text, name
			c.Variables[name] = Variable{Secret: true, Comment: v.Comment}
		}
	}
	c.callTexts(func(_, name, text string) string {
		value, fixed := sent(text)
		if yes, _ := suspicious(looks, name, text); !yes || !fixed {
			return text
		}
		if byText[value] == "" {
			if len(c.Variables) >= MaxVariables {
				return text
			}
			variable := c.freeName(name)
			if c.Variables == nil {
				c.Variables = map[string]Variable{}
			}
			c.Variables[variable] = Variable{Secret: true}
			values[variable], byText[value] = value, variable
		}
		return "{{" + byText[value] + "}}"
	})
	return values
}

// sent is a text as it is sent, and whether that is the same each time.
func sent(text string) (string, bool) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		if m[1] != "$braces" {
			return text, false
		}
	}
	out, err := new(Variables).Text(text)
	return out, err == nil
}

// suspicious looks at a value without what it takes from variables.
func suspicious(looks Looks, name, text string) (bool, string) {
	return looks(name, placeholder.ReplaceAllString(text, "$${x}"))
}

var notInNames = regexp.MustCompile(`[^\pL\pN_.-]+`)

// freeName is a name for a variable that is made of a value's.
func (c *Collection) freeName(of string) string {
	of = strings.Trim(notInNames.ReplaceAllString(cut(of, 60), "-"), "-.…")
	if of == "" || !unicode.IsLetter([]rune(of)[0]) {
		of = "secret"
	}
	name := of
	for n := 2; ; n++ {
		if _, taken := c.Variables[name]; !taken {
			return name
		}
		name = fmt.Sprintf("%s-%d", of, n)
	}
}

// texts calls fn with every text of the file that may be a value, with its place and the name it stands under.
func (c *Collection) texts(fn func(where, name, text string)) {
	for _, name := range slices.Sorted(maps.Keys(c.Variables)) {
		mapTexts(c.Variables[name].Value, name, func(inner, text string) string {
			fn("variable "+name, inner, text)
			return text
		})
	}
	c.callTexts(func(where, name, text string) string {
		fn(where, name, text)
		return text
	})
}

// callTexts calls fn with those of the calls, and puts what it returns there.
func (c *Collection) callTexts(fn func(where, name, text string) string) {
	for i := range c.Calls {
		call := &c.Calls[i]
		place := func(what string) func(name, text string) string {
			return func(name, text string) string {
				at := callWhere(i, call.Name) + ", " + what
				if name != "" {
					at += ", " + cut(name, 60)
				}
				return fn(at, name, text)
			}
		}
		call.Params = mapTexts(call.Params, "", place("params"))
		for j := range call.Expect {
			e := &call.Expect[j]
			expectation := place(fmt.Sprintf("expectation %d", j+1))
			e.Equals = mapTexts(e.Equals, lastName(e.Path), expectation)
			if e.Matches != "" {
				e.Matches = expectation(lastName(e.Path), e.Matches)
			}
		}
	}
}

var lastNames = regexp.MustCompile(`([\pL_][\pL\pN_-]*)['"\]]*$`)

// lastName is the name that a JSONPath ends in, or "".
func lastName(path string) string {
	if m := lastNames.FindStringSubmatch(path); m != nil {
		return m[1]
	}
	return ""
}

// mapTexts calls fn with every string of JSON that is no key, with the name it stands under, and puts what it returns
// there. What is not changed stays byte for byte.
func mapTexts(raw json.RawMessage, name string, fn func(name, text string) string) json.RawMessage {
	if len(raw) == 0 {
		return raw
	}
	var out bytes.Buffer
	under := []string{name} // of the values that are open
	changed := false
	walkStrings(raw, func(before, str []byte, key bool) {
		out.Write(before)
		for _, b := range before {
			switch b {
			case '{', '[':
				under = append(under, under[len(under)-1])
			case '}', ']':
				under = under[:max(len(under)-1, 1)]
			}
		}
		var text string
		if json.Unmarshal(str, &text) != nil {
			out.Write(str)
			return
		}
		if key {
			under[len(under)-1] = text
			out.Write(str)
			return
		}
		if now := fn(under[len(under)-1], text); now != text {
			str, changed = quote(now), true
		}
		out.Write(str)
	}, func(rest []byte) { out.Write(rest) })
	if !changed {
		return raw
	}
	return out.Bytes()
}
