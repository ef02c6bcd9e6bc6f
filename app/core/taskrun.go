package core

import (
	"context"
	"encoding/json"
	"time"

	"github.com/sightglass-dev/sightglass/app/session"
)

// followed is a call whose task is waited for.
type followed struct {
	profile, tool, key string
	book               *session.TaskBook
	started            time.Time
	asked              bool // its cancellation was asked for
	leave              context.CancelFunc
}

// wish is how a tool call asks for a task. What a tool requires is done without being asked.
func wish(s *session.Session, in RunInput, tool *session.Tool) session.TaskWish {
	if in.Task != "" {
		return session.TaskWish(in.Task)
	}
	if o := s.TaskOffer(); o.Form == session.CoreTasks && o.Calls && taskSupport(tool.Raw) == "required" {
		return session.TaskYes
	}
	return session.TaskAsTold
}

// taskSupport is what a tool of 2025-11-25 says of tasks: required, optional, forbidden, or nothing.
func taskSupport(raw json.RawMessage) string {
	var t struct {
		Execution struct {
			TaskSupport string `json:"taskSupport"`
		} `json:"execution"`
	}
	_ = json.Unmarshal(raw, &t) // what is malformed says nothing
	return t.Execution.TaskSupport
}

// taskMode is how the window offers a tool to be run as a task: required, optional, or not at all.
func (cn *connection) taskMode(t *session.Tool) string {
	cn.mu.Lock()
	s := cn.session
	cn.mu.Unlock()
	if s == nil {
		return ""
	}
	switch o := s.TaskOffer(); {
	case !o.Calls:
		return ""
	case o.Form == session.ExtensionTasks:
		return "allowed" // the server decides, whatever the tool
	default:
		if mode := taskSupport(t.Raw); mode == "required" || mode == "optional" {
			return mode
		}
		return ""
	}
}

// followTask waits until the task of a call is over and says what it came to. A connection that ends meanwhile does not
// end the wait, unless once: the task is asked about over the next one.
func (c *Core) followTask(ctx context.Context, cn *connection, tool *session.Tool, key string, out RunOutput, once bool) RunOutput {
	book := c.taskBook(cn.profile)
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	c.mu.Lock()
	c.followed[out.Call] = &followed{profile: cn.profile.ID, tool: tool.Name, key: key, book: book, started: time.Now(), leave: leave}
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		delete(c.followed, out.Call)
		c.mu.Unlock()
		c.nudge(NudgeCalls)
	}()
	defer context.AfterFunc(c.life, leave)()
	life := context.Background()
	if once {
		life = cn.life()
		defer context.AfterFunc(life, leave)()
	}
	began := time.Now()
	t, ok, err := book.Wait(ctx, key)
	out.Task = key
	switch {
	case err != nil && life.Err() != nil:
		out.Err = &Error{Kind: "closed", Step: "task of " + tool.Name, Message: "The connection ended before the task was over.", Entries: entries(t.Entries)}
	case err != nil:
		out.Err = &Error{Kind: "cancelled", Step: "task of " + tool.Name, Message: "The task is not waited for any more.", Hint: "It may go on: look under Tasks.", Entries: entries(t.Entries)}
	case !ok:
		out.Err = &Error{Kind: "cancelled", Step: "task of " + tool.Name, Message: "The task was removed from the list.", Entries: []uint64{}}
	default:
		c.fillTask(&out, tool, t)
	}
	out.Waited = time.Since(began).Microseconds()
	return out
}

// life ends when nothing of the connection runs any more.
func (cn *connection) life() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-cn.ended
		cancel()
	}()
	return ctx
}

// cancelFollowed cancels the task of a call: the server is asked first; asked again, the wait ends.
func (c *Core) cancelFollowed(call string) bool {
	c.mu.Lock()
	f := c.followed[call]
	first := f != nil && !f.asked
	if f != nil {
		f.asked = true
	}
	c.mu.Unlock()
	if f == nil {
		return false
	}
	if !first {
		f.leave()
		return true
	}
	go func() {
		if c.CancelTask(c.life, f.profile, f.key) != nil {
			f.leave() // the task says why; there is nothing to wait for
		}
	}()
	return true
}

// followedCalls are the calls of a profile whose tasks are waited for, connected or not.
func (c *Core) followedCalls(id string) []CallState {
	var out []CallState
	c.mu.Lock()
	all := map[string]*followed{}
	for call, f := range c.followed {
		if f.profile == id {
			all[call] = f
		}
	}
	c.mu.Unlock()
	for call, f := range all {
		t, ok := f.book.Task(f.key)
		if !ok {
			continue
		}
		v := CallState{Call: call, Profile: id, Tool: f.tool, Started: f.started.UnixMicro(), Message: t.Message, Task: f.key, Status: t.Status, Follows: t.Follows}
		if p := t.Progress; p != nil {
			v.Progress, v.Total = &p.Progress, p.Total
			if p.Message != "" {
				v.Message = p.Message
			}
		}
		if _, waiting, err := c.findTask(id, f.key); err == nil {
			v.Waiting = waiting
		}
		out = append(out, v)
	}
	return out
}
