package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/transport"
)

// TaskWish says whether a tools/call is to become a task.
type TaskWish string

// The wishes. In the core form the request asks for a task; in the extension form the server decides, and the request
// only says whether the client could follow one.
const (
	TaskAsTold TaskWish = ""    // core: no task; extension: as the connection declares
	TaskYes    TaskWish = "yes" // core: params.task; extension: declared for this request
	TaskNo     TaskWish = "no"  // core: no task; extension: not declared for this request
)

// TaskOffer says what a connection can do with tasks.
type TaskOffer struct {
	Form     TaskForm
	Client   bool // this client declares or uses them
	Server   bool // the server declares them
	Calls    bool // a tool call may become a task
	List     bool // tasks/list
	Cancel   bool // tasks/cancel
	Notified bool // the extension: status can be pushed
}

// TaskOffer reads what both sides declare.
func (s *Session) TaskOffer() TaskOffer {
	if s.era() == Modern {
		o := TaskOffer{
			Form:   ExtensionTasks,
			Client: s.settings().Answerers.Extensions[ExtensionTasksID] != nil,
			Server: field(field(s.info.Capabilities, "extensions"), ExtensionTasksID) != nil,
		}
		o.Cancel, o.Notified = o.Server, o.Server
		o.Calls = o.Client && o.Server
		return o
	}
	// Tasks came with 2025-11-25: a server of an older version that names them means something else.
	caps := field(s.info.Capabilities, "tasks")
	o := TaskOffer{Form: CoreTasks, Client: s.settings().Answerers.Tasks, Server: isObject(caps) && s.info.Version == LatestLegacy}
	if o.Server {
		o.List, o.Cancel = given(field(caps, "list")), given(field(caps, "cancel"))
		o.Calls = o.Client && given(field(field(field(caps, "requests"), "tools"), "call"))
	}
	return o
}

func given(raw json.RawMessage) bool {
	return raw != nil && string(raw) != "null" && string(raw) != "false"
}

// wished puts the wish for a task, or for none, into the params of a call.
func (s *Session) wished(in CallInput) (CallInput, error) {
	if in.Method != methodToolsCall || in.Task == TaskAsTold {
		return in, nil
	}
	var err error
	if s.era() != Modern {
		if in.Task == TaskYes {
			wish := json.RawMessage("{}")
			if in.TTL > 0 {
				wish = fmt.Appendf(nil, `{"ttl":%d}`, in.TTL.Milliseconds())
			}
			in.Params, err = withField(in.Params, memberTask, wish)
		}
		return in, err
	}
	if in.Declare != nil {
		return in, nil // what is declared was written by hand
	}
	var caps map[string]json.RawMessage
	ext := map[string]json.RawMessage{}
	if err := json.Unmarshal(s.settings().declared, &caps); err != nil || caps == nil {
		caps = map[string]json.RawMessage{}
	}
	_ = json.Unmarshal(caps["extensions"], &ext) // absent: none
	if has := ext[ExtensionTasksID] != nil; has == (in.Task == TaskYes) {
		return in, nil
	}
	if delete(ext, ExtensionTasksID); in.Task == TaskYes {
		ext[ExtensionTasksID] = json.RawMessage("{}")
	}
	if caps["extensions"], err = json.Marshal(ext); err != nil {
		return in, err
	}
	if len(ext) == 0 {
		delete(caps, "extensions")
	}
	in.Declare, err = json.Marshal(caps)
	return in, err
}

// adopt takes the task that a call was answered with, if it was, and begins to ask about it.
func (s *Session) adopt(f *flight, in CallInput, r *Result) {
	if in.Method != methodToolsCall || !isObject(r.Result) {
		return
	}
	c := codecOf(s.era())
	obj, ok := c.created(r.Result)
	if !ok {
		if c.form == CoreTasks && field(in.Params, memberTask) != nil {
			r.Findings = append(r.Findings, "The server answered at once, although it was asked for a task.")
		}
		return
	}
	w := c.read(obj)
	if w.problem != "" {
		r.Findings = append(r.Findings, "The server answered with a task that cannot be followed: "+w.problem)
		return
	}
	if c.form == CoreTasks && field(in.Params, memberTask) == nil || c.form == ExtensionTasks && !s.TaskOffer().Client && in.Task != TaskYes || in.Task == TaskNo {
		r.Findings = append(r.Findings, "The server answered with a task that this call did not ask for, or did not allow.")
	}
	where := heardIn(r)
	if c.form == CoreTasks {
		where.at += "/" + memberTask
	}
	name, _ := text(field(in.Params, "name"))
	b := s.book
	b.mu.Lock()
	if b.byID(c.form, w.id) != nil {
		r.Findings = append(r.Findings, "The server used the id of this task before.")
	}
	t := b.make(w.id, c.form)
	t.Call, t.Tool, t.wants = f.id, s.masked(clip(name, 200)), true
	s.hide(t)
	t.saw(r.Entries...)
	s.takeTask(t, c, obj, w, where)
	s.pace(t)
	r.Task = t.Key
	b.mu.Unlock()
	s.mu.Lock()
	if f.token != "" && c.form == CoreTasks && len(s.taskTokens) < s.cfg.Limits.tasks() {
		// "The progressToken provided in the initial request remains valid throughout the task lifetime."
		s.taskTokens[f.token] = t
	}
	s.mu.Unlock()
	b.tell()
	s.followTask(t)
	s.taskMoved(t, obj, where.entry)
	s.refilterSoon()
}

// hide keeps an id in which a server repeats a secret from being shown or written.
func (s *Session) hide(t *task) {
	t.Shown = s.masked(t.ID)
	t.secret = t.Shown != t.ID
}

// taskProgress takes the progress of a call that became a task. s.mu is not held.
func (s *Session) taskProgress(token string, p Progress) {
	s.mu.Lock()
	t := s.taskTokens[token]
	s.mu.Unlock()
	if t == nil {
		return
	}
	p.Message = s.masked(clip(p.Message, 500))
	s.book.edit(t, func() {
		if t.Progress != nil && p.Progress <= t.Progress.Progress {
			t.found("Its progress did not increase.")
		}
		t.Progress = &p
		t.saw(p.Entry)
	})
}

// onTask takes a notification of a task's status. One of a task that is not known here is in the log; that is enough.
func (s *Session) onTask(in transport.Incoming) {
	c := codecOf(s.era())
	w := c.read(in.Params)
	s.book.mu.Lock()
	t := s.book.byID(c.form, w.id)
	s.book.mu.Unlock()
	if t == nil || w.problem != "" {
		return
	}
	s.book.edit(t, func() {
		s.takeTask(t, c, in.Params, w, heard{entry: in.Entry, at: "/params", bytes: int64(len(in.Params))})
		s.pace(t)
		t.poke()
	})
	s.taskMoved(t, in.Params, in.Entry)
}

// linked names the task that a request of the server belongs to (core form).
func (s *Session) linked(q Question) Question {
	if q.Task == "" {
		return q
	}
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	if t := s.book.byID(CoreTasks, q.Task); t != nil {
		q.Call, q.Tool = t.Call, t.Tool
		t.saw(q.Entry)
	}
	return q
}

func (s *Session) taskOf(key string) *task {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return s.book.byKey(key)
}

func (s *Session) noTask() error {
	return s.input("find task", "This task is not known any more.")
}

// CheckTask asks about a task at once, and goes on asking if it is not over.
func (s *Session) CheckTask(key string) error {
	t := s.taskOf(key)
	if t == nil {
		return s.noTask()
	}
	s.book.edit(t, func() {
		t.due, t.Stopped, t.fails, t.strange, t.last = true, "", 0, 0, false
		if t.State == TaskGone {
			t.State = TaskUnknown
		}
		t.poke()
	})
	s.followTask(t)
	return nil
}

// FetchTask gets the result of a task (core form), when it is over. For one of the extension form it is [Session.CheckTask].
func (s *Session) FetchTask(key string) error {
	t := s.taskOf(key)
	if t == nil {
		return s.noTask()
	}
	s.book.edit(t, func() { t.wants, t.refused, t.Err, t.Result = true, 0, nil, nil })
	return s.CheckTask(key)
}

// LeaveTask asks about a task no longer. The server is not told.
func (s *Session) LeaveTask(key string) error {
	t := s.taskOf(key)
	if t == nil {
		return s.noTask()
	}
	s.book.edit(t, func() {
		if t.by != nil {
			t.by, t.Next, t.Stopped = nil, time.Time{}, "You stopped it."
			t.poke()
		}
	})
	return nil
}

// CancelTask asks the server to cancel a task. In the core form the answer is the cancelled task; in the extension form
// it says only that the wish arrived, and the task may end in another way.
func (s *Session) CancelTask(ctx context.Context, key string) (*Result, error) {
	t := s.taskOf(key)
	if t == nil {
		return nil, s.noTask()
	}
	s.book.edit(t, func() { t.Asked = time.Now() })
	r, err := s.Call(ctx, CallInput{Method: methodTaskCancel, Params: taskParams(t.ID), Timeout: pollTime})
	s.book.edit(t, func() {
		if r != nil {
			t.saw(r.Request, r.Response)
		}
		if f := fault.As(err); f != nil {
			t.found(s.masked("The cancellation was refused: " + f.Message))
			t.Asked = time.Time{}
		} else if t.Form == CoreTasks {
			s.takeAnswer(t, r)
			s.pace(t)
		}
		t.poke()
	})
	if err == nil && t.Form == ExtensionTasks {
		err = s.CheckTask(key)
	}
	return r, err
}

// ListTasks reads the server's own list of tasks (core form), and adds those that are not known yet; they are not asked
// about by themselves. before is the list so far, nil for a new one; pages is how many to read, 0 for all.
func (s *Session) ListTasks(ctx context.Context, before *List, pages int) (*List, error) {
	l := List{}
	if before != nil {
		l = before.clone()
	}
	first, err := s.extend(ctx, CallInput{Method: methodTaskList}, "tasks", &l, pages)
	c := codecOf(s.era())
	entry := lastOf(l.Entries)
	s.book.mu.Lock()
	for i, raw := range slices.Clone(l.Items[first:]) {
		w := c.read(raw)
		if w.problem != "" {
			l.found("Item %d of tasks/list: %s", first+i+1, w.problem)
			continue
		}
		t := s.book.byID(c.form, w.id)
		if t == nil && len(s.book.tasks) >= s.book.most() {
			l.found("More than %d tasks are known: the rest of the list was left out. "+raise, s.book.most())
			break
		}
		if t == nil {
			t = s.book.make(w.id, c.form)
			t.Listed = true
			s.hide(t)
		}
		s.takeTask(t, c, raw, w, heard{entry: entry, at: "/result/tasks"})
	}
	s.book.mu.Unlock()
	s.book.tell()
	return &l, err
}
