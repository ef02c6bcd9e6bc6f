package core

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/question"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/session"
)

const answerStep = "answer the question"

// findQuestion returns a question of a live connection, in the inbox or of a round by hand.
func (c *Core) findQuestion(id string) (*connection, *session.Session, session.Question, error) {
	for _, cn := range c.all() {
		// After the end what is kept is all there is: its secrets were forgotten, so nothing else could be masked.
		if over, _ := cn.asked.kept(); over {
			continue
		}
		if s := cn.anySession(); s != nil {
			if q, ok := s.Question(id); ok {
				return cn, s, q, nil
			}
		}
	}
	return nil, nil, session.Question{}, input(answerStep, "this question is not in the inbox any more", "It was settled a while ago, or its connection ended.")
}

// CheckReply says what is wrong with an answer. Nothing is sent.
func (c *Core) CheckReply(r Reply) []Problem {
	_, _, q, err := c.findQuestion(r.ID)
	if err != nil {
		return []Problem{{Message: AsError(err).Message}}
	}
	return checkReply(&q, r)
}

func checkReply(q *session.Question, r Reply) []Problem {
	content := json.RawMessage(strings.TrimSpace(r.Content))
	url := question.Mode(q.Method, q.Params) == question.ModeURL
	switch r.Kind {
	case rules.KindAccept:
		switch {
		case q.Method != question.MethodElicit:
			return []Problem{{Message: "only an elicitation is accepted", Keyword: "kind"}}
		case url:
			return []Problem{}
		}
		return checkElicited(q, content, "")
	case rules.KindResult:
		return checkResult(q, content, url)
	case rules.KindOpen, rules.KindDone:
		if !url {
			return []Problem{{Message: "only an elicitation in URL mode is opened", Keyword: "kind"}}
		}
	case rules.KindError:
		return checkJSON(r.Data, "the data of the error are no JSON")
	case rules.KindMalformed:
		if q.Source == session.FromInput || q.Source == session.FromTask {
			return checkJSON(r.Text, "the answer stands inside of a request of ours here: it must be JSON of some kind; the raw console sends broken frames")
		}
	case rules.KindDecline, rules.KindCancel:
	default:
		return []Problem{{Message: fmt.Sprintf("the kind of answer %q is unknown", string(r.Kind)), Keyword: "kind"}}
	}
	return []Problem{}
}

func checkJSON(text, message string) []Problem {
	if s := strings.TrimSpace(text); s != "" && !json.Valid([]byte(s)) {
		return []Problem{{Message: message, Keyword: "json"}}
	}
	return []Problem{}
}

// checkResult checks a whole result.
func checkResult(q *session.Question, result json.RawMessage, url bool) []Problem {
	if !isObject(result) {
		return []Problem{{Message: "the answer is no JSON object", Keyword: "type"}}
	}
	switch q.Method {
	case question.MethodSample:
		return append(found(question.CheckSampled(q.Params, result), ""), checkToolInputs(q, result)...)
	case question.MethodRoots:
		return found(question.CheckRoots(result), "")
	case question.MethodElicit:
		var e struct {
			Action  string          `json:"action"`
			Content json.RawMessage `json:"content"`
		}
		_ = json.Unmarshal(result, &e) // a wrong type leaves it empty
		switch {
		case e.Action == "accept" && !url:
			return checkElicited(q, e.Content, "/content")
		case e.Action == "accept" && e.Content != nil:
			return []Problem{{Path: "/content", Message: "in URL mode no content goes back", Keyword: "not"}}
		case e.Action != "accept" && e.Action != "decline" && e.Action != "cancel":
			return []Problem{{Path: "/action", Message: "the action must be accept, decline or cancel", Keyword: "enum"}}
		}
	}
	return []Problem{}
}

// checkElicited checks the content of an elicitation; at is its place in what the user wrote.
func checkElicited(q *session.Question, content json.RawMessage, at string) []Problem {
	if !isObject(content) {
		return []Problem{{Path: at, Message: "the content is no JSON object", Keyword: "type"}}
	}
	schema := question.ReadElicitation(q.Params).Schema
	if schema == "" {
		return found(question.CheckContent(content), at)
	}
	out := problems(session.CheckElicited(json.RawMessage(schema), content))
	if len(out) == 0 {
		return found(question.CheckContent(content), at)
	}
	for i := range out {
		out[i].Path = at + out[i].Path
	}
	return out
}

// checkToolInputs checks the input of each tool use against the schema that the server sent.
func checkToolInputs(q *session.Question, result json.RawMessage) []Problem {
	out := []Problem{}
	schemas := map[string]string{}
	for _, t := range question.ReadSampling(q.Params).Tools {
		schemas[t.Name] = t.InputSchema
	}
	for _, u := range question.ToolUses(result) {
		if schema := schemas[u.Name]; schema != "" && isObject(u.Input) {
			for _, p := range problems(session.CheckArgs(json.RawMessage(schema), u.Input)) {
				p.Path = u.At + "/input" + p.Path
				out = append(out, p)
			}
		}
	}
	return out
}

func found(list []question.Problem, at string) []Problem {
	out := []Problem{}
	for _, p := range list {
		out = append(out, Problem{Path: at + p.Path, Message: p.Message, Keyword: p.Keyword})
	}
	return out
}

// Reply answers a question. What is wrong with the answer is returned and nothing sent, unless it is forced.
func (c *Core) Reply(ctx context.Context, r Reply) (ReplyOutput, error) {
	out := ReplyOutput{Problems: []Problem{}}
	cn, s, q, err := c.findQuestion(r.ID)
	if err != nil {
		return out, err
	}
	if out.Problems = checkReply(&q, r); len(out.Problems) > 0 && (!r.Force || !forcible(out.Problems)) {
		return out, nil
	}
	if q.Hand && r.Kind != rules.KindOpen {
		return out, input(answerStep, "this question belongs to a round that is sent by hand", "Its answer goes out with the round.")
	}
	again := r.Kind == rules.KindOpen && !q.Opened.IsZero() // the page was closed, say: nothing is sent for it
	if q.State != session.Pending && !again {
		return out, input(answerStep, "this question does not wait any more: it was "+string(q.State), "")
	}
	if r.Kind == rules.KindOpen {
		if err := c.openURL(ctx, cn, s, &q, r.URL); err != nil {
			return out, err
		}
		if q.Source == session.FromError || q.State != session.Pending || q.Hand {
			out.Sent = true // nothing is: after an error the user goes through the page first, a round is sent by hand
			return out, nil
		}
	}
	err = s.Reply(r.ID, replyOf(&q, r))
	out.Sent = err == nil
	return out, err
}

// forcible reports whether an answer can be sent in spite of its problems.
func forcible(list []Problem) bool {
	for _, p := range list {
		if p.Path == "" && (p.Keyword == "type" || p.Keyword == "kind" || p.Keyword == "json") {
			return false
		}
	}
	return true
}

// replyOf is an answer as the session takes it. It was checked.
func replyOf(q *session.Question, r Reply) session.Reply {
	switch r.Kind {
	case rules.KindAccept, rules.KindOpen:
		if question.Mode(q.Method, q.Params) == question.ModeURL {
			return accepted(q)
		}
		return session.Reply{Result: json.RawMessage(`{"action":"accept","content":` + r.Content + `}`)}
	case rules.KindDone:
		return accepted(q)
	case rules.KindDecline:
		return session.Refusal(*q, session.Declined)
	case rules.KindCancel:
		return session.Refusal(*q, session.Cancelled)
	case rules.KindError:
		return errorReply(r.Code, r.Message, r.Data)
	case rules.KindMalformed:
		return malformedReply(q, r.Text)
	case rules.KindResult:
	}
	reply := session.Reply{Result: json.RawMessage(r.Content)}
	var e struct{ Action string }
	if q.Method == question.MethodElicit && json.Unmarshal(reply.Result, &e) == nil {
		switch e.Action {
		case "decline":
			reply.State = session.Declined
		case "cancel":
			reply.State = session.Cancelled
		}
	}
	return reply
}

// accepted is the consent to open a URL. After an error -32042 nothing is sent for it: the call is sent again.
func accepted(q *session.Question) session.Reply {
	if q.Source == session.FromError {
		return session.Reply{Reason: "the user went through the page"}
	}
	return session.Reply{Result: json.RawMessage(`{"action":"accept"}`), Reason: "the user agreed to open the URL"}
}

func errorReply(code int, message, data string) session.Reply {
	e := &fault.RPCError{Code: code, Message: message}
	if d := strings.TrimSpace(data); d != "" {
		e.Data = json.RawMessage(d)
	}
	return session.Reply{Err: e, State: session.Declined, Reason: fmt.Sprintf("answered with the error %d", code)}
}

func malformedReply(q *session.Question, text string) session.Reply {
	r := session.Reply{Raw: []byte(text), Reason: "answered with a text as it is"}
	if q.Source == session.FromInput || q.Source == session.FromTask {
		r.Raw, r.Result, r.Odd = nil, json.RawMessage(text), true
	}
	return r
}

// openURL opens the browser with the URL of a question. shown is what the user saw when agreeing: the same text, or
// nothing is opened (2025-11-25 client/elicitation: "MUST NOT open the URL without explicit consent", "MUST show the
// full URL").
func (c *Core) openURL(ctx context.Context, cn *connection, s *session.Session, q *session.Question, shown string) error {
	const step = "open the URL"
	var p struct{ URL string }
	_ = json.Unmarshal(q.Params, &p) // without one the view has a problem
	view := question.ReadURL(p.URL)
	switch {
	case shown == "" || cn.text(p.URL) != shown:
		return input(step, "the URL is not the one that was shown", "Look at the question again.")
	case view.Problem != "":
		return input(step, strings.TrimSuffix(view.Problem, "."), "Decline the question, or look at the raw params.")
	}
	if err := c.openBrowser(ctx, p.URL); err != nil {
		return &fault.CallError{Kind: fault.Input, Step: step, Message: "the browser could not be opened", Hint: "Copy the URL and open it yourself, then accept without opening.", Cause: err}
	}
	cn.note(fmt.Sprintf("Opened the browser for a question of the server (entry %d) at %s.", q.Entry, view.Host))
	s.Opened(q.ID)
	return nil
}

// HoldRule keeps a rule from answering a question: it is the user's from then on.
func (c *Core) HoldRule(id string) error {
	_, s, q, err := c.findQuestion(id)
	switch {
	case err != nil:
		return err
	case !s.Hold(id) && q.State != session.Pending:
		return input("take the question over", "this question was "+string(q.State)+" already", "")
	}
	return nil
}

// QuestionContent returns up to length bytes (at most 32 MiB; negative: all) of an image or audio of a question; at is
// its place in the params.
func (c *Core) QuestionContent(id, at string, offset, length int64) (ContentBytes, error) {
	cn, _, q, err := c.findQuestion(id)
	if err != nil {
		return ContentBytes{}, err
	}
	data, mime, ok := question.Media(q.Params, at)
	if !ok {
		return ContentBytes{}, input("show content", "this content item has no bytes of its own", "Look at the raw params.")
	}
	data = c.masker().Text(cn.id, data) // base64 hid what it holds from the tap
	total := int64(len(data))
	if length == 0 || length > maxContentRange {
		length = maxContentRange
	}
	offset = max(0, min(offset, total))
	end := total
	if length >= 0 {
		end = min(total, offset+length)
	}
	return ContentBytes{Bytes: data[offset:end:end], Total: total, MIMEType: mime, Name: "content" + extension(mime)}, nil
}
