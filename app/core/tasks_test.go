package core

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-dev/sightglass/app/demo"
	"github.com/sightglass-dev/sightglass/app/profile"
	"github.com/sightglass-dev/sightglass/app/rules"
	"github.com/sightglass-dev/sightglass/app/session"
)

// survey serves the open sample over HTTP, with its tasks outliving every connection, to a core that answers questions.
func survey(t *testing.T, dir string, era session.Era) (*Core, string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	srv := httptest.NewServer(demo.Handler(ctx))
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close(); cancel() })
	c := New(Options{Dir: dir, Version: "test", Answers: true})
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p, err := c.Save(profile.Profile{Name: "survey", Transport: profile.HTTP, URL: srv.URL + "/mcp", Era: profile.Era{Mode: string(era)}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	connect(t, c, p.ID)
	if _, err := c.Tools(t.Context(), p.ID, false); err != nil {
		t.Fatal(err)
	}
	return c, p.ID
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// only is the one task of a server.
func only(t *testing.T, c *Core, id string) Task {
	t.Helper()
	l := c.Tasks(id)
	if len(l.Tasks) != 1 {
		t.Fatalf("%d tasks: %+v", len(l.Tasks), l)
	}
	return l.Tasks[0]
}

func dig(c *Core, id, call, args, wish string) <-chan RunOutput {
	came := make(chan RunOutput, 1)
	go func() {
		out, _ := c.Run(context.Background(), RunInput{Call: call, Profile: id, Tool: "survey", Index: -1, Args: args, Task: wish, TTL: 60_000})
		came <- out
	}()
	return came
}

func TestRunAsTask(t *testing.T) {
	bothEras(t, func(t *testing.T, era session.Era) {
		c, id := survey(t, t.TempDir(), era)
		form, at := "extension", "/result/result"
		if era == session.Legacy {
			form, at = "core", "/result"
		}
		l := c.Tasks(id)
		if !l.Offer.Live || l.Offer.Form != form || !l.Offer.Calls || !l.Offer.Cancel || l.Offer.Text != "" || l.Offer.List != (era == session.Legacy) {
			t.Errorf("%+v", l.Offer)
		}
		came := dig(c, id, "one", `{"steps":2,"pauseMs":300}`, "yes")
		eventually(t, "the call to follow its task", func() bool {
			calls := c.Calls(id)
			return len(calls) == 1 && calls[0].Task == "t1" && calls[0].Tool == "survey" && calls[0].Follows
		})
		out := <-came
		if out.Err != nil || out.Task != "t1" || out.At != at || !strings.Contains(out.Result, `"steps":2`) || out.Seq == 0 || out.Waited == 0 || len(out.Output) > 0 {
			t.Fatalf("%+v, %+v", out, out.Err)
		}
		task := only(t, c, id)
		if task.State != "completed" || !task.Result || !task.Over || task.Tool != "survey" || task.Call != "one" || task.Wrong > 0 {
			t.Errorf("%+v", task)
		}
		d, err := c.Task(id, task.Key)
		if err != nil || !strings.Contains(d.Raw, task.ID) || len(d.History) < 2 || d.Task.ID == "" {
			t.Errorf("%v, %+v", err, d)
		}
		again, err := c.TaskResult(id, task.Key)
		if err != nil || again.Result != out.Result || again.Seq != out.Seq {
			t.Errorf("%v, %+v", err, again)
		}
		if v, _ := c.Connection(id); v.Tasks != 1 || v.ActiveTasks != 0 || v.TaskForm != form {
			t.Errorf("%+v", v)
		}
		if era == session.Legacy {
			if err := c.ListTasks(t.Context(), id, false); err != nil || !c.Tasks(id).Listed {
				t.Errorf("%v, %+v", err, c.Tasks(id))
			}
		} else if out := <-dig(c, id, "two", `{"steps":1,"pauseMs":0}`, "no"); out.Task != "" || out.Err != nil {
			t.Errorf("a task although none was allowed: %+v", out)
		}
		c.ForgetTask(id, "")
		if l := c.Tasks(id); len(l.Tasks) > 0 {
			t.Errorf("%+v", l)
		}
		if _, err := c.Task(id, "t1"); err == nil {
			t.Error("a task that was forgotten is found")
		}
	})
}

func TestTaskAsksAndIsCancelled(t *testing.T) {
	c, id := survey(t, t.TempDir(), session.Modern)
	came := dig(c, id, "one", `{"steps":2,"pauseMs":0,"ask":true}`, "")
	var q InboxItem
	eventually(t, "the question", func() bool {
		for _, one := range c.Inbox().Questions {
			if one.State == "pending" {
				q = one
				return true
			}
		}
		return false
	})
	task := only(t, c, id)
	if q.Source != "task" || q.Key != "depth" || q.Call != "one" || task.State != "input_required" || task.Waiting != 1 {
		t.Errorf("%+v, %+v", q, task)
	}
	if _, err := c.Reply(t.Context(), Reply{ID: q.ID, Kind: rules.KindAccept, Content: `{"depth":"10 m"}`}); err != nil {
		t.Fatal(err)
	}
	if out := <-came; out.Err != nil || !strings.Contains(out.Result, "10 m") {
		t.Errorf("%+v, %+v", out, out.Err)
	}
	if d, err := c.Task(id, task.Key); err != nil || len(d.Inputs) != 1 || d.Inputs[0].State != "acknowledged" {
		t.Errorf("%v, %+v", err, d)
	}

	came = dig(c, id, "two", `{"steps":1000,"pauseMs":1000}`, "")
	eventually(t, "the second task", func() bool { return len(c.Tasks(id).Tasks) == 2 })
	c.Cancel("two")
	out := <-came
	if out.Err == nil || out.Err.Kind != "cancelled" || out.Err.Message != "The task was cancelled." {
		t.Errorf("%+v", out.Err)
	}
	came = dig(c, id, "three", `{"steps":1000,"pauseMs":1000}`, "")
	eventually(t, "the third task", func() bool { return len(c.Calls(id)) == 1 && c.Calls(id)[0].Task == "t3" })
	c.ForgetTask(id, "t3")
	if out := <-came; out.Err == nil || out.Err.Kind != "cancelled" {
		t.Errorf("%+v", out)
	}
}

// A connection that ends in the middle leaves the call waiting: the next one brings its result.
func TestTaskSurvivesReconnect(t *testing.T) {
	c, id := survey(t, t.TempDir(), session.Modern)
	came := dig(c, id, "one", `{"steps":3,"pauseMs":700}`, "")
	eventually(t, "a poll", func() bool { l := c.Tasks(id); return len(l.Tasks) == 1 && l.Tasks[0].Polls > 0 })
	c.Disconnect(id)
	eventually(t, "the end of the polls", func() bool { return !only(t, c, id).Follows })
	if calls := c.Calls(id); len(calls) != 1 || calls[0].Follows || calls[0].Task != "t1" {
		t.Errorf("%+v", calls)
	}
	connect(t, c, id)
	if out := <-came; out.Err != nil || !strings.Contains(out.Result, `"steps":3`) {
		t.Errorf("%+v, %+v", out, out.Err)
	}

	once := make(chan RunOutput, 1)
	go func() {
		out, _ := c.Run(context.Background(), RunInput{Call: "cli", Profile: id, Tool: "survey", Index: -1, Args: `{"steps":100,"pauseMs":1000}`, Once: true})
		once <- out
	}()
	eventually(t, "the second task", func() bool { return len(c.Tasks(id).Tasks) == 2 })
	c.Disconnect(id)
	if out := <-once; out.Err == nil || out.Err.Kind != "closed" {
		t.Errorf("%+v", out.Err)
	}
}

// The file holds what is needed to ask on, and nothing else; another server at the same profile gets none of it.
func TestTasksSurviveTheProgram(t *testing.T) {
	dir := t.TempDir()
	c, id := survey(t, dir, session.Modern)
	came := dig(c, id, "one", `{"steps":4,"pauseMs":500}`, "")
	eventually(t, "the task", func() bool { return len(c.Tasks(id).Tasks) == 1 })
	before := only(t, c, id)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if out := <-came; out.Err == nil || out.Err.Kind != "cancelled" {
		t.Errorf("%+v", out)
	}
	file := filepath.Join(dir, "tasks.json")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var kept map[string][]map[string]any
	if err := json.Unmarshal(b, &kept); err != nil || len(kept) != 1 {
		t.Fatalf("%v: %s", err, b)
	}
	for place, list := range kept {
		if !strings.HasPrefix(place, id+"/") || len(list) != 1 || list[0]["id"] != before.ID || len(list[0]) != 6 {
			t.Errorf("%s", b)
		}
	}
	if i, err := os.Stat(file); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", err, i.Mode())
	}

	next := New(Options{Dir: dir, Version: "test"})
	if err := next.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = next.Close() })
	if known := only(t, next, id); known.ID != before.ID || known.Follows || known.Tool != "survey" {
		t.Errorf("%+v", known)
	}
	connect(t, next, id)
	eventually(t, "the result", func() bool { return only(t, next, id).Result })
	if out, err := next.TaskResult(id, only(t, next, id).Key); err != nil || !strings.Contains(out.Result, `"steps":4`) {
		t.Errorf("%v, %+v", err, out)
	}
	p, err := next.profile(id)
	if err != nil {
		t.Fatal(err)
	}
	next.Disconnect(id)
	p.URL += "?other"
	if _, err := next.Save(p, nil); err != nil {
		t.Fatal(err)
	}
	if l := next.taskBook(p).Tasks(); slices.ContainsFunc(l, func(t session.Task) bool { return t.ID == before.ID }) {
		t.Error("the id is known for another URL")
	}
}
