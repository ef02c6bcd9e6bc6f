package core

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sightglass-dev/sightglass/app/session"
)

// offers are the methods of a server with the capabilities that declare them (2025-11-25 and 2026-07-28,
// basic/lifecycle and the pages of each feature).
var offers = []struct {
	capability string // a flag of one stands behind a dot
	method     string
	list       bool        // asking for it changes nothing
	era        session.Era // the only era that has it; empty: both
	since      string      // first version that has the capability
}{
	{"tools", "tools/list", true, "", ""},
	{"tools.listChanged", "notifications/tools/list_changed", false, "", ""},
	{"resources", "resources/list", true, "", ""},
	{"resources", "resources/templates/list", true, "", ""},
	{"resources.subscribe", "resources/subscribe", false, session.Legacy, ""},
	{"resources.subscribe", "notifications/resources/updated", false, "", ""},
	{"resources.listChanged", "notifications/resources/list_changed", false, "", ""},
	{"prompts", "prompts/list", true, "", ""},
	{"prompts.listChanged", "notifications/prompts/list_changed", false, "", ""},
	{"completions", "completion/complete", false, "", "2025-03-26"},
	{"logging", "logging/setLevel", false, session.Legacy, ""},
	{"logging", methodLog, false, "", ""},
}

// served compares what the server declares with what it was seen to do.
func (s *summary) served(live *session.Session) []ServedMethod {
	info := live.Info()
	out := make([]ServedMethod, 0, len(offers))
	for _, o := range offers {
		if o.era != "" && o.era != info.Era {
			continue
		}
		m := ServedMethod{Capability: o.capability, Method: o.method, Declared: declares(info.Capabilities, o.capability), Verdict: VerdictUnknown, Check: o.list}
		if strings.HasPrefix(o.method, "notifications/") {
			s.sentUnasked(&m)
		} else {
			s.answered(&m)
		}
		if !m.Declared && info.Version < o.since {
			m.Problem = "" // the version has no such capability to declare
		}
		out = append(out, m)
	}
	return out
}

// answered judges a request by its answers, the last of which counts.
func (s *summary) answered(m *ServedMethod) {
	v := s.answers[m.Method]
	if v == nil {
		return
	}
	last := v.served
	m.Verdict = VerdictServed
	switch {
	case v.missing.seq > last.seq:
		last, m.Verdict = v.missing, VerdictMissing
		m.Text = "It answered -32601 (method not found)."
		if m.Declared {
			m.Problem = "Declared, but not served."
		}
	case last.seq == 0:
		last, m.Verdict = v.failed, VerdictFailed
		m.Text = fmt.Sprintf("It answered with the error %d.", last.Code)
	}
	if m.Verdict == VerdictServed && !m.Declared {
		m.Problem = "Served, but not declared."
	}
	m.At, m.Seq = last.at, last.seq
}

// sentUnasked judges a notification by whether it came.
func (s *summary) sentUnasked(m *ServedMethod) {
	u := s.unasked[m.Method]
	if u == nil {
		return
	}
	m.Verdict, m.Count, m.At, m.Seq = VerdictServed, u.count, u.last.at, u.last.seq
	if !m.Declared {
		m.Problem = "Sent, but not declared."
	}
}

// questions are the requests that servers send, with the capability of the client that allows them.
var questionsOf = []struct{ capability, method string }{
	{"elicitation", "elicitation/create"},
	{"sampling", "sampling/createMessage"},
	{"roots", "roots/list"},
	{"", "ping"},
}

// asked compares what Sightglass declares with what the server asks for.
func (s *summary) asked(live *session.Session) []ClientUse {
	info := live.Info()
	rounds := map[string]int{} // modern servers ask in their answers
	for _, q := range live.Questions() {
		if q.Source != session.FromRequest {
			rounds[q.Method]++
		}
	}
	out := []ClientUse{}
	for _, q := range questionsOf {
		if q.method == "ping" && info.Era == session.Modern {
			continue
		}
		use := ClientUse{Capability: q.capability, Method: q.method, Declared: q.capability == "" || declares(info.Client, q.capability), Count: rounds[q.method]}
		if u := s.unasked[q.method]; u != nil {
			use.Count += u.count
			use.At, use.Seq = u.last.at, u.last.seq
		}
		if use.Count > 0 && !use.Declared {
			use.Problem = "The server asked, although it was not declared."
		}
		out = append(out, use)
	}
	return out
}

// declares reports whether capabilities hold one, or the flag behind a dot.
func declares(capabilities json.RawMessage, name string) bool {
	name, flag, flagged := strings.Cut(name, ".")
	var all map[string]json.RawMessage
	if json.Unmarshal(capabilities, &all) != nil || all[name] == nil || string(all[name]) == "null" {
		return false
	}
	if !flagged {
		return true
	}
	var flags map[string]json.RawMessage
	return json.Unmarshal(all[name], &flags) == nil && string(flags[flag]) == "true"
}
