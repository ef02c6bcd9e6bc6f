package wire

// methods are the methods of MCP, all eras: naming one costs no allocation. It is never changed.
var methods = func() map[string]string {
	m := map[string]string{}
	for _, s := range [...]string{
		"initialize", "ping", "server/discover",
		"tools/list", "tools/call",
		"resources/list", "resources/templates/list", "resources/read", "resources/subscribe", "resources/unsubscribe",
		"prompts/list", "prompts/get", "completion/complete", "logging/setLevel", "subscriptions/listen",
		"roots/list", "sampling/createMessage", "elicitation/create",
		"tasks/get", "tasks/result", "tasks/list", "tasks/cancel", "tasks/update",
		"notifications/initialized", "notifications/cancelled", "notifications/progress", "notifications/message",
		"notifications/tools/list_changed", "notifications/resources/list_changed", "notifications/resources/updated",
		"notifications/prompts/list_changed", "notifications/roots/list_changed",
		"notifications/tasks/status", "notifications/tasks", "notifications/elicitation/complete", "notifications/subscriptions/acknowledged",
	} {
		m[s] = s
	}
	return m
}()
