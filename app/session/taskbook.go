package session

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// TaskBook keeps the tasks of one server. It outlives sessions, so that a task that was started over one connection is
// asked about over the next. Its methods are safe for concurrent use; a new one is made by [NewTaskBook].
type TaskBook struct {
	onChange func()

	mu      sync.Mutex
	limit   int // see Limits.Tasks
	made    int
	tasks   []*task // in order of becoming known
	changed chan struct{}
}

// NewTaskBook makes an empty book. onChange, which may be nil, is called after every change from any goroutine and must
// return at once.
func NewTaskBook(onChange func()) *TaskBook {
	return &TaskBook{onChange: onChange, changed: make(chan struct{})}
}

// Limit sets how many tasks the book holds at most; 0: DefaultTasks. Those that are too many leave with the next that
// becomes known.
func (b *TaskBook) Limit(most int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = most
}

// most is how many tasks the book holds. The lock is held.
func (b *TaskBook) most() int { return orDefault(b.limit, DefaultTasks) }

// OnChange sets what is called after every change, from any goroutine; it must return at once.
func (b *TaskBook) OnChange(call func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.onChange = call
}

// SavedTask is what of a task is worth keeping for the next run of the program. "Clients SHOULD persist task IDs to
// durable storage so that polling can resume after a crash or restart" (SEP-2663, Task Polling).
type SavedTask struct {
	ID     string    `json:"id"`
	Form   TaskForm  `json:"form"`
	Tool   string    `json:"tool,omitempty"`
	Status string    `json:"status,omitempty"`
	TTL    int64     `json:"ttl,omitempty"` // milliseconds
	Known  time.Time `json:"known"`
}

// Restore adds what was kept by an earlier run.
func (b *TaskBook) Restore(saved []SavedTask) {
	b.mu.Lock()
	for _, s := range saved {
		if s.ID == "" || len(s.ID) > maxTaskID || b.byID(s.Form, s.ID) != nil || s.Form != CoreTasks && s.Form != ExtensionTasks {
			continue
		}
		t := b.make(s.ID, s.Form)
		t.Tool, t.Status, t.State, t.Known = s.Tool, s.Status, taskStateOf(s.Status), s.Known
		t.TTL = time.Duration(s.TTL) * time.Millisecond
		t.expiry()
		t.wants = true
	}
	b.mu.Unlock()
	b.tell()
}

// Saved is what [TaskBook.Restore] takes: every task that the server may still know.
func (b *TaskBook) Saved() []SavedTask {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []SavedTask
	for _, t := range b.tasks {
		if t.State == TaskGone || t.Listed || t.secret || !t.Expires.IsZero() && time.Now().After(t.Expires) {
			continue
		}
		list = append(list, SavedTask{ID: t.ID, Form: t.Form, Tool: t.Tool, Status: t.Status, TTL: t.TTL.Milliseconds(), Known: t.Known})
	}
	return list
}

// Tasks returns the tasks known, oldest first.
func (b *TaskBook) Tasks() []Task {
	b.mu.Lock()
	defer b.mu.Unlock()
	list := make([]Task, len(b.tasks))
	for i, t := range b.tasks {
		list[i] = t.copy()
	}
	return list
}

// Task returns one task.
func (b *TaskBook) Task(key string) (Task, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if t := b.byKey(key); t != nil {
		return t.copy(), true
	}
	return Task{}, false
}

// Count is how many tasks are known, and how many of them are not final.
func (b *TaskBook) Count() (all, active int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.tasks {
		if !t.State.Final() {
			active++
		}
	}
	return len(b.tasks), active
}

// Wait waits until a task is over, is not asked about any more for a reason of its own, or was forgotten (ok false). That
// a connection ended is no such reason: the next one asks on.
func (b *TaskBook) Wait(ctx context.Context, key string) (t Task, ok bool, err error) {
	for {
		b.mu.Lock()
		known := b.byKey(key)
		if known != nil {
			t = known.copy()
		}
		changed := b.changed
		b.mu.Unlock()
		if known == nil {
			return t, false, nil
		}
		if t.Over() || t.Stopped != "" {
			return t, true, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return t, true, context.Cause(ctx)
		}
	}
}

// Changed returns a channel that is closed with the next change.
func (b *TaskBook) Changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.changed
}

// Forget removes a task, or with an empty key every one that is final. The server is not told.
func (b *TaskBook) Forget(key string) {
	b.mu.Lock()
	b.tasks = slices.DeleteFunc(b.tasks, func(t *task) bool {
		gone := t.Key == key || key == "" && t.State.Final()
		if gone {
			t.by = nil
			t.poke()
		}
		return gone
	})
	b.mu.Unlock()
	b.tell()
}

// edit changes a task and tells. It reports false when the task was forgotten.
func (b *TaskBook) edit(t *task, change func()) bool {
	b.mu.Lock()
	known := slices.Contains(b.tasks, t)
	if known {
		change()
	}
	b.mu.Unlock()
	if known {
		b.tell()
	}
	return known
}

func (b *TaskBook) tell() {
	b.mu.Lock()
	close(b.changed)
	b.changed = make(chan struct{})
	call := b.onChange
	b.mu.Unlock()
	if call != nil {
		call()
	}
}

// make adds a task. The lock is held.
func (b *TaskBook) make(id string, form TaskForm) *task {
	b.made++
	t := &task{wake: make(chan struct{}, 1)}
	t.Key, t.ID, t.Form, t.State, t.Known = fmt.Sprintf("t%d", b.made), id, form, TaskWorking, time.Now()
	t.Interval, t.Shown = -1, id
	b.tasks = append(b.tasks, t)
	for len(b.tasks) > b.most() {
		i := slices.IndexFunc(b.tasks, func(t *task) bool { return t.State.Final() })
		b.tasks = slices.Delete(b.tasks, max(i, 0), max(i, 0)+1)
	}
	return t
}

// byID finds the task that a server means by an id: the last one. The lock is held.
func (b *TaskBook) byID(form TaskForm, id string) *task {
	for _, t := range slices.Backward(b.tasks) {
		if t.ID == id && t.Form == form {
			return t
		}
	}
	return nil
}

func (b *TaskBook) byKey(key string) *task {
	for _, t := range b.tasks {
		if t.Key == key {
			return t
		}
	}
	return nil
}

func (b *TaskBook) followed() int {
	n := 0
	for _, t := range b.tasks {
		if t.by != nil {
			n++
		}
	}
	return n
}

func (t *task) copy() Task {
	out := t.Task
	out.Follows = t.by != nil
	out.Entries, out.Findings = slices.Clone(t.Entries), slices.Clone(t.Findings)
	out.History, out.Inputs = slices.Clone(t.History), slices.Clone(t.Inputs)
	return out
}

// poke makes the poller look again. The lock is held.
func (t *task) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// expiry sets when the server may forget the task. Its clock may be another's: the time counts from when this client
// heard of it, which is at most a moment later for a task of its own.
func (t *task) expiry() {
	t.Expires = time.Time{}
	if t.TTL > 0 {
		t.Expires = t.Known.Add(t.TTL)
	}
}
