package drift

import (
	"maps"
	"net/url"
	"strconv"
	"strings"
)

const maxRefs = 16 // references that lead to references

// follow resolves a reference to a place of the same document, with what stands beside it laid over (2020-12: a $ref
// is one keyword among others). It returns the references followed; one that leads nowhere stays.
func follow(root, schema any) (any, string) {
	var path []string
	for range maxRefs {
		m, ok := schema.(map[string]any)
		ref := text(m["$ref"])
		if !ok || !strings.HasPrefix(ref, "#") {
			break
		}
		target, found := resolve(root, ref)
		if !found {
			break
		}
		path = append(path, ref)
		t, isObject := object(target)
		if !isObject {
			return target, strings.Join(path, " ")
		}
		beside := without(m, "$ref")
		t = maps.Clone(t)
		maps.Copy(t, beside)
		schema = t
	}
	return schema, strings.Join(path, " ")
}

// resolve finds what a fragment points at (RFC 6901 section 6).
func resolve(root any, ref string) (any, bool) {
	fragment, err := url.PathUnescape(strings.TrimPrefix(ref, "#"))
	if err != nil || fragment != "" && fragment[0] != '/' {
		return nil, false
	}
	at := root
	if fragment == "" {
		return at, true
	}
	for _, token := range strings.Split(fragment[1:], "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch v := at.(type) {
		case map[string]any:
			next, ok := v[token]
			if !ok {
				return nil, false
			}
			at = next
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return nil, false
			}
			at = v[i]
		default:
			return nil, false
		}
	}
	return at, true
}
