package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

// heard is where in the log a task object was found.
type heard struct {
	request, entry uint64
	at             string // JSON Pointer of the task object in the message
	bytes          int64
	took           time.Duration
}

func heardIn(r *Result) heard {
	return heard{request: r.Request, entry: r.Response, at: "/result", bytes: int64(len(r.Raw)), took: r.Took}
}

// quiet marks a request as none of the user's calls: it is in the log, not in the list of calls.
func quiet(string, json.RawMessage) {}

func taskParams(id string) json.RawMessage {
	return join([]byte(`{"taskId":`), quoteJSON(id), []byte(`}`))
}

// followTask begins to ask about a task over this connection. One that is asked about already is left alone.
func (s *Session) followTask(t *task) {
	b := s.book
	start := false
	b.edit(t, func() {
		switch {
		case t.by == s || s.ctx.Err() != nil:
		case t.Form != codecOf(s.era()).form:
			t.Stopped = "The server is spoken to in another era of the protocol now, whose tasks are others."
		case b.followed() >= s.cfg.Limits.followed():
			t.Stopped = fmt.Sprintf("At most %d tasks are asked about at once: check this one by hand. "+raise, s.cfg.Limits.followed())
		default:
			t.by, t.Stopped, start = s, "", true
		}
	})
	if !start {
		return
	}
	s.spawn(func(ctx context.Context) { s.pollTask(ctx, t) })
	if s.ctx.Err() != nil {
		s.unfollow(t)
	}
}

// resumeTasks asks about every task that is not over, and again about those that a refusal stopped.
func (s *Session) resumeTasks() {
	s.book.mu.Lock()
	var open []*task
	for _, t := range s.book.tasks {
		if !t.Over() && (t.wants || !t.State.Final()) && t.Form == codecOf(s.era()).form {
			open = append(open, t)
			t.fails, t.strange, t.Next = 0, 0, time.Time{}
		}
	}
	s.book.mu.Unlock()
	for _, t := range open {
		s.followTask(t)
	}
}

func (s *Session) unfollow(t *task) {
	s.book.edit(t, func() {
		if t.by == s {
			t.by, t.Next = nil, time.Time{}
		}
	})
}

// pollTask asks about a task until it is over, given up, forgotten, or the session ends.
func (s *Session) pollTask(ctx context.Context, t *task) {
	defer s.refilterSoon()
	defer s.unfollow(t)
	for {
		wait, do := s.nextStep(t)
		if do == nil {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-t.wake:
			timer.Stop()
			continue
		case <-timer.C:
		}
		do(ctx, t)
	}
}

// nextStep says what is done about a task next, and when; nothing (nil) ends it.
func (s *Session) nextStep(t *task) (time.Duration, func(context.Context, *task)) {
	b := s.book
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case t.by != s || !slices.Contains(b.tasks, t):
		return 0, nil
	case t.due:
		return 0, s.pollOnce
	case t.Over() || t.Stopped != "" || t.State.Final() && !t.wants:
		return 0, nil
	case t.State.Final() && t.waiting:
		return pollMost, s.pollOnce // tasks/result is under way and wakes it
	case t.State.Final():
		return 0, s.fetchResult
	}
	return time.Until(t.Next), s.pollOnce
}

// pauseOf is the pause that is kept between two polls. "Requestors SHOULD respect this value when provided".
func pauseOf(asked time.Duration) time.Duration {
	if asked < 0 {
		return pollUsual
	}
	return min(max(asked, pollLeast), pollMost)
}

// pollOnce asks about a task once.
func (s *Session) pollOnce(ctx context.Context, t *task) {
	select {
	case s.polls <- struct{}{}:
		defer func() { <-s.polls }()
	case <-ctx.Done():
		return
	}
	r, err := s.Call(ctx, CallInput{Method: methodTaskGet, Params: taskParams(t.ID), Timeout: pollTime, sent: quiet})
	if s.ctx.Err() != nil {
		return
	}
	var report bool
	s.book.edit(t, func() {
		t.due = false
		t.Polls++
		if r != nil {
			t.saw(r.Request, r.Response)
			s.tellFindings(t, r.Findings)
		}
		if err != nil {
			report = s.pollFailed(t, err)
		} else {
			s.takeAnswer(t, r)
		}
		s.pace(t)
	})
	if report {
		s.report(err, methodTaskGet)
	}
	if err == nil {
		s.taskMoved(t, r.Result, r.Response)
	}
}

// pace sets when a task is asked about again, and gives up where that is no use. The lock is held.
func (s *Session) pace(t *task) {
	now := time.Now()
	t.Pause = pauseOf(t.Interval)
	t.Next = now.Add(t.Pause << min(t.fails, pollFails))
	switch {
	case t.State.Final() || t.Stopped != "":
		t.Next = time.Time{}
	case t.fails >= pollFails:
		t.Stopped = fmt.Sprintf("%d polls in a row brought no usable answer.", t.fails)
	case t.strange >= pollStrange:
		t.Stopped = fmt.Sprintf("%d polls in a row brought nothing but what is not specified.", t.strange)
	case t.last:
		t.Stopped = fmt.Sprintf("Its lifetime of %s is over, and the server still says %q.", t.TTL, clip(t.Status, 60))
	case !t.Expires.IsZero() && !now.Before(t.Expires):
		t.last = true // one poll more: the server may only now say how it ended
	case !t.Expires.IsZero() && t.Next.After(t.Expires):
		t.Next = t.Expires
	}
	if t.Stopped != "" {
		t.Next = time.Time{}
	}
}

// pollFailed takes the error of a poll. It reports true when the error concerns the connection. The lock is held.
func (s *Session) pollFailed(t *task, err error) (report bool) {
	f := s.fault(err, methodTaskGet)
	switch {
	case f.Kind == fault.Closed || f.Kind == fault.Session:
	case f.RPC != nil && f.RPC.Code == codeBadParams:
		// "Invalid or nonexistent taskId: -32602. … Servers are not required to retain tasks indefinitely."
		s.moment(t, string(TaskGone), f.RPC.Message, lastOf(f.Entries))
		t.State, t.Message = TaskGone, s.masked(clip(f.RPC.Message, 500))
		go s.endTask(t.ID, "the task is over")
	case f.Challenge != nil:
		t.Stopped = "The server refused to tell: " + f.Message
		return true
	case f.RPC != nil && (f.RPC.Code == codeNoMethod || f.RPC.Code == codeCapability):
		t.Stopped = s.masked("The server does not answer: " + f.Message)
	default:
		t.fails++
		t.found(s.masked("A poll failed: " + f.Message))
	}
	return false
}

func lastOf(list []uint64) uint64 {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1]
}

// takeAnswer takes the answer to tasks/get or tasks/cancel. The lock is held.
func (s *Session) takeAnswer(t *task, r *Result) {
	obj, where := r.Result, heardIn(r)
	if field(obj, "taskId") == nil && isObject(field(obj, memberTask)) {
		obj, where.at = field(obj, memberTask), where.at+"/"+memberTask
		t.found("The task stands in a member of its own, where it should be the result itself.")
	}
	c := codecOf(s.era())
	switch w := c.read(obj); {
	case w.problem != "":
		t.fails++
		t.found(w.problem)
	case w.id != t.ID:
		t.fails++
		t.found(s.masked(fmt.Sprintf("Asked about this task, the server answered about another: %q. That was left alone.", clip(w.id, 80))))
	default:
		s.takeTask(t, c, obj, w, where)
	}
}

// takeTask takes a task object that is about this task. The lock is held.
func (s *Session) takeTask(t *task, c taskCodec, obj json.RawMessage, w taskWords, where heard) {
	t.Heard, t.fails = time.Now(), 0
	s.tellFindings(t, w.findings)
	t.saw(where.entry)
	if t.State.Final() && w.state != t.State && t.Entry != 0 {
		// "Tasks with a completed, failed, or cancelled status are in a terminal state and MUST NOT transition".
		t.found(s.masked(fmt.Sprintf("The server now says %q, although the task was %s, which is final.", clip(w.status, 60), t.State)))
		return
	}
	message := s.masked(clip(w.message, 2000))
	if t.Status != w.status || t.Message != message {
		s.moment(t, w.status, w.message, where.entry)
	}
	t.Status, t.State, t.Message = s.masked(clip(w.status, 60)), w.state, message
	t.Created, t.Updated = s.masked(clip(w.created, 60)), s.masked(clip(w.updated, 60))
	t.Interval, t.Pause = w.interval, pauseOf(w.interval)
	if w.interval >= 0 && t.Pause != w.interval {
		t.found(fmt.Sprintf("The server asks for a pause of %s between polls; %s is kept.", w.interval, t.Pause))
	}
	if t.TTL, t.Endless = w.ttl, w.endless; true {
		t.expiry()
	}
	if t.Entry = where.entry; len(obj) <= maxTaskRaw {
		t.Raw = json.RawMessage(s.masked(string(obj)))
	} else {
		t.Raw = nil
		t.found(fmt.Sprintf("The task object has more than %d bytes: it is shown from the traffic alone.", maxTaskRaw))
	}
	if t.strange++; w.state != TaskUnknown {
		t.strange = 0
	}
	s.takeOutcome(t, c, obj, where)
	if t.State.Final() {
		go s.endTask(t.ID, "the task is over")
	}
}

// takeOutcome takes the result that stands in the task, or the one that tasks/result brought before the task was over.
func (s *Session) takeOutcome(t *task, c taskCodec, obj json.RawMessage, where heard) {
	out, problem := c.outcome(obj, t.State)
	switch {
	case out != nil && t.Result == nil:
		out.At = where.at + "/result"
		if out.RPC != nil {
			out.At = where.at + "/error"
		}
		out.Entry, out.Request, out.Bytes, out.Took = where.entry, where.request, where.bytes, where.took
		s.showResult(out)
		t.Result, t.Err = out, nil
	case t.State.Final() && t.early != nil:
		t.Result, t.early, t.Err = t.early, nil, nil
	case t.early != nil:
		t.strange++
		t.found(fmt.Sprintf("The server gave the result although it still says that the task is %s.", t.State))
	}
	if problem == "" {
		return
	}
	t.found(problem)
	if out == nil && t.State.Final() {
		t.Err = &fault.CallError{
			Server: s.cfg.Server, Kind: fault.Protocol, Step: methodTaskGet, Message: problem,
			Hint: "Look at the raw task.", Entries: []uint64{where.entry},
		}
	}
}

// showResult keeps the result of a task, and as text what may be shown of it.
func (s *Session) showResult(r *TaskResult) {
	r.Raw = slices.Clone(r.Raw)
	if len(r.Raw) <= maxTaskText {
		r.Text = s.masked(string(r.Raw))
	}
	if r.RPC != nil {
		r.RPC = &fault.RPCError{Code: r.RPC.Code, Message: s.masked(r.RPC.Message), Data: json.RawMessage(s.masked(string(r.RPC.Data)))}
		if len(r.RPC.Data) == 0 || !json.Valid(r.RPC.Data) {
			r.RPC.Data = nil
		}
	}
}

func (s *Session) tellFindings(t *task, list []string) {
	for _, text := range list {
		t.found(s.masked(text))
	}
}

// moment keeps a change of status. The lock is held.
func (s *Session) moment(t *task, status, message string, entry uint64) {
	t.History = append(t.History, TaskMoment{
		Status: s.masked(clip(status, 60)), Message: s.masked(clip(message, 500)), At: time.Now(), Entry: entry,
	})
	if len(t.History) > maxMoments {
		t.History = slices.Delete(t.History, 1, 2) // how it began stays
	}
}
