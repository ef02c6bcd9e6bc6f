package core

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/sightglass-dev/sightglass/app/internal/atomicfile"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/session"
)

const (
	tasksFile   = "tasks.json"
	tasksKept   = 100                 // tasks of one server in the file, the newest
	tasksPause  = time.Second         // changes come with every poll: they are written together
	maxTaskFile = 4 << 20             // bytes; a longer file is not ours
	taskAge     = 30 * 24 * time.Hour // a task that is kept without limit is forgotten after that
)

// taskBooks are the books of all servers, each by what its server is: a task id is worth something to the server that
// gave it alone. What is needed to ask on after a restart of the program is kept in a file: ids, tools and times, never
// arguments, messages or results. Its zero value is empty.
type taskBooks struct {
	mu    sync.Mutex
	books map[string]*session.TaskBook // by place
	kept  map[string][]session.SavedTask
	known map[string][2]int // tasks and active ones, last told
	timer *time.Timer
	shut  bool
}

// place is what makes a server the one that gave an id: the profile, and what is started or reached.
func taskPlace(p profile.Profile) string {
	b, _ := json.Marshal([]any{p.Transport, p.Command, p.Args, p.Env, p.Cwd, p.URL, p.Sample}) // strings only: it always encodes
	sum := sha256.Sum256(b)
	return p.ID + "/" + hex.EncodeToString(sum[:8])
}

// taskBook returns the book of a server, the same every time.
func (c *Core) taskBook(p profile.Profile) *session.TaskBook {
	b, place := &c.books, taskPlace(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.books == nil {
		b.books, b.known, b.kept = map[string]*session.TaskBook{}, map[string][2]int{}, c.readTasks()
	}
	book := b.books[place]
	if book == nil {
		book = session.NewTaskBook(nil)
		book.Limit(p.Protocol.Limits.Tasks)
		book.Restore(b.kept[place])
		book.OnChange(func() { c.tasksChanged(p.ID, place, book) })
		b.books[place] = book
	}
	return book
}

// tasksChanged tells, and sees to it that what changed is written.
func (c *Core) tasksChanged(id, place string, book *session.TaskBook) {
	all, active := book.Count()
	b := &c.books
	b.mu.Lock()
	told := b.known[place] == [2]int{all, active}
	b.known[place] = [2]int{all, active}
	if b.timer == nil && !b.shut && c.dir != "" {
		b.timer = time.AfterFunc(tasksPause, c.saveTasks)
	}
	b.mu.Unlock()
	c.nudge(NudgeTasks)
	c.nudge(NudgeCalls)
	if cn := c.connection(id); cn != nil && !told {
		cn.touch()
	}
}

// readTasks reads the file. One that cannot be read keeps nothing: the tasks are the server's, and nothing is lost there.
func (c *Core) readTasks() map[string][]session.SavedTask {
	kept := map[string][]session.SavedTask{}
	file := filepath.Join(c.dir, tasksFile)
	if i, err := os.Stat(file); c.dir == "" || err != nil || i.Size() > maxTaskFile {
		return kept
	}
	b, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(b, &kept) != nil {
		return map[string][]session.SavedTask{}
	}
	return kept
}

// saveTasks writes the file, of saved servers alone.
func (c *Core) saveTasks() {
	b := &c.books
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = nil
	saved := map[string]bool{}
	for _, p := range c.store.List() {
		saved[taskPlace(p)] = true
	}
	next := map[string][]session.SavedTask{}
	for place, list := range b.kept { // of servers not used in this run
		if saved[place] && b.books[place] == nil {
			next[place] = list
		}
	}
	for place, book := range b.books {
		if list := recent(book.Saved()); saved[place] && len(list) > 0 {
			next[place] = list
		}
	}
	text, err := json.MarshalIndent(next, "", "  ")
	if err != nil { // cannot happen: texts and numbers
		return
	}
	file := filepath.Join(c.dir, tasksFile)
	if before, err := os.ReadFile(file); err != nil && len(next) == 0 || string(before) == string(text) {
		return
	}
	_ = atomicfile.Replace(file, text) // a full disk: the next change tries again
}

// recent is what is still worth asking about.
func recent(list []session.SavedTask) []session.SavedTask {
	var out []session.SavedTask
	for _, t := range list {
		if time.Since(t.Known) < taskAge {
			out = append(out, t)
		}
	}
	return out[max(0, len(out)-tasksKept):]
}

// closeTasks writes what is left to write.
func (c *Core) closeTasks() {
	b := &c.books
	b.mu.Lock()
	pending := b.timer != nil && b.timer.Stop()
	b.timer, b.shut = nil, true
	b.mu.Unlock()
	if pending {
		c.saveTasks()
	}
}
