package session

import (
	"encoding/json"
	"fmt"
	"math/big"
	"sort"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// explain turns a validator's tree into a flat list, by place.
func explain(err *jsonschema.ValidationError) []Problem {
	var list []Problem
	flatten(err, &list)
	sort.SliceStable(list, func(i, j int) bool { return list[i].Path < list[j].Path })
	seen := map[Problem]bool{}
	out := list[:0]
	for _, p := range list {
		if !seen[p] && len(out) < maxProblems {
			seen[p] = true
			out = append(out, p)
		}
	}
	return out
}

func flatten(err *jsonschema.ValidationError, list *[]Problem) {
	path := pointer(err.InstanceLocation)
	switch k := err.ErrorKind.(type) {
	case *kind.AnyOf, *kind.OneOf:
		variants(err, path, list)
		return
	case *kind.Required:
		for _, name := range k.Missing {
			*list = append(*list, Problem{path, fmt.Sprintf("%q is missing", clip(name, 80)), "required"})
		}
		return
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			*list = append(*list, Problem{path, fmt.Sprintf("%q is not allowed here", clip(name, 80)), "additionalProperties"})
		}
		return
	}
	if len(err.Causes) == 0 {
		*list = append(*list, Problem{path, sentence(err.ErrorKind), keyword(err.ErrorKind)})
		return
	}
	for _, cause := range err.Causes {
		flatten(cause, list)
	}
}

// variants explains a failed oneOf or anyOf: by the one variant that fits best, when only one has the right type, or
// as a whole.
func variants(err *jsonschema.ValidationError, path string, list *[]Problem) {
	word := keyword(err.ErrorKind)
	if one, ok := err.ErrorKind.(*kind.OneOf); ok && len(one.Subschemas) > 1 {
		*list = append(*list, Problem{path, "matches more than one of the allowed forms, but must match exactly one", word})
		return
	}
	var near []Problem
	fits := 0
	for _, cause := range err.Causes {
		var sub []Problem
		flatten(cause, &sub)
		other := false
		for _, p := range sub {
			other = other || p.Path == path && (p.Keyword == "type" || p.Keyword == "const" || p.Keyword == "enum")
		}
		if !other {
			fits++
			near = sub
		}
	}
	if fits == 1 {
		*list = append(*list, near...)
		return
	}
	*list = append(*list, Problem{path, "matches none of the allowed forms", word})
}

// sentence says in plain English what is wrong.
func sentence(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.Type:
		return fmt.Sprintf("must be %s, not %s", articles(k.Want), article(k.Got))
	case *kind.Enum:
		return "must be one of " + values(k.Want)
	case *kind.Const:
		return "must be " + show(k.Want)
	case *kind.Format:
		return fmt.Sprintf("must be a valid %s", formatName(k.Want))
	case *kind.MinLength:
		return fmt.Sprintf("must have at least %s, has %d", count(k.Want, "character"), k.Got)
	case *kind.MaxLength:
		return fmt.Sprintf("must have at most %s, has %d", count(k.Want, "character"), k.Got)
	case *kind.Pattern:
		return fmt.Sprintf("must match the pattern %s", clip(k.Want, 120))
	case *kind.Minimum:
		return "must be " + number(k.Want) + " or more"
	case *kind.Maximum:
		return "must be " + number(k.Want) + " or less"
	case *kind.ExclusiveMinimum:
		return "must be more than " + number(k.Want)
	case *kind.ExclusiveMaximum:
		return "must be less than " + number(k.Want)
	case *kind.MultipleOf:
		return "must be a multiple of " + number(k.Want)
	case *kind.MinItems:
		return fmt.Sprintf("must have at least %s, has %d", count(k.Want, "item"), k.Got)
	case *kind.MaxItems:
		return fmt.Sprintf("must have at most %s, has %d", count(k.Want, "item"), k.Got)
	case *kind.UniqueItems:
		return fmt.Sprintf("items %d and %d are equal, but all must differ", k.Duplicates[0], k.Duplicates[1])
	case *kind.MinProperties:
		return fmt.Sprintf("must have at least %s, has %d", count(k.Want, "member"), k.Got)
	case *kind.MaxProperties:
		return fmt.Sprintf("must have at most %s, has %d", count(k.Want, "member"), k.Got)
	case *kind.Dependency:
		return fmt.Sprintf("needs %s when %q is given", names(k.Missing), k.Prop)
	case *kind.DependentRequired:
		return fmt.Sprintf("needs %s when %q is given", names(k.Missing), k.Prop)
	case *kind.PropertyNames:
		return fmt.Sprintf("the name %q is not allowed", clip(k.Property, 80))
	case *kind.AdditionalItems:
		return fmt.Sprintf("has %s too many", count(k.Count, "item"))
	case *kind.Contains:
		return "no item is of the kind that must be there"
	case *kind.Not:
		return "is of a form that is not allowed"
	case *kind.FalseSchema:
		return "no value is allowed here"
	case *kind.RefCycle:
		return "the schema refers to itself without end here"
	}
	return clip(k.LocalizedString(message.NewPrinter(language.English)), 300)
}

// keyword is the schema keyword of a kind; the ones without a path are named here.
func keyword(k jsonschema.ErrorKind) string {
	switch k.(type) {
	case *kind.Not:
		return "not"
	case *kind.FalseSchema:
		return "false"
	case *kind.RefCycle:
		return "$ref"
	}
	if path := k.KeywordPath(); len(path) > 0 {
		return path[0]
	}
	return "schema"
}

func pointer(path []string) string {
	var b strings.Builder
	for _, p := range path {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	return b.String()
}

func articles(types []string) string {
	list := make([]string, len(types))
	for i, t := range types {
		list[i] = article(t)
	}
	return strings.Join(list, " or ")
}

func article(t string) string {
	switch t {
	case "null", "nothing":
		return t
	case "array", "object", "integer":
		return "an " + t
	}
	return "a " + t
}

func formatName(f string) string {
	switch f {
	case "uri":
		return "URI"
	case "email":
		return "e-mail address"
	case "date":
		return "date (YYYY-MM-DD)"
	case "date-time":
		return "date and time (RFC 3339)"
	}
	return clip(f, 40)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func number(r *big.Rat) string {
	if r.IsInt() {
		return clip(r.Num().String(), 60)
	}
	return strings.TrimRight(r.FloatString(12), "0")
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "another value"
	}
	return clip(string(b), 120)
}

func values(list []any) string {
	const most = 12 // more are not read anyway
	parts := make([]string, 0, most+1)
	for i, v := range list {
		if i == most {
			parts = append(parts, fmt.Sprintf("… (%d in all)", len(list)))
			break
		}
		parts = append(parts, show(v))
	}
	return strings.Join(parts, ", ")
}

func names(list []string) string {
	quoted := make([]string, len(list))
	for i, n := range list {
		quoted[i] = fmt.Sprintf("%q", clip(n, 80))
	}
	return strings.Join(quoted, ", ")
}
