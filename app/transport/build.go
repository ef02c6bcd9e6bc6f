package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// buildFrame makes the bytes of a request or notification: params stand as given, without insignificant space.
func buildFrame(id, method string, params json.RawMessage) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(len(params) + len(method) + len(id) + 64)
	out.WriteString(`{"jsonrpc":"2.0"`)
	if id != "" {
		out.WriteString(`,"id":`)
		out.Write(quote(id))
	}
	out.WriteString(`,"method":`)
	out.Write(quote(method))
	if len(params) > 0 {
		out.WriteString(`,"params":`)
		if err := json.Compact(&out, params); err != nil {
			return nil, fmt.Errorf("read the params: %w", err)
		}
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// buildReply makes the bytes of an answer to a server's request.
func buildReply(id, result json.RawMessage, rpc *fault.RPCError) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString(`{"jsonrpc":"2.0","id":`)
	if len(id) == 0 {
		id = json.RawMessage("null")
	}
	member, value := `,"result":`, result
	if rpc != nil {
		encoded, err := json.Marshal(rpc)
		if err != nil {
			return nil, fmt.Errorf("encode the error: %w", err)
		}
		member, value = `,"error":`, encoded
	}
	if len(value) == 0 {
		value = json.RawMessage("{}")
	}
	if err := errors.Join(json.Compact(&out, id), func() error { out.WriteString(member); return json.Compact(&out, value) }()); err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

func quote(s string) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string always encodes
	return bytes.TrimRight(out.Bytes(), "\n")
}
