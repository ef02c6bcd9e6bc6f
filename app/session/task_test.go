package session

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/fault"
)

func TestModernTaskRunsToItsResult(t *testing.T) {
	k := modernTasker(t)
	k.play(modernTask("working", `,"statusMessage":"half"`), modernTask("completed", `,"result":{"content":[],"isError":true}`))
	s := connect(t, taskConfig(k))
	if o := s.TaskOffer(); o.Form != ExtensionTasks || !o.Calls || o.List {
		t.Errorf("%+v", o)
	}
	n := overTask(t, s, startTask(t, s))
	if n.State != TaskCompleted || n.Result == nil || string(n.Result.Raw) != `{"content":[],"isError":true}` || n.Result.At != "/result/result" {
		t.Fatalf("%+v", n)
	}
	if n.Tool != "dig" || n.TTL != time.Minute || n.Pause != pollLeast || n.Polls != 2 || len(n.History) != 3 || n.Result.Entry != n.Entry || len(n.Findings) != 1 {
		t.Errorf("%+v", n)
	}
	if at := k.gets; at[1].Sub(at[0]) < pollLeast-5*time.Millisecond {
		t.Errorf("polled after %s although an interval of 0 is taken as %s", at[1].Sub(at[0]), pollLeast)
	}
	wait(t, "the end of the polls", func() bool { return !taskNow(s, n.Key).Follows })
	if len(s.Calls()) > 0 {
		t.Errorf("polls count as calls: %+v", s.Calls())
	}
}

// "tasks/update {taskId, inputResponses}": each key once, however often a poll shows it, also after the acknowledgement.
func TestModernTaskAsks(t *testing.T) {
	k := modernTasker(t)
	asks := modernTask("input_required", `,"inputRequests":{"name":{"method":"elicitation/create","params":{"message":"Who?"}},"pic":{"method":"sampling/createMessage","params":{}}}`)
	k.play(asks)
	s := connect(t, taskConfig(k))
	key := startTask(t, s)
	wait(t, "the question", func() bool { return len(s.Questions()) == 1 })
	q := s.Questions()[0]
	if q.Source != FromTask || q.Task != "T1" || q.Key != "name" || q.Call == "" {
		t.Errorf("%+v", q)
	}
	before := k.asked()
	wait(t, "more polls", func() bool { return k.asked() > before+1 })
	if len(s.Questions()) != 1 {
		t.Fatalf("asked again: %+v", s.Questions())
	}
	if err := s.Answer(q.ID, json.RawMessage(`{"action":"accept","content":{"name":"Ada"}}`)); err != nil {
		t.Fatal(err)
	}
	wait(t, "the update", func() bool { return len(k.sent("tasks/update")) == 1 })
	if got := string(k.sent("tasks/update")[0].Params); !strings.Contains(got, `"taskId":"T1","inputResponses":{"name":{"action":"accept","content":{"name":"Ada"}}}`) {
		t.Errorf("%s", got)
	}
	wait(t, "the word about an acknowledged question", func() bool {
		return slices.ContainsFunc(taskNow(s, key).Findings, func(f string) bool { return strings.Contains(f, "still asked for") })
	})
	now := taskNow(s, key)
	if len(k.sent("tasks/update")) != 1 || len(s.Questions()) != 1 || now.Inputs[0].State != TaskAcknowledged || now.Inputs[1].State != TaskRefused {
		t.Errorf("%+v", now.Inputs)
	}
	k.play(modernTask("completed", `,"result":{"content":[]}`))
	overTask(t, s, key)
}

// What is answered while the connection is lost, and what is asked anew, belongs to the same task over the next one.
func TestTaskOutlivesItsConnection(t *testing.T) {
	for name, make := range map[string]func(*testing.T) *tasker{"extension": modernTasker, "core": coreTasker} {
		t.Run(name, func(t *testing.T) {
			k := make(t)
			object := coreTask
			if name == "extension" {
				object = func(status string) string { return modernTask(status, `,"result":{"content":[]}`) }
			}
			k.play(strings.Replace(object("working"), `,"result":{"content":[]}`, "", 1))
			cfg := taskConfig(k)
			told := 0
			var mu sync.Mutex
			cfg.Tasks = NewTaskBook(func() { mu.Lock(); told++; mu.Unlock() })
			s := connect(t, cfg)
			key := startTask(t, s)
			wait(t, "a poll", func() bool { return k.asked() > 0 })
			k.die()
			<-s.Done()
			wait(t, "the end of the polls", func() bool { return !taskNow(s, key).Follows })
			n := k.asked()
			if now := taskNow(s, key); now.State != TaskWorking || now.Stopped != "" || len(now.Findings) > 1 {
				t.Errorf("%+v", now)
			}
			k.play(object("completed"))
			again := connect(t, cfg)
			over := overTask(t, again, key)
			if over.State != TaskCompleted || over.Result == nil || k.asked() != n+1 {
				t.Errorf("%d polls, %+v", k.asked()-n, over)
			}
			mu.Lock()
			defer mu.Unlock()
			if told < 4 {
				t.Errorf("told %d times", told)
			}
		})
	}
}

// What was kept by an earlier run is asked about at once, in the form it belongs to.
func TestKeptTasksAreAskedAbout(t *testing.T) {
	k := modernTasker(t)
	k.play(modernTask("completed", `,"result":{"content":[]}`))
	first := NewTaskBook(nil)
	first.Restore([]SavedTask{
		{ID: "T1", Form: ExtensionTasks, Tool: "dig", Status: "working", TTL: 60_000, Known: time.Now()},
		{ID: "T1", Form: CoreTasks, Status: "working", Known: time.Now()},
		{ID: "T0", Form: ExtensionTasks, Status: "working", TTL: 1, Known: time.Now().Add(-time.Hour)}, // over its time
		{ID: "T1", Form: ExtensionTasks},
		{ID: "", Form: ExtensionTasks},
		{ID: "x", Form: "other"},
	})
	saved := first.Saved()
	if len(saved) != 2 {
		t.Fatalf("%+v", saved)
	}
	b, err := json.Marshal(saved)
	if err != nil || strings.Contains(string(b), "content") {
		t.Errorf("%v: %s", err, b)
	}
	cfg := taskConfig(k)
	cfg.Tasks = NewTaskBook(nil)
	cfg.Tasks.Restore(saved)
	s := connect(t, cfg)
	if n := overTask(t, s, "t1"); n.Result == nil || n.Tool != "dig" {
		t.Errorf("%+v", n)
	}
	if n := taskNow(s, "t2"); n.Follows || n.Polls > 0 {
		t.Errorf("a task of the other form was asked about: %+v", n)
	}
}

// A server may answer anything. It is shown and contained: polls have a pause, and end.
func TestTasksOfBadServers(t *testing.T) {
	late := strings.Replace(modernTask("working", ""), `"ttlMs":60000`, `"ttlMs":300`, 1)
	huge := strings.Replace(modernTask("working", ""), `"pollIntervalMs":0`, `"pollIntervalMs":1e300`, 1)
	for _, c := range []struct {
		name, answer string
		state        TaskState
		stopped      string // what it says about why it is not asked about any more
		finding      string
	}{
		{"not known", "-32602", TaskGone, "", ""},
		{"no method", "-32601", TaskWorking, "does not answer", ""},
		{"own errors", "-32603", TaskWorking, "no usable answer", "A poll failed"},
		{"no task", `{"resultType":"complete"}`, TaskWorking, "no usable answer", "no taskId"},
		{"another task", strings.Replace(modernTask("working", ""), "T1", "T2", 1), TaskWorking, "no usable answer", `about another: "T2"`},
		{"unknown status", modernTask("sleeping", ""), TaskUnknown, "not specified", `The status "sleeping" is none`},
		{"over its time", late, TaskWorking, "lifetime of 300ms", ""},
		{"no result", modernTask("completed", ""), TaskCompleted, "", "has no result object"},
		{"type task", strings.Replace(modernTask("completed", `,"result":{}`), "complete", "task", 1), TaskCompleted, "", `must be "complete"`},
		{"a failed one with a result", modernTask("failed", `,"result":{"content":[],"isError":true}`), TaskFailed, "", "instead of an error"},
		{"odd members", modernTask("failed", `,"error":{"code":"x","message":7},"createdAt":7,"pollIntervalMs":-1`), TaskFailed, "", "is negative"},
		{"nested", `{"resultType":"complete","task":` + modernTask("cancelled", "") + `}`, TaskCancelled, "", "a member of its own"},
		{"huge pause", huge, TaskWorking, "", "is kept"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			k := modernTasker(t)
			k.play(c.answer)
			s := connect(t, taskConfig(k))
			key := startTask(t, s)
			if c.name == "huge pause" {
				wait(t, "the pause", func() bool { return taskNow(s, key).Pause == pollMost })
				if err := s.LeaveTask(key); err != nil {
					t.Fatal(err)
				}
			}
			n := overTask(t, s, key)
			if n.State != c.state || !strings.Contains(n.Stopped, c.stopped) {
				t.Errorf("%+v", n)
			}
			if c.finding != "" && !slices.ContainsFunc(n.Findings, func(f string) bool { return strings.Contains(f, c.finding) }) {
				t.Errorf("findings: %q", n.Findings)
			}
			wait(t, "the end of the polls", func() bool { return !taskNow(s, key).Follows })
			polls := k.asked()
			if want := map[bool]int{true: pollStrange, false: pollFails}[c.name == "unknown status"]; polls > want {
				t.Errorf("%d polls", polls)
			}
		})
	}
}

func TestTaskIsFinal(t *testing.T) {
	k := modernTasker(t)
	k.play(modernTask("failed", `,"error":{"code":-32603,"message":"no luck","data":{"n":1}}`))
	s := connect(t, taskConfig(k))
	n := overTask(t, s, startTask(t, s))
	if n.Result == nil || n.Result.RPC == nil || n.Result.RPC.Code != -32603 || n.Result.At != "/result/error" {
		t.Fatalf("%+v", n)
	}
	k.send(`{"jsonrpc":"2.0","method":"notifications/tasks","params":%s}`, modernTask("working", ""))
	wait(t, "the word about it", func() bool { return len(taskNow(s, n.Key).Findings) > 1 })
	if n = taskNow(s, n.Key); n.State != TaskFailed || !strings.Contains(n.Findings[1], "final") {
		t.Errorf("%+v", n)
	}
}

// A pushed status counts as an answer: the poll waits for its pause anew.
func TestTaskIsPushed(t *testing.T) {
	k := modernTasker(t)
	k.handle("tools/call", func(p *peer, m msg) {
		p.result(m, strings.Replace(strings.Replace(modernTask("working", ""), "complete", "task", 1), `"pollIntervalMs":0`, `"pollIntervalMs":600000`, 1))
	})
	s := connect(t, taskConfig(k))
	key := startTask(t, s)
	k.send(`{"jsonrpc":"2.0","method":"notifications/tasks","params":%s}`, strings.Replace(modernTask("working", ""), "T1", "T9", 1))
	k.send(`{"jsonrpc":"2.0","method":"notifications/tasks","params":[]}`)
	k.send(`{"jsonrpc":"2.0","method":"notifications/tasks","params":%s}`, modernTask("completed", `,"result":{"content":[]}`))
	n := overTask(t, s, key)
	if n.Polls != 0 || n.Result == nil || n.Result.At != "/params/result" || n.Result.Entry == 0 {
		t.Errorf("%+v", n)
	}
}

func TestTaskIsCancelled(t *testing.T) {
	k := modernTasker(t)
	k.play(modernTask("working", ""))
	s := connect(t, taskConfig(k))
	key := startTask(t, s)
	if _, err := s.CancelTask(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if n := taskNow(s, key); n.Asked.IsZero() || n.State != TaskWorking {
		t.Errorf("%+v", n)
	}
	k.play(modernTask("cancelled", ""))
	if n := overTask(t, s, key); n.State != TaskCancelled {
		t.Errorf("%+v", n)
	}
	if len(k.sent("notifications/cancelled")) > 0 {
		t.Error("notifications/cancelled MUST NOT be used for tasks")
	}
	k.handle("tasks/cancel", func(p *peer, m msg) { p.fail(m, -32602, "") })
	if _, err := s.CancelTask(t.Context(), key); kindOf(err) != fault.RPC {
		t.Errorf("%v", err)
	}
	if _, err := s.CancelTask(t.Context(), "t99"); kindOf(err) != fault.Input {
		t.Errorf("%v", err)
	}
}

// The wish is a part of the request: params.task in the core form, the capability in the extension's.
func TestWishForATask(t *testing.T) {
	for _, c := range []struct {
		modern bool
		wish   TaskWish
		want   string
		lacks  string
	}{
		{false, TaskYes, `"task":{"ttl":60000}`, ""},
		{false, TaskNo, `"dig"`, `"task"`},
		{true, TaskYes, `"extensions":{"io.modelcontextprotocol/tasks":{}}`, ""},
		{true, TaskNo, `"elicitation":{"form":{}}`, ExtensionTasksID},
		{true, TaskAsTold, `"extensions":{"io.modelcontextprotocol/tasks":{}}`, ""},
	} {
		t.Run(fmt.Sprint(c.modern, c.wish), func(t *testing.T) {
			k := coreTasker(t)
			if c.modern {
				k = modernTasker(t)
			}
			k.play(coreTask("completed"))
			s := connect(t, taskConfig(k))
			_, err := s.Call(t.Context(), CallInput{Method: "tools/call", Params: json.RawMessage(`{"name":"dig","arguments":{}}`), Task: c.wish, TTL: time.Minute})
			if err != nil {
				t.Fatal(err)
			}
			got := string(k.sent("tools/call")[0].Params)
			if !strings.Contains(got, c.want) || c.lacks != "" && strings.Contains(got, c.lacks) {
				t.Error(got)
			}
		})
	}
}

func TestTaskInAnswerToAnotherRequest(t *testing.T) {
	k := modernTasker(t)
	k.handle("prompts/get", func(p *peer, m msg) { p.result(m, strings.Replace(modernTask("working", ""), "complete", "task", 1)) })
	s := connect(t, taskConfig(k))
	r, err := s.Call(t.Context(), CallInput{Method: "prompts/get", Params: json.RawMessage(`{"name":"a"}`)})
	if kindOf(err) != fault.Protocol || r == nil || len(s.book.Tasks()) > 0 {
		t.Errorf("%v, %+v", err, s.book.Tasks())
	}
}

func TestBookIsBounded(t *testing.T) {
	b := NewTaskBook(nil)
	var saved []SavedTask
	for i := range DefaultTasks + 5 {
		status := "working"
		if i == 3 {
			status = "completed"
		}
		saved = append(saved, SavedTask{ID: strconv.Itoa(i), Form: CoreTasks, Status: status, Known: time.Now()})
	}
	b.Restore(saved)
	list := b.Tasks()
	if len(list) != DefaultTasks || list[0].ID != "4" && list[0].ID != "5" || slices.ContainsFunc(list, func(t Task) bool { return t.ID == "3" }) {
		t.Errorf("%d, first %s", len(list), list[0].ID)
	}
	one := &task{}
	for i := range uint64(1000) {
		one.saw(i + 1)
		one.found(strconv.Itoa(int(i)))
	}
	if len(one.Entries) != maxTaskEntries || one.Entries[0] != 1 || one.Entries[maxTaskEntries-1] != 1000 || len(one.Findings) != maxTaskFindings {
		t.Errorf("%d %v", len(one.Findings), one.Entries)
	}
}

// The ids of the tasks that are not over are a part of the filter of the session's stream while they are to be pushed.
func TestTasksArePushedOnDemand(t *testing.T) {
	k := modernTasker(t)
	k.play(modernTask("working", ""))
	k.handle("subscriptions/listen", func(p *peer, m msg) {
		accept(p, m, string(field(m.Params, "notifications")))
	})
	s := connect(t, taskConfig(k))
	key := startTask(t, s)
	if err := s.PushTasks(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if on, n := s.TasksPushed(); !on || n != 1 {
		t.Errorf("%v, %d", on, n)
	}
	k.play(modernTask("completed", `,"result":{"content":[]}`))
	overTask(t, s, key)
	wait(t, "the end of the stream", func() bool { return s.Stream().State == StreamClosed })
	if got := len(k.sent("subscriptions/listen")); got != 1 {
		t.Errorf("%d streams", got)
	}
	if err := s.PushTasks(t.Context(), false); err != nil {
		t.Fatal(err)
	}
}
