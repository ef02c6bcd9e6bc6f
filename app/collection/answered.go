package collection

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// AsAnswered are the expectations that an answer, a whole JSON-RPC frame, stays what it is: the error with its code,
// else the structured content, else the texts of the content, else the whole result but for _meta.
func AsAnswered(frame []byte) []Expectation {
	a := readAnswer(frame)
	switch {
	case a.err != nil:
		return []Expectation{{Error: &ExpectedError{Code: a.err.Code}}}
	case a.result == nil:
		return nil
	}
	var out []Expectation
	if toolFailed(a.raw) {
		out = append(out, Expectation{Path: "$.isError", Equals: json.RawMessage("true")})
	}
	if v, ok := a.result["structuredContent"]; ok {
		return append(out, expected("$.structuredContent", v))
	}
	texts, _ := at(a.raw, "", "$.content[*].text")
	if len(texts) > 0 {
		for i, v := range a.contents() {
			if text, ok := v["text"]; ok {
				out = append(out, expected("$.content["+strconv.Itoa(i)+"].text", text))
			}
		}
		return out
	}
	for _, name := range slices.Sorted(maps.Keys(a.result)) {
		if !strings.HasPrefix(name, "_") {
			out = append(out, expected("$['"+strings.ReplaceAll(strings.ReplaceAll(name, `\`, `\\`), "'", `\'`)+"']", a.result[name]))
		}
	}
	return out[:min(len(out), MaxExpect)]
}

func expected(path string, v any) Expectation {
	raw, _ := json.Marshal(v) // it was JSON
	return Expectation{Path: path, Equals: Literal(raw)}
}

// SameAnswer compares two answers, whole JSON-RPC frames: the results but for their _meta, or the errors. Numbers are
// compared by value, members in any order.
func SameAnswer(was, is []byte) bool {
	a, b := readAnswer(was), readAnswer(is)
	if a.err != nil || b.err != nil {
		return a.err != nil && b.err != nil && a.err.Code == b.err.Code && a.err.Message == b.err.Message && equal(a.err.Data, b.err.Data)
	}
	if a.result == nil || b.result == nil {
		return false
	}
	delete(a.result, "_meta")
	delete(b.result, "_meta")
	return equal(a.result, b.result)
}

type answer struct {
	raw    json.RawMessage
	result map[string]any
	err    *rpcError
}

type rpcError struct {
	Code    int
	Message string
	Data    any
}

// contents are the members of the result's content that are objects.
func (a answer) contents() (out []map[string]any) {
	list, _ := a.result["content"].([]any)
	for _, one := range list {
		m, _ := one.(map[string]any)
		out = append(out, m)
	}
	return out
}

func readAnswer(frame []byte) (a answer) {
	var f struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Code    int             `json:"code"`
			Message string          `json:"message"`
			Data    json.RawMessage `json:"data"`
		} `json:"error"`
	}
	if json.Unmarshal(frame, &f) != nil {
		return a
	}
	if f.Error != nil {
		a.err = &rpcError{Code: f.Error.Code, Message: f.Error.Message}
		a.err.Data, _ = decode(f.Error.Data) // no data is nil
		return a
	}
	v, err := decode(f.Result)
	if err != nil {
		return a
	}
	a.raw = f.Result
	a.result, _ = v.(map[string]any)
	return a
}
