package session

import (
	"encoding/json"
	"fmt"
)

// Keys of params._meta in the modern era (2026-07-28/basic/index#meta).
const (
	metaVersion      = "io.modelcontextprotocol/protocolVersion"
	metaCapabilities = "io.modelcontextprotocol/clientCapabilities"
	metaClientInfo   = "io.modelcontextprotocol/clientInfo"
	metaServerInfo   = "io.modelcontextprotocol/serverInfo"
	metaSubscription = "io.modelcontextprotocol/subscriptionId"
	metaLogLevel     = "io.modelcontextprotocol/logLevel"
	metaProgress     = "progressToken"
	metaRelatedTask  = "io.modelcontextprotocol/related-task" // 2025-11-25/basic/utilities/tasks
	metaTrace        = "traceparent"
)

// envelope is what the session adds to params._meta.
type envelope struct {
	version      string          // empty: legacy, nothing but a progress token is added
	capabilities json.RawMessage //
	client       json.RawMessage //
	logLevel     string          // empty: none
	progress     string          // token, empty: none
	trace        string          // traceparent, empty: none
	more         json.RawMessage // further members of _meta: what is there already stays
}

// apply adds the envelope to params. What stands in params already stays byte for byte and wins: an inspector lets
// the user send what is out of contract. The version returned is the one that params then carry.
func (e envelope) apply(params json.RawMessage) (out json.RawMessage, version, finding string) {
	if e.version == "" && e.progress == "" && e.trace == "" && e.more == nil {
		return params, "", ""
	}
	if params != nil && !isObject(params) {
		return params, e.version, "params are no JSON object: _meta could not be added"
	}
	meta := field(params, "_meta")
	if meta != nil && !isObject(meta) {
		return params, e.version, "params._meta is no JSON object: nothing was added to it"
	}
	version = e.version
	if own, ok := text(field(meta, metaVersion)); ok && e.version != "" {
		version = own
		if own != e.version {
			finding = fmt.Sprintf("params._meta asks for protocol version %q instead of the negotiated %q", own, e.version)
		}
	}
	out, err := withField(params, "_meta", e.into(meta))
	if err != nil {
		return params, e.version, "params could not be read: " + err.Error()
	}
	return out, version, finding
}

// into adds the envelope's members to a _meta object where they are missing.
func (e envelope) into(meta json.RawMessage) json.RawMessage {
	add := func(key string, val json.RawMessage) {
		if val == nil || field(meta, key) != nil {
			return
		}
		if m, err := withField(meta, key, val); err == nil {
			meta = m
		}
	}
	if e.version != "" {
		add(metaVersion, quoteJSON(e.version))
		add(metaCapabilities, e.capabilities)
		add(metaClientInfo, e.client)
	}
	for _, m := range []struct{ key, val string }{{metaLogLevel, e.logLevel}, {metaProgress, e.progress}, {metaTrace, e.trace}} {
		if m.val != "" {
			add(m.key, quoteJSON(m.val))
		}
	}
	list, _ := members(e.more) // checked by who set it
	for _, m := range list {
		add(m.key, m.val)
	}
	if meta == nil {
		meta = json.RawMessage("{}")
	}
	return meta
}

// declared is our capabilities object: only what has an answerer.
func (a Answerers) declared() json.RawMessage {
	caps := map[string]any{}
	if a.Form || a.URL {
		modes := map[string]any{}
		if a.Form {
			modes["form"] = map[string]any{}
		}
		if a.URL {
			modes["url"] = map[string]any{}
		}
		caps["elicitation"] = modes
	}
	if a.Sampling {
		sampling := map[string]any{}
		if a.SamplingTools {
			sampling["tools"] = map[string]any{}
		}
		caps["sampling"] = sampling
	}
	if a.Roots {
		caps["roots"] = map[string]any{}
	}
	if len(a.Extensions) > 0 {
		caps["extensions"] = a.Extensions
	}
	b, err := json.Marshal(caps)
	if err != nil { // an extension's settings are no JSON
		return json.RawMessage("{}")
	}
	return b
}

// refuses says why a question must be refused: nobody answers it. Codes are those of 2025-11-25 client/elicitation,
// client/sampling and client/roots ("error handling").
func (a Answerers) refuses(method string, params json.RawMessage) (code int, why string) {
	switch method {
	case methodElicit:
		mode, ok := text(field(params, "mode"))
		if !ok || mode == "" {
			mode = "form" // 2025-11-25 client/elicitation: "clients MUST default to form mode"
		}
		if !a.Form && !a.URL {
			return codeNoMethod, "elicitation was not declared by this client"
		}
		if (mode == "form" && a.Form) || (mode == "url" && a.URL) {
			return 0, ""
		}
		return codeBadParams, fmt.Sprintf("elicitation mode %q was not declared by this client", mode)
	case methodSample:
		switch tools := field(params, "tools"); {
		case a.Sampling && tools != nil && !a.SamplingTools:
			// 2025-11-25 client/sampling#tools: a client without sampling.tools MUST return an error for them
			return codeBadParams, "tools in sampling were not declared by this client"
		case a.Sampling:
			return 0, ""
		}
		return codeNoMethod, "sampling was not declared by this client"
	case methodRoots:
		if a.Roots {
			return 0, ""
		}
		return codeNoMethod, "roots were not declared by this client"
	default:
		return codeNoMethod, fmt.Sprintf("method %q is unknown to this client", clip(method, 80))
	}
}

// The methods and codes the session itself knows.
const (
	methodDiscover    = "server/discover"
	methodInitialize  = "initialize"
	methodInitialized = "notifications/initialized"
	methodPing        = "ping"
	methodCancelled   = "notifications/cancelled"
	methodProgress    = "notifications/progress"
	methodToolsNew    = "notifications/tools/list_changed"
	methodUpdated     = "notifications/resources/updated"
	methodElicited    = "notifications/elicitation/complete"
	methodRootsNew    = "notifications/roots/list_changed"
	methodAccepted    = "notifications/subscriptions/acknowledged"

	methodResourcesNew  = "notifications/resources/list_changed"
	methodPromptsNew    = "notifications/prompts/list_changed"
	methodResourcesList = "resources/list"
	methodTemplatesList = "resources/templates/list"
	methodPromptsList   = "prompts/list"

	methodToolsList   = "tools/list"
	methodSubscribe   = "resources/subscribe"
	methodUnsubscribe = "resources/unsubscribe"
	methodListen      = "subscriptions/listen"
	methodComplete    = "completion/complete"
	methodToolsCall   = "tools/call"
	methodPrompt      = "prompts/get"
	methodRead        = "resources/read"
	methodElicit      = "elicitation/create"
	methodSample      = "sampling/createMessage"
	methodRoots       = "roots/list"

	codeNoMethod      = -32601
	codeBadParams     = -32602
	codeInternal      = -32603
	codeUserRejected  = -1     // 2025-11-25 client/sampling#error-handling
	codeHeader        = -32020 // HeaderMismatch
	codeCapability    = -32021 // MissingRequiredClientCapability
	codeVersion       = -32022 // UnsupportedProtocolVersion
	headerVersion     = "MCP-Protocol-Version"
	headerMethod      = "Mcp-Method"
	headerName        = "Mcp-Name"
	headerParamPrefix = "Mcp-Param-"
)

// clip shortens untrusted text for a message.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
