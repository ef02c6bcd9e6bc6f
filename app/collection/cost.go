package collection

import (
	"fmt"
	"strings"
)

// maxSteps bounds the values that a JSONPath may come by in one result. Paths and results are both strangers': a short
// path with unions, descents or queries from the root inside of a filter finds each value many times over.
const maxSteps = 50_000_000

// affordable says whether a path can be followed in a document: it estimates the most values that it can come by.
func affordable(path string, doc any) error {
	nodes, depth := measure(doc)
	steps := float64(nodes)
	times := func(n int) { steps *= float64(max(n, 1)) }
	bare := unquoted(path)
	for range strings.Count(bare, "..") - 1 {
		times(depth) // each value is found again from each of those around it
	}
	for range strings.Count(bare, ",") {
		times(2)
	}
	times(1 + strings.Count(bare, "?"))
	for i := 1; i < len(bare); i++ {
		if bare[i] == '$' && (strings.ContainsAny(bare[i:], "*?:") || strings.Contains(bare[i:], "..")) {
			times(nodes) // asked anew for each value that a filter looks at
		}
	}
	if steps > maxSteps {
		return fmt.Errorf("the result has %d values: %s could look at more than %d", nodes, cut(path, 60), maxSteps)
	}
	return nil
}

// measure counts the values of a document and its levels.
func measure(doc any) (nodes, depth int) {
	add := func(kid any) {
		n, d := measure(kid)
		nodes, depth = nodes+n, max(depth, d)
	}
	switch v := doc.(type) {
	case map[string]any:
		for _, kid := range v {
			add(kid)
		}
	case []any:
		for _, kid := range v {
			add(kid)
		}
	}
	return nodes + 1, depth + 1
}

// unquoted is a JSONPath without what stands in quotes (RFC 9535 section 2.3.1.1).
func unquoted(path string) string {
	var out strings.Builder
	var quote byte
	for i := 0; i < len(path); i++ {
		switch c := path[i]; {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote == 0:
			out.WriteByte(c)
		case c == '\\':
			i++
		case c == quote:
			quote = 0
		}
	}
	return out.String()
}
