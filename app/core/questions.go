package core

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/question"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/session"
)

const (
	maxShownParams = 1 << 20 // bytes of a question's params that the window gets; the entry holds the rest
	answerStep     = "answer the question"
)

// Inbox returns what the servers of all connections ask, in order of asking.
func (c *Core) Inbox() Inbox {
	out := Inbox{Questions: []InboxItem{}, Refused: []InboxRefusal{}}
	for _, cn := range c.all() {
		s := cn.anySession()
		if s == nil {
			continue
		}
		for _, q := range s.Questions() {
			out.Questions = append(out.Questions, cn.inboxItem(q))
		}
	}
	slices.SortStableFunc(out.Questions, func(x, y InboxItem) int { return int(x.Asked - y.Asked) })
	for _, q := range out.Questions {
		if q.State == string(session.Pending) {
			out.Pending++
		}
	}
	return out
}

// all are the connections of this run, one of each profile.
func (c *Core) all() []*connection {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]*connection, 0, len(c.connections))
	for _, cn := range c.connections {
		out = append(out, cn)
	}
	return out
}

// anySession is the session, over or not; nil before the connect succeeded.
func (cn *connection) anySession() *session.Session {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	return cn.session
}

// findQuestion returns a question and its connection.
func (c *Core) findQuestion(id string) (*connection, *session.Session, session.Question, error) {
	for _, cn := range c.all() {
		s := cn.anySession()
		if s == nil {
			continue
		}
		for _, q := range s.Questions() {
			if q.ID == id {
				return cn, s, q, nil
			}
		}
	}
	return nil, nil, session.Question{}, &fault.CallError{Kind: fault.Input, Step: answerStep, Message: "this question is not in the inbox any more", Hint: "It was settled a while ago, or its connection ended."}
}

func (cn *connection) inboxItem(q session.Question) InboxItem {
	params := cn.core.masker().Text(cn.id, q.Params)
	item := InboxItem{
		ID: q.ID, Profile: cn.profile.ID, Conn: cn.id, Server: cn.profile.Name, Method: q.Method, Mode: cn.text(question.Mode(q.Method, q.Params)),
		Source: string(q.Source), Call: q.Call, Round: q.Round, Key: cn.text(q.Key),
		Summary: question.Summary(q.Method, params), Asked: q.Asked.UnixMicro(), State: string(q.State), Reason: cn.text(q.Reason), Entry: q.Entry,
	}
	cn.mu.Lock()
	item.Tool = cn.runs[q.Call]
	cn.mu.Unlock()
	if q.State != session.Pending {
		item.By = "user"
	}
	return item
}

// Question returns one question, whole.
func (c *Core) Question(id string) (QuestionDetail, error) {
	cn, _, q, err := c.findQuestion(id)
	if err != nil {
		return QuestionDetail{Findings: []string{}}, err
	}
	m := c.masker()
	params := m.Text(cn.id, q.Params)
	d := QuestionDetail{
		Item: cn.inboxItem(q), ParamsBytes: int64(len(q.Params)), Params: string(params[:min(len(params), maxShownParams)]),
		Template: string(m.Text(cn.id, q.Template)), Findings: []string{},
	}
	switch q.Method {
	case question.MethodElicit:
		e := question.ReadElicitation(params)
		d.Elicitation = &e
	case question.MethodSample:
		s := question.ReadSampling(params)
		d.Sampling = &s
	case question.MethodRoots:
		d.Roots = &RootsView{Roots: c.Roots(cn.profile.ID).Roots}
	}
	return d, nil
}

// CheckReply says what is wrong with an answer. Nothing is sent.
func (c *Core) CheckReply(r Reply) []Problem {
	_, _, q, err := c.findQuestion(r.ID)
	if err != nil {
		return []Problem{{Message: AsError(err).Message}}
	}
	content := strings.TrimSpace(r.Content)
	if (r.Kind == rules.KindResult || r.Kind == rules.KindAccept && question.Mode(q.Method, q.Params) != question.ModeURL) && !isObject([]byte(content)) {
		return []Problem{{Message: "the answer is no JSON object", Keyword: "type"}}
	}
	return []Problem{}
}

// Reply answers a question. What is wrong with the answer is returned and nothing sent, unless it is forced.
func (c *Core) Reply(_ context.Context, r Reply) (ReplyOutput, error) {
	out := ReplyOutput{Problems: []Problem{}}
	_, s, q, err := c.findQuestion(r.ID)
	if err != nil {
		return out, err
	}
	if out.Problems = c.CheckReply(r); len(out.Problems) > 0 && !r.Force {
		return out, nil
	}
	switch r.Kind {
	case rules.KindResult:
		err = s.Answer(r.ID, json.RawMessage(r.Content))
	case rules.KindAccept:
		result := `{"action":"accept"}`
		if question.Mode(q.Method, q.Params) != question.ModeURL {
			result = `{"action":"accept","content":` + r.Content + `}`
		}
		err = s.Answer(r.ID, json.RawMessage(result))
	case rules.KindDecline:
		err = s.Decline(r.ID)
	case rules.KindCancel:
		if err = s.Decline(r.ID); q.Method == question.MethodElicit {
			err = s.Answer(r.ID, json.RawMessage(`{"action":"cancel"}`))
		}
	case rules.KindError:
		err = s.Reject(r.ID, fault.RPCError{Code: r.Code, Message: r.Message, Data: json.RawMessage(r.Data)})
	case rules.KindOpen, rules.KindDone, rules.KindMalformed:
		err = input(answerStep, "this kind of answer is not built yet", "Choose another one.")
	default:
		err = input(answerStep, "the kind of the answer is unknown", "")
	}
	out.Sent = err == nil
	return out, err
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
