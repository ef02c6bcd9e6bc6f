package fault

import "fmt"

// Hint says what a JSON-RPC error code means in MCP and what to do; empty for a code that has no common meaning.
// Codes: JSON-RPC 2.0 section 5.1; MCP 2024-11-05 to 2025-11-25 (-32002, -32042); MCP 2026-07-28 (-32020 to -32022).
func Hint(code int) string {
	switch code {
	case -32700:
		return "Parse error: the server could not read the message as JSON. Look at the request's raw bytes; on stdio a line break inside of a message does this."
	case -32600:
		return "Invalid request: the server read JSON but no valid JSON-RPC request. Servers also answer so before they are initialized, or to an unknown session."
	case -32601:
		return "Method not found: the server does not have this method. Compare it with the capabilities that the server declared and with the protocol version in use."
	case -32602:
		return "Invalid params: the arguments do not fit, the tool or prompt does not exist, or (2026-07-28) the resource was not found. Compare the arguments with the input schema."
	case -32603:
		return "Internal error: the server failed while it worked on the request. Its log or standard error says more."
	case -32002:
		return "Resource not found (protocol versions up to 2025-11-25): list the resources again and compare the URI."
	case -32020:
		return "Header mismatch (2026-07-28): an Mcp-… header is missing or differs from the body. List the tools again, because the header names come from their schemas, then repeat the call."
	case -32021:
		return "A client capability is required that was not declared: data.requiredCapabilities names it. Enable it for this server and repeat the call."
	case -32022:
		return "Unsupported protocol version: data.supported lists the versions that the server speaks. Choose one of them in the server's settings, or set the era to automatic."
	case -32042:
		return "The server wants something opened in the browser first (2025-11-25, URL elicitation): data.elicitations lists the addresses. Check the address, open it, then repeat the call."
	}
	switch {
	case code >= -32099 && code <= -32000:
		return fmt.Sprintf("%d is in the range that JSON-RPC leaves to servers: its meaning is the server's own.", code)
	case code >= -32768 && code <= -32100:
		return fmt.Sprintf("%d is in the range that JSON-RPC reserves and gives no meaning to.", code)
	}
	return ""
}

// defaultHint is what to do about an error whose maker said nothing.
func (e *CallError) defaultHint() string {
	switch {
	case e.RPC != nil:
		return Hint(e.RPC.Code)
	case e.Challenge != nil:
		return e.Challenge.Next
	}
	switch e.Kind {
	case Session:
		return "Connect again: a new session is opened."
	case Closed:
		return "Connect again; the last entries in the traffic and the standard error say why it ended."
	case Timeout:
		return "The server may still be busy. Raise the timeout in its settings, or look at the traffic for what came last."
	case Internal:
		return hintInternal
	default:
		return ""
	}
}
