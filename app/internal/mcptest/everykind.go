package mcptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// EveryKind is a server of 2026-07-28 with one tool, survey: it asks a form (guest), a URL (payment), a model (greeting)
// and the roots (folders) in one round with WildState, and tells whether the state came back and what was answered.
func EveryKind(w http.ResponseWriter, r *http.Request) {
	var req modernRequest
	b, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodPost || json.Unmarshal(b, &req) != nil {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	result := `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}}`
	switch {
	case req.Method == "tools/list":
		result = `{"resultType":"complete","tools":[{"name":"survey","description":"Asks everything at once.","inputSchema":{"type":"object"}}]}`
	case req.Method == "tools/call" && !strings.Contains(string(req.Params), "inputResponses"):
		result = `{"resultType":"input_required","requestState":` + WildState + `,"inputRequests":{` +
			`"guest":{"method":"elicitation/create","params":{"mode":"form","message":"Who is coming?","requestedSchema":{"type":"object","properties":{` +
			`"name":{"type":"string","title":"Your name"},"nights":{"type":"integer","minimum":1,"default":2},"room":{"type":"string","enum":["single","double"]}},"required":["name","nights"]}}},` +
			`"payment":{"method":"elicitation/create","params":{"mode":"url","message":"Pay the deposit.","url":"https://pay.example/deposit?id=7"}},` +
			`"greeting":{"method":"sampling/createMessage","params":{"maxTokens":90,"systemPrompt":"Be kind.","messages":[{"role":"user","content":{"type":"text","text":"Greet the guest."}}]}},` +
			`"folders":{"method":"roots/list"}}}`
	case req.Method == "tools/call":
		said := "another state"
		if bytes.Equal(member(req.Params, "requestState"), []byte(WildState)) {
			said = "the state is the same"
		}
		text, _ := json.Marshal(said + "; " + string(member(req.Params, "inputResponses"))) // a string always marshals
		result = fmt.Sprintf(`{"resultType":"complete","content":[{"type":"text","text":%s}]}`, text)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, req.ID, result)
}
