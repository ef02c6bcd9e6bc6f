package transport

import "strings"

// The rules that messages break, as findings cite them: a reader looks them up there.
const (
	ruleJSON     = "RFC 8259 section 2"
	ruleNames    = "RFC 8259 section 4"
	ruleBOM      = "RFC 8259 section 8.1"
	ruleRequest  = "JSON-RPC 2.0 section 4"
	ruleParams   = "JSON-RPC 2.0 section 4.2"
	ruleResponse = "JSON-RPC 2.0 section 5"
	ruleError    = "JSON-RPC 2.0 section 5.1"
	ruleBatch    = "JSON-RPC 2.0 section 6"
	ruleEither   = "JSON-RPC 2.0 sections 4 and 5"
	ruleMessages = "MCP, Base Protocol: Messages"
	ruleUTF8     = "MCP, Transports"
	ruleStdio    = "MCP, Transports: stdio"
	rulePost     = "MCP, Transports: Sending Messages to the Server"
	ruleListen   = "MCP, Transports: Listening for Messages from the Server"
	ruleSession  = "MCP, Transports: Session Management"
	ruleOldSSE   = "MCP 2024-11-05, Transports: HTTP with SSE"
	ruleEvents   = "HTML standard section 9.2.6"
	ruleModern   = "MCP 2026-07-28, Key Changes"
	ruleLocation = "RFC 9110 section 15.4"
)

// cited is a sentence with the rule that is broken.
func cited(sentence, rule string) string {
	if rule == "" {
		return sentence
	}
	return strings.TrimSuffix(sentence, ".") + " (" + rule + ")."
}

// finding says what is wrong with a message, and which rule that breaks.
func (m *message) finding() string { return cited(upper(m.why)+".", m.rule) }
