package drift

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// same says whether two decoded values are equal: numbers by value, objects without order.
func same(a, b any) bool {
	switch a := a.(type) {
	case map[string]any:
		m, ok := b.(map[string]any)
		if !ok || len(a) != len(m) {
			return false
		}
		for k, v := range a {
			if w, has := m[k]; !has || !same(v, w) {
				return false
			}
		}
		return true
	case []any:
		l, ok := b.([]any)
		return ok && slices.EqualFunc(a, l, same)
	case json.Number:
		n, ok := b.(json.Number)
		return ok && (a == n || sameNumber(a, n))
	}
	switch b.(type) {
	case map[string]any, []any, json.Number:
		return false
	}
	return a == b
}

func sameNumber(a, b json.Number) bool {
	x, ok := rational(a)
	y, also := rational(b)
	return ok && also && x.Cmp(y) == 0
}

// Numbers longer than that, and of larger exponents, are compared by how they are written: 1e999999999 must not cost a
// gigabyte.
const (
	maxDigits   = 400
	maxExponent = 400
)

func rational(v any) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if !ok || len(n) > maxDigits {
		return nil, false
	}
	if _, exp, found := strings.Cut(strings.ToLower(string(n)), "e"); found {
		if e, err := strconv.Atoi(exp); err != nil || e > maxExponent || e < -maxExponent {
			return nil, false
		}
	}
	return new(big.Rat).SetString(string(n))
}

// word is a value in a form that equal values share.
func word(v any) string {
	if r, ok := rational(v); ok {
		return "n" + r.RatString()
	}
	b, _ := json.Marshal(v) // it was decoded from JSON, or is a string
	return string(b)
}

// keysOf are the keys of both, in order.
func keysOf(a, b map[string]any) []string {
	all := make(map[string]bool, len(a)+len(b))
	for k := range a {
		all[k] = true
	}
	for k := range b {
		all[k] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// member is a member, [nothing] when it is not there.
func member(m map[string]any, key string) any {
	if v, ok := m[key]; ok {
		return v
	}
	return nothing
}

func without(m map[string]any, keys ...string) map[string]any {
	out := maps.Clone(m)
	for _, k := range keys {
		delete(out, k)
	}
	return out
}

// pointer adds a reference token to a JSON Pointer (RFC 6901 section 3).
func pointer(at, token string) string {
	return at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(token)
}
