package profile

import (
	"slices"
	"strings"
)

// Suspect is one place of a profile that looks like a credential.
type Suspect struct {
	Field string // "env[0]", "headers[1]", "args[2]", "url"
	Why   string
	Text  string  // of an argument or the URL: with a placeholder in place of each credential
	Found []Found // these credentials
}

// Suspects lists what looks like a credential in a profile that is being edited, by the rules of [ExtractSecrets].
// The name of a variable or header is enough: its value may not be typed yet. Values that are marked Secret are
// looked at as if they were not.
func Suspects(p Profile) []Suspect {
	var out []Suspect
	for _, list := range []struct {
		field string
		vs    []Value
	}{{"env", p.Env}, {"headers", p.Headers}} {
		for i, v := range list.vs[:min(len(list.vs), MaxItems)] {
			yes, why := LooksSecret(v.Name, cmpOr(strings.TrimSpace(v.Value), "to be typed"))
			if yes {
				out = append(out, Suspect{Field: indexed(list.field, i), Why: why})
			}
		}
	}
	clean, found := ExtractSecrets(p)
	place := func(field, was, now string) {
		if was == now {
			return
		}
		in := slices.DeleteFunc(slices.Clone(found), func(f Found) bool { return !strings.Contains(now, "${"+f.Name+"}") })
		if len(in) > 0 {
			out = append(out, Suspect{Field: field, Why: in[0].Why, Text: now, Found: in})
		}
	}
	for i, a := range p.Args {
		place(indexed("args", i), a, clean.Args[i])
	}
	place("url", p.URL, clean.URL)
	return out
}
