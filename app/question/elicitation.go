package question

import "encoding/json"

// ReadElicitation reads the params of an elicitation/create.
func ReadElicitation(params json.RawMessage) Elicitation {
	p := object(params)
	e := Elicitation{
		Mode: Mode(MethodElicit, params), Message: short(text(p["message"])),
		Schema: string(p["requestedSchema"]), ElicitationID: short(text(p["elicitationId"])),
	}
	if raw := text(p["url"]); raw != "" || e.Mode == ModeURL {
		u := ReadURL(raw)
		e.URL = &u
	}
	return e
}
