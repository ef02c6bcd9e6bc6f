//go:build e2e

package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// askingPeer is a legacy stdio server whose tools ask: each answers with what the client said, as it came.
//
//	form, url, sample, roots   ask one question and wait
//	locked                     is refused with -32042 the first time
//	many                       asks sixty questions at once and waits for none
//	back                       takes the questions back that wait
//	over                       tells that the elicitation of url is over
type askingPeer struct {
	out io.Writer

	mu      sync.Mutex
	next    int
	waiting map[string]chan string
	locked  bool
}

// askedForm has a field of every kind.
const askedForm = `{"message":"A few details, and the room is yours.","requestedSchema":{"type":"object","properties":{` +
	`"name":{"type":"string","title":"Your name","minLength":2,"maxLength":40,"description":"As it shall stand on the door."},` +
	`"email":{"type":"string","format":"email"},"site":{"type":"string","format":"uri","default":"https://example.com/"},` +
	`"arrival":{"type":"string","format":"date"},"alarm":{"type":"string","format":"date-time"},` +
	`"nights":{"type":"integer","minimum":1,"maximum":30,"default":2},"budget":{"type":"number","minimum":0.5},` +
	`"room":{"type":"string","oneOf":[{"const":"s","title":"Single"},{"const":"d","title":"Double"}],"default":"d"},` +
	`"floor":{"type":"string","enum":["g","1"],"enumNames":["Ground","First"]},` +
	`"extras":{"type":"array","minItems":1,"maxItems":2,"items":{"anyOf":[{"const":"b","title":"Breakfast"},{"const":"p","title":"Parking"},{"const":"q","title":"Quiet side"}]}},` +
	`"days":{"type":"array","items":{"type":"string","enum":["mon","tue","wed"]}},` +
	`"newsletter":{"type":"boolean","default":false},"door_password":{"type":"string"}},"required":["name","email","extras"]}}`

const askedURL = `{"mode":"url","elicitationId":"e-1","message":"Connect your account to go on.","url":"https://xn--pypal-4ve.example.com:8443/authorize/with/a/path/that/goes/on?session=7f3a9c&scope=read%20write&state=a-long-state-that-no-one-would-type"}`

const askedSample = `{"systemPrompt":"Answer in one sentence.","maxTokens":400,"temperature":0.2,"stopSequences":["END"],"includeContext":"thisServer",` +
	`"modelPreferences":{"hints":[{"name":"small"}],"costPriority":0.8,"intelligencePriority":0.3},` +
	`"messages":[{"role":"user","content":{"type":"text","text":"What will the weather in Dresden be?"}},` +
	`{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"weather","input":{"city":"Dresden"}}]},` +
	`{"role":"user","content":[{"type":"tool_result","toolUseId":"t1","content":[{"type":"text","text":"Rain, 9 °C"}]}]},` +
	`{"role":"user","content":{"type":"image","mimeType":"image/png","data":"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="}}],` +
	`"tools":[{"name":"weather","description":"The weather of a city.","inputSchema":{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1}},"required":["city"]}}],"toolChoice":{"mode":"auto"}}`

func serveAsking(in io.Reader, out io.Writer) {
	p := &askingPeer{out: out, waiting: map[string]chan string{}}
	scan := bufio.NewScanner(in)
	scan.Buffer(nil, 16<<20)
	for scan.Scan() {
		var m struct {
			ID     json.RawMessage
			Method string
			Params struct{ Name string }
			Result json.RawMessage
			Error  json.RawMessage
		}
		if json.Unmarshal(scan.Bytes(), &m) != nil {
			continue
		}
		switch m.Method {
		case "":
			p.take(string(m.ID), string(m.Result)+string(m.Error))
		case "initialize":
			p.line(`{"jsonrpc":"2.0","id":%s,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"asking peer","version":"1"}}}`, m.ID)
		case "tools/list":
			var tools []string
			for _, name := range []string{"form", "url", "sample", "roots", "locked", "many", "back", "over"} {
				tools = append(tools, fmt.Sprintf(`{"name":%q,"inputSchema":{"type":"object"}}`, name))
			}
			p.line(`{"jsonrpc":"2.0","id":%s,"result":{"tools":[%s]}}`, m.ID, strings.Join(tools, ","))
		case "tools/call":
			go p.call(m.ID, m.Params.Name)
		default:
			if m.ID != nil {
				p.line(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32601,"message":"no such method"}}`, m.ID)
			}
		}
	}
}

func (p *askingPeer) line(format string, a ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, _ = fmt.Fprintf(p.out, format+"\n", a...) // a closed pipe is the end
}

func (p *askingPeer) take(id, answer string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.waiting[id]; c != nil {
		delete(p.waiting, id)
		c <- answer
	}
}

// ask sends a request and returns where its answer comes.
func (p *askingPeer) ask(method, params string) chan string {
	p.mu.Lock()
	p.next++
	id := fmt.Sprintf("%d", p.next)
	c := make(chan string, 1)
	p.waiting[id] = c
	p.mu.Unlock()
	p.line(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":%s}`, id, method, params)
	return c
}

func (p *askingPeer) call(id json.RawMessage, tool string) {
	said := "done"
	switch tool {
	case "form":
		said = <-p.ask("elicitation/create", askedForm)
	case "url":
		said = <-p.ask("elicitation/create", askedURL)
	case "sample":
		said = <-p.ask("sampling/createMessage", askedSample)
	case "roots":
		said = <-p.ask("roots/list", `{}`)
	case "many":
		for i := range 60 {
			p.ask("elicitation/create", fmt.Sprintf(`{"message":"Question number %d of a great many, each with a text that is longer than the row it stands in","requestedSchema":{"type":"object","properties":{"ok":{"type":"boolean"}}}}`, i+1))
		}
	case "back":
		p.mu.Lock()
		waiting := p.waiting
		p.waiting = map[string]chan string{}
		p.mu.Unlock()
		for id, c := range waiting {
			p.line(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":%s,"reason":"it is not needed any more"}}`, id)
			c <- "taken back"
		}
	case "over":
		p.line(`{"jsonrpc":"2.0","method":"notifications/elicitation/complete","params":{"elicitationId":"e-1"}}`)
	case "locked":
		p.mu.Lock()
		first := !p.locked
		p.locked = true
		p.mu.Unlock()
		if first {
			p.line(`{"jsonrpc":"2.0","id":%s,"error":{"code":-32042,"message":"open this first","data":{"elicitations":[%s]}}}`, id, askedURL)
			return
		}
		said = "unlocked"
	}
	text, _ := json.Marshal(said) // a string always marshals
	p.line(`{"jsonrpc":"2.0","id":%s,"result":{"content":[{"type":"text","text":%s}]}}`, id, text)
}

func stdioAsking() { serveAsking(os.Stdin, os.Stdout) }
