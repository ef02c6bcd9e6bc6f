package export

import (
	"fmt"
	"regexp"
	"strings"
)

// masked finds the placeholders of credentials: ‹kind #hex›, see wire.Masker.
var masked = regexp.MustCompile(`‹([a-z]+) #([0-9a-fA-F]{4,})›`)

// piece is a run of text, or a credential that stands in an environment variable.
type piece struct {
	text string
	env  string // name of the variable; empty: text
}

// secrets gives the placeholders of one piece of code their variables: equal placeholders share one.
type secrets struct {
	names map[string]string // placeholder -> variable
	count map[string]int    // by kind
	list  []Secret
}

// Secret is a credential that the generated code takes from an environment variable.
type Secret struct {
	Env         string `json:"env"`         // SIGHTGLASS_TOKEN
	Placeholder string `json:"placeholder"` // as shown in the traffic: ‹token #3f2a›
}

func newSecrets() *secrets {
	return &secrets{names: map[string]string{}, count: map[string]int{}, list: []Secret{}}
}

// cut takes text apart at its placeholders. Text without any is one piece, empty text none.
func (s *secrets) cut(text string) []piece {
	var out []piece
	for {
		at := masked.FindStringSubmatchIndex(text)
		if at == nil {
			if text != "" {
				out = append(out, piece{text: text})
			}
			return out
		}
		if at[0] > 0 {
			out = append(out, piece{text: text[:at[0]]})
		}
		out = append(out, piece{env: s.env(text[at[0]:at[1]], text[at[2]:at[3]])})
		text = text[at[1]:]
	}
}

func (s *secrets) env(placeholder, kind string) string {
	if name, ok := s.names[placeholder]; ok {
		return name
	}
	s.count[kind]++
	name := "SIGHTGLASS_" + strings.ToUpper(kind)
	if n := s.count[kind]; n > 1 {
		name += fmt.Sprintf("_%d", n)
	}
	s.names[placeholder] = name
	s.list = append(s.list, Secret{name, placeholder})
	return name
}

// join writes pieces as an expression: each text quoted, each variable read, with an operator between them.
func join(list []piece, quote, env func(string) string, operator string) string {
	if len(list) == 0 {
		return quote("")
	}
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteString(operator)
		}
		if p.env != "" {
			b.WriteString(env(p.env))
		} else {
			b.WriteString(quote(p.text))
		}
	}
	return b.String()
}
