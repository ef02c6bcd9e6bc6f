package collection

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
)

// equal compares decoded JSON by meaning: members in any order, numbers by value and exactly.
func equal(a, b any) bool {
	switch x := a.(type) {
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, v := range x {
			w, ok := y[k]
			if !ok || !equal(v, w) {
				return false
			}
		}
		return true
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case json.Number:
		y, ok := b.(json.Number)
		return ok && sameNumber(x.String(), y.String())
	}
	return a == b
}

// maxExponent is how far a number's exponent may go to be compared exactly: 1e999999999 would fill the memory.
const maxExponent = 400

func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	if beyond(a) || beyond(b) {
		return false
	}
	x, ok := new(big.Rat).SetString(a)
	y, also := new(big.Rat).SetString(b)
	return ok && also && x.Cmp(y) == 0
}

func beyond(n string) bool {
	_, exp, found := strings.Cut(strings.ToLower(n), "e")
	if !found {
		return false
	}
	e, err := strconv.Atoi(exp)
	return err != nil || e > maxExponent || e < -maxExponent
}
