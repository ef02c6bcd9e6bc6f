package session

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"sort"
	"strings"
)

// standardHeaders are the headers of a modern request over HTTP (2026-07-28/basic/transports/streamable-http):
// the version as in _meta, the method, and the name of what is addressed.
func standardHeaders(method string, params json.RawMessage, version string) http.Header {
	h := http.Header{}
	h.Set(headerVersion, version)
	h.Set(headerMethod, method)
	if name, ok := text(field(params, nameMember(method))); ok {
		h.Set(headerName, encodeHeader(name))
	}
	return h
}

// nameMember is the member of params that Mcp-Name repeats, empty when there is none.
func nameMember(method string) string {
	switch {
	case method == methodToolsCall, method == methodPrompt:
		return "name"
	case method == methodRead:
		return "uri"
	case strings.HasPrefix(method, "tasks/"):
		return "taskId"
	}
	return ""
}

// encodeHeader makes any string fit a header field: as it is, or wrapped as =?base64?…?= when it holds anything but
// printable ASCII, begins or ends with a space, or looks wrapped itself.
func encodeHeader(s string) string {
	plain := strings.Trim(s, " ") == s && !(strings.HasPrefix(s, "=?base64?") && strings.HasSuffix(s, "?="))
	for i := 0; plain && i < len(s); i++ {
		plain = s[i] >= 0x20 && s[i] < 0x7f
	}
	if plain {
		return s
	}
	return "=?base64?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
}

// binding is one x-mcp-header annotation: the argument at path travels in a header too.
type binding struct {
	path   []string
	header string // without the prefix
}

// paramHeaders are the Mcp-Param-… headers of a tool call. Absent and null arguments are left out.
func paramHeaders(bindings []binding, args json.RawMessage) (h http.Header, findings []string) {
	h = http.Header{}
	for _, b := range bindings {
		val := args
		for _, name := range b.path {
			val = field(val, name)
		}
		value, ok, finding := headerValue(val)
		if finding != "" {
			findings = append(findings, fmt.Sprintf("argument /%s: %s", strings.Join(b.path, "/"), finding))
		}
		if ok {
			h.Set(headerParamPrefix+b.header, encodeHeader(value))
		}
	}
	return h, findings
}

// headerValue is an argument as header text: strings as they are, integers in decimal, booleans true or false.
func headerValue(raw json.RawMessage) (value string, ok bool, finding string) {
	raw = bytes.TrimSpace(raw)
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return "", false, ""
	case string(raw) == "true" || string(raw) == "false":
		return string(raw), true, ""
	case raw[0] == '"':
		s, ok := text(raw)
		return s, ok, ""
	case raw[0] == '{' || raw[0] == '[':
		return "", false, "an object or array cannot travel in a header: it was left out"
	}
	n, good := decimal(string(raw))
	if !good {
		return "", false, "a number that is no integer cannot travel in a header: it was left out"
	}
	// 2026-07-28: "Integer values MUST be within the safe integer range" of IEEE 754 doubles.
	if limit := new(big.Int).Lsh(big.NewInt(1), 53); n.CmpAbs(limit) >= 0 {
		finding = "the integer is outside ±(2^53-1), which a server need not accept in a header"
	}
	return n.String(), true, finding
}

// decimal reads a JSON number that is an integer, also as 5.0 or 1e3.
func decimal(s string) (*big.Int, bool) {
	if n, ok := new(big.Int).SetString(s, 10); ok {
		return n, true
	}
	if len(s) > 40 || bigExponent(s) { // 1e999999999 would fill the memory
		return nil, false
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok || !r.IsInt() {
		return nil, false
	}
	return r.Num(), true
}

// headerBindings reads the x-mcp-header annotations of an inputSchema. An error says why a client must not offer the
// tool on Streamable HTTP ("clients MUST exclude the tool"), naming the place.
func headerBindings(schema json.RawMessage) ([]binding, error) {
	if !bytes.Contains(schema, []byte("x-mcp-header")) && !bytes.Contains(schema, []byte(`\u`)) {
		return nil, nil // the common case, without decoding
	}
	var root any
	if err := json.Unmarshal(schema, &root); err != nil {
		return nil, nil // reported as a malformed schema elsewhere; nothing can be bound
	}
	w := headerWalk{seen: map[string]string{}}
	if err := w.schema(root, nil, nil, true); err != nil {
		return nil, err
	}
	return w.found, nil
}

type headerWalk struct {
	found []binding
	seen  map[string]string // lower-case header -> place
}

// The keywords of JSON Schema that hold subschemas.
var (
	schemaKeywords = []string{
		"additionalItems", "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
		"propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
	}
	schemaListKeywords = []string{"allOf", "anyOf", "items", "oneOf", "prefixItems"}
	schemaMapKeywords  = []string{"$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties"}
)

// schema walks one subschema. at is its place in the schema; path is the argument's path while chain is true, that is
// while only properties keywords led here.
func (w *headerWalk) schema(node any, at, path []string, chain bool) error {
	obj, ok := node.(map[string]any)
	if !ok {
		return nil
	}
	if mark, ok := obj["x-mcp-header"]; ok {
		if err := w.mark(mark, obj, at, path, chain); err != nil {
			return err
		}
	}
	if err := w.each(obj["properties"], append(slices.Clone(at), "properties"), path, chain); err != nil {
		return err
	}
	for _, k := range schemaMapKeywords {
		if err := w.each(obj[k], append(slices.Clone(at), k), nil, false); err != nil {
			return err
		}
	}
	for _, k := range schemaKeywords {
		if err := w.schema(obj[k], append(slices.Clone(at), k), nil, false); err != nil {
			return err
		}
	}
	for _, k := range schemaListKeywords {
		list, _ := obj[k].([]any)
		for i, item := range list {
			if err := w.schema(item, append(slices.Clone(at), k, fmt.Sprint(i)), nil, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// each walks the values of a keyword that maps names to subschemas, by name.
func (w *headerWalk) each(v any, at, path []string, chain bool) error {
	m, _ := v.(map[string]any)
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		err := w.schema(m[name], append(slices.Clone(at), name), append(slices.Clone(path), name), chain)
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *headerWalk) mark(mark any, obj map[string]any, at, path []string, chain bool) error {
	place := "/" + strings.Join(at, "/")
	name, isText := mark.(string)
	switch {
	case !chain || len(path) == 0:
		return fmt.Errorf("x-mcp-header at %s: only properties reached through properties alone may carry it", place)
	case !isText || name == "":
		return fmt.Errorf("x-mcp-header at %s is no non-empty string", place)
	case !isToken(name):
		return fmt.Errorf("x-mcp-header %q at %s is no header name (RFC 9110 token)", clip(name, 60), place)
	case !headerType(obj["type"]):
		return fmt.Errorf("x-mcp-header at %s: only string, integer and boolean arguments may carry it", place)
	}
	if other, ok := w.seen[strings.ToLower(name)]; ok {
		return fmt.Errorf("x-mcp-header %q at %s stands at %s already", clip(name, 60), place, other)
	}
	w.seen[strings.ToLower(name)] = place
	w.found = append(w.found, binding{path, name})
	return nil
}

// headerType reports whether type allows nothing but string, integer, boolean, and null beside one of them (a null
// argument has no header).
func headerType(t any) bool {
	list, ok := t.([]any)
	if !ok {
		list = []any{t}
	}
	fits := false
	for _, one := range list {
		switch one {
		case "string", "integer", "boolean":
			fits = true
		case "null":
		default:
			return false
		}
	}
	return fits
}

// isToken reports whether s is a token of RFC 9110 section 5.6.2.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' ||
			strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}
