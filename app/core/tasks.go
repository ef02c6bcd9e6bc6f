package core

import (
	"context"
	"encoding/json"

	"github.com/sightglass-dev/sightglass/app/fault"
	"github.com/sightglass-dev/sightglass/app/session"
)

// NudgeTasks says that the tasks of some server changed.
const NudgeTasks = "tasks"

// Tasks returns the tasks of a server that are known, connected or not.
func (c *Core) Tasks(id string) TaskList {
	out := TaskList{Tasks: []Task{}, Findings: []string{}}
	book := c.tasksOf(id)
	if book == nil {
		return out
	}
	waiting := map[string]int{}
	if cn, s, err := c.live(id); err == nil {
		out.Offer = taskOffer(s)
		out.Pushed, out.Agreed = s.TasksPushed()
		for _, q := range s.Questions() {
			if q.State == session.Pending && q.Task != "" {
				waiting[q.Task]++
			}
		}
		cn.mu.Lock()
		if l := cn.listed; l != nil {
			out.Listed, out.More, out.Pages = true, l.More, l.Pages
			out.Findings = append(out.Findings, l.Findings...)
		}
		out.Err = cn.listedErr
		cn.mu.Unlock()
		out.Findings = cn.texts(out.Findings)
	}
	for _, t := range book.Tasks() {
		out.Tasks = append(out.Tasks, taskRow(t, waiting[t.ID]))
	}
	return out
}

// tasksOf is the book of a server: that of its connection, else that of the profile as it is saved.
func (c *Core) tasksOf(id string) *session.TaskBook {
	if cn := c.connection(id); cn != nil {
		return c.taskBook(cn.profile)
	}
	p, err := c.profile(id)
	if err != nil {
		return nil
	}
	return c.taskBook(p)
}

func taskOffer(s *session.Session) TaskOffer {
	o := s.TaskOffer()
	out := TaskOffer{
		Live: true, Form: string(o.Form), Client: o.Client, Server: o.Server, Calls: o.Calls, List: o.List, Cancel: o.Cancel, Push: o.Notified && o.Client,
	}
	switch {
	case !o.Server && o.Form == session.ExtensionTasks:
		out.Text = "The server does not declare the extension " + session.ExtensionTasksID + "."
	case !o.Server:
		out.Text = "The server does not declare tasks, which came with version 2025-11-25."
	case !o.Client:
		out.Text = "Tasks are switched off in the settings of this server."
	case !o.Calls:
		out.Text = "The server declares tasks, but none for tool calls."
	}
	return out
}

func taskRow(t session.Task, waiting int) Task {
	out := Task{
		Key: t.Key, ID: t.Shown, Form: string(t.Form), Listed: t.Listed, Call: t.Call, Tool: t.Tool, Status: t.Status, State: string(t.State),
		Message: t.Message, Created: t.Created, Updated: t.Updated, TTL: t.TTL.Milliseconds(), Endless: t.Endless, Interval: -1,
		Pause: t.Pause.Milliseconds(), Next: micro(t.Next), Polls: t.Polls, Known: micro(t.Known), Heard: micro(t.Heard), Expires: micro(t.Expires),
		Follows: t.Follows, Stopped: t.Stopped, Asked: micro(t.Asked), Waiting: waiting, Over: t.Over(), Wrong: len(t.Findings),
		Entries: entries(t.Entries), Err: AsError(t.Err),
	}
	if t.Interval >= 0 {
		out.Interval = t.Interval.Milliseconds()
	}
	if p := t.Progress; p != nil {
		out.Progress, out.Total, out.Note = &p.Progress, p.Total, p.Message
	}
	if r := t.Result; r != nil {
		out.Result, out.IsError = true, toolError(r.Raw)
	}
	return out
}

// toolError reports whether a result is the tool's own error.
func toolError(raw json.RawMessage) bool {
	var r struct {
		IsError json.RawMessage `json:"isError"`
	}
	return json.Unmarshal(raw, &r) == nil && string(r.IsError) == "true"
}

// Task returns one task, whole.
func (c *Core) Task(id, key string) (TaskDetail, error) {
	t, waiting, err := c.findTask(id, key)
	if err != nil {
		return TaskDetail{}, err
	}
	out := TaskDetail{Task: taskRow(t, waiting), Raw: string(t.Raw), Entry: t.Entry, Findings: t.Findings, History: []TaskMoment{}, Inputs: []TaskQuestion{}}
	if out.Findings == nil {
		out.Findings = []string{}
	}
	for _, m := range t.History {
		out.History = append(out.History, TaskMoment{Status: m.Status, Message: m.Message, At: micro(m.At), Entry: m.Entry})
	}
	for _, q := range t.Inputs {
		out.Inputs = append(out.Inputs, TaskQuestion{Key: q.Key, Method: q.Method, State: string(q.State), Entry: q.Entry, Text: q.Text})
	}
	return out, nil
}

func (c *Core) findTask(id, key string) (session.Task, int, error) {
	waiting := 0
	if book := c.tasksOf(id); book != nil {
		if t, ok := book.Task(key); ok {
			if _, s, err := c.live(id); err == nil {
				for _, q := range s.Questions() {
					if q.State == session.Pending && q.Task == t.ID {
						waiting++
					}
				}
			}
			return t, waiting, nil
		}
	}
	return session.Task{}, 0, input("find task", "this task is not known any more", "")
}

// TaskResult is what a task came to, as the outcome of the call that it is the answer to.
func (c *Core) TaskResult(id, key string) (RunOutput, error) {
	t, _, err := c.findTask(id, key)
	if err != nil {
		return RunOutput{}, err
	}
	out := RunOutput{Call: t.Call, Problems: []Problem{}, Output: []Problem{}, Findings: []string{}}
	tool, err := c.tool(id, -1, t.Tool)
	if err != nil {
		tool = &session.Tool{Name: t.Tool}
	}
	c.fillTask(&out, tool, t)
	return out, nil
}

// fillTask says what a task came to. What it holds of the server's words was masked when it came.
func (c *Core) fillTask(out *RunOutput, tool *session.Tool, t session.Task) {
	out.Task = t.Key
	step := "task of " + t.Tool
	fail := func(kind fault.Kind, message, hint string) {
		out.Err = AsError(&fault.CallError{Kind: kind, Step: step, Message: message, Hint: hint, Entries: t.Entries})
	}
	r := t.Result
	switch {
	case r != nil && r.RPC != nil:
		e := fault.FromRPC("", step, r.RPC)
		e.Entries = []uint64{r.Entry}
		out.Err = AsError(e)
	case r != nil:
		out.IsError = toolError(r.Raw)
		if !out.IsError && len(tool.OutputSchema) > 0 {
			c.checkOutput(out, tool, &session.Result{Result: r.Raw})
		}
	case t.Err != nil:
		out.Err = AsError(t.Err)
	case t.State == session.TaskCancelled:
		fail(fault.Cancelled, "The task was cancelled.", "")
	case t.State == session.TaskGone:
		fail(fault.Protocol, "The server does not know this task any more: "+t.Message, "Its lifetime may be over, or it belonged to a session that has ended.")
	case t.Stopped != "":
		fail(fault.Timeout, "The task is not asked about any more: "+t.Stopped, "Check it by hand under Tasks.")
	}
	if r != nil {
		out.Seq, out.Request, out.Took, out.Bytes, out.At, out.Result = r.Entry, r.Request, r.Took.Microseconds(), r.Bytes, r.At, r.Text
	}
}

// onTask does something about a task over the server's connection.
func (c *Core) onTask(id string, do func(s *session.Session) error) error {
	cn, s, err := c.live(id)
	if err != nil {
		return err
	}
	if err := do(s); err != nil {
		f := fault.As(err)
		if f != nil && f.Challenge != nil {
			cn.refused(f)
		}
		return cn.masked(err)
	}
	return nil
}

// CheckTask asks about a task at once, and goes on if it is not over.
func (c *Core) CheckTask(id, key string) error {
	return c.onTask(id, func(s *session.Session) error { return s.CheckTask(key) })
}

// FetchTask gets the result of a task that was not fetched by itself, or once more.
func (c *Core) FetchTask(id, key string) error {
	return c.onTask(id, func(s *session.Session) error { return s.FetchTask(key) })
}

// LeaveTask asks about a task no longer.
func (c *Core) LeaveTask(id, key string) error {
	return c.onTask(id, func(s *session.Session) error { return s.LeaveTask(key) })
}

// CancelTask asks the server to cancel a task and waits for its answer.
func (c *Core) CancelTask(ctx context.Context, id, key string) error {
	return c.onTask(id, func(s *session.Session) error {
		_, err := s.CancelTask(ctx, key)
		return err
	})
}

// AskTaskAgain puts a question of a task into the inbox once more.
func (c *Core) AskTaskAgain(id, key, question string) error {
	return c.onTask(id, func(s *session.Session) error { return s.AskAgain(key, question) })
}

// PushTasks asks a modern server to push the status of its tasks, or to push it no longer.
func (c *Core) PushTasks(ctx context.Context, id string, on bool) error {
	defer c.nudge(NudgeTasks)
	return c.onTask(id, func(s *session.Session) error { return s.PushTasks(ctx, on) })
}

// ForgetTask removes a task from the list, or with an empty key every one that is over. The server is not told.
func (c *Core) ForgetTask(id, key string) {
	if book := c.tasksOf(id); book != nil {
		book.Forget(key)
	}
}

// ListTasks reads the server's own list of tasks (core form): the first page or the next one. What came of it is in
// [Core.Tasks].
func (c *Core) ListTasks(ctx context.Context, id string, next bool) error {
	return c.onTask(id, func(s *session.Session) error {
		cn := c.connection(id)
		var before *session.List
		if next {
			cn.mu.Lock()
			before = cn.listed
			cn.mu.Unlock()
		}
		l, err := s.ListTasks(ctx, before, 1)
		cn.mu.Lock()
		if err == nil {
			cn.listed = l
		}
		cn.listedErr = AsError(cn.masked(err))
		cn.mu.Unlock()
		c.nudge(NudgeTasks)
		return err
	})
}
