package core

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/question"
	"github.com/sightglass-dev/sightglass/app/session"
)

const (
	maxShownParams   = 1 << 20  // bytes of a question's params that the window gets; the entry holds the rest
	maxKept          = 100      // questions kept of a server's connections that ended
	maxKeptParams    = 16 << 20 // bytes of params and answers kept of a connection that ended
	maxListed        = 2000     // questions of all connections in one list: a rule may hold thousands
	maxCheckedSchema = 64 << 10 // bytes of a schema that is compiled to say what is wrong with it
)

// inboxView is what one connection's questions look like: what was found about them, and what stays of them when the
// connection is over.
type inboxView struct {
	mu    sync.Mutex
	read  map[string]*readQuestion // by id
	ended []QuestionDetail         // of the connections before, and of this one once it is over; the last ones
	over  bool

	rootsAsked time.Time
	rootsTold  time.Time
	rootsErr   error
}

// readQuestion is what does not change about a question.
type readQuestion struct {
	mode     string
	summary  string
	findings []string
}

// Inbox returns what the servers of all connections ask, in order of asking.
func (c *Core) Inbox() Inbox {
	out := Inbox{Questions: []InboxItem{}, Refused: []InboxRefusal{}}
	for _, cn := range c.all() {
		out.Questions = append(out.Questions, cn.inboxItems()...)
		if s := cn.anySession(); s != nil {
			if r := s.Refusals(); r.Count > 0 {
				out.Refused = append(out.Refused, InboxRefusal{
					Profile: cn.profile.ID, Conn: cn.id, Server: cn.profile.Name, Count: r.Count, Limit: r.Limit, Last: r.Last.UnixMicro(),
				})
			}
		}
	}
	slices.SortStableFunc(out.Questions, func(x, y InboxItem) int { return cmp.Compare(x.Asked, y.Asked) })
	slices.SortFunc(out.Refused, func(x, y InboxRefusal) int { return cmp.Compare(x.Conn, y.Conn) })
	for i := range out.Questions {
		switch q := &out.Questions[i]; {
		case q.State != string(session.Pending):
		case q.Rule != nil:
			out.Ruled++
		default:
			out.Pending++
		}
	}
	if n := len(out.Questions) - maxListed; n > 0 {
		out.Hidden = n
		out.Questions = listed(out.Questions, n)
	}
	return out
}

// listed leaves n questions out: those that rules hold first, the newest of them first.
func listed(all []InboxItem, n int) []InboxItem {
	for _, leave := range []func(*InboxItem) bool{
		func(q *InboxItem) bool { return q.Rule != nil },
		func(*InboxItem) bool { return true },
	} {
		for i := len(all) - 1; i >= 0 && n > 0; i-- {
			if leave(&all[i]) {
				all = slices.Delete(all, i, i+1)
				n--
			}
		}
	}
	return all
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

// inboxItems are a connection's questions; after its end, those that were kept.
func (cn *connection) inboxItems() []InboxItem {
	over, ended := cn.asked.kept()
	var out []InboxItem
	for _, d := range ended {
		out = append(out, d.Item)
	}
	s := cn.anySession()
	if over || s == nil {
		return out
	}
	list := s.Questions()
	for i := range list {
		out = append(out, cn.inboxItem(&list[i]))
	}
	cn.forgetRead(list)
	return out
}

// kept are the questions that stay of connections that are over; over says whether this one is.
func (v *inboxView) kept() (over bool, ended []QuestionDetail) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.over, v.ended
}

// forgetRead drops what was read of questions that are gone.
func (cn *connection) forgetRead(list []session.Question) {
	v := &cn.asked
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.read) <= 2*len(list)+100 {
		return
	}
	now := map[string]*readQuestion{}
	for i := range list {
		if r := v.read[list[i].ID]; r != nil {
			now[list[i].ID] = r
		}
	}
	v.read = now
}

// readOf is what does not change about a question, masked.
func (cn *connection) readOf(q *session.Question) *readQuestion {
	v := &cn.asked
	v.mu.Lock()
	r := v.read[q.ID]
	v.mu.Unlock()
	if r != nil {
		return r
	}
	params := cn.core.masker().Text(cn.id, q.Params)
	r = &readQuestion{mode: cn.text(question.Mode(q.Method, params)), summary: question.Summary(q.Method, params), findings: question.Findings(q.Method, params)}
	if q.Method == question.MethodElicit && r.mode == question.ModeForm {
		r.findings = append(r.findings, schemaFindings(question.ReadElicitation(params).Schema)...)
	}
	if r.mode == question.ModeURL && q.Source != session.FromInput && question.ReadElicitation(params).ElicitationID == "" {
		// 2025-11-25 client/elicitation: "URL mode elicitation requests MUST … include … elicitationId"
		r.findings = append(r.findings, "It has no elicitationId: the server cannot tell when it is over.")
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.read == nil {
		v.read = map[string]*readQuestion{}
	}
	v.read[q.ID] = r
	return r
}

// schemaFindings says why a schema cannot be used at all.
func schemaFindings(schema string) []string {
	if schema == "" || len(schema) > maxCheckedSchema {
		return nil
	}
	var out []string
	for _, p := range session.CheckElicited([]byte(schema), []byte("{}")) {
		if p.Keyword == "schema" || p.Keyword == "$ref" || p.Keyword == "$schema" {
			out = append(out, "The answer cannot be checked: "+p.Message+".")
		}
	}
	return out
}

func (cn *connection) inboxItem(q *session.Question) InboxItem {
	r := cn.readOf(q)
	item := InboxItem{
		ID: q.ID, Profile: cn.profile.ID, Conn: cn.id, Server: cn.profile.Name, Method: cn.text(q.Method), Mode: r.mode,
		Source: string(q.Source), Call: q.Call, Tool: cn.text(q.Tool), Round: q.Round, Key: cn.text(q.Key), Task: cn.text(q.Task),
		Summary: r.summary, Asked: q.Asked.UnixMicro(), Settled: micro(q.Settled), State: string(q.State), Reason: cn.text(q.Reason), By: q.By,
		Entry: q.Entry, Findings: len(r.findings), Opened: micro(q.Opened), Completed: micro(q.Completed),
	}
	if d := q.Deed; d != nil {
		item.Rule = &RuleAtWork{ID: d.Rule, Name: d.Name, Action: d.Action, At: micro(d.At)}
	}
	return item
}

// detail is one question, whole.
func (cn *connection) detail(q *session.Question) QuestionDetail {
	m := cn.core.masker()
	params := m.Text(cn.id, q.Params)
	answer := m.Text(cn.id, q.Answer)
	d := QuestionDetail{
		Item: cn.inboxItem(q), ParamsBytes: int64(len(q.Params)), Params: string(params[:min(len(params), maxShownParams)]),
		Template: string(m.Text(cn.id, cn.startOf(q))), Findings: cn.readOf(q).findings, Answer: string(answer[:min(len(answer), maxShownParams)]),
	}
	switch q.Method {
	case question.MethodElicit:
		e := question.ReadElicitation(params)
		d.Elicitation = &e
	case question.MethodSample:
		s := question.ReadSampling(params)
		d.Sampling = &s
	case question.MethodRoots:
		d.Roots = &RootsView{Roots: cn.core.Roots(cn.profile.ID).Roots}
	}
	return d
}

// startOf is a result to start from.
func (cn *connection) startOf(q *session.Question) []byte {
	if q.Method == question.MethodRoots {
		return cn.core.rootsResult(cn.profile.ID)
	}
	return q.Template
}

// keepQuestions keeps what the connection's questions look like, now that it is over and before its secrets are
// forgotten: what is shown later is masked.
func (cn *connection) keepQuestions(s *session.Session) {
	list := s.Questions()
	kept := make([]QuestionDetail, 0, len(list))
	size := int64(0)
	for i := len(list) - 1; i >= 0; i-- {
		d := cn.detail(&list[i])
		if size += int64(len(d.Params) + len(d.Answer)); size > maxKeptParams {
			break
		}
		kept = append(kept, d)
	}
	slices.Reverse(kept)
	v := &cn.asked
	v.mu.Lock()
	all := slices.Concat(v.ended, kept) // not appended to: readers hold it
	v.ended, v.over, v.read = all[max(0, len(all)-maxKept):], true, nil
	v.mu.Unlock()
	cn.core.nudge(NudgeQuestions)
}

// Question returns one question, whole.
func (c *Core) Question(id string) (QuestionDetail, error) {
	for _, cn := range c.all() {
		_, ended := cn.asked.kept()
		for _, d := range ended {
			if d.Item.ID == id {
				return d, nil
			}
		}
	}
	cn, _, q, err := c.findQuestion(id)
	if err != nil {
		return QuestionDetail{Findings: []string{}}, err
	}
	return cn.detail(&q), nil
}
